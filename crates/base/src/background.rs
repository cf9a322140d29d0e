//! Background tasks: what a serving process does again and again, beside answering requests.
//!
//! Each task is declared by a [`Plan`]: name, what it does, when it runs, how long one step may take. It runs in a tokio
//! task of its own ([`Driver`]), so one that hangs holds up nobody else. A step that exceeds its limit is dropped and
//! counts as a failure; after failures the next step comes later (exponential back-off). How each is doing is on record
//! ([`Register`]) for `gaceta doctor` and `/health/tasks`.
//!
//! A step may be dropped wherever it waits, so whatever it took out of memory it must give back when that happens
//! ([`Taken`]). Deliberately not here: which tasks there are (the list of the program), and work that must survive a
//! crash, which is a job ([`super::jobs`]).

mod driver;
mod record;
mod taken;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

pub use driver::Driver;
pub use record::{Register, Status};
pub use taken::Taken;

use super::time::{Clock, Span};
use record::Record;

/// Why a step failed; features hand over their own errors.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a step found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Nothing was waiting.
    Idle,
    /// Did what there was to do.
    Done,
    /// Did a piece, and more may wait: the next step follows at once.
    More,
}

type Step = Arc<dyn Fn() -> BoxFuture<'static, Result<Outcome, Failure>> + Send + Sync>;
type Wake = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// When the next step begins.
#[derive(Clone)]
enum When {
    /// So long after the last one ended.
    Every(Span),
    /// When the future is ready.
    Woken(Wake),
    /// Never, once a step has succeeded.
    Once,
}

/// A task before it has a step.
#[must_use]
pub struct Plan {
    name: &'static str,
    about: &'static str,
    when: When,
    limit: Span,
    copies: usize,
    steady: bool,
}

/// A task that a [`Driver`] runs.
pub struct Task {
    plan: Plan,
    step: Step,
    last: Option<Step>,
    record: Arc<Record>,
}

/// The first pause after a failure; it doubles with each further one in a row.
const BACK_OFF: Duration = Duration::from_secs(1);
/// The longest one.
const BACK_OFF_MOST: Duration = Duration::from_secs(60);

impl Plan {
    /// A task that runs once, at the start, and again after a failure. The name is in kebab-case; `about` is a sentence
    /// for people who operate the paper.
    pub const fn new(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            about,
            when: When::Once,
            limit: Span::minutes(1),
            copies: 1,
            steady: false,
        }
    }

    /// Runs at the start, and then so long after the end of each step.
    pub fn every(mut self, period: Span) -> Self {
        self.when = When::Every(period);
        self
    }

    /// Runs at the start, and then each time `wake` resolves.
    pub fn woken<P, W>(mut self, part: P, wake: impl Fn(P) -> W + Send + Sync + 'static) -> Self
    where
        P: Clone + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        self.when = When::Woken(Arc::new(move || wake(part.clone()).boxed()));
        self
    }

    /// One step may take so long; the default is a minute.
    pub const fn within(mut self, limit: Span) -> Self {
        self.limit = limit;
        self
    }

    /// So many steps may be under way at the same time.
    pub const fn copies(mut self, copies: usize) -> Self {
        self.copies = copies;
        self
    }

    /// Keeps its period after failures: for what others time themselves by.
    pub const fn steadily(mut self) -> Self {
        self.steady = true;
        self
    }

    /// What it does, with the part of the program that it needs.
    pub fn step<P, F>(self, part: P, step: impl Fn(P) -> F + Send + Sync + 'static) -> Task
    where
        P: Clone + Send + Sync + 'static,
        F: Future<Output = Result<Outcome, Failure>> + Send + 'static,
    {
        Task {
            record: Arc::new(Record::new(self.name, self.about)),
            plan: self,
            step: boxed(part, step),
            last: None,
        }
    }
}

fn boxed<P, F>(part: P, step: impl Fn(P) -> F + Send + Sync + 'static) -> Step
where
    P: Clone + Send + Sync + 'static,
    F: Future<Output = Result<Outcome, Failure>> + Send + 'static,
{
    Arc::new(move || step(part.clone()).boxed())
}

impl Task {
    /// Write-behind: one more step when the process stops, after the last request was answered.
    #[must_use]
    pub fn and_at_stop(mut self) -> Self {
        self.last = Some(Arc::clone(&self.step));
        self
    }

    /// Something else to be done when the process stops, after the last request was answered.
    #[must_use]
    pub fn at_stop<P, F>(mut self, part: P, last: impl Fn(P) -> F + Send + Sync + 'static) -> Self
    where
        P: Clone + Send + Sync + 'static,
        F: Future<Output = Result<Outcome, Failure>> + Send + 'static,
    {
        self.last = Some(boxed(part, last));
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.plan.name
    }

    /// How it is doing.
    #[must_use]
    pub fn status(&self) -> Status {
        self.record.status()
    }

    /// Takes one step, within its limit, and records what came of it.
    ///
    /// # Errors
    /// The reason, in one line: the step's own, that it took too long, or that it panicked.
    pub async fn run(&self, clock: &Clock) -> Result<Outcome, String> {
        self.attempt(&self.step, self.plan.limit.duration(), clock)
            .await
    }

    async fn attempt(
        &self,
        step: &Step,
        limit: Duration,
        clock: &Clock,
    ) -> Result<Outcome, String> {
        let under_way = self.record.begin(clock);
        // The closure may panic as well as the future that it makes.
        let step = AssertUnwindSafe(async { step().await }).catch_unwind();
        let came = match tokio::time::timeout(limit, step).await {
            Ok(Ok(came)) => came.map_err(|error| reason(error.as_ref())),
            Ok(Err(_)) => Err("it panicked; the log says where".to_owned()),
            Err(_) => Err(format!(
                "it did not end within {} ms and was abandoned",
                limit.as_millis()
            )),
        };
        under_way.end(clock, &came);
        came
    }

    /// How long to wait after so many failures in a row.
    fn back_off(&self, failures: u32) -> Duration {
        match self.plan.when {
            When::Every(period) if self.plan.steady => period.duration(),
            _ => back_off(failures),
        }
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Task").field(&self.plan.name).finish()
    }
}

fn back_off(failures: u32) -> Duration {
    let doubled = 1_u32
        .checked_shl(failures.saturating_sub(1))
        .unwrap_or(u32::MAX);
    BACK_OFF.saturating_mul(doubled).min(BACK_OFF_MOST)
}

/// An error with its causes, in one line.
pub fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        // Many errors say their cause themselves.
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
