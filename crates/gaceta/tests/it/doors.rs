//! Bad input: each kind gets one clear answer, and nothing is half done.

use http::{Method, StatusCode};

use testing::TestPaper;

#[tokio::test]
async fn bad_addresses_are_not_found_in_the_readers_language() {
    let paper = TestPaper::new().await;
    let guest = paper.guest();
    for path in [
        "/xx",
        "/en/2026-02-24/nothing",
        "/en/2026-02-24/..%2f..%2fetc",
        "/en/2026-02-24/subscribers-1/x.css",
        "//en/2026-02-24/subscribers-1",
        "/EN/2026-02-24/subscribers-1",
        "/en/topic/none",
        "/en/topic/water?page=x",
        "//en/2026-02-24/subscribers-1/",
        "//evil.example/",
        "//evil.example.",
        "/media/x.jpg",
        "/assets/../Cargo.toml",
    ] {
        let answer = guest.opens(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        assert!(answer.text.contains("<h1>"), "{path}");
    }
    assert!(
        guest
            .opens("/es/2026-02-24/nada")
            .await
            .text
            .contains("Aquí no hay ninguna página")
    );
}

#[tokio::test]
async fn a_large_form_a_foreign_form_and_nonsense_are_refused() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    let large = format!("email=a&password={}", "x".repeat(10 << 20));
    assert_eq!(
        phone
            .send(Method::POST, "/sign-in", &[], &large)
            .await
            .status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let foreign = [
        ("origin", "https://elsewhere.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    assert_eq!(
        phone
            .send(Method::POST, "/sign-out", &foreign, "")
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        phone.opens("/en/2026-02-24/subscribers-1").await.access(),
        "full",
        "still signed in"
    );
    assert_eq!(
        phone
            .send(Method::POST, "/reading/take", &[], "epoch=x&op=1&next=/")
            .await
            .status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        phone
            .send(Method::POST, "/reading/beat", &[], "{")
            .await
            .status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        phone
            .send(Method::GET, "/reading/take", &[], "")
            .await
            .status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn a_forged_cookie_is_a_guest_and_signing_in_never_keeps_it() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let guest = paper.guest();
    for value in ["x", &"A".repeat(43), "'; DROP TABLE session; --"] {
        guest.set_cookie("session", value);
        assert_eq!(
            guest.opens("/en/2026-02-24/subscribers-1").await.access(),
            "wall"
        );
    }
    let seeded = "B".repeat(43);
    guest.set_cookie("session", &seeded);
    let form = format!("email={}&password=a+paper+a+day", ada.email);
    assert_eq!(
        guest
            .send(Method::POST, "/sign-in", &[], &form)
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    assert_ne!(
        guest.cookie("session").unwrap(),
        seeded,
        "a session that was there before is never promoted"
    );
}

#[tokio::test]
async fn signing_in_returns_to_this_site_only() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    for (next, to) in [
        ("/en/2026-02-24/open-1", "/en/2026-02-24/open-1"),
        ("https://evil.example", "/en"),
        ("//evil.example", "/en"),
    ] {
        let form = format!("email={}&password=a+paper+a+day&next={next}", ada.email);
        let guest = paper.guest();
        let answer = guest.send(Method::POST, "/sign-in", &[], &form).await;
        let sent_on = answer.headers["location"].to_str().unwrap();
        let answer = guest.opens(sent_on).await;
        assert_eq!(answer.headers["location"], to);
        // Nor does that page lead anywhere else by itself.
        let done = format!("/sign-in/done?next={next}");
        let answer = guest.opens(&done).await.headers["location"].clone();
        assert_eq!(answer, if to == "/en" { "/" } else { to });
    }
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let paper = TestPaper::with(|config| {
        config.site.public_url = "https://paper.example".into();
    })
    .await;
    let guest = paper.guest();
    for path in [
        "/en",
        "/en/2026-02-24/subscribers-1",
        "/nowhere/at/all/here",
        "/sign-in",
        "/en/feed.xml",
        "/account",
        "/robots.txt",
    ] {
        let answer = guest.opens(path).await;
        let header = |name: &str| {
            let value = answer.headers.get(name);
            value.map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert!(header("strict-transport-security").starts_with("max-age="));
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
    }
}

#[tokio::test]
async fn over_https_cookies_are_bound_to_this_host() {
    let paper = TestPaper::with(|config| {
        config.site.public_url = "https://paper.example".into();
    })
    .await;
    let ada = paper.reader("ada", true).await;
    let form = format!(
        "email={}&password=a+paper+a+day",
        ada.email.replace('@', "%40")
    );
    let answer = paper
        .guest()
        .send(Method::POST, "/sign-in", &[], &form)
        .await;
    let lines: Vec<&str> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap())
        .collect();
    assert_eq!(lines.len(), 2, "session and device");
    for line in lines {
        assert!(line.starts_with("__Host-"), "{line}");
        for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(line.contains(attribute), "{line}");
        }
        assert!(!line.to_lowercase().contains("domain="), "{line}");
    }
}

#[tokio::test]
async fn an_address_with_something_behind_it_leads_to_the_address() {
    let paper = TestPaper::new().await;
    let guest = paper.guest();
    for (path, to) in [
        ("/en/", "/en"),
        ("/en/topic/water/", "/en/topic/water"),
        ("/en/topic/water.", "/en/topic/water"),
        ("/en/feed.xml/", "/en/feed.xml"),
        ("/sign-in/?next=/en/", "/sign-in?next=/en/"),
        ("/account/", "/account"),
        ("/en/2026-02-24/open-1/", "/en/2026-02-24/open-1"),
        (
            "/en/2026-02-24/open-1/?a=b&c",
            "/en/2026-02-24/open-1?a=b&c",
        ),
        ("/en/2026-02-24/open-1.", "/en/2026-02-24/open-1"),
        ("/en/2026-02-24/open-1)", "/en/2026-02-24/open-1"),
        ("/en/2026-02-24/open-1,", "/en/2026-02-24/open-1"),
        ("/en/2026-02-24/open-1%C2%BB.", "/en/2026-02-24/open-1"),
        // Nothing is said of what is there.
        (
            "/en/2026-02-24/subscribers-1/",
            "/en/2026-02-24/subscribers-1",
        ),
        ("/en/2026-02-24/nothing/", "/en/2026-02-24/nothing"),
        ("/nothing/at/all/", "/nothing/at/all"),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let answer = guest.send(method, path, &[], "").await;
            assert_eq!(answer.status, StatusCode::MOVED_PERMANENTLY, "{path}");
            assert_eq!(answer.headers["location"], to);
            assert!(answer.text.is_empty() && answer.access().is_empty());
        }
    }
    let form = guest.send(Method::POST, "/sign-in/", &[], "").await;
    assert_eq!(form.status, StatusCode::NOT_FOUND);
}
