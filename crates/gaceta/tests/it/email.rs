//! Changing the address: proven at the new one, brought back at the old one, and never given to somebody else.

use base::time::Span;
use http::{Method, StatusCode};

use testing::{Answer, Browser, TestPaper};

const NEW: &str = "ada.new@example.com";

async fn post(browser: &Browser<'_>, path: &str, form: &str) -> Answer {
    browser.send(Method::POST, path, &[], form).await
}

fn leads_to(answer: &Answer) -> &str {
    let to = answer.headers.get("location");
    to.map_or("", |value| value.to_str().unwrap())
}

async fn is_in(browser: &Browser<'_>) -> bool {
    browser.opens("/account").await.status == StatusCode::OK
}

async fn sign_in(browser: &Browser<'_>, email: &str, password: &str) -> StatusCode {
    let form = format!(
        "email={}&password={}",
        testing::encode(email),
        testing::encode(password)
    );
    post(browser, "/sign-in", &form).await.status
}

/// Asks for the new address in this browser; gives the link in the mail to it.
async fn asked(paper: &TestPaper, browser: &Browser<'_>, email: &str) -> String {
    let form = format!("email={}", testing::encode(email));
    let sent = post(browser, "/account/email", &form).await;
    assert_eq!(
        leads_to(&sent),
        "/account/email?notice=email-sent",
        "{}",
        sent.text
    );
    paper.mailed_link("/email/").await
}

#[tokio::test]
async fn a_new_address_counts_once_it_is_proven_and_both_hear_of_it() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    let form = format!("email={}", testing::encode(&ada.email));
    post(&paper.guest(), "/reset", &form).await;
    let reset = paper.mailed_link("/reset/").await;

    let link = asked(&paper, &laptop, NEW).await;
    let page = laptop.opens(&link).await;
    assert!(page.text.contains(NEW), "{}", page.text);
    assert_eq!(
        sign_in(&paper.guest(), NEW, testing::PASSWORD).await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "looking changes nothing"
    );
    let done = post(&laptop, &link, "").await;
    assert_eq!(leads_to(&done), "/account?notice=email-changed");
    assert!(is_in(&laptop).await && !is_in(&phone).await);
    for (email, status) in [
        (ada.email.as_str(), StatusCode::UNPROCESSABLE_ENTITY),
        (NEW, StatusCode::SEE_OTHER),
    ] {
        let guest = paper.guest();
        assert_eq!(sign_in(&guest, email, testing::PASSWORD).await, status);
    }
    // Links of before are void, and this one was used.
    for link in [&reset, &link] {
        let answer = post(&laptop, link, "password=my+second+password").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{link}");
    }
    let mails = paper.mails().await;
    let mut last: Vec<_> = mails[mails.len() - 2..]
        .iter()
        .map(|mail| mail.to.as_str())
        .collect();
    last.sort_unstable();
    let mut both = [ada.email.as_str(), NEW];
    both.sort_unstable();
    assert_eq!(last, both);
}

/// Who types a wrong address does not give the account to whoever has that mailbox.
#[tokio::test]
async fn the_link_counts_only_where_its_reader_is_signed_in() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let laptop = ada.on("laptop").await;
    let link = asked(&paper, &laptop, NEW).await;
    let eve = paper.reader("eve", false).await.on("phone").await;
    for (browser, status) in [
        (&paper.guest(), StatusCode::SEE_OTHER),
        (&eve, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(browser.opens(&link).await.status, status);
        assert_eq!(post(browser, &link, "").await.status, status);
    }
    // A password that was changed since voids it, too: whoever asked may have been somebody else.
    let form = "current=a+paper+a+day&password=my+second+password";
    post(&laptop, "/account/password", form).await;
    assert_eq!(post(&laptop, &link, "").await.status, StatusCode::NOT_FOUND);
    paper.mails().await;
}

#[tokio::test]
async fn an_address_that_somebody_has_is_answered_alike_and_stays_theirs() {
    let paper = TestPaper::new().await;
    let (ada, eve) = (
        paper.reader("ada", true).await,
        paper.reader("eve", false).await,
    );
    let laptop = ada.on("laptop").await;
    let rows = async || {
        let proofs = paper.count("proof").await;
        (proofs, paper.count("job").await)
    };
    let answers = async |email: &str| {
        let form = format!("email={}", testing::encode(email));
        let before = rows().await;
        let answer = post(&laptop, "/account/email", &form).await;
        let after = rows().await;
        let grown = (after.0 - before.0, after.1 - before.1);
        (answer.status, leads_to(&answer).to_owned(), grown)
    };
    assert_eq!(answers(&eve.email).await, answers(NEW).await);
    let mails = paper.mails().await;
    let to_eve = mails.iter().find(|mail| mail.to == eve.email).unwrap();
    assert!(!to_eve.text.contains("/email/"), "{}", to_eve.text);
    // Taken while the mail was on its way.
    let link = paper.mailed_link("/email/").await;
    let moved = NEW.split('@').next().unwrap();
    paper.reader(moved, false).await;
    assert_eq!(post(&laptop, &link, "").await.status, StatusCode::NOT_FOUND);
    let same = format!("email={}", testing::encode(&ada.email));
    let refused = post(&laptop, "/account/email", &same).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("id=\"email-error\""));
}

#[tokio::test]
async fn the_old_address_brings_the_account_back() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let owner = ada.on("laptop").await;
    // Somebody who knows the password moves the account twice, and changes the password.
    let thief = ada.on("phone").await;
    let link = asked(&paper, &thief, "thief@example.com").await;
    post(&thief, &link, "").await;
    let back = paper.mailed_link("/restore/").await;
    let link = asked(&paper, &thief, "thief.two@example.com").await;
    post(&thief, &link, "").await;
    let thiefs = paper.mailed_link("/restore/").await;
    assert_ne!(back, thiefs);
    let form = "current=a+paper+a+day&password=now+it+is+mine";
    post(&thief, "/account/password", form).await;
    let waiting = asked(&paper, &thief, "thief.three@example.com").await;
    assert!(is_in(&thief).await && !is_in(&owner).await);

    paper.advance(Span::days(6));
    let page = owner.opens(&back).await;
    assert!(page.text.contains(&ada.email), "{}", page.text);
    let refused = post(&owner, &back, "password=short").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = post(&owner, &back, "password=my+second+password").await;
    assert_eq!(leads_to(&done), "/sign-in?notice=restored&lang=en");
    assert!(!is_in(&thief).await);
    let guest = paper.guest();
    assert_eq!(
        sign_in(&guest, &ada.email, "my second password").await,
        StatusCode::SEE_OTHER
    );
    // Nothing that the thief still has works any more.
    for link in [&thiefs, &back, &waiting] {
        let answer = post(&guest, link, "password=a+third+password").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{link}");
    }
    for email in ["thief@example.com", "thief.two@example.com"] {
        let refused = sign_in(&paper.guest(), email, "now it is mine").await;
        assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let mails = paper.mails().await;
    assert_eq!(mails.last().unwrap().to, ada.email);
}

#[tokio::test]
async fn the_way_back_is_open_for_as_long_as_it_says_and_never_takes_an_account() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let laptop = ada.on("laptop").await;
    let link = asked(&paper, &laptop, NEW).await;
    post(&laptop, &link, "").await;
    let back = paper.mailed_link("/restore/").await;
    // The address was left, and somebody else has it by now.
    let next = paper.reader("ada", false).await.on("tablet").await;
    let taken = post(&laptop, &back, "password=my+second+password").await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert!(is_in(&next).await && is_in(&laptop).await);
    paper.advance(paper.app.base.config.accounts.address_back_for);
    let late = post(&laptop, &back, "password=my+second+password").await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    paper.mails().await;
}

/// A sign-in that was verified with the old address is no sign-in after the change.
#[tokio::test]
async fn no_sign_in_under_way_survives_a_change_of_address() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let mut tx = paper.app.base.write().await.unwrap();
    let verified = readers::store::find_reader(&mut tx, ada.id).await.unwrap();
    let verified = verified.unwrap();
    assert!(
        readers::store::lock_password(&mut tx, &verified)
            .await
            .unwrap()
    );
    assert!(
        readers::store::set_email(&mut tx, &verified, NEW)
            .await
            .unwrap()
    );
    assert!(
        !readers::store::lock_password(&mut tx, &verified)
            .await
            .unwrap()
    );
}
