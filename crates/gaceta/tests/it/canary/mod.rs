//! The canary: one sentence after the cut, every route, every kind of visitor. It must be in no byte that is sent to
//! anyone who may not read it.
//!
//! Pages are asked for in several ways, and forms are posted as they stand on their own page (`forms`). A new route
//! takes part by itself; one whose parameters nobody knows here, or whose form nobody finds, fails the test.

pub mod doors;
mod forms;
mod visitors;

use gaceta::router::routes;
use http::Method;

use testing::{Answer, CANARY, TestPaper};

use doors::{Door, Known};
use visitors::{Visitor, Who};

const NAVIGATE: (&str, &str) = ("sec-fetch-mode", "navigate");
const DOCUMENT: (&str, &str) = ("sec-fetch-dest", "document");

const WAYS: [&[(&str, &str)]; 8] = [
    &[],
    &[NAVIGATE, DOCUMENT],
    &[NAVIGATE, DOCUMENT, ("accept-encoding", "br")],
    &[NAVIGATE, DOCUMENT, ("accept-encoding", "gzip")],
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

/// All that was sent, headers too, out of its encoding.
fn said(answer: &Answer) -> String {
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

#[derive(Default)]
struct Found {
    searched: usize,
    leaks: Vec<String>,
    /// Answers with status 200, and answers that were compressed: a search among refusals finds nothing.
    shown: usize,
    compressed: usize,
}

impl Found {
    fn search(&mut self, path: &str, answer: &Answer, seated: bool, what: impl Fn() -> String) {
        self.searched += 1;
        self.shown += usize::from(answer.status.is_success());
        self.compressed += usize::from(answer.headers.contains_key("content-encoding"));
        if said(answer).contains(CANARY) && !may_read(path, answer, seated) {
            self.leaks.push(what());
        }
    }
}

/// Every one of these doors, by every visitor, in every way.
async fn search(paper: &TestPaper, doors: &[Door]) -> Found {
    let mut found = Found::default();
    for who in Who::ALL {
        let visitor = Visitor::comes(paper, who).await;
        for door in doors {
            for way in WAYS {
                visitor.other_device_reads_on().await;
                let answer = visitor.browser.send(Method::GET, &door.path, way, "").await;
                found.search(&door.path, &answer, who.is_seated(), || {
                    format!("{} as {who:?}, {way:?}", door.path)
                });
            }
        }
    }
    found
}

async fn furnished() -> TestPaper {
    let mut paper = TestPaper::with(|config| {
        config.gate.sites = vec!["http://localhost:9000".parse().unwrap()];
        // Everybody comes from one network here.
        config.accounts.attempts_per_network = 100_000;
        config.accounts.attempts_per_account = 100_000;
        config.accounts.mails_per_address = 100_000;
        config.accounts.mails_per_network = 100_000;
    })
    .await;
    doors::furnish(&paper).await;
    // Nobody waits for the mails that the forms ask for.
    paper.looks_for_jobs = false;
    paper
}

#[tokio::test]
async fn canary_behind_pages() {
    let paper = furnished().await;
    let routes = routes(&paper.app);
    let known = Known::of(&paper).await;
    let doors = doors::pages(&routes, &known);
    let found = search(&paper, &doors).await;
    println!(
        "canary: {} routes, {} addresses of pages, {} visitors, {} responses searched, {} of them pages, {} compressed, {} leaks",
        routes.len(),
        doors.len(),
        Who::ALL.len(),
        found.searched,
        found.shown,
        found.compressed,
        found.leaks.len()
    );
    assert!(found.shown > 2000 && found.compressed > 500);
    assert!(found.leaks.is_empty(), "{:#?}", found.leaks);
}

#[tokio::test]
async fn canary_behind_forms() {
    let paper = furnished().await;
    let routes = routes(&paper.app);
    let posted = forms::post_all(&paper, &routes).await;
    let well = posted.answers.iter().filter(|one| one.status < 400);
    // What was not asked rightly says nothing about the page behind it.
    let misread: Vec<_> = posted
        .answers
        .iter()
        .filter(|one| matches!(one.status, 400 | 422) && !forms::MISREAD.contains(&one.route))
        .map(|one| format!("{} as {:?}: {}", one.route, one.who, one.status))
        .collect();
    println!(
        "canary: {} forms and messages, each by {} visitors in {} ways; of {} filled in as a browser does it {} were answered other than 4xx and {} with 400 or 422; {} responses searched, {} leaks",
        posted.routes,
        Who::ALL.len(),
        forms::WAYS.len(),
        posted.answers.len(),
        well.clone().count(),
        misread.len(),
        posted.found.searched,
        posted.found.leaks.len()
    );
    for route in routes.iter().filter(|route| route.method == "POST") {
        let accepted = well.clone().any(|one| one.route == route.path && one.own);
        assert!(accepted, "nobody's form for {} was accepted", route.path);
    }
    assert!(misread.is_empty(), "{misread:#?}");
    assert!(posted.found.leaks.is_empty(), "{:#?}", posted.found.leaks);
}

/// Doors that stand open on purpose: they hand the text that a subscriber was sent to whoever asks, as a careless cache
/// would, plain and as it was compressed. The search must find it behind each of them.
#[tokio::test]
async fn canary_finds_an_open_door() {
    let mut paper = TestPaper::new().await;
    paper.looks_for_jobs = false;
    let owner = paper.reader("owner", true).await.on("phone").await;
    let mut doors = vec![Door::new("/en", "/en".into())];
    let mut kept_doors = Vec::new();
    for (door, encoding) in [
        ("/open-door", "identity"),
        ("/open-door-br", "br"),
        ("/open-door-gzip", "gzip"),
    ] {
        let asked = [NAVIGATE, DOCUMENT, ("accept-encoding", encoding)];
        let article = "/en/2026-02-24/subscribers-1";
        let kept = owner.send(Method::GET, article, &asked, "").await;
        doors.push(Door::new(door, door.into()));
        kept_doors.push((door, kept.headers, kept.bytes));
    }
    drop(owner);
    for (door, headers, bytes) in kept_doors {
        let encoding = headers.get("content-encoding").cloned();
        let hand_out = move || async move {
            let named = encoding.map(|name| (http::header::CONTENT_ENCODING, name));
            (
                named.map_or_else(Default::default, |pair| http::HeaderMap::from_iter([pair])),
                bytes,
            )
        };
        paper.add_route(door, axum::routing::any(hand_out));
    }
    let found = search(&paper, &doors).await;
    println!(
        "canary behind open doors: {} of {} responses leaked",
        found.leaks.len(),
        found.searched
    );
    assert_eq!(
        found.leaks.len(),
        3 * Who::ALL.len() * WAYS.len(),
        "{:#?}",
        found.leaks
    );
}
