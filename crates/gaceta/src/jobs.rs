//! The worker of the outbox: claims one job, does what its kind says, and marks it done or puts it off.
//!
//! It exposes a single step; `serve` calls it until nothing is due, and so do tests. A job of a kind that nobody knows
//! (as after going back to an older version) is put off like a failed one, never dropped.

use crate::App;
use base::jobs::{Claimed, claim_job, delay_job, finish_job};
use base::mail::{MAIL_JOB, Mail};

/// Runs the oldest job that is due; `false` if there is none. A job that fails is tried again later.
///
/// # Errors
/// Whatever the database says; the job's own failure is kept with the job.
pub async fn step(app: &App) -> anyhow::Result<bool> {
    let mut tx = app.base.write().await?;
    let Some(job) = claim_job(&mut tx).await? else {
        return Ok(false);
    };
    tx.commit().await?;
    let done = run(app, &job).await;
    let mut tx = app.base.write().await?;
    match done {
        Ok(()) => finish_job(&mut tx, job.id).await?,
        Err(error) => {
            let reason = format!("{error:#}");
            tracing::warn!(job = %job.id, kind = job.kind, reason, "a job failed and is tried again");
            delay_job(&mut tx, job.id, job.attempts, &reason).await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}

async fn run(app: &App, job: &Claimed) -> anyhow::Result<()> {
    match job.kind.as_str() {
        MAIL_JOB => {
            let mail: Mail = serde_json::from_str(&job.payload)?;
            app.base.mailer.send(&mail, &job.id.to_string()).await
        }
        other => anyhow::bail!("this version knows no job of the kind {other}"),
    }
}
