//! Seats: an invitation accepted by a second person, two people reading at the same time, and identifiers of one reader
//! in the hands of another.

use base::time::Span;
use http::{Method, StatusCode};

use testing::{Answer, Browser, TestPaper};

async fn invite(browser: &Browser<'_>, email: &str) -> Answer {
    let form = format!("emails={}", email.replace('@', "%40"));
    browser
        .send(Method::POST, "/account/seats/invite", &[], &form)
        .await
}

/// The seat of the person with this address, as the owner's page has it.
fn seat_of(page: &Answer, email: &str) -> String {
    let row = page
        .text
        .split("<form class=\"act\"")
        .find(|row| row.contains(email) && row.contains("name=\"seat\""));
    let rest = row.expect("the person is listed");
    let value = rest.split("name=\"seat\" value=\"").nth(1).unwrap();
    value.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn two_people_on_one_premium_read_at_the_same_time_until_one_is_removed() {
    let paper = TestPaper::new().await;
    let path = paper
        .publish("en", "a", "subscribers", "only for seats")
        .await;
    let ana = paper.owner("ana", "premium", 2).await;
    let home = ana.on("laptop").await;
    assert_eq!(
        invite(&home, "new@example.com").await.status,
        StatusCode::SEE_OTHER
    );
    let link = paper.mailed_link("/invitation/").await;
    let guest = paper.guest();
    assert_eq!(guest.opens(&path).await.access(), "wall");
    let form = "email=new%40example.com&name=Nora&password=a+house+by+the+river";
    let accepted = guest.send(Method::POST, &link, &[], form).await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.text);
    for _ in 0..3 {
        assert_eq!(home.opens(&path).await.access(), "full");
        assert_eq!(guest.opens(&path).await.access(), "full");
    }
    let full = invite(&home, "third@example.com").await;
    assert_eq!(full.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = paper
        .guest()
        .send(Method::POST, &link, &[], form)
        .await
        .status;
    assert!(again.is_client_error(), "an invitation works once: {again}");

    let seat = seat_of(&home.opens("/account/seats").await, "new@example.com");
    let form = format!("seat={seat}");
    home.send(Method::POST, "/account/seats/remove", &[], &form)
        .await;
    assert_eq!(guest.opens(&path).await.access(), "wall");
    assert_eq!(home.opens(&path).await.access(), "full");
}

#[tokio::test]
async fn seats_of_another_subscription_cannot_be_touched() {
    let paper = TestPaper::new().await;
    let ana = paper.owner("ana", "premium", 2).await;
    let eve = paper.owner("eve", "premium", 2).await;
    let (hers, ours) = (eve.on("laptop").await, ana.on("laptop").await);
    invite(&ours, "nora@example.com").await;
    let seat = seat_of(&ours.opens("/account/seats").await, "nora@example.com");
    let form = format!("seat={seat}");
    hers.send(Method::POST, "/account/seats/remove", &[], &form)
        .await;
    let still = ours.opens("/account/seats").await;
    assert_eq!(seat_of(&still, "nora@example.com"), seat);
    // Who owns nothing has no seats to give.
    let luis = paper.reader("luis", false).await.on("phone").await;
    let refused = invite(&luis, "friend@example.com").await;
    assert!(refused.status.is_client_error() || refused.status.is_redirection());
    let foreign = luis
        .send(Method::POST, "/account/seats/remove", &[], &form)
        .await;
    assert!(!foreign.status.is_success(), "{}", foreign.status);
    assert_eq!(
        seat_of(&ours.opens("/account/seats").await, "nora@example.com"),
        seat
    );
    let mails = paper.mails().await;
    assert_eq!(mails.len(), 1, "nobody else was invited");
    assert_eq!(mails[0].to, "nora@example.com");
}

#[tokio::test]
async fn pages_of_the_staff_are_for_the_staff() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let browser = ada.on("laptop").await;
    let form = "email=ada%40example.com&plan=digital&until=2027-01-01";
    for guest in [&browser, &paper.guest()] {
        for method in [Method::GET, Method::POST] {
            let body = if method == Method::POST { form } else { "" };
            let path = "/admin/subscriptions";
            let answer = guest.send(method, path, &[], body).await;
            assert!(!answer.status.is_success(), "{}", answer.status);
            assert!(!answer.text.contains("ada@example.com"));
        }
    }
    ada.works_here().await;
    let page = browser.opens("/admin/subscriptions").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let given = browser
        .send(Method::POST, "/admin/subscriptions", &[], form)
        .await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
    // A borrowed session does not do: after a while the password is asked for again.
    paper.advance(Span::days(1));
    let later = browser.opens("/admin/subscriptions").await;
    assert_eq!(later.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn whoever_invites_cannot_speak_for_the_paper() {
    let paper = TestPaper::new().await;
    let owner = paper.owner("mallory", "company", 5).await;
    let browser = owner.on("laptop").await;
    for (number, (name, shown)) in [
        ("Mallory", "“Mallory” invites you"),
        (
            "Locked! See evil.example",
            "“mallory@example.com” invites you",
        ),
        (
            "Gaceta” closes your account. “",
            "“Gaceta closes your account.” invites you",
        ),
        (
            &"Your account is locked. ".repeat(3),
            "“Your account is locked. Your account is…” invites you",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let form = format!("name={}&language=en", testing::encode(name.trim()));
        let kept = browser.send(Method::POST, "/account", &[], &form).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
        let sent = invite(&browser, &format!("guest-{number}@example.com")).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let mails = paper.mails().await;
        let mail = mails.last().unwrap();
        for part in [&mail.subject, &mail.text, &mail.html] {
            assert!(part.contains(shown), "{shown}: {part}");
            assert!(!part.contains("evil.example"), "{part}");
        }
        let link = paper.mailed_link("/invitation/").await;
        let page = paper.guest().opens(&link).await;
        assert!(
            page.text.contains(shown) && !page.text.contains("evil.example"),
            "{}",
            page.text
        );
    }
}
