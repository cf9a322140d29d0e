//! The canary: one sentence after the cut, every route, every kind of visitor. It must be in no byte that is sent to
//! anyone who may not read it.

use gaceta::router::routes;
use http::Method;

use testing::{Answer, Browser, CANARY, TestPaper};

/// Values for the parameters of a path. A parameter without one fails the test, so no new route is forgotten.
fn fill(path: &str) -> Vec<String> {
    let mut paths = vec![path.to_owned()];
    let values: [(&str, &[&str]); 12] = [
        ("{edition}", &["en", "es"]),
        ("{day}", &["2026-02-24"]),
        (
            "{slug}",
            &[
                "open-1",
                "metered-1",
                "metered-4",
                "subscribers-1",
                "subscribers-4",
            ],
        ),
        ("{topic}", &["water"]),
        ("{story}", &["a-story"]),
        ("{token}", &["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]),
        ("{version}", &["1"]),
        ("{name}", &["00000000-0000-0000-0000-000000000000-480.jpg"]),
        ("{*name}", &["gaceta.css"]),
        ("{number}", &["1"]),
        ("{id}", &["00000000-0000-0000-0000-000000000000"]),
        ("{file}", &["sitemap-1.xml", "1.xml"]),
    ];
    for (name, values) in values {
        paths = paths
            .iter()
            .flat_map(|path| {
                if path.contains(name) {
                    values
                        .iter()
                        .map(|value| path.replace(name, value))
                        .collect()
                } else {
                    vec![path.clone()]
                }
            })
            .collect();
    }
    assert!(
        paths.iter().all(|path| !path.contains('{')),
        "{path} has a parameter that the canary does not know"
    );
    paths
}

/// All that was sent, headers too.
fn bytes(answer: &Answer) -> String {
    let headers: String = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers + &answer.text
}

/// Whether this visitor may have what this address holds after the cut.
fn may_read(path: &str, answer: &Answer, seated: bool) -> bool {
    let article = path.contains("/2026-02-24/");
    article
        && (path.contains("/open-")
            || (path.contains("/metered-") && answer.access() == "metered")
            || (seated && answer.access() == "full"))
}

const WAYS: [&[(&str, &str)]; 6] = [
    &[],
    &[
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ],
    &[("sec-purpose", "prefetch")],
    &[
        ("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1)"),
        ("x-forwarded-for", "66.249.66.1"),
        ("x-ghost-preview", "1"),
    ],
    &[
        ("accept", "application/json"),
        ("x-original-url", "/en/2026-02-24/subscribers-1"),
        ("range", "bytes=0-"),
    ],
    // As a web server in front of another site asks, about an address that is an article's, too.
    &[
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "localhost:9000"),
        ("x-forwarded-uri", "/en/2026-02-24/subscribers-1"),
    ],
];

struct Found {
    visitors: usize,
    searched: usize,
    leaks: Vec<String>,
}

/// Every one of these doors, by every visitor, in every way, while another device of a subscriber reads on.
async fn search(paper: &TestPaper, doors: &[(&str, String)]) -> Found {
    let (ada, ben) = (
        paper.reader("ada", true).await,
        paper.reader("ben", false).await,
    );
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    let visitors: [(&str, Browser<'_>, bool); 4] = [
        ("guest", paper.guest(), false),
        ("without a seat", ben.on("tablet").await, false),
        ("forged", paper.guest(), false),
        ("lease elsewhere", laptop, false),
    ];
    visitors[2].1.set_cookie("session", &"C".repeat(43));
    let mut found = Found {
        visitors: visitors.len(),
        searched: 0,
        leaks: Vec::new(),
    };
    for (method, path) in doors {
        for (who, browser, seated) in &visitors {
            for way in WAYS {
                phone.opens("/en/2026-02-24/subscribers-1").await;
                let body = if *method == "POST" {
                    "epoch=1.1&op=1&next=/en/2026-02-24/subscribers-1&email=x&password=y"
                } else {
                    ""
                };
                let answer = browser
                    .send(
                        Method::from_bytes(method.as_bytes()).unwrap(),
                        path,
                        way,
                        body,
                    )
                    .await;
                found.searched += 1;
                if bytes(&answer).contains(CANARY) && !may_read(path, &answer, *seated) {
                    found
                        .leaks
                        .push(format!("{method} {path} as {who}, {way:?}"));
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn canary() {
    let routes = routes(&TestPaper::new().await.app);
    let doors: Vec<(&str, String)> = routes
        .iter()
        .flat_map(|route| {
            fill(route.path)
                .into_iter()
                .map(|path| (route.method, path))
        })
        .collect();
    let paper = TestPaper::with(|config| {
        config.gate.sites = vec!["http://localhost:9000".parse().unwrap()];
    })
    .await;
    let found = search(&paper, &doors).await;
    println!(
        "canary: {} routes, {} addresses, {} visitors, {} responses searched, {} leaks",
        routes.len(),
        doors.len(),
        found.visitors,
        found.searched,
        found.leaks.len()
    );
    assert!(found.searched > 300);
    assert!(found.leaks.is_empty(), "{:#?}", found.leaks);
}

/// One door stands open on purpose: it hands the text that a subscriber was sent to whoever asks, as a careless cache
/// would. The search must find it.
#[tokio::test]
async fn canary_finds_an_open_door() {
    let mut paper = TestPaper::new().await;
    let owner = paper.reader("owner", true).await.on("phone").await;
    let kept = owner.opens("/en/2026-02-24/subscribers-1").await.text;
    drop(owner);
    paper.add_route(
        "/open-door",
        axum::routing::any(move || async move { kept }),
    );
    let found = search(
        &paper,
        &[("GET", "/open-door".to_owned()), ("GET", "/en".to_owned())],
    )
    .await;
    println!(
        "canary behind an open door: {} of {} responses leaked",
        found.leaks.len(),
        found.searched
    );
    assert_eq!(
        found.leaks.len(),
        found.visitors * WAYS.len(),
        "{:#?}",
        found.leaks
    );
}
