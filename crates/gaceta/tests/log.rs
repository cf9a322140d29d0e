//! The log: what happens to accounts stands in it, and no address, token or password does, whatever level is asked for.
//!
//! A program of its own: what is logged is heard by thread, and other tests would decide what of it is made at all.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use http::{Method, StatusCode};
use testing::{Answer, Browser, PASSWORD, TestPaper, encode};

/// All that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What nobody may find in it.
#[derive(Default)]
struct Secrets(Vec<String>);

impl Secrets {
    fn keep(&mut self, text: impl Into<String>) {
        self.0.push(text.into());
    }

    /// The token of a link that was mailed; its path.
    async fn link(&mut self, paper: &TestPaper, start: &str) -> String {
        let link = paper.mailed_link(start).await;
        let path = link.split('?').next().unwrap().to_owned();
        self.keep(path[start.len()..].to_owned());
        path
    }

    fn cookies(&mut self, browser: &Browser<'_>) {
        for name in ["session", "device", "proof"] {
            self.0.extend(browser.cookie(name));
        }
    }
}

async fn post(browser: &Browser<'_>, path: &str, form: &str) -> Answer {
    let from = [("x-forwarded-for", "198.51.100.77")];
    browser.send(Method::POST, path, &from, form).await
}

/// Everything that is done with accounts, by Ada, who has a company, by Ben, whom she invites, and by somebody who guesses.
#[expect(
    clippy::too_many_lines,
    reason = "one journey, read from top to bottom"
)]
async fn journey(paper: &TestPaper) -> Secrets {
    let mut secrets = Secrets::default();
    for text in [
        PASSWORD,
        "a paper now and then",
        "no paper at all",
        "198.51.100",
        "@example.com",
        "ada.lovelace",
    ] {
        secrets.keep(text);
        secrets.keep(encode(text));
    }
    let ada = paper.owner("ada.lovelace", "company", 4).await;
    let (phone, tablet) = (ada.on("phone").await, ada.on("tablet").await);
    let stranger = paper.guest();
    for email in [
        "ada.lovelace%40example.com",
        "nobody%40example.com",
        "%40%40",
    ] {
        let answer = post(
            &stranger,
            "/sign-in",
            &format!("email={email}&password=no+paper+at+all"),
        )
        .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // Signing up, and the link opened elsewhere.
    let form = "email=eva%40example.com&name=Eva&password=a+paper+now+and+then";
    post(&stranger, "/sign-up", form).await;
    secrets.cookies(&stranger);
    let proof = secrets.link(paper, "/proof/").await;
    for path in [
        proof.clone(),
        format!("{proof}/"),
        format!("{proof}."),
        format!("{proof}/x"),
        format!("/{proof}"),
    ] {
        stranger.opens(&path).await;
        post(&stranger, &path, "password=").await;
    }
    post(&paper.guest(), &proof, "password=a+paper+now+and+then").await;
    // An invitation, by somebody who is not signed in, and by whom it is for.
    post(&phone, "/account/seats/invite", "emails=ben%40example.com").await;
    let invitation = secrets.link(paper, "/invitation/").await;
    let ben = paper.guest();
    ben.opens(&invitation).await;
    let answer = post(&ben, &invitation, "name=Ben&password=a+paper+now+and+then").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    // Password given again, changed, reset.
    post(
        &phone,
        "/account/confirm",
        "confirm-password=no+paper+at+all",
    )
    .await;
    post(
        &phone,
        "/account/confirm",
        &format!("confirm-password={}", encode(PASSWORD)),
    )
    .await;
    post(
        &phone,
        "/account/password",
        "current=no+paper+at+all&password=a+paper+now+and+then",
    )
    .await;
    let form = format!("current={}&password=a+paper+now+and+then", encode(PASSWORD));
    assert_eq!(
        post(&phone, "/account/password", &form).await.status,
        StatusCode::SEE_OTHER
    );
    secrets.cookies(&tablet);
    post(&stranger, "/reset", "email=ada.lovelace%40example.com").await;
    let reset = secrets.link(paper, "/reset/").await;
    // Refused, and by a page that says so: too large, from elsewhere, with a wrong method.
    post(&stranger, &reset, &"x".repeat(1 << 20)).await;
    let foreign = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    stranger
        .send(Method::POST, &reset, &foreign, "password=x")
        .await;
    stranger.send(Method::DELETE, &reset, &[], "").await;
    let answer = post(&stranger, &reset, "password=no+paper+at+all").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    // A seat taken back, a device signed out, a sign-out, and pages that are for others.
    let form = "email=ada.lovelace%40example.com&password=no+paper+at+all";
    let (laptop, desk) = (paper.guest(), paper.guest());
    for browser in [&laptop, &desk] {
        assert_eq!(
            post(browser, "/sign-in", form).await.status,
            StatusCode::SEE_OTHER
        );
        secrets.cookies(browser);
    }
    let seats = laptop.opens("/account/seats").await;
    post(
        &laptop,
        "/account/seats/remove",
        &format!("seat={}", seats.hidden("seat")),
    )
    .await;
    let devices = laptop.opens("/account/devices").await;
    let other = devices
        .text
        .split("action=\"/account/devices/")
        .find_map(|rest| {
            let (id, rest) = rest.split_once('/')?;
            rest.starts_with("sign-out").then_some(id)
        });
    let path = format!("/account/devices/{}/sign-out", other.unwrap());
    assert_eq!(post(&laptop, &path, "").await.status, StatusCode::SEE_OTHER);
    post(&laptop, "/account/devices/others", "").await;
    let form = "current=no+paper+at+all&password=";
    let answer = post(&laptop, "/account/devices/unknown", form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    laptop.opens("/admin/subscriptions").await;
    post(&laptop, "/sign-out", "").await;
    secrets.cookies(&phone);
    secrets.cookies(&ben);
    let answer = post(&ben, "/account/data/delete", "sure=yes").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    // The database breaks while a link is used.
    paper.execute("DROP TABLE proof".into()).await;
    assert_eq!(
        stranger.opens(&reset).await.status,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    assert_eq!(
        post(&stranger, &proof, "password=x").await.status,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    secrets
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one journey, read from top to bottom"
)]
async fn the_log_of_a_whole_journey_says_what_happened_and_nothing_secret() {
    let mut paper = TestPaper::with(|config| config.server.proxies = 1).await;
    paper.looks_for_jobs = false;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(gaceta::cli::log_filter("trace".into()))
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let secrets = journey(&paper).await;
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for secret in &secrets.0 {
        let line = text.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{secret} stands in the log");
    }
    assert!(secrets.0.len() > 20, "{}", secrets.0.len());
    for event in [
        "signed-in",
        "sign-in-failed",
        "sign-up-asked",
        "signed-up",
        "seat-taken",
        "confirm-failed",
        "confirmed",
        "password-changed",
        "reset-asked",
        "password-reset",
        "seat-removed",
        "signed-out",
        "signed-out-other",
        "signed-out-others",
        "secured",
        "deleted",
    ] {
        let line = text
            .lines()
            .find(|line| line.contains(&format!("event=\"{event}\"")));
        let line = line.unwrap_or_else(|| panic!("{event} is not in the log: {text}"));
        assert!(line.contains("INFO gaceta::security"), "{line}");
        assert!(
            line.contains("reader=") || line.contains("address="),
            "{line}"
        );
    }
    // One and the same address has one name in all lines.
    let failed: Vec<_> = text
        .lines()
        .filter(|line| line.contains("sign-in-failed"))
        .collect();
    let name = |line: &str| {
        line.split("address=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(failed.len(), 3);
    assert_ne!(name(failed[0]), name(failed[1]));
    let signed_in = text
        .lines()
        .rfind(|line| line.contains("event=\"signed-in\""))
        .unwrap();
    assert_eq!(name(failed[0]), name(signed_in));
    // What broke, and where.
    assert!(
        text.contains("route=\"/reset/{token}\"") && text.contains("route=\"/proof/{token}\""),
        "{text}"
    );
    assert!(text.contains("why=\"cross-site request\""), "{text}");
}
