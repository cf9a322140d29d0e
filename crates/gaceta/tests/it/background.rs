//! Background work: every task of the list, and jobs that fail, hang or are of an unknown kind. On both engines.

use std::collections::BTreeSet;
use std::future::{pending, poll_fn};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use base::background::{Driver, Outcome, Plan};
use base::jobs::{
    Kind, MAX_ATTEMPTS, Priority, Worker, count_jobs, finish_job, insert_job, list_failed_jobs,
};
use base::time::Span;
use gaceta::background;
use http::StatusCode;
use leases::store::list_events;

use testing::TestPaper;

/// The names in the first column of a table of docs/tasks.md.
fn documented(heading: &str) -> BTreeSet<String> {
    let text = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tasks.md");
    let text = std::fs::read_to_string(text).unwrap();
    let part = text.split("\n## ").find(|part| part.starts_with(heading));
    let rows = part.unwrap().lines();
    rows.filter_map(|row| Some(row.strip_prefix("| [`")?.split('`').next()?.to_owned()))
        .collect()
}

#[tokio::test]
async fn every_task_runs_and_every_task_and_job_is_documented() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    ada.on("phone")
        .await
        .opens("/en/2026-02-24/subscribers-1")
        .await;
    let listener = gaceta::nodes::ChangeListener::join(&paper.app)
        .await
        .unwrap();
    let alone = listener.is_none();
    let tasks = background::tasks(&paper.app, listener);
    for task in &tasks {
        let came = task.run(&paper.app.base.clock).await;
        assert!(came.is_ok(), "{}: {came:?}", task.name());
    }
    assert_eq!(paper.app.leases.events.waiting(), 0);
    let mut names: BTreeSet<String> = tasks.iter().map(|task| task.name().to_owned()).collect();
    assert_eq!(names.len(), tasks.len(), "each has a name of its own");
    if alone {
        names.insert("follow-changes".to_owned());
    }
    assert_eq!(names, documented("Tasks"));
    let kinds = gaceta::jobs::worker(&paper.app);
    let kinds = kinds.runners().iter().map(|one| one.kind.to_owned());
    assert_eq!(kinds.collect::<BTreeSet<_>>(), documented("Jobs"));
}

const HANGS: Kind<String> = Kind::new("hangs", "", Span(30));
const PANICS: Kind<String> = Kind::new("panics", "", Span::minutes(1));
const RUNS: Kind<String> = Kind::new("runs", "", Span::minutes(1));

/// What jobs of the kind `RUNS` were given.
type Ran = Arc<Mutex<Vec<String>>>;

fn worker(paper: &TestPaper) -> (Worker, Ran) {
    let app = &paper.app;
    let ran = Ran::default();
    let runners = vec![
        HANGS.run_by((), |(), _, _| pending()),
        PANICS.run_by((), |(), _, _| async { panic!("on purpose") }),
        RUNS.run_by(Arc::clone(&ran), |ran, _, what| async move {
            ran.lock().unwrap().push(what);
            Ok(())
        }),
    ];
    let (db, clock, rng) = (
        app.base.db.clone(),
        app.base.clock.clone(),
        app.base.rng.clone(),
    );
    (Worker::new(db, clock, rng, runners), ran)
}

async fn counts(paper: &TestPaper) -> (i64, i64) {
    let mut tx = paper.app.base.read().await.unwrap();
    count_jobs(&mut tx).await.unwrap()
}

#[tokio::test]
async fn a_job_that_hangs_or_panics_is_tried_again_and_holds_up_no_other() {
    let paper = TestPaper::new().await;
    let (worker, ran) = worker(&paper);
    let mut tx = paper.app.base.write().await.unwrap();
    HANGS
        .insert(&mut tx, &"a".to_owned(), Priority::Usual)
        .await
        .unwrap();
    PANICS
        .insert(&mut tx, &"b".to_owned(), Priority::Usual)
        .await
        .unwrap();
    RUNS.insert(&mut tx, &"c".to_owned(), Priority::Usual)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    while worker.step().await.unwrap() {}
    assert_eq!(*ran.lock().unwrap(), ["c"]);
    assert_eq!(counts(&paper).await, (0, 0), "two wait for their time");

    paper.advance(Span::minutes(1));
    assert_eq!(counts(&paper).await, (2, 0), "tried again");
    while worker.step().await.unwrap() {}
    let mut tx = paper.app.base.write().await.unwrap();
    let mut failed = list_failed_jobs(&mut tx, 9).await.unwrap();
    failed.sort_by(|a, b| a.kind.cmp(&b.kind));
    let said: Vec<_> = failed
        .iter()
        .map(|job| (job.kind.as_str(), job.attempts, job.last_error.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("hangs", 2, "it took longer than 30ms"),
            ("panics", 2, "it panicked; the log says where")
        ]
    );
    for job in failed {
        finish_job(&mut tx, job.id).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_somebody_waits_for_comes_before_what_nobody_does() {
    let paper = TestPaper::new().await;
    let (worker, ran) = worker(&paper);
    let mut tx = paper.app.base.write().await.unwrap();
    for (what, priority) in [
        ("news", Priority::Last),
        ("welcome", Priority::Usual),
        ("a link", Priority::First),
    ] {
        let inserted = RUNS.insert(&mut tx, &what.to_owned(), priority).await;
        inserted.unwrap();
    }
    tx.commit().await.unwrap();
    while worker.step().await.unwrap() {}
    assert_eq!(*ran.lock().unwrap(), ["a link", "welcome", "news"]);
}

#[tokio::test]
async fn after_the_last_attempt_a_job_stays_for_a_person() {
    let paper = TestPaper::new().await;
    let (worker, _) = worker(&paper);
    let mut tx = paper.app.base.write().await.unwrap();
    PANICS
        .insert(&mut tx, &"b".to_owned(), Priority::Usual)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for attempt in 1..=MAX_ATTEMPTS {
        assert!(worker.step().await.unwrap(), "attempt {attempt}");
        assert!(!worker.step().await.unwrap(), "not at once");
        paper.advance(Span::minutes(1 << (2 * attempt)));
    }
    paper.advance(Span::days(30));
    assert!(!worker.step().await.unwrap());
    assert_eq!(counts(&paper).await, (0, 1));
    let mut tx = paper.app.base.read().await.unwrap();
    let failed = list_failed_jobs(&mut tx, 9).await.unwrap();
    assert!(failed.len() == 1 && failed[0].is_given_up());
}

#[tokio::test]
async fn a_job_of_an_unknown_kind_waits_for_a_version_that_knows_it() {
    let paper = TestPaper::new().await;
    let (worker, ran) = worker(&paper);
    let mut tx = paper.app.base.write().await.unwrap();
    insert_job(&mut tx, "newer", "{}".into(), Priority::Usual)
        .await
        .unwrap();
    RUNS.insert(&mut tx, &"c".to_owned(), Priority::Usual)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for _ in 0..3 * MAX_ATTEMPTS {
        while worker.step().await.unwrap() {}
        paper.advance(Span::minutes(1));
    }
    assert_eq!(*ran.lock().unwrap(), ["c"]);
    assert_eq!(counts(&paper).await, (1, 0), "never given up");
    let mut tx = paper.app.base.write().await.unwrap();
    let failed = list_failed_jobs(&mut tx, 9).await.unwrap();
    assert_eq!((failed[0].kind.as_str(), failed[0].attempts), ("newer", 0));
    finish_job(&mut tx, failed[0].id).await.unwrap();
    tx.commit().await.unwrap();
}

/// A stop while jobs are under way: nothing is lost, and the next process does them at once.
#[tokio::test]
async fn jobs_abandoned_at_a_stop_are_given_back() {
    const SLOW: Kind<String> = Kind::new("slow", "", Span::minutes(9));
    let paper = TestPaper::new().await;
    let app = &paper.app;
    let begun = Arc::new(tokio::sync::Notify::new());
    let slow = SLOW.run_by(Arc::clone(&begun), |begun, _, _| async move {
        begun.notify_one();
        pending().await
    });
    let (db, clock, rng) = (
        app.base.db.clone(),
        app.base.clock.clone(),
        app.base.rng.clone(),
    );
    let worker = Arc::new(Worker::new(db, clock, rng, vec![slow]));
    let mut tx = app.base.write().await.unwrap();
    SLOW.insert(&mut tx, &"a".to_owned(), Priority::Usual)
        .await
        .unwrap();
    SLOW.insert(&mut tx, &"b".to_owned(), Priority::Usual)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let task = Plan::new("run-jobs", "")
        .every(Span(1))
        .within(worker.limit())
        .copies(2)
        .step(Arc::clone(&worker), |worker| async move {
            worker.step().await?;
            Ok(Outcome::Idle)
        })
        .at_stop(worker, |worker| async move {
            worker.release().await?;
            Ok(Outcome::Done)
        });
    let mut driver = Driver::start(vec![task], &app.base.work, &app.base.clock);
    begun.notified().await;
    begun.notified().await;
    let left = driver.drain(std::time::Duration::from_millis(20)).await;
    assert_eq!(left, ["run-jobs", "run-jobs"]);
    driver
        .finish(std::time::Duration::from_secs(5))
        .await
        .unwrap();
    let mut tx = app.base.write().await.unwrap();
    for _ in 0..2 {
        let claimed = base::jobs::claim_job(&mut tx, Span::minutes(1));
        let job = claimed.await.unwrap().expect("free again");
        assert_eq!(job.attempts, 0, "a stop is no attempt");
        finish_job(&mut tx, job.id).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn events_outlive_a_write_that_was_abandoned() {
    let paper = TestPaper::new().await;
    let app = &paper.app;
    let ada = paper.reader("ada", true).await;
    ada.on("phone")
        .await
        .opens("/en/2026-02-24/subscribers-1")
        .await;
    assert_eq!(app.leases.events.waiting(), 1);
    // The one writer of an embedded database is busy, so that the step waits.
    let other = app.base.write().await.unwrap();
    let mut write = Box::pin(app.leases.events.write());
    let polled = poll_fn(|cx| Poll::Ready(write.as_mut().poll(cx))).await;
    assert!(polled.is_pending());
    drop(write);
    drop(other);
    assert_eq!(app.leases.events.waiting(), 1);
    app.leases.events.write().await.unwrap();
    let mut tx = app.base.read().await.unwrap();
    assert_eq!(list_events(&mut tx, ada.id, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn monitors_are_told_which_task_fails_and_nothing_else() {
    let paper = TestPaper::new().await;
    let monitor = paper.guest();
    let good = Plan::new("good", "").step((), |()| async { Ok(Outcome::Idle) });
    let bad = Plan::new("bad", "").every(Span(1)).steadily();
    let bad = bad.step((), |()| async {
        Err("smtp://ana:secret@mail.example refused".into())
    });
    let mut driver = Driver::start(vec![good, bad], &paper.app.base.work, &paper.app.base.clock);
    let mut answer = monitor.opens("/health/tasks").await;
    while answer.status == StatusCode::OK {
        tokio::task::yield_now().await;
        answer = monitor.opens("/health/tasks").await;
    }
    driver.drain(std::time::Duration::from_secs(1)).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        answer
            .text
            .contains("good ok last=0s running=0 failures=0\n")
    );
    assert!(
        answer.text.contains("bad failed last=0s running="),
        "{}",
        answer.text
    );
    assert!(!answer.text.contains("secret") && !answer.text.contains("mail.example"));
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(monitor.opens("/health/ready").await.status, StatusCode::OK);
}
