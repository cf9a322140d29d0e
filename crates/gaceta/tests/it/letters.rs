//! Mails that tell a reader what was done.

use base::time::Span;
use http::{Method, StatusCode};
use subscriptions::ends;

use testing::TestPaper;

/// How many mails lead to this page.
async fn told(paper: &TestPaper, page: &str) -> usize {
    let mails = paper.all_mails().await;
    mails.iter().filter(|mail| mail.text.contains(page)).count()
}

#[tokio::test]
async fn a_further_device_is_told_by_mail_and_the_first_one_is_not() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", false).await;
    let form = format!(
        "email={}&password=a+paper+a+day",
        testing::encode(&ada.email)
    );
    for expected in [0, 1, 2] {
        let browser = paper.guest();
        for _ in 0..2 {
            let answer = browser.send(Method::POST, "/sign-in", &[], &form).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
            paper.advance(Span::minutes(1));
        }
        assert_eq!(told(&paper, "/account/devices?lang=en").await, expected);
    }
    // Of many at once the first ones are told.
    for _ in 0..9 {
        paper
            .guest()
            .send(Method::POST, "/sign-in", &[], &form)
            .await;
    }
    assert_eq!(told(&paper, "/account/devices?lang=en").await, 4);
}

#[tokio::test]
async fn an_owner_is_told_once_that_a_subscription_ends_and_once_that_it_has() {
    let paper = TestPaper::new().await;
    paper.owner("ana", "premium", 2).await;
    let subscriptions = &paper.app.subscriptions;
    for (days, expected) in [(357, 0), (2, 1), (0, 0), (7, 1), (0, 0), (30, 0)] {
        paper.advance(Span::days(days));
        assert_eq!(ends::tell(subscriptions).await.unwrap(), expected, "{days}");
    }
    let mails = paper.all_mails().await;
    let owner = mails
        .iter()
        .filter(|mail| mail.subject.contains("ends on") || mail.subject.contains("ended"));
    let subjects: Vec<&str> = owner.map(|mail| mail.subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "Your subscription to Gaceta ends on February 25, 2027",
            "Your subscription to Gaceta has ended"
        ]
    );
}
