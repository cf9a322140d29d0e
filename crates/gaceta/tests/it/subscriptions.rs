//! What the paper does to subscriptions: each change is kept as an event, what holds follows from all of them, and readers
//! notice at once.

use base::time::Span;
use http::{Method, StatusCode};
use readers::store::{Numbers, insert_numbered_readers};
use subscriptions::rules::{State, SubscriptionId};
use subscriptions::store;
use testing::{Answer, Browser, Person, TestPaper};

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";

async fn posts(browser: &Browser<'_>, path: &str, form: &str) -> Answer {
    browser.send(Method::POST, path, &[], form).await
}

async fn desk(paper: &TestPaper) -> Browser<'_> {
    let eve = paper.reader("eve", false).await;
    eve.works_here().await;
    eve.on("laptop").await
}

async fn owned(paper: &TestPaper, owner: &Person<'_>) -> SubscriptionId {
    let mut tx = paper.app.base.read().await.unwrap();
    let owned = store::list_of_reader(&mut tx, owner.id).await.unwrap();
    owned[0].id
}

/// What is stored of a subscription is what follows from its events; in any order, and with each twice.
async fn agrees(paper: &TestPaper, id: SubscriptionId) -> State {
    let mut tx = paper.app.base.read().await.unwrap();
    let stored = store::find_subscription(&mut tx, id)
        .await
        .unwrap()
        .unwrap();
    let mut events = store::list_events(&mut tx, id).await.unwrap();
    let state = State::of(&events).unwrap();
    let twice: Vec<_> = events.iter().rev().chain(&events).cloned().collect();
    assert_eq!(State::of(&twice).unwrap(), state);
    events.reverse();
    assert_eq!(State::of(&events).unwrap(), state);
    let said = (
        state.owner,
        &state.plan,
        state.seats,
        state.reason,
        state.starts_at,
    );
    let kept = (
        stored.owner,
        &stored.plan,
        stored.seats,
        stored.reason,
        stored.starts_at,
    );
    assert_eq!(kept, said);
    assert_eq!(stored.ends_at, state.ends_at());
    state
}

#[tokio::test]
async fn what_the_paper_ends_ends_at_once_and_can_be_undone() {
    let paper = TestPaper::new().await;
    let desk = desk(&paper).await;
    let ada = paper.owner("ada", "premium", 2).await;
    let phone = ada.on("phone").await;
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    let id = owned(&paper, &ada).await;
    let page = format!("/admin/subscriptions/{id}");

    // It is asked once.
    let asked = desk.opens(&format!("{page}/end")).await;
    assert!(asked.text.contains("One person reads"), "{}", asked.text);
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    let ended = posts(&desk, &format!("{page}/end"), "end-note=by+mistake").await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text);
    assert_eq!(phone.opens(ARTICLE).await.access(), "wall");
    assert!(paper.app.leases.holder(ada.id).await.unwrap().is_none());
    let again = posts(&desk, &format!("{page}/end"), "").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(agrees(&paper, id).await.ended_at.is_some());

    let shown = desk.opens(&page).await.text;
    for text in ["by mistake", "eve@example.com", "ended", "Let it go on"] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let resumed = posts(&desk, &format!("{page}/resume"), "").await;
    assert_eq!(resumed.status, StatusCode::SEE_OTHER);
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    let nothing = posts(&desk, &format!("{page}/resume"), "").await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let state = agrees(&paper, id).await;
    assert!(state.ended_at.is_none());
}

#[tokio::test]
async fn a_last_day_is_moved_and_a_plan_changed() {
    let paper = TestPaper::new().await;
    let ada = paper.owner("ada", "premium", 2).await;
    let id = owned(&paper, &ada).await;
    let page = format!("/admin/subscriptions/{id}");
    paper.advance(Span::days(400));
    let (desk, phone) = (desk(&paper).await, ada.on("phone").await);
    assert_eq!(phone.opens(ARTICLE).await.access(), "wall");
    for (form, status) in [
        ("until=2027-01-01", 422),
        ("until=x", 422),
        ("until=2028-01-01", 303),
    ] {
        let answer = posts(&desk, &format!("{page}/extend"), form).await;
        assert_eq!(answer.status.as_u16(), status, "{form}");
    }
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    for (form, status) in [
        ("plan=nothing", 422),
        ("plan=digital&seats=3", 422),
        ("plan=company", 422),
        ("plan=company&seats=7&plan-note=more+people", 303),
    ] {
        let answer = posts(&desk, &format!("{page}/plan"), form).await;
        assert_eq!(answer.status.as_u16(), status, "{form}");
    }
    let state = agrees(&paper, id).await;
    assert_eq!((state.plan.as_str(), state.seats), ("company", 7));
    let long = format!("until=2029-01-01&until-note={}", "x".repeat(301));
    let refused = posts(&desk, &format!("{page}/extend"), &long).await;
    assert!(
        refused.text.contains("id=\"until-note-error\""),
        "{}",
        refused.text
    );
    let missing = "/admin/subscriptions/00000000-0000-0000-0000-000000000000";
    assert_eq!(desk.opens(missing).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn readers_and_subscriptions_are_found_by_what_is_remembered_of_them() {
    let paper = TestPaper::new().await;
    let desk = desk(&paper).await;
    let mut tx = paper.app.base.write().await.unwrap();
    let many = Numbers { start: 0, end: 53 };
    insert_numbered_readers(&mut tx, many).await.unwrap();
    tx.commit().await.unwrap();
    let ada = paper.owner("ada", "premium", 2).await;
    let bob = paper.owner("bob_100%", "digital", 1).await;
    let found = async |path: &str| desk.opens(path).await.text;
    let shown = found("/admin/readers?q=ADA%40").await;
    assert!(
        shown.contains("ada@example.com") && !shown.contains("bob_100"),
        "{shown}"
    );
    // Letters that mean something to the database mean nothing here.
    assert!(
        found("/admin/readers?q=b_100%25")
            .await
            .contains("bob_100%@")
    );
    assert!(
        found("/admin/readers?q=d_1")
            .await
            .contains("Nobody is found")
    );
    let first = found("/admin/readers?q=bench.test").await;
    assert!(
        first.contains("reader6@") && !first.contains("reader7@"),
        "{first}"
    );
    let next = first.split("rel=\"next\" href=\"").nth(1).unwrap();
    let next = next.split('"').next().unwrap().replace("&#38;", "&");
    let next = next.replace("&amp;", "&");
    let second = found(&next).await;
    assert!(
        second.contains("reader7@") && !second.contains("reader6@"),
        "{second}"
    );

    let id = owned(&paper, &bob).await;
    posts(&desk, &format!("/admin/subscriptions/{id}/end"), "").await;
    for (state, seen) in [
        ("all", [true, true]),
        ("running", [true, false]),
        ("ended", [false, true]),
    ] {
        let shown = found(&format!("/admin/subscriptions?state={state}")).await;
        let both = ["ada@example.com", "bob_100%@example.com"];
        assert_eq!(both.map(|email| shown.contains(email)), seen, "{state}");
    }
    let file = found(&format!("/admin/readers/{}", ada.id)).await;
    for text in [
        "ada@example.com",
        "Premium",
        "given by the paper",
        "What happened",
    ] {
        assert!(file.contains(text), "{text}: {file}");
    }
}

#[tokio::test]
async fn people_of_the_paper_find_its_administration_in_their_account() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    assert!(
        !phone
            .opens("/account")
            .await
            .text
            .contains("href=\"/admin\"")
    );
    ada.works_here().await;
    assert!(
        phone
            .opens("/account")
            .await
            .text
            .contains("href=\"/admin\"")
    );
    let front = phone.opens("/admin").await;
    assert_eq!(front.status, StatusCode::OK, "{}", front.text);
    assert!(front.text.contains("given by the paper"));
}
