//! How tasks are doing: written by the tasks, read by people and monitors.

use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

use super::{Outcome, Task};
use crate::time::{Clock, Span, UnixMillis};

/// So many failures in a row are no hiccup.
const FAILING: u32 = 3;

/// How a task is doing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Its name.
    pub name: String,
    /// What it does.
    pub about: String,
    /// Steps under way.
    pub running: u32,
    /// When the last step began.
    pub begun_at: Option<UnixMillis>,
    /// When the last step ended, well or not.
    pub ended_at: Option<UnixMillis>,
    /// What came of it; an error is for the operator's eyes only.
    pub last: Option<Result<Outcome, String>>,
    /// Steps that ended, well or not.
    pub runs: u64,
    /// Of these, the ones that failed.
    pub failures: u64,
    /// Failures since the last step that ended well.
    pub failures_in_a_row: u32,
}

impl Status {
    /// Whether somebody should look at it.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.failures_in_a_row >= FAILING
    }

    /// How long ago a step ended, to the second; none if no step has ended yet.
    #[must_use]
    pub fn age(&self, now: UnixMillis) -> Option<Span> {
        self.ended_at.map(|at| whole_seconds(at, now))
    }

    /// How long the newest step under way has been running, to the second.
    #[must_use]
    pub fn running_for(&self, now: UnixMillis) -> Option<Span> {
        let begun = self.begun_at.filter(|_| self.running > 0);
        begun.map(|at| whole_seconds(at, now))
    }
}

fn whole_seconds(from: UnixMillis, to: UnixMillis) -> Span {
    let millis = u64::try_from(to.0.saturating_sub(from.0)).unwrap_or(0);
    Span::seconds(millis / 1_000)
}

/// The status of one task, while it changes.
#[derive(Debug)]
pub(super) struct Record(Mutex<Status>);

impl Record {
    pub(super) fn new(name: &str, about: &str) -> Self {
        Self(Mutex::new(Status {
            name: name.to_owned(),
            about: about.to_owned(),
            ..Status::default()
        }))
    }

    pub(super) fn begin(&self, clock: &Clock) -> UnderWay<'_> {
        let mut status = self.lock();
        status.running += 1;
        status.begun_at = Some(clock.now());
        UnderWay(self)
    }

    pub(super) fn status(&self) -> Status {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Status> {
        self.0
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

/// A step under way; one that is dropped before its end leaves no result.
pub(super) struct UnderWay<'a>(&'a Record);

impl UnderWay<'_> {
    pub(super) fn end(self, clock: &Clock, came: &Result<Outcome, String>) {
        let mut status = self.0.lock();
        status.ended_at = Some(clock.now());
        status.runs += 1;
        if came.is_ok() {
            status.failures_in_a_row = 0;
        } else {
            status.failures += 1;
            status.failures_in_a_row = status.failures_in_a_row.saturating_add(1);
        }
        status.last = Some(came.clone());
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
    }
}

/// The tasks of this process. Empty until a [`super::Driver`] runs them: nothing is served then.
#[derive(Clone, Debug, Default)]
pub struct Register(Arc<Mutex<Vec<Arc<Record>>>>);

impl Register {
    pub(super) fn set(&self, tasks: &[Arc<Task>]) {
        *self.lock() = tasks.iter().map(|task| Arc::clone(&task.record)).collect();
    }

    /// How all of them are doing, in the order of their declaration.
    #[must_use]
    pub fn list(&self) -> Vec<Status> {
        self.lock().iter().map(|record| record.status()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Record>>> {
        self.0
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}
