//! The script for pages of another site, and what such a page may ask the paper.

use base::config::Mode;
use base::time::Span;
use http::{Method, StatusCode};

use super::{SITE, gated, header, navigates};
use testing::{Answer, TestPaper};

const BEAT: &str = r#"{"view":"7","seq":1,"epoch":null,"focused":true,"idle":0}"#;

/// What a browser says of a request by a page of this origin.
fn from(origin: &str) -> [(&str, &str); 3] {
    let site = if origin == SITE {
        "same-site"
    } else {
        "cross-site"
    };
    [
        ("origin", origin),
        ("sec-fetch-site", site),
        ("sec-fetch-mode", "cors"),
    ]
}

fn allowed(answer: &Answer) -> (&str, &str) {
    (
        header(answer, "access-control-allow-origin"),
        header(answer, "access-control-allow-credentials"),
    )
}

#[tokio::test]
async fn the_script_is_small_kept_for_minutes_and_may_be_loaded_by_other_hosts() {
    let paper = gated(Mode::Enforce).await;
    let guest = paper.guest();
    let small = [("accept-encoding", "br")];
    let script = guest.send(Method::GET, "/gate/watch.js", &small, "").await;
    assert_eq!(script.status, StatusCode::OK);
    assert_eq!(
        header(&script, "content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(header(&script, "cache-control"), "public, max-age=600");
    assert_eq!(header(&script, "cross-origin-resource-policy"), "same-site");
    let length: usize = header(&script, "content-length").parse().unwrap_or(0);
    println!("watch.js: {length} bytes by brotli");
    assert!(script.text.len() < 12_000);
    let known = [
        ("accept-encoding", "br"),
        ("if-none-match", header(&script, "etag")),
    ];
    let again = guest.send(Method::GET, "/gate/watch.js", &known, "").await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(header(&again, "cache-control"), "public, max-age=600");
    let plain = guest.opens("/gate/watch.js").await.text;
    assert!(plain.contains("`${HOME}/reading/rest`") && !plain.contains("// ["));
    let without = TestPaper::new().await;
    let script = without.guest().opens("/gate/watch.js").await;
    assert_eq!(script.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_page_of_the_site_keeps_the_lease_and_gives_it_up() {
    let paper = gated(Mode::Enforce).await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    navigates(&phone, "").await;
    // As text, by which browsers need no leave.
    let mut said = from(SITE).to_vec();
    said.push(("content-type", "text/plain"));
    paper.advance(Span::seconds(60));
    let beat = phone.send(Method::POST, "/reading/beat", &said, BEAT).await;
    assert_eq!(beat.status, StatusCode::OK, "{}", beat.text);
    assert_eq!(allowed(&beat), (SITE, "true"));
    assert_eq!(header(&beat, "vary"), "Origin");
    assert!(beat.text.contains("\"held\":true"));
    paper.advance(Span::seconds(70));
    assert_eq!(
        navigates(&laptop, "").await.access(),
        "elsewhere",
        "it was kept"
    );
    let rest = r#"{"view":"7","seq":2,"epoch":null}"#;
    let rest = phone.send(Method::POST, "/reading/rest", &said, rest).await;
    assert_eq!(
        (rest.status, allowed(&rest)),
        (StatusCode::OK, (SITE, "true"))
    );
    assert_eq!(navigates(&laptop, "").await.access(), "full", "at rest");
    let beat = phone.send(Method::POST, "/reading/beat", &said, BEAT).await;
    assert!(beat.text.contains("\"held\":false"));
}

#[tokio::test]
async fn only_pages_of_the_sites_may_talk_and_only_about_reading() {
    let paper = gated(Mode::Enforce).await;
    let phone = paper.reader("ada", true).await.on("phone").await;
    for path in ["/reading/beat", "/reading/rest", "/reading/notices"] {
        let mut asks = from(SITE).to_vec();
        asks.push(("access-control-request-method", "POST"));
        let leave = phone.send(Method::OPTIONS, path, &asks, "").await;
        assert_eq!(leave.status, StatusCode::NO_CONTENT);
        assert_eq!(allowed(&leave), (SITE, "true"));
        assert_eq!(
            header(&leave, "access-control-allow-headers"),
            "content-type"
        );
    }
    for origin in [
        "http://localhost:9001",
        "https://localhost:9000",
        "http://localhost:9000.evil.example",
        "http://LOCALHOST:9000",
        "http://evil.example",
        "null",
    ] {
        for path in ["/reading/beat", "/reading/rest", "/reading/notices?view=1"] {
            let leave = phone.send(Method::OPTIONS, path, &from(origin), "").await;
            assert_eq!(allowed(&leave), ("", ""), "{origin}");
        }
        let beat = phone
            .send(Method::POST, "/reading/beat", &from(origin), BEAT)
            .await;
        assert_eq!(
            (beat.status, allowed(&beat)),
            (StatusCode::FORBIDDEN, ("", ""))
        );
        let live = phone.send(Method::GET, "/account", &from(origin), "").await;
        assert_eq!(allowed(&live), ("", ""));
    }
    assert!(paper.app.leases.is_empty());
    // The site is trusted with nothing else.
    for path in [
        "/reading/take",
        "/sign-out",
        "/account/password",
        "/sign-in",
        "/account",
    ] {
        let form = phone
            .send(Method::POST, path, &from(SITE), "epoch=1.1&op=1&next=/")
            .await;
        assert_eq!(form.status, StatusCode::FORBIDDEN, "{path}");
        let leave = phone.send(Method::OPTIONS, path, &from(SITE), "").await;
        assert_eq!(allowed(&leave), ("", ""), "{path}");
    }
    for path in ["/account", "/gate/check", "/en/2026-02-24/subscribers-1"] {
        let page = phone.send(Method::GET, path, &from(SITE), "").await;
        assert_eq!(allowed(&page), ("", ""), "{path}");
    }
    let account = phone.opens("/account").await;
    assert_eq!(account.status, StatusCode::OK, "still signed in");
}
