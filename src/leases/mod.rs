//! Where leases live on one node: the engine's table in memory, the open pages that want to be told, and the event log.
//!
//! Leases are not stored. An epoch is (generation, counter), and the generation is on disk before the server listens, so
//! after a crash no lost epoch can come back; readers are silently opened again by their next page or heartbeat.
//! Deliberately not here: pages and messages (`reading`), and who may read at all (`access`).

mod events;
mod notices;
pub mod store;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lease::{Beat, Change, Epoch, Holder, How, Op, Outcome, Rules, Table};

pub use events::{Event, EventKind, Events};
pub use notices::{Listener, Notices};

use crate::App;
use crate::base::config::Reading;
use crate::base::db::Tx;
use crate::base::settings::{find_setting, set_setting};
use crate::base::time::{Span, UnixMillis};
use crate::readers::{DeviceId, ReaderId, Session};

/// The leases of this node.
#[derive(Debug)]
pub struct Leases {
    ops: AtomicU64,
    table: Table<ReaderId, DeviceId>,
    /// Open pages that want to be told.
    pub notices: Arc<Notices>,
    /// What happened, on its way to the database.
    pub events: Events,
}

/// The name of the setting that holds the generation: unix milliseconds of the last start, or more.
pub const GENERATION: &str = "lease_generation";

/// Begins a new generation and writes it down: greater than every one before, even if a backup was restored.
///
/// # Errors
/// Whatever the database says. The server must not listen then.
pub async fn next_generation(tx: &mut Tx) -> sqlx::Result<u64> {
    let stored = find_setting(tx, GENERATION)
        .await?
        .and_then(|text| text.parse::<u64>().ok())
        .unwrap_or(0);
    let next = (stored + 1).max(tx.now().0.unsigned_abs());
    set_setting(tx, GENERATION, &next.to_string()).await?;
    Ok(next)
}

fn rules(config: &Reading) -> Rules {
    let millis = |span: Span| lease::Millis(span.0);
    Rules {
        read_for: millis(config.read_for),
        glance_for: millis(config.glance_for),
        sent_for: millis(config.sent_for),
        silent_for: millis(config.silent_for),
        stream_for: millis(config.stream_for),
        late_rest_for: millis(config.late_rest_for),
        swaps_in: millis(config.swaps_in),
    }
}

impl Leases {
    /// An empty table of this generation. `first_op` is drawn at random, so that no two processes count alike.
    #[must_use]
    pub fn new(generation: u64, first_op: u64, config: &Reading) -> Self {
        Self {
            ops: AtomicU64::new(first_op),
            table: Table::new(generation, rules(config)),
            notices: Arc::default(),
            events: Events::default(),
        }
    }

    /// A name for an operation that the server itself begins and that nobody repeats.
    #[must_use]
    pub fn next_op(&self) -> Op {
        Op(self.ops.fetch_add(1, Ordering::Relaxed))
    }

    /// A navigation: this device is about to be sent a restricted article.
    pub fn open(&self, app: &App, session: &Session, op: Op) -> Outcome<DeviceId> {
        self.noted(
            app,
            session.reader,
            self.table
                .open(session.reader, session.device, app.clock.mono(), op),
        )
    }

    /// "Read here", by the reader's own gesture.
    pub fn take(&self, app: &App, session: &Session, seen: Epoch, op: Op) -> Outcome<DeviceId> {
        self.noted(
            app,
            session.reader,
            self.table
                .take(session.reader, session.device, seen, app.clock.mono(), op),
        )
    }

    /// A heartbeat of a visible page; with `back`, of one that was hidden and is looked at again.
    pub fn beat(
        &self,
        app: &App,
        session: &Session,
        beat: Beat,
        back: bool,
        op: Op,
    ) -> Outcome<DeviceId> {
        let (reader, device, now) = (session.reader, session.device, app.clock.mono());
        let outcome = if back {
            self.table.come_back(reader, device, beat, now, op)
        } else {
            self.table.touch(reader, device, beat, now)
        };
        self.noted(app, reader, outcome)
    }

    /// A page was hidden or closed.
    pub fn rest(&self, app: &App, session: &Session, epoch: Option<Epoch>, view: u64, seq: u64) {
        self.table.rest(
            session.reader,
            session.device,
            epoch,
            view,
            seq,
            app.clock.mono(),
        );
    }

    /// Whether this device has the lease, without asking for it.
    #[must_use]
    pub fn check(&self, session: &Session) -> Option<Epoch> {
        self.table.check(session.reader, session.device)
    }

    /// Who has it, and whether that device is at rest.
    #[must_use]
    pub fn holder(&self, app: &App, reader: ReaderId) -> Option<(Holder<DeviceId>, bool)> {
        self.table.holder(reader, app.clock.mono())
    }

    /// The live stream of a page was opened, or broke.
    pub fn stream(&self, app: &App, session: &Session, view: u64, open: bool) {
        let (reader, device, now) = (session.reader, session.device, app.clock.mono());
        if open {
            self.table.stream_opened(reader, device, view, now);
        } else {
            self.table.stream_broke(reader, device, view, now);
        }
    }

    /// This device signed out: it loses the lease, if it has it, and its pages are told.
    pub fn release(&self, app: &App, reader: ReaderId, device: DeviceId) {
        if let Some(change) = self.table.release(reader, device, app.clock.mono()) {
            self.record(app, reader, &change);
        }
        self.notices.ended(reader, device);
    }

    /// The reader lost the seat: whoever holds the lease loses it and is told.
    pub fn free(&self, app: &App, reader: ReaderId) {
        if let Some(change) = self.table.free(reader, app.clock.mono()) {
            self.record(app, reader, &change);
            if let Some(device) = change.from {
                self.notices.ended(reader, device);
            }
        }
    }

    /// Forgets readers who have not read for a day; one step of background work.
    pub fn sweep(&self, app: &App) -> usize {
        self.table
            .sweep(app.clock.mono(), lease::Millis(Span::days(1).0))
    }

    /// Forgets readers who have not read for a day, and deletes events older than `[reading] events_for`; their sums
    /// stay. One step of background work.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn forget_old(&self, app: &App) -> sqlx::Result<()> {
        self.sweep(app);
        let mut tx = app.write().await?;
        let before = tx.now().minus(app.config.reading.events_for);
        store::delete_events(&mut tx, before).await?;
        tx.commit().await
    }

    /// How many readers have a lease or had one lately.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether nobody has read yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The wall time of a moment of the monotonic clock, for messages.
    #[must_use]
    pub fn wall(app: &App, at: lease::Millis) -> UnixMillis {
        app.clock
            .now()
            .minus(Span(app.clock.mono().0.saturating_sub(at.0)))
    }

    /// The device message was shown, or would have been.
    pub fn shown(&self, app: &App, session: &Session, holder: &Holder<DeviceId>, kind: EventKind) {
        self.events.push(Event {
            reader: session.reader,
            kind,
            from: Some(holder.device),
            to: Some(session.device),
            epoch: holder.epoch,
            at: app.clock.now(),
        });
    }

    fn noted(&self, app: &App, reader: ReaderId, outcome: Outcome<DeviceId>) -> Outcome<DeviceId> {
        if let Outcome::Held {
            change: Some(change),
            ..
        } = &outcome
        {
            self.record(app, reader, change);
            if let Some(from) = change.from {
                self.notices.moved(reader, from, change);
            }
        }
        outcome
    }

    fn record(&self, app: &App, reader: ReaderId, change: &Change<DeviceId>) {
        let kind = match change.how {
            How::Opened => EventKind::Opened,
            How::Passed => EventKind::Passed,
            How::Taken => EventKind::Taken,
            How::Released => EventKind::Released,
        };
        let (from, to, epoch) = (change.from, change.to, change.epoch);
        self.events.push(Event {
            reader,
            kind,
            from,
            to,
            epoch,
            at: app.clock.now(),
        });
    }
}
