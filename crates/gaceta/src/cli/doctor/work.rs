//! What `gaceta doctor` says about background work: each task of the process that serves the paper, and jobs that failed.

use std::path::Path;

use super::{Findings, PATIENCE};
use crate::cli::control::{Order, Paper, Reply};
use base::background::{Outcome, Status};
use base::db::Tx;
use base::jobs::{Failed, MAX_ATTEMPTS, count_jobs, list_failed_jobs};
use base::time::{Clock, UnixMillis};

/// So many failed jobs are named; the rest is counted.
const NAMED: i64 = 10;

/// Asks the serving process how its tasks are doing. `false` if nobody takes orders there.
pub async fn tasks(dir: &Path, found: &mut Findings) -> bool {
    let mut paper = match tokio::time::timeout(PATIENCE, Paper::reach(dir)).await {
        Ok(Ok(Some(paper))) => paper,
        Ok(Ok(None)) => return false,
        Ok(Err(error)) => {
            found.note(format!("background tasks: {error:#}"));
            return true;
        }
        Err(_) => {
            found.note("background tasks: the paper is busy with other orders; ask again later");
            return true;
        }
    };
    found.fine("the paper is being served and takes orders");
    match tokio::time::timeout(PATIENCE, paper.order(Order::ListTasks)).await {
        Ok(Ok(Reply::Tasks {
            tasks,
            unnamed_proxy,
        })) => {
            if unnamed_proxy {
                found.wrong(
                    "proxies: requests come through one, and [server] proxies = 0 takes it for the reader, so everybody shares the limits of one; set [server] proxies to how many there are",
                );
            }
            let now = Clock::System.now();
            tasks.iter().for_each(|task| say(task, now, found));
        }
        Ok(Ok(other)) => found.wrong(format!("background tasks: the paper answered {other:?}")),
        Ok(Err(error)) => found.wrong(format!("background tasks: {error:#}")),
        Err(_) => {
            found.note("background tasks: the paper is busy with other orders; ask again later");
        }
    }
    true
}

fn say(task: &Status, now: UnixMillis, found: &mut Findings) {
    let name = &task.name;
    let running = task.running_for(now);
    let running = running.map_or_else(String::new, |span| format!(", running for {span}"));
    let Some(age) = task.age(now) else {
        return found.fine(format!(
            "task {name}: its first step has not ended{running}"
        ));
    };
    let runs = task.runs;
    match &task.last {
        Some(Err(reason)) => {
            let line = format!(
                "task {name}: failed {} times in a row, {age} ago because {reason}{running}",
                task.failures_in_a_row
            );
            if task.is_failing() {
                found.wrong(line);
            } else {
                found.note(line);
            }
        }
        last => {
            let did = match last {
                Some(Ok(Outcome::Idle)) => "found nothing to do",
                _ => "ended well",
            };
            found.fine(format!(
                "task {name}: {did} {age} ago, {} of {runs} runs failed{running}",
                task.failures
            ));
        }
    }
}

/// The job table.
///
/// # Errors
/// Whatever the database says.
pub async fn jobs(tx: &mut Tx, found: &mut Findings) -> sqlx::Result<()> {
    let (due, given_up) = count_jobs(tx).await?;
    let line = format!("jobs: {due} are due, {given_up} were given up");
    if given_up == 0 {
        found.fine(line);
    } else {
        found.wrong(format!(
            "{line} after {MAX_ATTEMPTS} tries; they stay in the table job until somebody looks at them"
        ));
    }
    for job in list_failed_jobs(tx, NAMED).await? {
        let line = describe(&job);
        if job.is_given_up() {
            found.wrong(line);
        } else {
            found.note(line);
        }
    }
    Ok(())
}

fn describe(job: &Failed) -> String {
    let state = if job.is_given_up() {
        "given up"
    } else {
        "failed and is tried again"
    };
    format!(
        "job {} {}, put there {}: {state} (attempt {}): {}",
        job.kind,
        job.id,
        job.created_at.rfc3339(),
        job.attempts,
        job.last_error
    )
}
