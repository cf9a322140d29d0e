//! Both engines hold the same promises.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::task::Poll;

use base::db::{Db, Tx};
use base::jobs::{self, Claimed, Priority};
use base::secret::TokenHash;
use base::time::Span;
use leases::EventKind;
use leases::store::{list_events, list_sums};
use readers::store::{
    Numbers, find_by_email, find_reader, find_session, insert_numbered_readers,
    insert_numbered_sessions,
};
use subscriptions::store::{find_owned, find_seat_span, insert_numbered_subscriptions};

use testing::{Browser, TestPaper};

/// A job that is due.
async fn insert(tx: &mut Tx) {
    jobs::insert_job(tx, "mail", "{}".into(), Priority::Usual)
        .await
        .unwrap();
}

async fn claim(tx: &mut Tx) -> Option<Claimed> {
    jobs::claim_job(tx, Span::minutes(5)).await.unwrap()
}

fn token(browser: &Browser<'_>) -> TokenHash {
    TokenHash::of(&browser.cookie("session").unwrap())
}

#[tokio::test]
async fn what_a_worker_that_died_had_claimed_is_done_by_the_next() {
    let paper = TestPaper::new().await;
    let app = &paper.app;
    let mut tx = app.base.write().await.unwrap();
    insert(&mut tx).await;
    let claimed = claim(&mut tx).await.unwrap();
    assert!(claim(&mut tx).await.is_none());
    jobs::free_jobs(&mut tx).await.unwrap();
    let again = claim(&mut tx).await.unwrap();
    assert_eq!((again.id, again.attempts), (claimed.id, 1));
    jobs::finish_job(&mut tx, again.id).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_job_is_claimed_by_one_worker_and_tried_again_later() {
    let paper = TestPaper::new().await;
    let app = &paper.app;
    let mut tx = app.base.write().await.unwrap();
    insert(&mut tx).await;
    tx.commit().await.unwrap();
    let mut tx = app.base.write().await.unwrap();
    let job = claim(&mut tx).await.unwrap();
    assert!(claim(&mut tx).await.is_none(), "claimed once");
    jobs::delay_job(&mut tx, &job, "the server was away")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    paper.advance(Span::minutes(2));
    let mut tx = app.base.write().await.unwrap();
    let again = claim(&mut tx).await.unwrap();
    assert_eq!((again.id, again.attempts), (job.id, 1));
    jobs::delay_job(&mut tx, &job, "too late").await.unwrap();
    assert!(
        jobs::list_failed_jobs(&mut tx, 9).await.unwrap()[0].last_error != "too late",
        "a claim that has lapsed says nothing any more"
    );
    jobs::finish_job(&mut tx, again.id).await.unwrap();
    assert_eq!(jobs::count_jobs(&mut tx).await.unwrap(), (0, 0));
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_no_trace() {
    let paper = TestPaper::new().await;
    let mut tx = paper.app.base.write().await.unwrap();
    insert(&mut tx).await;
    drop(tx);
    let mut tx = paper.app.base.write().await.unwrap();
    assert_eq!(jobs::count_jobs(&mut tx).await.unwrap(), (0, 0));
}

#[tokio::test]
async fn who_is_signed_in_and_has_a_seat_is_read_ahead_after_a_start() {
    use readers::Recognized;

    let paper = TestPaper::new().await;
    let (ada, bob) = (
        paper.reader("ada", true).await,
        paper.reader("bob", false).await,
    );
    let phones = [ada.on("phone").await, bob.on("phone").await];
    let app = &paper.app;
    let mut asked = Vec::new();
    for phone in &phones {
        app.readers.sessions.forget(&token(phone));
        asked.push(phone.headers());
    }
    app.subscriptions.seats.forget(ada.id);
    assert!(matches!(
        app.readers.sessions.known(&asked[0]),
        Recognized::Unknown
    ));
    assert_eq!(app.subscriptions.seats.known(ada.id), None);

    app.readers.sessions.preload().await.unwrap();
    app.subscriptions.seats.preload().await.unwrap();
    for (asked, reader) in asked.iter().zip([ada.id, bob.id]) {
        let Recognized::Session(session) = app.readers.sessions.known(asked) else {
            panic!("it was read ahead");
        };
        assert_eq!(session.reader, reader);
    }
    assert_eq!(app.subscriptions.seats.known(ada.id), Some(true));
    assert_eq!(
        app.subscriptions.seats.known(bob.id),
        None,
        "asked for when he comes"
    );
}

#[tokio::test]
async fn devices_of_readers_who_use_several_are_read_ahead_after_a_start() {
    let paper = TestPaper::new().await;
    let (ada, bob) = (
        paper.reader("ada", true).await,
        paper.reader("bob", true).await,
    );
    let browsers = [
        ada.on("phone").await,
        ada.on("laptop").await,
        bob.on("phone").await,
    ];
    let app = &paper.app;
    let mut devices = Vec::new();
    for browser in &browsers {
        let session = app.readers.sessions.of(&browser.headers()).await;
        let session = session.unwrap().unwrap();
        app.readers.devices.forget(session.device);
        devices.push(session.device);
    }
    app.readers.devices.preload().await.unwrap();
    let known: Vec<bool> = devices
        .iter()
        .map(|id| {
            app.readers
                .devices
                .known(*id)
                .is_some_and(|device| device.id == *id)
        })
        .collect();
    assert_eq!(known, [true, true, false], "nobody is told of an only one");
}

#[tokio::test]
async fn readers_made_by_number_have_a_seat_and_a_session() {
    let paper = TestPaper::new().await;
    let mut tx = paper.app.base.write().await.unwrap();
    let until = tx.now().plus(Span::days(30));
    for (start, end) in [(0, 2), (2, 3)] {
        let numbers = Numbers { start, end };
        let tokens: Vec<TokenHash> = (start..end)
            .map(|n| TokenHash::of(&n.to_string()))
            .collect();
        let device = "01980000-0000-7000-8001-";
        insert_numbered_readers(&mut tx, numbers).await.unwrap();
        insert_numbered_subscriptions(&mut tx, numbers, until)
            .await
            .unwrap();
        insert_numbered_sessions(&mut tx, numbers, device, &tokens, until)
            .await
            .unwrap();
    }
    for number in 0..3 {
        let token = TokenHash::of(&number.to_string());
        let session = find_session(&mut tx, &token).await.unwrap().unwrap();
        let reader = find_reader(&mut tx, session.reader_id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(reader.email, format!("reader{number}@bench.test"));
        let owned = find_owned(&mut tx, reader.id).await.unwrap().unwrap();
        assert_eq!((owned.seats, owned.ends_at), (1, until));
        let span = find_seat_span(&mut tx, reader.id).await.unwrap();
        assert!(span.is_some());
    }
}

#[tokio::test]
async fn when_sessions_were_last_used_is_written_down_for_all_of_them_at_once() {
    use readers::store::find_device;

    let paper = TestPaper::new().await;
    let (ada, bob) = (
        paper.reader("ada", true).await,
        paper.reader("bob", true).await,
    );
    let used = [
        ada.on("phone").await,
        ada.on("laptop").await,
        bob.on("phone").await,
    ];
    let unused = bob.on("laptop").await;
    let begun = paper.app.base.clock.now();
    paper.advance(Span::minutes(6));
    for browser in &used {
        browser.opens("/account").await;
    }
    paper.advance(Span::seconds(1));
    paper.app.readers.sessions.save_seen().await.unwrap();

    let now = paper.app.base.clock.now();
    let mut tx = paper.app.base.read().await.unwrap();
    for (browser, expected) in used
        .iter()
        .map(|used| (used, now))
        .chain([(&unused, begun)])
    {
        let session = find_session(&mut tx, &token(browser)).await;
        let session = session.unwrap().unwrap();
        assert_eq!(session.last_seen_at, expected);
        let device = find_device(&mut tx, session.device_id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(device.last_seen_at, expected);
    }
}

#[tokio::test]
async fn events_of_a_busy_second_are_all_written_as_they_were() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    let article = "/en/2026-02-24/subscribers-1";
    phone.opens(article).await;
    let mut devices = [&laptop, &phone];
    for _ in 0..70 {
        let message = devices[0].opens(article).await;
        devices[0].takes(&message).await;
        devices.swap(0, 1);
    }
    let app = &paper.app;
    app.leases.events.write().await.unwrap();
    assert_eq!(app.leases.events.waiting(), 0);
    let mut tx = app.base.read().await.unwrap();
    let events = list_events(&mut tx, ada.id, 999).await.unwrap();
    assert_eq!(events.len(), 1 + 2 * 70);
    let devices: BTreeSet<_> = events
        .iter()
        .map(|event| event.to_device.unwrap())
        .collect();
    assert_eq!(devices.len(), 2);
    for event in &events {
        assert_eq!(event.happened_at, app.base.clock.now());
        let is_first = event.kind == EventKind::Opened;
        assert_eq!(event.from_device.is_none(), is_first, "{event:?}");
        assert_ne!(event.from_device, event.to_device);
    }
    let sums = list_sums(&mut tx).await.unwrap();
    let count = |kind| sums.iter().find(|sum| sum.1 == kind).map(|sum| sum.2);
    assert_eq!(count(EventKind::Opened), Some(1));
    assert_eq!(count(EventKind::Shown), Some(70));
    assert_eq!(count(EventKind::Taken), Some(70));
}

#[tokio::test]
async fn an_event_that_cannot_be_written_keeps_back_no_other_one() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    let article = "/en/2026-02-24/subscribers-1";
    phone.opens(article).await;
    for _ in 0..3 {
        let message = laptop.opens(article).await;
        laptop.takes(&message).await;
        let message = phone.opens(article).await;
        phone.takes(&message).await;
    }
    let app = &paper.app;
    let refuse = match &app.base.db {
        Db::Sqlite { .. } => {
            "CREATE TRIGGER odd BEFORE INSERT ON lease_event WHEN NEW.kind = 'shown'
             BEGIN SELECT RAISE(ABORT, 'odd'); END"
        }
        Db::Postgres(_) => "ALTER TABLE lease_event ADD CHECK (kind <> 'shown')",
    };
    paper.execute(refuse.to_owned()).await;
    app.leases.events.write().await.unwrap();
    assert_eq!(app.leases.events.waiting(), 0);
    let mut tx = app.base.read().await.unwrap();
    let events = list_events(&mut tx, ada.id, 99).await.unwrap();
    let count = |kind| events.iter().filter(|event| event.kind == kind).count();
    assert_eq!(
        [EventKind::Opened, EventKind::Taken, EventKind::Shown].map(count),
        [1, 6, 0]
    );
    let sums = list_sums(&mut tx).await.unwrap();
    let taken = sums.iter().find(|sum| sum.1 == EventKind::Taken);
    assert_eq!(taken.unwrap().2, 6);
    assert!(sums.iter().all(|sum| sum.1 != EventKind::Shown));
}

/// A browser that goes away takes the future of its request with it, at any moment.
#[tokio::test]
async fn a_transaction_dropped_while_it_begins_takes_nothing_along() {
    let paper = TestPaper::new().await;
    let app = &paper.app;
    for number in 0..80 {
        let mut begins = Box::pin(app.base.write());
        for _ in 0..=number * 2 {
            let polled = poll_fn(|cx| Poll::Ready(begins.as_mut().poll(cx))).await;
            if polled.is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(begins);
        let mut tx = app.base.write().await.unwrap();
        let numbers = Numbers {
            start: number,
            end: number + 1,
        };
        insert_numbered_readers(&mut tx, numbers).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut readers = 0;
    for number in 0..80 {
        let mut tx = app.base.read().await.unwrap();
        let email = format!("reader{number}@bench.test").parse().unwrap();
        readers += usize::from(find_by_email(&mut tx, &email).await.unwrap().is_some());
    }
    assert_eq!(readers, 80);
}
