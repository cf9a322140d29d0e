//! The driver, the limits and the records, with steps that fail, hang and panic. No test sleeps: what hangs has a short limit.

use std::future::{pending, ready};
use std::sync::Mutex;

use tokio::sync::Notify;

use super::*;
use crate::time::UnixMillis;

fn clock() -> Clock {
    Clock::fixed(UnixMillis(1_000_000))
}

const SHORT: Span = Span(20);

fn hangs() -> Task {
    let plan = Plan::new("hangs", "Never ends.").every(Span(1));
    plan.within(SHORT).step((), |()| pending())
}

#[tokio::test]
async fn a_step_that_takes_too_long_or_panics_is_a_failure_with_a_reason() {
    let clock = clock();
    let slow = hangs();
    let error = slow.run(&clock).await.unwrap_err();
    assert_eq!(error, "it did not end within 20 ms and was abandoned");
    let broken = Plan::new("broken", "").step((), |()| async { panic!("on purpose") });
    clock.advance(Span::seconds(7));
    assert!(broken.run(&clock).await.unwrap_err().contains("panicked"));
    let refused = Plan::new("refused", "").step((), |()| async { Err("no".into()) });
    for _ in 0..3 {
        assert_eq!(refused.run(&clock).await.unwrap_err(), "no");
    }
    let status = refused.status();
    assert_eq!((status.runs, status.failures, status.running), (3, 3, 0));
    assert!(status.is_failing() && !slow.status().is_failing());
    assert_eq!(slow.status().age(clock.now()), Some(Span::seconds(7)));
    assert_eq!(slow.status().running, 0, "what was abandoned does not run");
}

#[tokio::test]
async fn success_ends_a_row_of_failures() {
    let left = Arc::new(Mutex::new(vec![true, false, false]));
    let task = Plan::new("sometimes", "").step(left, |left| async move {
        let good = left.lock().unwrap().pop().unwrap();
        good.then_some(Outcome::Done).ok_or_else(|| "no".into())
    });
    let clock = clock();
    for in_a_row in [1, 2, 0] {
        let _ = task.run(&clock).await;
        assert_eq!(task.status().failures_in_a_row, in_a_row);
    }
    assert_eq!(task.status().failures, 2);
    assert_eq!(task.status().last, Some(Ok(Outcome::Done)));
}

#[test]
fn pauses_double_after_each_failure_up_to_a_minute() {
    let seconds = [1, 2, 3, 6, 7, 40].map(|failures| back_off(failures).as_secs());
    assert_eq!(seconds, [1, 2, 4, 32, 60, 60]);
    let steady = Plan::new("steady", "").every(Span(100)).steadily();
    let steady = steady.step((), |()| ready(Ok(Outcome::Idle)));
    assert_eq!(steady.back_off(9), Duration::from_millis(100));
}

#[tokio::test]
async fn one_that_hangs_holds_up_nobody_and_is_named_at_the_stop() {
    let (ran, wake) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let written = Arc::new(Mutex::new(0));
    let hangs = Plan::new("hangs", "").step((), |()| pending());
    let hangs = hangs.at_stop(Arc::clone(&written), |written| async move {
        *written.lock().unwrap() += 1;
        Ok(Outcome::Done)
    });
    let woken = Plan::new("woken", "").woken(Arc::clone(&wake), |wake| async move {
        wake.notified().await;
    });
    let woken = woken.step(Arc::clone(&ran), |ran| async move {
        ran.notify_one();
        Ok(Outcome::Idle)
    });
    let register = Register::default();
    let mut driver = Driver::start(vec![hangs, woken], &register, &clock());
    for _ in 0..3 {
        ran.notified().await;
        wake.notify_one();
    }
    let names: Vec<_> = register.list().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["hangs", "woken"]);
    assert_eq!(register.list()[0].running, 1);
    assert_eq!(driver.drain(SHORT.duration()).await, ["hangs"]);
    assert_eq!(register.list()[0].running, 0);
    driver.finish(SHORT.duration()).await.unwrap();
    assert_eq!(*written.lock().unwrap(), 1);
}

#[tokio::test]
async fn what_could_not_be_written_at_the_stop_is_named() {
    let full = Plan::new("full", "").step((), |()| async { Err("no room".into()) });
    let late = hangs().and_at_stop();
    let register = Register::default();
    let tasks = vec![full.and_at_stop(), late];
    let mut driver = Driver::start(tasks, &register, &clock());
    driver.drain(SHORT.duration()).await;
    let error = driver.finish(Span(5).duration()).await.unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("full: no room; hangs: it did not end within 5 ms"),
        "{error}"
    );
}

#[test]
fn what_was_taken_is_given_back_unless_it_was_written() {
    let kept = Mutex::new(Vec::new());
    let give_back = |what: Vec<i32>| *kept.lock().unwrap() = what;
    let taken = Taken::new(vec![1, 2], give_back);
    assert_eq!(taken.get(), &[1, 2]);
    drop(taken);
    assert_eq!(*kept.lock().unwrap(), [1, 2]);
    Taken::new(vec![3], give_back).written();
    assert_eq!(*kept.lock().unwrap(), [1, 2]);
}
