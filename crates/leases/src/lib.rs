//! Where leases live, the open pages that want to be told, and the event log.
//!
//! **One node** (an embedded database) has them in the engine's table in memory. They are not stored: an epoch is
//! (generation, counter), and the generation is on disk before the server listens, so after a crash no lost epoch can come
//! back; readers are silently opened again by their next page or heartbeat. **Many nodes** share a table of PostgreSQL
//! ([`rows`]). Both are the same engine; what differs is that the second may have to be waited for.
//!
//! Deliberately not here: pages and messages (`reading`), and who may read at all (`access`).

mod events;
mod notices;
mod rows;
#[cfg(test)]
mod simulation;
pub mod store;
mod upkeep;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lease::{Beat, Change, Epoch, Holder, How, Op, Outcome, Rules, Table};
use sqlx::PgPool;

pub use events::{Event, EventKind, Events};
pub use notices::{Listener, Notices};

use base::Base;
use base::config::Reading;
use base::db::{Db, GENERATION, Tx, assert_not_droppable};
use base::settings::{find_setting, set_setting};
use base::time::{Span, UnixMillis};
use readers::{DeviceId, ReaderId, Session};
use rows::Rows;

/// Where leases live.
#[derive(Debug)]
enum Home {
    /// In this node's memory: it is the only one.
    Memory(Table<ReaderId, DeviceId>),
    /// In PostgreSQL, for every node.
    Database(Rows<PgPool>),
}

/// The leases, as this node gives them.
#[derive(Debug)]
pub struct Leases {
    base: Arc<Base>,
    ops: AtomicU64,
    home: Home,
    /// Open pages that want to be told.
    pub notices: Arc<Notices>,
    /// What happened, on its way to the database.
    pub events: Events,
}

/// Begins a new generation of an embedded database and writes it down: greater than every one before, even if a backup
/// was restored. A database server has its own way (`base::db::Primary`).
async fn next_generation(tx: &mut Tx) -> sqlx::Result<u64> {
    let stored = find_setting(tx, GENERATION)
        .await?
        .and_then(|text| text.parse::<u64>().ok())
        .unwrap_or(0);
    let next = (stored + 1).max(tx.now().0.unsigned_abs());
    set_setting(tx, GENERATION, &next.to_string()).await?;
    Ok(next)
}

/// What was changed, if the database answered.
fn tried(change: sqlx::Result<Option<Change<DeviceId>>>) -> Option<Change<DeviceId>> {
    change.unwrap_or_else(|error| {
        tracing::warn!(%error, "a lease was not given up; it comes to rest by itself");
        None
    })
}

fn rules(config: &Reading) -> Rules {
    let millis = |span: Span| lease::Millis(span.0);
    Rules {
        read_for: millis(config.read_for),
        glance_for: millis(config.glance_for),
        sent_for: millis(config.sent_for),
        settle_for: millis(config.settle_for),
        silent_for: millis(config.silent_for),
        stream_for: millis(config.stream_for),
        late_rest_for: millis(config.late_rest_for),
        swaps_in: millis(config.swaps_in),
        passes: config.silent_passes,
    }
}

impl Leases {
    /// On an embedded database an empty table of a new generation, which is on disk by then; else the table that all nodes
    /// share.
    ///
    /// # Errors
    /// Whatever the database says. The server must not listen then.
    pub async fn open_home(base: &Arc<Base>) -> sqlx::Result<Arc<Self>> {
        let rules = rules(&base.config.reading);
        let mut tx = base.write().await?;
        let home = match &base.db {
            Db::Sqlite { .. } => {
                let generation = next_generation(&mut tx).await?;
                Home::Memory(Table::new(generation, rules))
            }
            Db::Postgres(primary) => {
                let stored = find_setting(&mut tx, GENERATION).await?;
                let generation = stored
                    .and_then(|text| text.parse().ok())
                    .ok_or(sqlx::Error::RowNotFound)?;
                let pool = primary.pool.clone();
                let rows = Rows::new(pool, generation, rules);
                rows.set_clock(base.clock.mono(), base.clock.now());
                Home::Database(rows)
            }
        };
        tx.commit().await?;
        Ok(Arc::new(Self {
            // At random, so that no two processes count alike.
            ops: AtomicU64::new(base.rng.u64()),
            home,
            notices: Arc::default(),
            events: Events::new(base),
            base: Arc::clone(base),
        }))
    }

    /// Settings, clock, database.
    #[must_use]
    pub const fn base(&self) -> &Arc<Base> {
        &self.base
    }

    /// A name for an operation that the server itself begins and that nobody repeats.
    #[must_use]
    pub fn next_op(&self) -> Op {
        Op(self.ops.fetch_add(1, Ordering::Relaxed))
    }

    /// A navigation: this device is about to be sent a restricted article. `None` if the database has to be asked, by
    /// [`Leases::open`].
    pub fn open_known(&self, session: &Session, op: Op) -> Option<Outcome<DeviceId>> {
        let (reader, device) = (session.reader, session.device);
        match &self.home {
            Home::Memory(table) => {
                let outcome = table.open(reader, device, self.base.clock.mono(), op);
                Some(self.noted(reader, outcome))
            }
            Home::Database(rows) => rows.open_known(&self.base.fresh, reader, device),
        }
    }

    /// The same, with the database where it has to be asked.
    ///
    /// # Errors
    /// When it does not answer. Whoever had the lease still has it.
    pub async fn open(&self, session: &Session, op: Op) -> sqlx::Result<Outcome<DeviceId>> {
        let (reader, device) = (session.reader, session.device);
        let outcome = match &self.home {
            Home::Memory(table) => table.open(reader, device, self.base.clock.mono(), op),
            Home::Database(rows) => {
                assert_not_droppable();
                rows.open(&self.base.fresh, reader, device, op).await?
            }
        };
        Ok(self.noted(reader, outcome))
    }

    /// "Read here", by the reader's own gesture.
    ///
    /// # Errors
    /// When the database does not answer; whether the lease was taken is not known then, and asking again under the same
    /// `op` is harmless.
    pub async fn take(
        &self,
        session: &Session,
        seen: Epoch,
        op: Op,
    ) -> sqlx::Result<Outcome<DeviceId>> {
        let (reader, device) = (session.reader, session.device);
        let outcome = match &self.home {
            Home::Memory(table) => table.take(reader, device, seen, self.base.clock.mono(), op),
            Home::Database(rows) => {
                assert_not_droppable();
                rows.take(&self.base.fresh, reader, device, seen, op)
                    .await?
            }
        };
        Ok(self.noted(reader, outcome))
    }

    /// A heartbeat of a visible page; with `back`, of one that was hidden and is looked at again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn beat(
        &self,
        session: &Session,
        beat: Beat,
        back: bool,
        op: Op,
    ) -> sqlx::Result<Outcome<DeviceId>> {
        let (reader, device, now) = (session.reader, session.device, self.base.clock.mono());
        let outcome = match &self.home {
            Home::Memory(table) if back => table.come_back(reader, device, beat, now, op),
            Home::Memory(table) => table.touch(reader, device, beat, now),
            Home::Database(rows) => {
                let beat = (beat, back);
                rows.beat(&self.base.fresh, reader, device, beat, op)
                    .await?
            }
        };
        Ok(self.noted(reader, outcome))
    }

    /// A page was hidden or closed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn rest(
        &self,
        session: &Session,
        epoch: Option<Epoch>,
        view: u64,
        seq: u64,
    ) -> sqlx::Result<()> {
        let (reader, device) = (session.reader, session.device);
        match &self.home {
            Home::Memory(table) => {
                table.rest(reader, device, epoch, view, seq, self.base.clock.mono());
                Ok(())
            }
            Home::Database(rows) => {
                let page = (view, seq);
                rows.rest(&self.base.fresh, reader, device, epoch, page)
                    .await
            }
        }
    }

    /// Whether this device has the lease, without asking for it; several nodes do not know it of everybody.
    #[must_use]
    pub fn check(&self, session: &Session) -> Option<Epoch> {
        match &self.home {
            Home::Memory(table) => table.check(session.reader, session.device),
            Home::Database(rows) => rows.check(&self.base.fresh, session.reader, session.device),
        }
    }

    /// Who has it, and whether that device is at rest.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn holder(&self, reader: ReaderId) -> sqlx::Result<Option<(Holder<DeviceId>, bool)>> {
        match &self.home {
            Home::Memory(table) => Ok(table.holder(reader, self.base.clock.mono())),
            Home::Database(rows) => rows.holder(&self.base.fresh, reader).await,
        }
    }

    /// The live stream of a page was opened, or broke.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn stream(&self, session: &Session, view: u64, open: bool) -> sqlx::Result<()> {
        let (reader, device, now) = (session.reader, session.device, self.base.clock.mono());
        match &self.home {
            Home::Memory(table) if open => table.stream_opened(reader, device, view, now),
            Home::Memory(table) => table.stream_broke(reader, device, view, now),
            Home::Database(rows) => {
                assert_not_droppable();
                rows.stream(&self.base.fresh, reader, device, view, open)
                    .await?;
            }
        }
        Ok(())
    }

    /// This device signed out: it loses the lease, if it has it, and its pages are told. If the database does not answer
    /// it is signed out all the same, and the lease comes to rest.
    pub async fn release(&self, reader: ReaderId, device: DeviceId) {
        let change = match &self.home {
            Home::Memory(table) => table.release(reader, device, self.base.clock.mono()),
            Home::Database(rows) => tried(rows.release(&self.base.fresh, reader, device).await),
        };
        if let Some(change) = change {
            self.record(reader, &change);
        }
        self.notices.ended(reader, device);
    }

    /// The reader lost the seat: whoever holds the lease loses it and is told. If the database does not answer the seat
    /// is lost all the same.
    pub async fn free(&self, reader: ReaderId) {
        let change = match &self.home {
            Home::Memory(table) => table.free(reader, self.base.clock.mono()),
            Home::Database(rows) => tried(rows.vacate(&self.base.fresh, reader).await),
        };
        if let Some(change) = change {
            self.record(reader, &change);
        }
        // All of their pages, whoever had the lease.
        self.notices.recheck(reader);
    }

    /// How long ago a moment in a lease was, by the clock that leases go by.
    #[must_use]
    pub fn ago(&self, at: lease::Millis) -> Span {
        let now = self.base.clock.mono();
        let now = match &self.home {
            Home::Memory(_) => now,
            Home::Database(rows) => rows.now(now),
        };
        Span(now.minus(at).0)
    }

    /// The wall time of a moment in a lease, for messages.
    #[must_use]
    pub fn wall(&self, at: lease::Millis) -> UnixMillis {
        match &self.home {
            Home::Memory(_) => self
                .base
                .clock
                .now()
                .minus(Span(self.base.clock.mono().0.saturating_sub(at.0))),
            Home::Database(_) => UnixMillis(i64::try_from(at.0).unwrap_or(i64::MAX)),
        }
    }

    /// The device message was shown, or would have been.
    pub fn shown(&self, session: &Session, holder: &Holder<DeviceId>, kind: EventKind) {
        self.events.push(Event {
            reader: session.reader,
            kind,
            from: Some(holder.device),
            to: Some(session.device),
            epoch: holder.epoch,
            at: self.base.clock.now(),
        });
    }

    fn noted(&self, reader: ReaderId, outcome: Outcome<DeviceId>) -> Outcome<DeviceId> {
        if let Outcome::Held {
            change: Some(change),
            ..
        } = &outcome
        {
            self.record(reader, change);
            if let Some(from) = change.from {
                self.notices.moved(reader, from);
            }
        }
        outcome
    }

    fn record(&self, reader: ReaderId, change: &Change<DeviceId>) {
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
            at: self.base.clock.now(),
        });
    }
}
