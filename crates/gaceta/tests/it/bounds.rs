//! What one visitor may leave in the database and send, however often they try.

use base::time::Span;
use http::{Method, StatusCode};
use testing::TestPaper;

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";

#[tokio::test]
async fn a_message_shown_over_and_over_is_one_event_a_minute() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    phone.opens(ARTICLE).await;
    let before = paper.app.leases.events.waiting();
    for _ in 0..300 {
        assert_eq!(laptop.opens(ARTICLE).await.access(), "elsewhere");
    }
    assert_eq!(paper.app.leases.events.waiting() - before, 1);
    paper.advance(Span::minutes(1));
    assert_eq!(laptop.opens(ARTICLE).await.access(), "elsewhere");
    assert_eq!(paper.app.leases.events.waiting() - before, 2);
}

#[tokio::test]
async fn open_pages_of_one_session_send_so_much_and_others_are_not_held_up() {
    let paper = TestPaper::with(|config| config.reading.calls_per_minute = 10).await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    let beat = r#"{"view":"1","seq":1,"epoch":null,"focused":true,"idle":0}"#;
    let rest = r#"{"view":"1","seq":1,"epoch":null}"#;
    let take = "epoch=1.1&op=1&next=/en";
    let calls = [
        (Method::POST, "/reading/beat", beat),
        (Method::POST, "/reading/rest", rest),
        (Method::POST, "/reading/take", take),
        (Method::GET, "/reading/notices?view=1", ""),
    ];
    let mut sent = 0;
    for _ in 0..5 {
        for (method, path, body) in &calls {
            let answer = phone.send(method.clone(), path, &[], body).await;
            let refused = answer.status == StatusCode::TOO_MANY_REQUESTS;
            sent += 1;
            assert_eq!(refused, sent > 10, "{sent} {path}");
        }
    }
    assert_eq!(laptop.opens("/en").await.status, StatusCode::OK);
    assert_ne!(
        laptop
            .send(Method::POST, "/reading/beat", &[], beat)
            .await
            .status,
        StatusCode::TOO_MANY_REQUESTS
    );
    paper.advance(Span::minutes(1));
    let answer = phone.send(Method::POST, "/reading/beat", &[], beat).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn of_many_devices_the_least_used_are_forgotten_and_nobody_is_refused() {
    let paper = TestPaper::with(|config| config.accounts.devices_per_reader = 3).await;
    let ada = paper.reader("ada", true).await;
    let eve = paper.reader("eve", true).await.on("phone").await;
    let mut browsers = Vec::new();
    for number in 0..5 {
        browsers.push(ada.on(&format!("device {number}")).await);
        paper.advance(Span::minutes(1));
    }
    for (number, browser) in browsers.iter().enumerate() {
        let expected = if number < 2 {
            StatusCode::SEE_OTHER
        } else {
            StatusCode::OK
        };
        assert_eq!(browser.opens("/account").await.status, expected, "{number}");
    }
    assert_eq!(eve.opens("/account").await.status, StatusCode::OK);
    // The same browsers again are no further devices.
    for _ in 0..3 {
        let form = format!("email={}&password=a+paper+a+day", ada.email);
        let answer = browsers[4].send(Method::POST, "/sign-in", &[], &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(browsers[2].opens("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn changing_the_password_over_and_over_sends_so_many_mails() {
    let paper = TestPaper::with(|config| config.accounts.password_changes = 3).await;
    let ada = paper.reader("ada", false).await;
    let phone = ada.on("phone").await;
    let form = "current=a+paper+a+day&password=a+paper+a+day";
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let answer = phone
            .send(Method::POST, "/account/password", &[], form)
            .await;
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses, [303, 303, 303, 429, 429]);
    assert_eq!(paper.mails().await.len(), 3);
}

#[tokio::test]
async fn a_pasted_list_that_cannot_be_invited_holds_up_no_writer() {
    let paper = TestPaper::new().await;
    let ana = paper.owner("ana", "company", 5).await.on("laptop").await;
    let many: Vec<String> = (0..3_000).map(|n| format!("n{n}%40example.com")).collect();
    let form = format!("emails={}", many.join("+"));
    // The first four of them find a seat.
    let some = ana.send(Method::POST, "/account/seats/invite", &[], &form);
    some.await;
    assert_eq!(paper.mails().await.len(), 4);
    let many: Vec<String> = (0..3_000).map(|n| format!("o{n}%40example.com")).collect();
    let form = format!("emails={}", many.join("+"));
    let writer = paper.app.base.write().await.unwrap();
    let answer = ana
        .send(Method::POST, "/account/seats/invite", &[], &form)
        .await;
    drop(writer);
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(paper.mails().await.len(), 4);
}

#[tokio::test]
async fn a_long_list_is_invited_in_portions() {
    let paper = TestPaper::new().await;
    let ana = paper.owner("ana", "company", 200).await.on("laptop").await;
    let many: Vec<String> = (0..120).map(|n| format!("n{n}%40example.com")).collect();
    let form = format!("emails={}+{}", many.join("+"), many.join("+"));
    let answer = ana
        .send(Method::POST, "/account/seats/invite", &[], &form)
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(paper.mails().await.len(), 120, "each once");
}
