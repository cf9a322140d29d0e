//! The list of what this program can run as a job: each kind with the part that runs it. `docs/tasks.md` is written from
//! where the kinds are declared; a test compares.

use crate::App;
use base::jobs::{Hopeless, Runner, Worker};
use base::mail::MAIL;

/// The kinds.
fn runners(app: &App) -> Vec<Runner> {
    vec![
        MAIL.run_by(app.base.mailer.clone(), |mailer, id, mail| async move {
            let sent = mailer.send(&mail, &id.to_string()).await;
            // Taken out of what it is wrapped in, the worker knows it again.
            sent.map_err(|error| {
                error
                    .downcast::<Hopeless>()
                    .map_or_else(Into::into, Into::into)
            })
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
