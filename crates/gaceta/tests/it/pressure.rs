//! More is asked than can be answered in time: who is refused, what that says, and who goes on.

use http::{Method, StatusCode};

use testing::{Answer, CANARY, PASSWORD, TestPaper};

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";

fn busy(answer: &Answer, words: &str) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers["retry-after"], "5");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(answer.headers.contains_key("content-security-policy"));
    assert!(answer.text.contains(words), "{}", answer.text);
    assert!(!answer.text.contains(CANARY));
}

#[tokio::test]
async fn guests_wait_first_subscribers_last_and_staff_never() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    let guest = paper.guest();
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");

    paper.pressure.set(1_000);
    busy(&guest.opens(ARTICLE).await, "many people");
    busy(&guest.opens("/en").await, "many people");
    busy(&guest.opens("/es").await, "tanta gente");
    // A cookie that memory does not know is looked up for a few only.
    guest.set_cookie("session", &"x".repeat(43));
    assert_eq!(guest.opens(ARTICLE).await.access(), "wall");
    assert_eq!(guest.opens(ARTICLE).await.access(), "wall");
    busy(&guest.opens(ARTICLE).await, "many people");
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    let message = laptop.opens(ARTICLE).await;
    assert_eq!(message.access(), "elsewhere");
    // Somebody who signs in is a guest until then.
    let form = format!(
        "email=ada%40example.com&password={}",
        PASSWORD.replace(' ', "+")
    );
    let signed_in = paper
        .guest()
        .send(Method::POST, "/sign-in", &[], &form)
        .await;
    assert_ne!(signed_in.status, StatusCode::SERVICE_UNAVAILABLE);

    paper.pressure.set(2_000);
    busy(&phone.opens(ARTICLE).await, "many people");
    // An open page still hears what it must, and taking over waits for nobody.
    assert_eq!(phone.beats(1, 1, false).await["held"], true);
    assert_eq!(laptop.takes(&message).await.status, StatusCode::SEE_OTHER);
    assert_eq!(phone.beats(1, 2, false).await["held"], false);
    let staff = laptop.opens("/admin/subscriptions").await;
    assert_eq!(staff.status, StatusCode::FORBIDDEN, "its own answer");

    paper.pressure.set(0);
    assert_eq!(laptop.opens(ARTICLE).await.access(), "full");
    assert_eq!(paper.guest().opens(ARTICLE).await.access(), "wall");
}
