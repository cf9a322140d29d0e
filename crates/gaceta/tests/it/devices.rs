//! The devices of a reader: all others signed out at once, and the one form for someone who does not know one of them.

use base::time::Span;
use http::{Method, StatusCode};

use testing::{Answer, Browser, TestPaper};

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";
const LIST: &str = "/account/devices";
const OTHERS: &str = "/account/devices/others";
const UNKNOWN: &str = "/account/devices/unknown";

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

#[tokio::test]
async fn all_others_are_signed_out_at_once_and_this_one_reads_on() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let eve = paper.reader("eve", true).await.on("phone").await;
    let (phone, tablet) = (ada.on("phone").await, ada.on("tablet").await);
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    let laptop = ada.on("laptop").await;
    let page = laptop.opens(LIST).await.text;
    assert!(page.contains(&format!("action=\"{OTHERS}\"")), "{page}");

    let done = post(&laptop, OTHERS, "").await;
    assert_eq!(leads_to(&done), "/account/devices?notice=ended-others");
    assert!(is_in(&laptop).await && is_in(&eve).await);
    assert!(!is_in(&phone).await && !is_in(&tablet).await);
    // The phone was being read on, and nobody has to ask it.
    assert_eq!(laptop.opens(ARTICLE).await.access(), "full");
    // Where one is alone there is nothing to press.
    let page = laptop.opens(LIST).await.text;
    assert!(!page.contains(&format!("action=\"{OTHERS}\"")), "{page}");
    assert_eq!(paper.mails().await.len(), 0);
}

#[tokio::test]
async fn who_does_not_know_a_device_signs_all_others_out_and_hears_of_it() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    // A borrowed session is worth nothing without the password, however short ago it was given.
    let refused = post(&laptop, UNKNOWN, "current=not+it+at+all").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(is_in(&phone).await);

    let done = post(&laptop, UNKNOWN, "current=a+paper+a+day&password=").await;
    assert_eq!(leads_to(&done), "/account/devices?notice=secured");
    assert!(is_in(&laptop).await && !is_in(&phone).await);
    let mails = paper.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ada.email);
    assert!(mails[0].subject.contains("signed out"), "{mails:?}");

    // With a new password, those who know the old one stay out.
    let phone = ada.on("phone").await;
    let form = "current=a+paper+a+day&password=my+second+password";
    let done = post(&laptop, UNKNOWN, form).await;
    assert_eq!(leads_to(&done), "/account/devices?notice=password");
    assert!(is_in(&laptop).await && !is_in(&phone).await);
    let email = ada.email.replace('@', "%40");
    let old = format!("email={email}&password=a+paper+a+day");
    let refused = post(&phone, "/sign-in", &old).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mails = paper.mails().await;
    assert!(
        mails[1].subject.contains("password"),
        "{}",
        mails[1].subject
    );
}

/// What an evicted browser had under way evicts nobody any more.
#[tokio::test]
async fn a_session_that_was_ended_meanwhile_signs_nobody_out() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    let session = paper.app.readers.sessions.of(&phone.headers()).await;
    let token = session.unwrap().unwrap().token.text();
    for (path, form) in [(OTHERS, ""), (UNKNOWN, "current=a+paper+a+day")] {
        paper
            .execute(format!("DELETE FROM session WHERE token_hash = '{token}'"))
            .await;
        let done = post(&phone, path, form).await;
        assert!(leads_to(&done).starts_with("/sign-in"), "{}", done.text);
        assert!(is_in(&laptop).await, "{path}");
    }
    assert_eq!(paper.mails().await.len(), 0);
}

#[tokio::test]
async fn the_list_says_since_when_each_device_is_known() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    paper.advance(Span::days(3));
    let laptop = ada.on("laptop").await;
    let page = laptop.opens(LIST).await.text;
    assert!(page.contains("Last seen 3 days ago</time> · "), "{page}");
    assert!(
        page.contains(">First signed in 3 days ago</time>"),
        "{page}"
    );
    assert!(page.contains("datetime=\"2026-02-25T12:00:00Z\""), "{page}");
    assert!(is_in(&phone).await);
}
