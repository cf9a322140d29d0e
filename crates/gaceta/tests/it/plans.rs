//! Plans are the publisher's own: made, changed and hidden on a page, and shown to whom they are for.

use http::{Method, StatusCode};
use testing::{Browser, TestPaper};

const FAMILY: &str = "name-en=Family&name-es=Familia&description-en=For+a+home.&description-es=Para+una+casa.\
                      &least=3&most=5&period=month&trial=14&place=2";

async fn posts(browser: &Browser<'_>, path: &str, form: &str) -> StatusCode {
    browser.send(Method::POST, path, &[], form).await.status
}

#[tokio::test]
async fn a_plan_of_the_publisher_is_shown_and_given_with_its_seats() {
    let paper = TestPaper::new().await;
    let eve = paper.reader("eve", false).await;
    eve.works_here().await;
    let desk = eve.on("laptop").await;
    let form = format!("slug=family&audience=everybody&{FAMILY}");
    assert_eq!(
        posts(&desk, "/admin/plans", &form).await,
        StatusCode::SEE_OTHER
    );

    let shown = paper.guest().opens("/plans?lang=es").await.text;
    for text in [
        "Familia",
        "Para una casa.",
        "De 3 a 5 lectores",
        "Por meses",
        "14 días de prueba",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let ada = paper.reader("ada", false).await;
    let phone = ada.on("phone").await;
    let grant = "email=ada%40example.com&plan=family&until=2027-01-01&seats=";
    let path = "/admin/subscriptions";
    for (seats, status) in [("", 422), ("2", 422), ("6", 422), ("4", 303)] {
        let answer = posts(&desk, path, &format!("{grant}{seats}")).await;
        assert_eq!(answer.as_u16(), status, "{seats} seats");
    }
    assert_eq!(
        phone.opens("/en/2026-02-24/subscribers-1").await.access(),
        "full"
    );
    assert!(
        phone
            .opens("/account/subscription")
            .await
            .text
            .contains("Family")
    );

    // It is changed: who has it keeps the seats.
    let smaller = form
        .replace("most=5", "most=3")
        .replace("Family", "Household");
    let path = "/admin/plans/family";
    assert_eq!(posts(&desk, path, &smaller).await, StatusCode::SEE_OTHER);
    let held = phone.opens("/account/seats").await.text;
    assert!(
        held.contains("Household") && held.contains("1 of 4 places"),
        "{held}"
    );
}

#[tokio::test]
async fn a_plan_is_seen_by_those_it_is_for() {
    let paper = TestPaper::new().await;
    let eve = paper.reader("eve", false).await;
    eve.works_here().await;
    let desk = eve.on("laptop").await;
    let subscriber = paper.reader("ada", true).await.on("phone").await;
    let guest = paper.guest();
    for (slug, audience) in [
        ("one", "everybody"),
        ("two", "readers"),
        ("three", "subscribers"),
    ] {
        let form = format!("slug={slug}&audience={audience}&{FAMILY}").replace("Family", slug);
        assert_eq!(
            posts(&desk, "/admin/plans", &form).await,
            StatusCode::SEE_OTHER
        );
    }
    for (browser, seen) in [
        (&guest, [true, false, false]),
        (&desk, [true, true, false]),
        (&subscriber, [true, true, true]),
    ] {
        let shown = browser.opens("/plans?lang=en").await.text;
        let cards = ["<h2>one</h2>", "<h2>two</h2>", "<h2>three</h2>"];
        assert_eq!(cards.map(|card| shown.contains(card)), seen);
    }
    let form = format!("audience=everybody&hidden=yes&{FAMILY}");
    assert_eq!(
        posts(&desk, "/admin/plans/one", &form).await,
        StatusCode::SEE_OTHER
    );
    assert!(!guest.opens("/plans?lang=en").await.text.contains("Family"));
    // And shown again.
    let form = form.replace("hidden=yes&", "");
    assert_eq!(
        posts(&desk, "/admin/plans/one", &form).await,
        StatusCode::SEE_OTHER
    );
    assert!(guest.opens("/plans?lang=en").await.text.contains("Family"));
}
