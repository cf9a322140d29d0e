//! Who has a seat that is paid up, asked on every page of a restricted article: from memory.

use std::sync::Arc;

use base::Base;
use base::memory::Memory;
use base::time::UnixMillis;
use readers::ReaderId;

use super::store;

/// How many readers' seats memory holds.
const KEPT: u64 = 1_000_000;
/// How many are read at a time.
const PORTION: u32 = 5_000;

/// Until when readers have a seat.
#[derive(Debug)]
pub struct Seats {
    base: Arc<Base>,
    memory: Memory<ReaderId, Option<(UnixMillis, UnixMillis)>>,
}

impl Seats {
    /// Nobody's yet; each is read when it is asked for.
    #[must_use]
    pub fn new(base: &Arc<Base>) -> Self {
        Self {
            base: Arc::clone(base),
            memory: Memory::new(KEPT),
        }
    }

    /// Whether this reader has a seat now.
    ///
    /// # Errors
    /// When the database had to be asked and did not answer; nobody gets in because of that.
    pub async fn active(&self, reader: ReaderId) -> sqlx::Result<bool> {
        if let Some(active) = self.known(reader) {
            return Ok(active);
        }
        let ticket = self.memory.ticket();
        let span = store::find_seat_span(&mut self.base.read().await?, reader).await?;
        self.memory.keep(ticket, reader, span);
        let now = self.base.clock.now();
        Ok(span.is_some_and(|(starts, ends)| starts <= now && now < ends))
    }

    /// The same without asking the database: for the path of a reading page. `None` if memory does not know.
    #[must_use]
    pub fn known(&self, reader: ReaderId) -> Option<bool> {
        if !self.base.fresh.is_good() {
            return None;
        }
        let now = self.base.clock.now();
        match self.memory.find(&reader)? {
            // A seat that has ended may have been followed by another one.
            Some((_, ends)) if now >= ends => None,
            Some((starts, _)) => Some(starts <= now),
            None => Some(false),
        }
    }

    /// Reads who has a seat now, so that after a start the first page of each reader does not ask the database.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn preload(&self) -> sqlx::Result<()> {
        let mut after = ReaderId::from_bits(0);
        for _ in 0..KEPT / u64::from(PORTION) {
            let ticket = self.memory.ticket();
            let mut tx = self.base.read().await?;
            let rows = store::list_seat_spans(&mut tx, after, i64::from(PORTION)).await?;
            drop(tx);
            let Some((last, ..)) = rows.last() else {
                break;
            };
            let mut before = std::mem::replace(&mut after, *last);
            for (reader, starts, ends) in rows {
                if reader != before {
                    self.memory.keep(ticket, reader, Some((starts, ends)));
                    before = reader;
                }
            }
        }
        Ok(())
    }

    /// What is in memory, for tests that compare it with the database: readers, with start and end of their seat.
    pub fn kept(&self) -> impl Iterator<Item = (ReaderId, Option<(UnixMillis, UnixMillis)>)> {
        self.memory.iter()
    }

    /// Forgets everybody's.
    pub fn forget_all(&self) {
        self.memory.forget_all();
    }

    /// Forgets what is known of a reader whose seats changed. To be called after the commit.
    pub fn forget(&self, reader: ReaderId) {
        self.memory.forget(&reader);
    }
}
