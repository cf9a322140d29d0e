//! What a browser asks for before anybody wants it (prefetch, prerender): it keeps the answer and shows it at the click.

use http::{Method, StatusCode};

use testing::{Answer, Browser, CANARY, TestPaper};

const SUBSCRIBERS: &str = "/en/2026-02-24/subscribers-1";
const METERED: &str = "/en/2026-02-24/metered-1";
const OPEN: &str = "/en/2026-02-24/open-1";

const WAYS: [&[(&str, &str)]; 5] = [
    &[("sec-purpose", "prefetch"), ("sec-fetch-mode", "navigate")],
    &[("sec-purpose", "prefetch;prerender")],
    &[("purpose", "prefetch")],
    &[("x-moz", "prefetch")],
    &[("x-purpose", "preview")],
];

/// A browser drops this, and asks again at the click.
fn is_refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{what}");
    assert_eq!(answer.headers["cache-control"], "no-store", "{what}");
    assert!(answer.text.is_empty(), "{what}: {}", answer.text);
    assert!(!answer.headers.contains_key("set-cookie"), "{what}");
    let policy = answer.headers.get("content-security-policy");
    assert!(policy.is_some(), "{what}");
}

async fn asks_early(browser: &Browser<'_>, path: &str, way: &[(&str, &str)]) -> Answer {
    browser.send(Method::GET, path, way, "").await
}

#[tokio::test]
async fn what_depends_on_who_asks_and_when_is_refused_and_the_click_asks_again() {
    let paper = TestPaper::new().await;
    let (ada, ben) = (
        paper.reader("ada", true).await,
        paper.reader("ben", false).await,
    );
    let (phone, tablet, guest) = (ada.on("phone").await, ben.on("tablet").await, paper.guest());
    for (browser, who) in [(&phone, "seated"), (&tablet, "known"), (&guest, "guest")] {
        for path in [SUBSCRIBERS, METERED, "/account", "/sign-in", "/plans"] {
            // From memory, and from the database.
            for way in WAYS.iter().chain(&WAYS) {
                let what = format!("{path} as {who}, {way:?}");
                is_refused(&asks_early(browser, path, way).await, &what);
            }
        }
    }
    assert!(paper.app.leases.is_empty(), "nobody reads yet");
    assert!(phone.opens(SUBSCRIBERS).await.text.contains(CANARY));
    assert_eq!(tablet.opens(METERED).await.access(), "metered");
    assert_eq!(guest.opens(METERED).await.access(), "metered");
    assert_eq!(guest.opens(SUBSCRIBERS).await.access(), "wall");
    assert_eq!(guest.opens("/sign-in").await.status, StatusCode::OK);
}

/// The answer would still be shown minutes later, when reading is elsewhere.
#[tokio::test]
async fn the_device_that_reads_gets_no_text_early_either() {
    let paper = TestPaper::new().await;
    let phone = paper.reader("ada", true).await.on("phone").await;
    let full = phone.opens(SUBSCRIBERS).await;
    assert_eq!(full.access(), "full");
    let tag = full.headers["etag"].to_str().unwrap();
    for way in WAYS {
        let known = [way, &[("if-none-match", tag)]].concat();
        is_refused(&asks_early(&phone, SUBSCRIBERS, &known).await, "read now");
    }
    assert_eq!(phone.opens(SUBSCRIBERS).await.access(), "full");
}

#[tokio::test]
async fn what_is_everybodys_is_given_early() {
    let paper = TestPaper::new().await;
    let guest = paper.guest();
    for path in [OPEN, "/en", "/en/topic/water", "/en/feed.xml"] {
        for way in WAYS.iter().chain(&WAYS) {
            let answer = asks_early(&guest, path, way).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} {way:?}");
            let kept = answer.headers["cache-control"].to_str().unwrap();
            assert!(kept.starts_with("public"), "{path}: {kept}");
        }
    }
}
