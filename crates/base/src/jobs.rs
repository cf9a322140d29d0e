//! Background work, kept in the database so that a crash loses none of it.
//!
//! A job is put in the same transaction as what it follows from. A worker claims one job by a conditional update, does
//! it outside of any transaction, and marks it done. It exposes a single step, so tests run it to the end instead of
//! sleeping. A job may run twice (a crash between doing and marking), so every kind must bear that.

use super::db::{Tx, execute, fetch_optional};
use super::id::Id;
use super::time::{Span, UnixMillis};

/// Marks the identifiers of jobs.
#[derive(Debug)]
pub struct Job;

/// A claimed job.
#[derive(Debug)]
pub struct Claimed {
    /// Its identifier.
    pub id: Id<Job>,
    /// What is to be done; each feature names its own kinds.
    pub kind: String,
    /// What it needs, as JSON.
    pub payload: String,
    /// How often it was tried before.
    pub attempts: i64,
}

/// A claimed job belongs to its worker for this long.
const CLAIM_FOR: Span = Span::minutes(5);

/// After this many failures a job stays where it is, for a person to look at.
pub const MAX_ATTEMPTS: i64 = 8;

/// Puts a job into the queue, to be run at once or at `run_at`.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_job(
    tx: &mut Tx,
    kind: &str,
    payload: String,
    run_at: Option<UnixMillis>,
) -> sqlx::Result<()> {
    let (id, now) = (tx.new_id::<Job>(), tx.now());
    execute!(
        tx,
        "INSERT INTO job (id, kind, payload, run_at, locked_until, attempts, created_at) VALUES ($1, $2, $3, $4, NULL, 0, $5)",
        id,
        kind,
        payload,
        run_at.unwrap_or(now),
        now
    )?;
    Ok(())
}

/// Claims the oldest job that is due. Of many workers exactly one gets it.
///
/// # Errors
/// Whatever the database says.
pub async fn claim_job(tx: &mut Tx) -> sqlx::Result<Option<Claimed>> {
    let now = tx.now();
    let row = fetch_optional!(
        tx,
        (Id<Job>, String, String, i64),
        "UPDATE job SET locked_until = $1, attempts = attempts + 1
         WHERE id = (SELECT id FROM job WHERE run_at <= $2 AND (locked_until IS NULL OR locked_until <= $2) AND attempts < $3
                     ORDER BY run_at, id LIMIT 1)
           AND (locked_until IS NULL OR locked_until <= $2)
         RETURNING id, kind, payload, attempts",
        now.plus(CLAIM_FOR),
        now,
        MAX_ATTEMPTS
    )?;
    Ok(row.map(|(id, kind, payload, attempts)| Claimed {
        id,
        kind,
        payload,
        attempts: attempts - 1,
    }))
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

/// Failed: tried again after 1, 2, 4 .. minutes, with the reason kept.
///
/// # Errors
/// Whatever the database says.
pub async fn delay_job(tx: &mut Tx, id: Id<Job>, attempts: i64, reason: &str) -> sqlx::Result<()> {
    let wait = Span::minutes(1 << attempts.clamp(0, 8));
    let run_at = tx.now().plus(wait);
    execute!(
        tx,
        "UPDATE job SET run_at = $2, locked_until = NULL, last_error = $3 WHERE id = $1",
        id,
        run_at,
        reason
    )?;
    Ok(())
}

/// How many jobs wait to be run now, and how many were given up.
///
/// # Errors
/// Whatever the database says.
pub async fn count_jobs(tx: &mut Tx) -> sqlx::Result<(i64, i64)> {
    let now = tx.now();
    let due = super::db::fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM job WHERE run_at <= $1 AND attempts < $2",
        now,
        MAX_ATTEMPTS
    )?;
    let given_up = super::db::fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM job WHERE attempts >= $1",
        MAX_ATTEMPTS
    )?;
    Ok((due.0, given_up.0))
}
