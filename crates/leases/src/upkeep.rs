//! What keeps leases right and small without a reader: news of other nodes, signs of life that are written, what is
//! forgotten.

use base::time::{Clock, Span, UnixMillis};
use lease::Epoch;
use readers::ReaderId;

use super::{Home, Leases, store};

impl Leases {
    /// Deletes what was noted of a reader who is gone, that which waits to be written among it. An event that another node
    /// still has to write goes with its age.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn forget_reader(&self, reader: ReaderId) -> sqlx::Result<()> {
        self.events.write().await?;
        let mut tx = self.base.write().await?;
        store::delete_of_reader(&mut tx, reader).await?;
        tx.commit().await
    }

    /// Another node changed the holder of a reader's lease.
    pub fn hear(&self, reader: ReaderId, epoch: Epoch) {
        if let Home::Database(rows) = &self.home {
            rows.hear(reader, epoch);
            // Known here already is not told to every page: it may be one page that asked.
            self.notices.recheck(reader);
        }
    }

    /// The database began a new generation.
    pub fn hear_generation(&self, generation: u64) {
        if let Home::Database(rows) = &self.home {
            rows.hear_generation(generation);
        }
    }

    /// The primary's clock said so just now.
    pub fn set_clock(&self, now: UnixMillis) {
        if let Home::Database(rows) = &self.home {
            let now = match &self.base.clock {
                Clock::System => now,
                // One that stands still stands still for all.
                Clock::Fixed(_) => self.base.clock.now(),
            };
            rows.set_clock(self.base.clock.mono(), now);
        }
    }

    /// Forgets what other nodes may have changed meanwhile.
    pub fn forget_all(&self) {
        if let Home::Database(rows) = &self.home {
            rows.forget_all();
        }
    }

    /// Writes the signs of life that other nodes should know; one step of background work.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn write_signs(&self) -> sqlx::Result<()> {
        match &self.home {
            Home::Memory(_) => Ok(()),
            Home::Database(rows) => rows.write_signs(&self.base.fresh).await,
        }
    }

    /// Forgets readers who have not read for a day; one step of background work.
    pub fn sweep(&self) -> usize {
        let day = lease::Millis(Span::days(1).0);
        match &self.home {
            Home::Memory(table) => table.sweep(self.base.clock.mono(), day),
            Home::Database(rows) => rows.sweep(self.base.clock.mono(), day),
        }
    }

    /// Forgets readers who have not read for a day, and deletes events older than `[reading] events_for`; their sums
    /// stay. One step of background work.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn forget_old(&self) -> sqlx::Result<()> {
        self.sweep();
        let mut tx = self.base.write().await?;
        let before = tx.now().minus(self.base.config.reading.events_for);
        store::delete_events(&mut tx, before).await?;
        tx.commit().await
    }

    /// How many readers have a lease or had one lately, as far as this node knows.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.home {
            Home::Memory(table) => table.len(),
            Home::Database(rows) => rows.len(),
        }
    }

    /// Whether nobody has read yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
