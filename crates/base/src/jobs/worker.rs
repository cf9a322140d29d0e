//! Runs jobs, one in each step. Several may run at the same time: each step claims a job of its own.

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard};

use futures_util::FutureExt as _;

use super::{
    Claimed, Hopeless, MAX_ATTEMPTS, Runner, claim_job, delay_job, finish_job, give_up_job,
    put_off_job, release_job,
};
use crate::background::reason;
use crate::db::{Db, Tx};
use crate::rng::Rng;
use crate::time::{Clock, Span};

/// A claim outlasts the job's limit by this, so that nobody else has the job while it may still run.
const MARGIN: Span = Span::minutes(1);

/// What runs jobs.
#[derive(Debug)]
pub struct Worker {
    db: Db,
    clock: Clock,
    rng: Rng,
    runners: Vec<Runner>,
    claimed: Mutex<Vec<Claimed>>,
}

/// How a job ended.
enum Ended {
    Well,
    Badly(String),
    Hopelessly(String),
    Unknown,
}

impl Worker {
    /// Runs jobs of these kinds.
    #[must_use]
    pub fn new(db: Db, clock: Clock, rng: Rng, runners: Vec<Runner>) -> Self {
        Self {
            db,
            clock,
            rng,
            runners,
            claimed: Mutex::default(),
        }
    }

    /// The kinds that it runs.
    #[must_use]
    pub fn runners(&self) -> &[Runner] {
        &self.runners
    }

    /// How long a step may take: the longest job, and a while for the database.
    #[must_use]
    pub fn limit(&self) -> Span {
        Span(self.longest().0 + MARGIN.0 / 2)
    }

    fn longest(&self) -> Span {
        let limits = self.runners.iter().map(|runner| runner.limit);
        limits.max().unwrap_or_default()
    }

    /// Runs the oldest job that is due; `false` if there is none. A job that fails, or takes longer than its kind may, is
    /// tried again later.
    ///
    /// # Errors
    /// Whatever the database says; the job's own failure is kept with the job.
    pub async fn step(&self) -> sqlx::Result<bool> {
        let mut tx = self.write().await?;
        let claim_for = Span(self.longest().0 + MARGIN.0);
        let Some(job) = claim_job(&mut tx, claim_for).await? else {
            return Ok(false);
        };
        self.claimed().push(job.clone());
        tx.commit().await?;
        let ended = self.run(&job).await;
        let mut tx = self.write().await?;
        mark(&mut tx, &job, ended).await?;
        tx.commit().await?;
        self.claimed().retain(|one| one.id != job.id);
        Ok(true)
    }

    async fn run(&self, job: &Claimed) -> Ended {
        let Some(runner) = self.runners.iter().find(|one| one.kind == job.kind) else {
            return Ended::Unknown;
        };
        let run = AssertUnwindSafe(async { (runner.run)(job.id, &job.payload).await });
        match tokio::time::timeout(runner.limit.duration(), run.catch_unwind()).await {
            Ok(Ok(Ok(()))) => Ended::Well,
            Ok(Ok(Err(error))) if error.is::<Hopeless>() => {
                Ended::Hopelessly(reason(error.as_ref()))
            }
            Ok(Ok(Err(error))) => Ended::Badly(reason(error.as_ref())),
            Ok(Err(_)) => Ended::Badly("it panicked; the log says where".to_owned()),
            Err(_) => Ended::Badly(format!("it took longer than {}", runner.limit)),
        }
    }

    /// Gives back what was claimed by steps that were abandoned, so that another process, or this one after its next start,
    /// does it at once.
    ///
    /// # Errors
    /// Whatever the database says; then the claims end by themselves.
    pub async fn release(&self) -> sqlx::Result<bool> {
        let abandoned = self.claimed().clone();
        if abandoned.is_empty() {
            return Ok(false);
        }
        let mut tx = self.write().await?;
        for job in &abandoned {
            release_job(&mut tx, job).await?;
        }
        tx.commit().await?;
        self.claimed().clear();
        Ok(true)
    }

    async fn write(&self) -> sqlx::Result<Tx> {
        self.db.write(&self.clock, &self.rng).await
    }

    fn claimed(&self) -> MutexGuard<'_, Vec<Claimed>> {
        self.claimed
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

async fn mark(tx: &mut Tx, job: &Claimed, ended: Ended) -> sqlx::Result<()> {
    let (id, kind) = (job.id, job.kind.as_str());
    match ended {
        Ended::Well => finish_job(tx, id).await,
        Ended::Badly(reason) => {
            let logged = without_addresses(&reason);
            if job.attempts + 1 < MAX_ATTEMPTS {
                tracing::warn!(job = %id, kind, reason = logged, "a job failed and is tried again");
            } else {
                tracing::error!(job = %id, kind, reason = logged, "a job failed for the last time and was given up");
            }
            delay_job(tx, job, &reason).await
        }
        Ended::Hopelessly(reason) => {
            let logged = without_addresses(&reason);
            tracing::error!(job = %id, kind, reason = logged, "a job cannot succeed and was given up");
            give_up_job(tx, job, &reason).await
        }
        Ended::Unknown => {
            let reason = "this version of the program knows no such kind of job";
            tracing::warn!(job = %id, kind, reason, "a job is put off");
            put_off_job(tx, job, reason).await
        }
    }
}

/// What a mail server says often names the mailbox. `gaceta doctor` shows that; in the log no address stands.
fn without_addresses(reason: &str) -> String {
    let is_part = |c: char| !c.is_whitespace() && !"<>()[]\"',;:".contains(c);
    let mut out = String::new();
    let mut rest = reason;
    while !rest.is_empty() {
        let word = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word);
        out.push_str(if word.contains('@') {
            "(address)"
        } else {
            word
        });
        let sign = after.chars().next();
        out.extend(sign);
        rest = &after[sign.map_or(0, char::len_utf8)..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_logged_without_addresses() {
        for (reason, logged) in [
            (
                "550 5.1.1 <eva@paper.test>: no such user",
                "550 5.1.1 <(address)>: no such user",
            ),
            ("it took longer than 2m", "it took longer than 2m"),
            (
                "eva@paper.test, ñu@peluquería.example",
                "(address), (address)",
            ),
            ("", ""),
        ] {
            assert_eq!(without_addresses(reason), logged);
        }
    }
}
