//! Jobs: work that must not be lost, kept in the database until it is done.
//!
//! A job is put in the same transaction as what it follows from. It is typed: a [`Kind`] says which payload it has and for
//! how long one may run. A [`Worker`] claims one job by a conditional update, does it outside of any transaction, and
//! marks it done. It exposes a single step, so tests run it to the end instead of sleeping. Delivery is at least once (a
//! crash between doing and marking, a time limit), so every kind must bear to run twice.

mod kind;
mod worker;

use super::db::{Tx, execute, fetch_all, fetch_one, fetch_optional, row};
use super::id::Id;
use super::time::{Span, UnixMillis};
use serde::{Deserialize, Serialize};

pub use kind::{Kind, Runner};
pub use worker::Worker;

/// Marks the identifiers of jobs.
#[derive(Debug)]
pub struct Job;

/// Which of the jobs that are due is run first; of those with the same priority, the one that waits longest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Priority {
    /// Somebody sits there and waits for it.
    First,
    /// Soon.
    #[default]
    Usual,
    /// When nothing else is due.
    Last,
}

impl Priority {
    /// As stored: a smaller number is run earlier.
    const fn number(self) -> i64 {
        self as i64
    }
}

/// A claimed job.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Its identifier.
    pub id: Id<Job>,
    /// What is to be done; each feature names its own kinds.
    pub kind: String,
    /// What it needs, as JSON.
    pub payload: String,
    /// How often it was tried before.
    pub attempts: i64,
    /// Until when it belongs to its worker; a fencing token, too: whoever claims it later has another one.
    until: UnixMillis,
}

row!(Claimed: id, kind, payload, attempts, until);

/// After this many failures a job stays where it is, for a person to look at.
pub const MAX_ATTEMPTS: i64 = 8;
/// A job of an unknown kind is looked at again after this.
const UNKNOWN_FOR: Span = Span::minutes(1);

/// Why a job failed, if trying it again could not mend it: then it is given up at once.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Hopeless(pub String);

/// Puts a job into the queue, to be run at once. Features use [`Kind::insert`].
///
/// # Errors
/// Whatever the database says.
pub async fn insert_job(
    tx: &mut Tx,
    kind: &str,
    payload: String,
    priority: Priority,
) -> sqlx::Result<Id<Job>> {
    let (id, now) = (tx.new_id::<Job>(), tx.now());
    execute!(
        tx,
        "INSERT INTO job (id, kind, payload, priority, run_at, locked_until, attempts, created_at) VALUES ($1, $2, $3, $4, $5, NULL, 0, $5)",
        id,
        kind,
        payload,
        priority.number(),
        now
    )?;
    Ok(id)
}

/// Claims the job that is due and comes first, see [`Priority`], for so long. Of many workers exactly one gets it.
///
/// # Errors
/// Whatever the database says.
pub async fn claim_job(tx: &mut Tx, claim_for: Span) -> sqlx::Result<Option<Claimed>> {
    let now = tx.now();
    let until = now.plus(claim_for);
    fetch_optional!(
        tx,
        Claimed,
        "UPDATE job SET locked_until = $1, attempts = attempts + 1
         WHERE id = (SELECT id FROM job WHERE run_at <= $2 AND (locked_until IS NULL OR locked_until <= $2) AND attempts < $3
                     ORDER BY priority, run_at, id LIMIT 1)
           AND (locked_until IS NULL OR locked_until <= $2)
         RETURNING id, kind, payload, attempts - 1 AS attempts, locked_until AS until",
        until,
        now,
        MAX_ATTEMPTS
    )
}

/// Gives back what was claimed by a worker that is gone: nobody waits for the end of its claim. For a process that has the
/// database to itself, before its own worker begins.
///
/// # Errors
/// Whatever the database says.
pub async fn free_jobs(tx: &mut Tx) -> sqlx::Result<()> {
    execute!(
        tx,
        "UPDATE job SET locked_until = NULL WHERE locked_until IS NOT NULL"
    )?;
    Ok(())
}

/// Done: the job goes.
///
/// # Errors
/// Whatever the database says.
pub async fn finish_job(tx: &mut Tx, id: Id<Job>) -> sqlx::Result<()> {
    execute!(tx, "DELETE FROM job WHERE id = $1", id)?;
    Ok(())
}

/// Jobs of this kind whose payload begins like this: payload, since when they wait, how often they were tried.
///
/// # Errors
/// Whatever the database says.
pub async fn list_jobs(
    tx: &mut Tx,
    kind: &str,
    start: &str,
) -> sqlx::Result<Vec<(String, UnixMillis, i64)>> {
    fetch_all!(
        tx,
        (String, UnixMillis, i64),
        "SELECT payload, created_at, attempts FROM job WHERE kind = $1 AND substr(payload, 1, length($2)) = $2 ORDER BY id",
        kind,
        start
    )
}

/// Deletes jobs of this kind whose payload begins like this. One that is being done is done once more at most.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_jobs(tx: &mut Tx, kind: &str, start: &str) -> sqlx::Result<()> {
    execute!(
        tx,
        "DELETE FROM job WHERE kind = $1 AND substr(payload, 1, length($2)) = $2",
        kind,
        start
    )?;
    Ok(())
}

/// Failed: tried again after 1, 4, 16 .. minutes (exponential back-off; the last time after three days and a half, since a
/// server may be away for days: RFC 5321, 4.5.4.1), with the reason kept. Nothing happens if the claim has lapsed
/// and somebody else has the job.
///
/// # Errors
/// Whatever the database says.
pub async fn delay_job(tx: &mut Tx, job: &Claimed, reason: &str) -> sqlx::Result<()> {
    let wait = Span::minutes(1 << (2 * job.attempts.clamp(0, 6)));
    let run_at = tx.now().plus(wait);
    execute!(
        tx,
        "UPDATE job SET run_at = $3, locked_until = NULL, last_error = $4 WHERE id = $1 AND locked_until = $2",
        job.id,
        job.until,
        run_at,
        reason
    )?;
    Ok(())
}

/// Failed for good, with the reason kept for a person to look at. Nothing happens if the claim has lapsed and somebody else
/// has the job.
///
/// # Errors
/// Whatever the database says.
pub async fn give_up_job(tx: &mut Tx, job: &Claimed, reason: &str) -> sqlx::Result<()> {
    execute!(
        tx,
        "UPDATE job SET locked_until = NULL, attempts = $3, last_error = $4 WHERE id = $1 AND locked_until = $2",
        job.id,
        job.until,
        MAX_ATTEMPTS,
        reason
    )?;
    Ok(())
}

/// Put off, since nobody here knows its kind: that does not count as an attempt, however long it lasts.
///
/// # Errors
/// Whatever the database says.
pub async fn put_off_job(tx: &mut Tx, job: &Claimed, reason: &str) -> sqlx::Result<()> {
    let run_at = tx.now().plus(UNKNOWN_FOR);
    execute!(
        tx,
        "UPDATE job SET run_at = $3, locked_until = NULL, attempts = $4, last_error = $5 WHERE id = $1 AND locked_until = $2",
        job.id,
        job.until,
        run_at,
        job.attempts,
        reason
    )?;
    Ok(())
}

/// Given back by a worker that has to stop, as if it had never been claimed.
///
/// # Errors
/// Whatever the database says.
pub async fn release_job(tx: &mut Tx, job: &Claimed) -> sqlx::Result<()> {
    execute!(
        tx,
        "UPDATE job SET locked_until = NULL, attempts = $3 WHERE id = $1 AND locked_until = $2",
        job.id,
        job.until,
        job.attempts
    )?;
    Ok(())
}

/// How many jobs wait to be run now, and how many were given up.
///
/// # Errors
/// Whatever the database says.
pub async fn count_jobs(tx: &mut Tx) -> sqlx::Result<(i64, i64)> {
    let now = tx.now();
    let due = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM job WHERE run_at <= $1 AND attempts < $2",
        now,
        MAX_ATTEMPTS
    )?;
    let given_up = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM job WHERE attempts >= $1",
        MAX_ATTEMPTS
    )?;
    Ok((due.0, given_up.0))
}

/// A job that did not succeed yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Failed {
    /// Its identifier.
    pub id: Id<Job>,
    /// What was to be done.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Since when it waits.
    pub created_at: UnixMillis,
    /// Why it failed last.
    pub last_error: String,
}

row!(Failed: id, kind, attempts, created_at, last_error);

impl Failed {
    /// Whether it was tried for the last time.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.attempts >= MAX_ATTEMPTS
    }
}

/// The jobs that failed at least once, the most often tried first, `most` of them.
///
/// # Errors
/// Whatever the database says.
pub async fn list_failed_jobs(tx: &mut Tx, most: i64) -> sqlx::Result<Vec<Failed>> {
    fetch_all!(
        tx,
        Failed,
        "SELECT id, kind, attempts, created_at, COALESCE(last_error, '') AS last_error FROM job
         WHERE last_error IS NOT NULL OR attempts >= $1 ORDER BY attempts DESC, id LIMIT $2",
        MAX_ATTEMPTS,
        most
    )
}
