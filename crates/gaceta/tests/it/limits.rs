//! Whoever guesses is slowed, and nobody is locked out. Waiting moves the clock on, so a test sees how long somebody waited.

use base::time::Span;
use http::{Method, StatusCode};
use testing::{Answer, Browser, TestPaper};

const WRONG: &str = "not it at all";
const RIGHT: &str = "a paper a day";

/// A paper behind one proxy.
async fn proxied() -> TestPaper {
    TestPaper::with(|config| config.server.proxies = 1).await
}

async fn tries(browser: &Browser<'_>, from: &str, email: &str, password: &str) -> Answer {
    let form = format!("email={email}&password={}", password.replace(' ', "+"));
    let from = [("x-forwarded-for", from)];
    browser.send(Method::POST, "/sign-in", &from, &form).await
}

async fn asks_for_reset(browser: &Browser<'_>, from: &str, email: &str) -> Answer {
    let form = format!("email={email}");
    let from = [("x-forwarded-for", from)];
    browser.send(Method::POST, "/reset", &from, &form).await
}

/// How long that took on the paper's clock.
async fn waited<T>(paper: &TestPaper, act: impl Future<Output = T>) -> (T, Span) {
    let before = paper.app.base.clock.mono();
    let done = act.await;
    (done, Span(paper.app.base.clock.mono().minus(before).0))
}

#[tokio::test]
async fn the_owner_gets_in_everywhere_while_a_stranger_guesses_and_is_slowed() {
    let paper = proxied().await;
    let ada = paper.reader("ada", true).await;
    let laptop = ada.on("laptop").await;
    let (stranger, stranger_at) = (paper.guest(), "198.51.100.7");
    for _ in 0..20 {
        let answer = tries(&stranger, stranger_at, &ada.email, WRONG).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let mut slowest = Span::default();
    for _ in 0..40 {
        let guess = tries(&stranger, stranger_at, &ada.email, WRONG);
        let (answer, took) = waited(&paper, guess).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(took >= slowest && took <= Span::seconds(10), "{took}");
        slowest = took;
    }
    assert_eq!(slowest, Span::seconds(10));

    // On a new phone the right password counts after that wait, and even beside the stranger.
    for from in ["203.0.113.5", stranger_at] {
        let phone = paper.guest();
        let (answer, took) = waited(&paper, tries(&phone, from, &ada.email, RIGHT)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{from}");
        assert!(took <= Span::seconds(10), "{took}");
    }
    // The laptop is known: signing in, confirming and changing the password wait for nobody.
    let (answer, took) = waited(&paper, tries(&laptop, stranger_at, &ada.email, RIGHT)).await;
    assert_eq!((answer.status, took), (StatusCode::SEE_OTHER, Span(0)));
    for (path, form) in [
        (
            "/account/confirm",
            "confirm-password=a+paper+a+day&next=/account",
        ),
        (
            "/account/password",
            "current=a+paper+a+day&password=my+second+password",
        ),
    ] {
        let (answer, took) = waited(&paper, laptop.send(Method::POST, path, &[], form)).await;
        assert_eq!(
            (answer.status, took),
            (StatusCode::SEE_OTHER, Span(0)),
            "{path}"
        );
    }
    // And so is a reset by mail.
    let other = paper.guest();
    asks_for_reset(&other, "203.0.113.5", &ada.email).await;
    let link = paper.mailed_link("/reset/").await;
    let done = other.send(Method::POST, &link, &[], "password=my+third+password");
    let (done, took) = waited(&paper, done).await;
    assert_eq!((done.status, took), (StatusCode::SEE_OTHER, Span(0)));
    let answer = tries(&other, "203.0.113.5", &ada.email, "my third password").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    paper.mails().await;
}

#[tokio::test]
async fn a_stranger_with_many_networks_is_slowed_as_well() {
    let paper = proxied().await;
    let ada = paper.reader("ada", false).await;
    let mut took = Span::default();
    for network in 0..40 {
        let from = format!("198.51.{network}.7:41234");
        let guess = tries(&paper.guest(), &from, &ada.email, WRONG).await;
        assert_eq!(guess.status, StatusCode::UNPROCESSABLE_ENTITY);
        let guest = paper.guest();
        let nobody = tries(&guest, &from, "nobody@example.com", WRONG);
        took = waited(&paper, nobody).await.1;
    }
    assert!(
        took >= Span::seconds(5),
        "as for an address that nobody has: {took}"
    );
    let (answer, took) = waited(
        &paper,
        tries(&paper.guest(), "203.0.113.5", &ada.email, RIGHT),
    )
    .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(took <= Span::seconds(10), "{took}");
}

#[tokio::test]
async fn guessing_at_many_accounts_from_one_network_is_slowed_whatever_port_it_shows() {
    let paper = TestPaper::with(|config| {
        config.server.proxies = 1;
        config.accounts.attempts_per_network = 3;
    })
    .await;
    let mut took = Vec::new();
    for number in 0..5 {
        let email = format!("nobody{number}@example.com");
        let from = format!("[2001:db8::{number}]:{}", 4000 + number);
        let guest = paper.guest();
        let guess = tries(&guest, &from, &email, WRONG);
        took.push(waited(&paper, guess).await.1);
    }
    let seconds = Span::seconds;
    assert_eq!(took, [Span(0), Span(0), Span(0), seconds(1), seconds(2)]);
}

#[tokio::test]
async fn mails_that_are_asked_for_are_no_wrong_passwords() {
    let paper = proxied().await;
    let ada = paper.reader("ada", false).await;
    let mut refused = 0;
    for number in 0..200 {
        let from = format!("198.51.100.{number}");
        let answer = asks_for_reset(&paper.guest(), &from, &format!("n{number}@example.com")).await;
        refused += usize::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 100, "from one network");
    let (answer, took) = waited(
        &paper,
        tries(&paper.guest(), "198.51.100.9", &ada.email, RIGHT),
    )
    .await;
    assert_eq!((answer.status, took), (StatusCode::SEE_OTHER, Span(0)));
    // A browser that was signed in before may ask for a mail even there.
    let laptop = ada.on("laptop").await;
    let answer = asks_for_reset(&laptop, "198.51.100.9", &ada.email).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    paper.mailed_link("/reset/").await;
}

#[tokio::test]
async fn nobody_uses_up_the_mails_of_another() {
    let paper = proxied().await;
    let ada = paper.reader("ada", false).await;
    let ask = async |network: u8| {
        let from = format!("198.51.{network}.7");
        let answer = asks_for_reset(&paper.guest(), &from, &ada.email).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    };
    // All day long, from everywhere.
    for round in 0..30 {
        ask(round).await;
        paper.advance(Span::minutes(1));
    }
    let sent = paper.mails().await.len();
    assert!((5..=8).contains(&sent), "the mailbox is not filled: {sent}");
    // The owner, who is told that a mail was sent, has one whose link works.
    let owner = paper.guest();
    let answer = asks_for_reset(&owner, "203.0.113.5", &ada.email).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let link = paper.mailed_link("/reset/").await;
    let done = owner
        .send(Method::POST, &link, &[], "password=my+second+password")
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    paper.mails().await;
}

#[tokio::test]
async fn nobody_keeps_an_address_from_signing_up_by_asking_for_its_password() {
    let paper = proxied().await;
    for network in 0..10 {
        let from = format!("198.51.{network}.7");
        asks_for_reset(&paper.guest(), &from, "eva@example.com").await;
    }
    let owner = paper.guest();
    let form = "email=eva%40example.com&name=Eva&password=a+house+by+the+river&terms=1";
    let from = [("x-forwarded-for", "203.0.113.5")];
    let answer = owner.send(Method::POST, "/sign-up", &from, form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let link = paper.mailed_link("/proof/").await;
    let made = owner.send(Method::POST, &link, &[], "").await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
}
