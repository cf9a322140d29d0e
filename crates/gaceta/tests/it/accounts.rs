//! Accounts: signing up with a proof, resetting, changing the password, devices. Mails are read as they were sent.

use http::{Method, StatusCode};

use testing::{Answer, Browser, TestPaper};

const SIGN_UP: &str = "name=Eva&email=eva%40example.com&password=first+choice+of+mine";

async fn sign_up(browser: &Browser<'_>) -> Answer {
    browser.send(Method::POST, "/sign-up", &[], SIGN_UP).await
}

async fn sign_in(browser: &Browser<'_>, email: &str, password: &str) -> Answer {
    let form = format!("email={email}&password={}", password.replace(' ', "+"));
    browser.send(Method::POST, "/sign-in", &[], &form).await
}

fn leads_to(answer: &Answer) -> &str {
    answer
        .headers
        .get("location")
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn the_browser_that_signed_up_proves_its_address_by_a_button() {
    let paper = TestPaper::new().await;
    let browser = paper.guest();
    assert_eq!(leads_to(&sign_up(&browser).await), "/sign-up/sent?lang=en");
    assert_eq!(
        sign_in(&paper.guest(), "eva@example.com", "first choice of mine")
            .await
            .status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "no account before the proof"
    );
    let link = paper.mailed_link("/proof/").await;
    let page = browser.opens(&link).await;
    assert!(!page.text.contains("type=\"password\""));
    // Looking at the link used nothing up.
    let done = browser.send(Method::POST, &link, &[], "").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(browser.opens("/account").await.status, StatusCode::OK);
    let again = browser.send(Method::POST, &link, &[], "").await;
    assert_eq!(again.status, StatusCode::NOT_FOUND, "a link works once");
    assert_eq!(
        sign_in(&paper.guest(), "eva@example.com", "first choice of mine")
            .await
            .status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn nobody_prepares_an_account_with_the_address_of_another() {
    let paper = TestPaper::new().await;
    sign_up(&paper.guest()).await;
    let link = paper.mailed_link("/proof/").await;
    let owner = paper.guest();
    assert!(owner.opens(&link).await.text.contains("type=\"password\""));
    let empty = owner.send(Method::POST, &link, &[], "").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let body = "password=what+the+owner+chose";
    let done = owner.send(Method::POST, &link, &[], body).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(owner.opens("/account").await.status, StatusCode::OK);
    let stranger = sign_in(&paper.guest(), "eva@example.com", "first choice of mine").await;
    assert_eq!(stranger.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn known_and_unknown_addresses_get_the_same_answers() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", false).await;
    let known = ada.email.replace('@', "%40");
    for (path, form) in [
        ("/sign-up", "name=A&password=a+long+enough+one&email="),
        ("/reset", "email="),
        ("/sign-in", "password=not+the+right+one&email="),
    ] {
        let mut answers = Vec::new();
        for email in [known.as_str(), "nobody%40example.com"] {
            let guest = paper.guest();
            let body = format!("{form}{email}");
            let answer = guest.send(Method::POST, path, &[], &body).await;
            let typed = email.replace("%40", "@");
            answers.push((answer.status, answer.text.replace(&typed, "")));
        }
        assert_eq!(answers[0], answers[1], "{path}");
    }
    // Only the mails themselves differ; there are as many for one as for the other.
    let mails = paper.mails().await;
    let mut to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    let nobody = "nobody@example.com";
    assert_eq!(to, [&ada.email, &ada.email, nobody, nobody]);
}

#[tokio::test]
async fn a_reset_ends_every_session_and_its_link_works_once() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    let guest = paper.guest();
    let form = format!("email={}", ada.email.replace('@', "%40"));
    guest.send(Method::POST, "/reset", &[], &form).await;
    let link = paper.mailed_link("/reset/").await;
    assert_eq!(phone.opens("/account").await.status, StatusCode::OK);
    let new = "password=my+second+password";
    let weak = guest
        .send(Method::POST, &link, &[], "password=password")
        .await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = guest.send(Method::POST, &link, &[], new).await;
    assert_eq!(leads_to(&done), "/sign-in?notice=reset&lang=en");
    assert_eq!(
        guest.send(Method::POST, &link, &[], new).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(phone.opens("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        sign_in(&guest, &ada.email, "my second password")
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    let mails = paper.mails().await;
    assert_eq!(mails.len(), 2, "the link, and that it was used");
}

#[tokio::test]
async fn a_change_of_password_signs_the_other_devices_out() {
    let paper = TestPaper::new().await;
    let path = paper
        .publish("en", "a", "subscribers", "only for seats")
        .await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    assert_eq!(laptop.opens(&path).await.access(), "full");
    let form = "current=a+paper+a+day&password=my+second+password";
    let done = phone
        .send(Method::POST, "/account/password", &[], form)
        .await;
    assert_eq!(leads_to(&done), "/account?notice=password");
    assert_eq!(phone.opens("/account").await.status, StatusCode::OK);
    assert_eq!(laptop.opens("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(laptop.opens(&path).await.access(), "wall");
    assert_eq!(phone.opens(&path).await.access(), "full");
    let mails = paper.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ada.email, "the owner hears of it");
}

#[tokio::test]
async fn right_passwords_are_never_counted_and_wrong_ones_are() {
    let paper = TestPaper::with(|config| config.accounts.attempts_per_account = 5).await;
    let ada = paper.reader("ada", false).await;
    for _ in 0..8 {
        ada.on("phone").await;
    }
    let guest = paper.guest();
    for _ in 0..5 {
        let answer = sign_in(&guest, &ada.email, "not it at all").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let before = paper.app.base.clock.now();
    let other = sign_in(&guest, "nobody@example.com", "not it at all").await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(paper.app.base.clock.now(), before);
    let slowed = sign_in(&guest, &ada.email, "a paper a day").await;
    assert_eq!(slowed.status, StatusCode::SEE_OTHER);
    assert!(paper.app.base.clock.now() > before);
}

#[tokio::test]
async fn who_must_sign_in_is_asked_in_the_language_of_the_page() {
    let paper = TestPaper::new().await;
    let guest = paper.guest();
    let spanish = [("accept-language", "es-MX,es;q=0.9")];
    let answer = guest.send(Method::GET, "/account", &spanish, "").await;
    assert_eq!(leads_to(&answer), "/sign-in?lang=es&next=/account");
    let page = guest.opens(leads_to(&answer)).await;
    assert!(page.text.contains("<html lang=\"es"), "{}", page.text);
}

#[tokio::test]
async fn a_device_is_signed_out_from_another() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    let page = phone.opens("/account/devices").await;
    let buttons: Vec<&str> = page.text.split("action=\"/account/devices/").collect();
    let form = buttons
        .iter()
        .find(|rest| rest.split('"').next().unwrap().ends_with("/sign-out"))
        .expect("the other device can be signed out");
    let path = format!("/account/devices/{}", form.split('"').next().unwrap());
    let done = phone.send(Method::POST, &path, &[], "").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(laptop.opens("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(phone.opens("/account").await.status, StatusCode::OK);
    // Somebody else's device is not there at all.
    let eve = paper.reader("eve", true).await.on("phone").await;
    let foreign = eve.send(Method::POST, &path, &[], "").await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
}
