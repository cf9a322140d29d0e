//! The event log: who took over when, so that the message and support can explain themselves. Written in batches; the
//! lease never waits for it, and a crash may lose the last second of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use lease::Epoch;

use super::store;
use base::Base;
use base::db::text_enum;
use base::time::UnixMillis;
use readers::{DeviceId, ReaderId};

text_enum! {
    /// What happened.
    pub enum EventKind {
        /// Nobody had the lease.
        Opened = "opened",
        /// Its device was at rest.
        Passed = "passed",
        /// "Read here" was pressed.
        Taken = "taken",
        /// Sign-out, a new password, a removed seat.
        Released = "released",
        /// The device message was shown.
        Shown = "shown",
        /// It would have been, in the mode `observe`.
        WouldShow = "would_show",
    }
}

/// One line of the log.
#[derive(Clone, Debug)]
pub struct Event {
    /// Whose lease.
    pub reader: ReaderId,
    /// What happened.
    pub kind: EventKind,
    /// The device that had it.
    pub from: Option<DeviceId>,
    /// The device that has it, or wanted it.
    pub to: Option<DeviceId>,
    /// The epoch since then.
    pub epoch: Epoch,
    /// When.
    pub at: UnixMillis,
}

/// More events than this wait for a database that does not answer only at the price of memory: later ones are counted
/// and dropped.
const WAITING: usize = 100_000;
/// Milliseconds; days are counted in UTC.
const DAY: i64 = 86_400_000;

#[derive(Debug, Default)]
struct Queue {
    events: Vec<Event>,
    dropped: u64,
}

/// Events on their way to the database.
#[derive(Debug)]
pub struct Events {
    base: Arc<Base>,
    queue: Mutex<Queue>,
}

impl Events {
    pub(super) fn new(base: &Arc<Base>) -> Self {
        Self {
            base: Arc::clone(base),
            queue: Mutex::default(),
        }
    }

    pub(super) fn push(&self, event: Event) {
        let mut queue = self.queue();
        if queue.events.len() < WAITING {
            queue.events.push(event);
        } else {
            queue.dropped += 1;
        }
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue().events.len()
    }

    /// Writes what waits, in one transaction; one step of background work.
    ///
    /// # Errors
    /// Whatever the database says; the events wait on.
    pub async fn write(&self) -> sqlx::Result<()> {
        let (events, dropped) = {
            let mut queue = self.queue();
            (
                std::mem::take(&mut queue.events),
                std::mem::take(&mut queue.dropped),
            )
        };
        if dropped > 0 {
            tracing::warn!(
                dropped,
                "lease events were dropped, since the database did not take them"
            );
        }
        if events.is_empty() {
            return Ok(());
        }
        let written = self.insert(&events).await;
        if written.is_err() {
            let mut queue = self.queue();
            let newer = std::mem::replace(&mut queue.events, events);
            queue.events.extend(newer);
            queue.events.truncate(WAITING);
        }
        written
    }

    async fn insert(&self, events: &[Event]) -> sqlx::Result<()> {
        let mut tx = self.base.write().await?;
        for few in events.chunks(store::AT_ONCE) {
            store::insert_events(&mut tx, few).await?;
        }
        let mut sums: BTreeMap<(i64, EventKind), i64> = BTreeMap::new();
        for event in events {
            let day = event.at.0.div_euclid(DAY);
            *sums.entry((day, event.kind)).or_default() += 1;
        }
        for ((day, kind), count) in sums {
            let day = UnixMillis(day * DAY).timestamp();
            let day = day.strftime("%Y-%m-%d").to_string();
            store::add_to_sum(&mut tx, &day, kind, count).await?;
        }
        tx.commit().await
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}
