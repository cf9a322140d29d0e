//! Runs tasks until the process stops: the one place where background work waits.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinSet};

use super::{Outcome, Register, Task, When};
use crate::time::Clock;

/// How long what is abandoned may take to let go.
const ABANDON_FOR: Duration = Duration::from_secs(1);

/// Tasks that are running. Dropping it abandons them.
#[derive(Debug)]
pub struct Driver {
    tasks: Vec<Arc<Task>>,
    clock: Clock,
    stop: watch::Sender<bool>,
    loops: JoinSet<()>,
    names: HashMap<Id, &'static str>,
}

impl Driver {
    /// Starts all of them.
    pub fn start(tasks: Vec<Task>, register: &Register, clock: &Clock) -> Self {
        let tasks: Vec<_> = tasks.into_iter().map(Arc::new).collect();
        register.set(&tasks);
        let (stop, stopped) = watch::channel(false);
        let (mut loops, mut names) = (JoinSet::new(), HashMap::new());
        for task in &tasks {
            for _ in 0..task.plan.copies {
                let repeated = repeat(Arc::clone(task), clock.clone(), stopped.clone());
                names.insert(loops.spawn(repeated).id(), task.name());
            }
        }
        Self {
            tasks,
            clock: clock.clone(),
            stop,
            loops,
            names,
        }
    }

    /// Drains: no step begins any more, and those under way have so long to end. What still runs then is abandoned; these
    /// are the names of it.
    pub async fn drain(&mut self, patience: Duration) -> Vec<&'static str> {
        self.stop.send_replace(true);
        let ended = async {
            while let Some(ended) = self.loops.join_next_with_id().await {
                let id = match ended {
                    Ok((id, ())) => id,
                    Err(error) => error.id(),
                };
                self.names.remove(&id);
            }
        };
        if tokio::time::timeout(patience, ended).await.is_ok() {
            return Vec::new();
        }
        self.loops.abort_all();
        // One that never waits cannot be abandoned; it ends with the process.
        let gone = async { while self.loops.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(ABANDON_FOR, gone).await;
        let mut left: Vec<_> = self.names.drain().map(|(_, name)| name).collect();
        left.sort_unstable();
        tracing::warn!(
            tasks = left.join(", "),
            "background work was abandoned: it did not end within [server] stop_for"
        );
        left
    }

    /// The last steps of those that have something to write, at the same time, so long at most. After [`Driver::drain`]
    /// and the last request.
    ///
    /// # Errors
    /// Names what could not be written, with the reasons.
    pub async fn finish(self, patience: Duration) -> anyhow::Result<()> {
        let steps = self.tasks.iter().filter_map(|task| {
            let step = task.last.as_ref()?;
            let limit = patience.min(task.plan.limit.duration());
            let clock = &self.clock;
            Some(async move {
                let came = task.attempt(step, limit, clock).await;
                came.err().map(|error| format!("{}: {error}", task.name()))
            })
        });
        let came = futures_util::future::join_all(steps).await;
        let failed: Vec<String> = came.into_iter().flatten().collect();
        anyhow::ensure!(
            failed.is_empty(),
            "not everything could be written at the stop: {}",
            failed.join("; ")
        );
        Ok(())
    }
}

async fn repeat(task: Arc<Task>, clock: Clock, mut stopped: watch::Receiver<bool>) {
    let mut failing = false;
    while !*stopped.borrow() {
        let came = task.run(&clock).await;
        let failures = task.status().failures_in_a_row;
        report(task.name(), &came, failures, failing);
        failing = came.is_err();
        let next = async {
            match (&came, &task.plan.when) {
                (Err(_), _) => tokio::time::sleep(task.back_off(failures)).await,
                (Ok(Outcome::More), _) => tokio::task::yield_now().await,
                (Ok(_), When::Every(period)) => tokio::time::sleep(period.duration()).await,
                (Ok(_), When::Woken(wake)) => wake().await,
                (Ok(_), When::Once) => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => return,
            () = next => {}
        }
    }
}

/// The first failure in a row is worth a line, the second, the fourth and so on; and that it works again.
fn report(task: &str, came: &Result<Outcome, String>, failures: u32, failing: bool) {
    match came {
        Err(error) if failures.is_power_of_two() => tracing::warn!(
            task,
            error,
            failures,
            "background work failed and is tried again"
        ),
        Err(error) => tracing::debug!(task, error, failures, "background work failed"),
        Ok(_) if failing => tracing::warn!(task, "background work succeeds again"),
        Ok(_) => {}
    }
}
