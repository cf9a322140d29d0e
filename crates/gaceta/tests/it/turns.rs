//! Devices that take turns while their pages say that nobody reads.

use base::time::Span;
use http::{Method, StatusCode};
use testing::{Browser, TestPaper};

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";

/// A beat of a page that says nobody has touched it for an hour.
async fn calls_itself_idle(browser: &Browser<'_>, view: u64) {
    let body = format!(
        r#"{{"view":"{view}","seq":1,"epoch":null,"focused":true,"idle":3600000,"back":false}}"#
    );
    let answer = browser
        .send(Method::POST, "/reading/beat", &[], &body)
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_page_just_sent_counts_as_read_whatever_its_script_says() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    calls_itself_idle(&phone, 1).await;
    phone.rests(1, 2).await;
    assert_eq!(laptop.opens(ARTICLE).await.access(), "elsewhere");
    paper.advance(Span::seconds(3));
    assert_eq!(laptop.opens(ARTICLE).await.access(), "full");
}

#[tokio::test]
async fn devices_that_take_turns_silently_meet_the_message() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let devices = [ada.on("phone").await, ada.on("laptop").await];
    devices[0].opens(ARTICLE).await;
    let mut silent = 0;
    for turn in 1..=60_u64 {
        let (here, there) = (
            &devices[turn as usize % 2],
            &devices[(turn as usize + 1) % 2],
        );
        calls_itself_idle(there, turn).await;
        paper.advance(Span::seconds(5));
        let answer = here.opens(ARTICLE).await;
        if answer.access() == "full" {
            silent += 1;
        } else {
            // One press, as ever.
            assert_eq!(answer.access(), "elsewhere");
            here.takes(&answer).await;
            assert_eq!(here.opens(ARTICLE).await.access(), "full");
        }
    }
    assert_eq!(silent, 5, "of 60");
    // A quarter of an hour later a person may walk about again.
    paper.advance(Span::minutes(15));
    assert_eq!(devices[1].opens(ARTICLE).await.access(), "full");
}
