//! The list of background tasks: what a serving paper does beside answering, how often, and for how long at most.
//!
//! Each is a closure over the parts that it needs. `docs/tasks.md` is written from this list. Deliberately not here: what a
//! step does, which is in the feature that owns it, and how tasks are run ([`base::background`]).

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::App;
use crate::jobs;
use crate::nodes::{self, ChangeListener};
use base::background::{Outcome, Plan, Task};
use base::changes;
use base::time::Span;

/// Everything that a serving paper does in the background; `listener` is that of one of several nodes.
#[must_use]
pub fn tasks(app: &Arc<App>, listener: Option<ChangeListener>) -> Vec<Task> {
    let mut tasks = write_behind(app);
    tasks.push(run_jobs(app));
    tasks.push(tell_of_ends(app));
    tasks.extend(prepare_pages(app));
    tasks.extend(forget(app));
    tasks.extend(listener.map(|listener| follow_changes(app, listener)));
    tasks
}

/// What is kept in memory first and written soon after, and in any case at the stop.
fn write_behind(app: &Arc<App>) -> Vec<Task> {
    vec![
        Plan::new(
            "write-lease-signs",
            "Tells the other nodes which devices are still reading.",
        )
        .every(Span::seconds(1))
        .within(Span::seconds(30))
        .step(Arc::clone(&app.leases), |leases| async move {
            leases.write_signs().await?;
            Ok(Outcome::Done)
        })
        .and_at_stop(),
        Plan::new(
            "write-lease-events",
            "Writes who took over when to the event log.",
        )
        .every(Span::seconds(1))
        .within(Span::seconds(30))
        .step(Arc::clone(&app.leases), |leases| async move {
            leases.events.write().await?;
            Ok(Outcome::Done)
        })
        .and_at_stop(),
        Plan::new(
            "save-seen-sessions",
            "Writes down when sessions and devices were last used.",
        )
        .every(Span::seconds(1))
        .within(Span::minutes(1))
        .step(Arc::clone(&app.readers), |readers| async move {
            readers.sessions.save_seen().await?;
            Ok(Outcome::Done)
        })
        .and_at_stop(),
    ]
}

fn run_jobs(app: &Arc<App>) -> Task {
    let worker = Arc::new(jobs::worker(app));
    Plan::new(
        "run-jobs",
        "Runs what waits in the job table; so many at a time as `[background] workers` says. What is under way at the stop is given back.",
    )
    .every(Span::seconds(1))
    .within(worker.limit())
    .copies(app.base.config.background.workers)
    .step(Arc::clone(&worker), |worker| async move {
        Ok(match worker.step().await? {
            true => Outcome::More,
            false => Outcome::Idle,
        })
    })
    .at_stop(worker, |worker| async move {
        Ok(match worker.release().await? {
            true => Outcome::Done,
            false => Outcome::Idle,
        })
    })
}

fn tell_of_ends(app: &Arc<App>) -> Task {
    Plan::new(
        "tell-of-ends",
        "Writes to owners whose subscription ends within `[accounts] ends_soon_for`, and to those for whom it has ended.",
    )
    .every(Span::minutes(10))
    .within(Span::minutes(5))
    .step(
        Arc::clone(&app.subscriptions),
        |subscriptions| async move {
            Ok(match subscriptions::ends::tell(&subscriptions).await? {
                0 => Outcome::Idle,
                _ => Outcome::More,
            })
        },
    )
}

/// What readers would have to wait for otherwise.
fn prepare_pages(app: &Arc<App>) -> Vec<Task> {
    vec![
        Plan::new(
            "read-ahead",
            "Reads who is signed in, who has a seat and what devices are called. Whoever comes before it is done is looked up by themselves.",
        )
        .within(Span::minutes(10))
        .step(
            (Arc::clone(&app.subscriptions), Arc::clone(&app.readers)),
            |(subscriptions, readers)| async move {
                subscriptions.seats.preload().await?;
                readers.sessions.preload().await?;
                readers.devices.preload().await?;
                Ok(Outcome::Done)
            },
        ),
        Plan::new(
            "publish-held-back",
            "Lets articles be seen whose moment of publication has come.",
        )
        .every(Span::seconds(1))
        .within(Span::minutes(1))
        .step(Arc::clone(&app.articles), |articles| async move {
            Ok(match articles::release(&articles).await? {
                0 => Outcome::Idle,
                _ => Outcome::Done,
            })
        }),
        Plan::new(
            "renew-sidebars",
            "Takes new snapshots of what stands beside articles, where something was published.",
        )
        .every(Span::seconds(1))
        .within(Span::minutes(1))
        .step(Arc::clone(&app.articles), |articles| async move {
            articles.sidebars.renew_old().await?;
            Ok(Outcome::Done)
        }),
        Plan::new(
            "remake-pages",
            "Makes finished pages anew whose sidebars have become old, one in a step.",
        )
        .woken(Arc::clone(&app.reading), |reading| async move { reading.renewal.asked().await })
        .within(Span::minutes(1))
        .step(Arc::clone(&app.reading), |reading| async move {
            Ok(match reading.renewal.step(&reading).await {
                true => Outcome::More,
                false => Outcome::Idle,
            })
        }),
    ]
}

/// What keeps memory and tables from growing.
fn forget(app: &Arc<App>) -> Vec<Task> {
    vec![
        Plan::new(
            "give-memory-back",
            "Has the allocator return what it does not use to the system.",
        )
        .every(Span::seconds(1))
        .step((), |()| async {
            give_back();
            Ok(Outcome::Done)
        }),
        Plan::new(
            "forget-full-limits",
            "Forgets who has not tried to sign in for a while.",
        )
        .every(Span::minutes(10))
        .step(Arc::clone(&app.readers), |readers| async move {
            readers.limits.forget_full();
            Ok(Outcome::Done)
        }),
        Plan::new(
            "forget-old-leases",
            "Forgets leases at rest for a day, and deletes events older than `[reading] events_for`.",
        )
        .every(Span::minutes(60))
        .within(Span::minutes(10))
        .step(Arc::clone(&app.leases), |leases| async move {
            leases.forget_old().await?;
            Ok(Outcome::Done)
        }),
        Plan::new(
            "keep-deleted-readers",
            "Adds readers who were deleted at other nodes to the list beside the database, and deletes again whoever a backup brought back.",
        )
        .every(Span::minutes(60))
        .within(Span::minutes(10))
        .step(app.account.clone(), |account| async move {
            account::erase::keep_deleted(&account).await?;
            Ok(Outcome::Done)
        }),
        Plan::new(
            "forget-old-changes",
            "Deletes changes that every node has heard.",
        )
        .every(Span::minutes(60))
        .within(Span::minutes(10))
        .step(Arc::clone(&app.base), |base| async move {
            let mut tx = base.write().await?;
            changes::forget_old(&mut tx).await?;
            tx.commit().await?;
            Ok(Outcome::Done)
        }),
    ]
}

/// Hears what other nodes changed. Freshness is measured by it, so it never slows down.
pub fn follow_changes(app: &Arc<App>, listener: ChangeListener) -> Task {
    Plan::new(
        "follow-changes",
        "Hears what other nodes changed; only where several share a PostgreSQL.",
    )
    .every(app.base.config.nodes.look_every)
    .steadily()
    .within(Span::minutes(1))
    .step(
        (Arc::clone(app), Arc::new(Mutex::new(listener))),
        |(app, listener)| async move {
            nodes::follow(&app, &mut *listener.lock().await).await?;
            Ok(Outcome::Done)
        },
    )
}

/// Makes the allocator look whether there is memory to give back to the system. It does that with what was freed a second
/// ago and is not used again, but only when something large comes or goes; in a paper at rest nothing does, and it would
/// keep for hours what a few pictures once took. The piece is never written to, so this takes microseconds.
fn give_back() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(4 << 20)));
}
