//! The list of what this program can run as a job: each kind with the part that runs it. `docs/tasks.md` is written from
//! where the kinds are declared; a test compares.

use std::sync::Arc;

use crate::App;
use base::jobs::{Runner, Worker};
use base::mail::{self, MAIL};

/// The kinds.
fn runners(app: &App) -> Vec<Runner> {
    vec![
        MAIL.run_by(Arc::clone(&app.base), |base, id, mail| async move {
            mail::deliver(&base, id, &mail).await
        }),
    ]
}

/// Runs jobs of this paper.
#[must_use]
pub fn worker(app: &App) -> Worker {
    let (db, clock, rng) = (
        app.base.db.clone(),
        app.base.clock.clone(),
        app.base.rng.clone(),
    );
    Worker::new(db, clock, rng, runners(app))
}

/// Runs the oldest job that is due; `false` if there is none.
///
/// # Errors
/// Whatever the database says; the job's own failure is kept with the job.
pub async fn step(app: &App) -> sqlx::Result<bool> {
    worker(app).step().await
}
