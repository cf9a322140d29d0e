//! The device message for a page of another site, the way there and the way back.

use base::config::Mode;
use base::time::Span;
use http::{Method, StatusCode};

use super::{ENCODED, PAGE, gated, header, navigates};
use testing::TestPaper;

/// As a value of a query or a form.
fn quoted(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn message_at(back: &str) -> String {
    format!("/gate/message?back={}", quoted(back))
}

#[tokio::test]
async fn the_message_leads_back_and_read_here_reads_there() {
    let paper = gated(Mode::Enforce).await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    assert_eq!(navigates(&phone, "").await.access(), "full");
    let mut devices = [&laptop, &phone];
    for _ in 0..10 {
        assert_eq!(navigates(devices[0], "").await.access(), "elsewhere");
        let message = devices[0].opens(&message_at(PAGE)).await;
        assert_eq!(
            (message.status, message.access()),
            (StatusCode::OK, "elsewhere")
        );
        assert_eq!(header(&message, "cache-control"), "no-store");
        assert!(message.text.contains("localhost:9000</strong>"));
        assert_eq!(message.hidden("next"), PAGE);
        // To look at the message takes nothing.
        assert_eq!(navigates(devices[1], "").await.access(), "full");
        let taken = devices[0].takes(&message).await;
        assert_eq!(
            (taken.status.as_u16(), header(&taken, "location")),
            (303, PAGE)
        );
        assert_eq!(navigates(devices[0], "").await.access(), "full");
        devices.swap(0, 1);
    }
    // Who has the lease, or finds it free, goes straight through.
    let through = devices[1].opens(&message_at(PAGE)).await;
    assert_eq!(
        (through.status.as_u16(), header(&through, "location")),
        (303, PAGE)
    );
    paper.advance(Span::minutes(3));
    let through = devices[0].opens(&message_at(PAGE)).await;
    assert_eq!(
        (through.status.as_u16(), header(&through, "location")),
        (303, PAGE)
    );
    // Nobody is looking: no lease, and no way on that would lead here again.
    let fetched = devices[1]
        .send(
            Method::GET,
            &message_at(PAGE),
            &[("sec-fetch-mode", "cors")],
            "",
        )
        .await;
    assert_eq!(
        (fetched.status, header(&fetched, "location")),
        (StatusCode::OK, "")
    );
    assert!(fetched.text.contains(&format!("href=\"{PAGE}\"")));
    assert_eq!(navigates(devices[0], "").await.access(), "full");
}

#[tokio::test]
async fn whoever_must_sign_in_first_comes_back_afterwards() {
    let paper = gated(Mode::Enforce).await;
    let ada = paper.reader("ada", true).await;
    let guest = paper.guest();
    let asked = navigates(&guest, "?denied=303").await;
    let page = header(&asked, "location")
        .strip_prefix("http://localhost:8080")
        .unwrap()
        .to_owned();
    let next = guest.opens(&page).await.hidden("next");
    let form = format!(
        "email={}&password=a+paper+a+day&next={}",
        ada.email,
        next.replace('%', "%25")
    );
    let signed_in = guest.send(Method::POST, "/sign-in", &[], &form).await;
    let policy = header(&signed_in, "content-security-policy");
    assert!(
        policy.contains("form-action 'self' http://localhost:9000 http://localhost; "),
        "{policy}"
    );
    let sent_on = guest.opens(header(&signed_in, "location")).await;
    assert_eq!(
        header(&sent_on, "location"),
        format!("/gate/message?back={ENCODED}")
    );
    let through = guest.opens(header(&sent_on, "location")).await;
    assert_eq!(header(&through, "location"), PAGE);
    assert_eq!(navigates(&guest, "").await.access(), "full");
    // The other way round: by the message first.
    let asked = paper.guest().opens(&message_at(PAGE)).await;
    assert!(
        header(&asked, "location").starts_with("/sign-in?lang=en&next=/gate/message%3Fback%3D")
    );
    let ben = paper.reader("ben", false).await.on("tablet").await;
    let asked = ben.opens(&message_at(PAGE)).await;
    assert_eq!(header(&asked, "location"), "/plans?lang=en");
    // What is too long to be carried along leads to the front of the site.
    let long = format!("/{}", "%C3%A1".repeat(300));
    let headers = [
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "localhost:9000"),
        ("x-original-uri", long.as_str()),
    ];
    let asked = paper
        .guest()
        .send(Method::GET, "/gate/check", &headers, "")
        .await;
    assert!(
        header(&asked, "location")
            .ends_with("next=/gate/message%3Fback%3Dhttp%253A//localhost%253A9000")
    );
}

/// Addresses that are on no configured site, however much they look like it.
const ELSEWHERE: [&str; 24] = [
    "",
    "/en",
    "https://localhost:9000/",
    "HTTP://localhost:9000/",
    "http://LOCALHOST:9000/",
    "http://localhost:9000.evil.example/",
    "http://localhost:9000@evil.example/",
    "http://localhost:90001/",
    "http://localhost:9001/",
    "http://localhost:9000\\@evil.example/",
    "http://localhost:9000/\\evil.example",
    "http:\\\\localhost:9000/",
    "//localhost:9000/",
    "///localhost:9000/",
    "http://localhost/",
    "http://localhost/older",
    "http://localhost/old/../en",
    "http://localhost/old/%2e%2E/en",
    "http://löcalhost:9000/",
    "http://xn--lcalhost-n4a:9000/",
    "http://evil.example/?http://localhost:9000/",
    "javascript:alert(1)//http://localhost:9000/",
    " http://localhost:9000/",
    "http://localhost:9000/ x",
];

#[tokio::test]
async fn nobody_is_sent_to_a_site_that_is_not_configured() {
    let paper = gated(Mode::Enforce).await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    for bad in ELSEWHERE {
        for browser in [&paper.guest(), &phone] {
            let answer = browser.opens(&message_at(bad)).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
            assert_eq!(header(&answer, "location"), "");
            assert!(answer.text.contains("<h1>This link leads nowhere"));
        }
        phone.opens("/en/2026-02-24/subscribers-1").await;
        let message = laptop.opens(&message_at(PAGE)).await;
        let (epoch, op) = (message.hidden("epoch"), message.hidden("op"));
        let form = format!("epoch={epoch}&op={op}&next={}", quoted(bad));
        let taken = laptop.send(Method::POST, "/reading/take", &[], &form).await;
        let to = if bad == "/en" { bad } else { "/" };
        assert_eq!(header(&taken, "location"), to, "{bad}");
        paper.advance(Span::minutes(3));
    }
    let foreign = [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    let answer = phone
        .send(
            Method::POST,
            "/reading/take",
            &foreign,
            "epoch=1.1&op=1&next=/",
        )
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_shared_session_cookie_names_its_domain_and_replaces_one_of_before() {
    let paper = TestPaper::with(|config| {
        config.site.public_url = "https://paper.example.com".into();
        config.gate.sites = vec!["https://archive.example.com".parse().unwrap()];
        config.gate.cookie_domain = "example.com".into();
    })
    .await;
    let ada = paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    assert!(phone.cookie("__Host-session").is_none());
    let token = phone.cookie("__Secure-session").unwrap();
    let asked = [
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "archive.example.com"),
        ("x-forwarded-uri", "/"),
    ];
    let answer = phone.send(Method::GET, "/gate/check", &asked, "").await;
    assert_eq!(answer.access(), "full");
    // A browser that signed in before the cookie was shared is still signed in; signing in again leaves one session.
    let before = ada.on("laptop").await;
    let old = before.cookie("__Secure-session").unwrap();
    let device = before.cookie("__Host-device").unwrap();
    let laptop = paper.guest();
    laptop.set_cookie("__Host-session", &old);
    laptop.set_cookie("__Host-device", &device);
    assert_eq!(laptop.opens("/account").await.status, StatusCode::OK);
    let form = format!("email={}&password=a+paper+a+day", ada.email);
    laptop.send(Method::POST, "/sign-in", &[], &form).await;
    assert!(laptop.cookie("__Host-session").is_none());
    assert_ne!(laptop.cookie("__Secure-session").unwrap(), old);
    laptop.set_cookie("__Secure-session", &old);
    assert_eq!(laptop.opens("/account").await.status, StatusCode::SEE_OTHER);
    let out = phone.send(Method::POST, "/sign-out", &[], "").await;
    let lines: Vec<_> = out.headers.get_all("set-cookie").iter().collect();
    assert_eq!(lines.len(), 2);
    assert!(phone.cookie("__Secure-session").is_none());
    phone.set_cookie("__Secure-session", &token);
    assert_eq!(phone.opens("/account").await.status, StatusCode::SEE_OTHER);
}
