//! The design's protocol of many nodes (`design.md` section 4): what one node keeps of a reader, and when it may use it.
//!
//! This file is the protocol as it is checked, pure: time is handed in, and the store and the network are the caller's. The
//! product's own (`crates/leases/src/rows/mod.rs`) follows it rule by rule, without rule 5.
//!
//! 1. A node keeps what the primary said of a reader: holder and epoch. Each entry carries the moment at which *this node
//!    put the question*, on its own clock; never the moment of the answer, and never a time of somebody else's clock.
//! 2. The store sends every change to the nodes that keep the reader, in the order of the commits. A node puts **marks**
//!    into that stream. A mark that comes back tells: all that was committed before *the moment the mark was put in* has
//!    been consumed. That moment is what counts, so a stream that lags steadily proves nothing.
//! 3. An entry is usable while its own question, or the newest mark that came back, is younger than D.
//! 4. It may only ever let a device in. Every refusal is the primary's: it alone knows who is at rest.
//! 5. An entry that is older than the epoch the device shows (in its cookie) is not used: the node asks.
//!    While rule 4 stands, no promise rests on this one (`docs/evidence/model.md`); a node that refuses by itself needs it.
//! 6. Entries and changes of an earlier generation are dropped when the stream tells of a new one. Epochs only grow, so
//!    of two pieces of news the one with the greater epoch is the newer, in whatever order they come.
//! 7. Just before the first byte of a full text the node looks again, by the same rules; an entry that is no longer usable
//!    sends it to the primary, never to a replica.
//!
//! Deliberately not here: `grace` (a node that has lost the store), which widens D and adds no rule.

use lease::Epoch;

use crate::words::{Device, Tick};

/// The spans of the protocol, and how they are broken on purpose.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// D: for how long what a node knows may be used.
    pub stale_for: Tick,
    /// Mutant: an answer is good for D, whatever the stream or the cookie says, and for refusals too.
    pub time_to_live_only: bool,
    /// Mutant: a mark counts from its arrival.
    pub marks_count_on_arrival: bool,
}

/// What a node was told of the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Who has the lease, if anybody.
    pub holder: Option<Device>,
    /// The epoch of the newest change known.
    pub epoch: Epoch,
    /// When this node put the question to the primary; `None` once that is too long ago to matter.
    pub asked_at: Option<Tick>,
}

/// What comes down the stream, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum News {
    /// The lease changed hands.
    Changed {
        /// To whom, if anybody.
        holder: Option<Device>,
        /// The number of the change.
        epoch: Epoch,
    },
    /// The store began a new generation: nobody holds anything of an older one.
    NewGeneration(u64),
    /// What this node put in at that moment of its own clock has come back.
    Mark(Tick),
}

/// What one node keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cache {
    /// Of the one reader of this model.
    pub entry: Option<Entry>,
    /// The newest mark that came back; `None` once that is too long ago to matter.
    pub read_to: Option<Tick>,
}

impl Cache {
    /// The entry, if it may be used now (rules 2 and 3).
    #[must_use]
    pub fn usable(&self, now: Tick, policy: &Policy) -> Option<&Entry> {
        let entry = self.entry.as_ref()?;
        let marks = self.read_to.filter(|_| !policy.time_to_live_only);
        let as_of = entry.asked_at.max(marks)?;
        (now - as_of < policy.stale_for).then_some(entry)
    }

    /// The epoch under which `device` may be served without asking anybody (rules 4 and 5).
    #[must_use]
    pub fn lets_in(
        &self,
        device: Device,
        shows: Option<Epoch>,
        now: Tick,
        policy: &Policy,
    ) -> Option<Epoch> {
        let entry = self.usable(now, policy)?;
        let knows_enough = policy.time_to_live_only || shows <= Some(entry.epoch);
        (entry.holder == Some(device) && knows_enough).then_some(entry.epoch)
    }

    /// The primary answered a question put at `asked_at`.
    pub fn learn(&mut self, holder: Option<Device>, epoch: Epoch, asked_at: Tick) {
        if self.entry.is_none_or(|known| known.epoch <= epoch) {
            self.entry = Some(Entry {
                holder,
                epoch,
                asked_at: Some(asked_at),
            });
        }
    }

    /// The next piece of the stream.
    pub fn consume(&mut self, news: News, now: Tick, policy: &Policy) {
        match news {
            News::Changed { holder, epoch } => {
                if let Some(known) = self.entry.as_mut().filter(|known| known.epoch < epoch) {
                    (known.holder, known.epoch) = (holder, epoch);
                }
            }
            News::NewGeneration(generation) => {
                self.entry = self.entry.filter(|e| e.epoch.generation >= generation);
            }
            News::Mark(put_in_at) => {
                let counts_from = if policy.marks_count_on_arrival {
                    now
                } else {
                    put_in_at
                };
                self.read_to = self.read_to.max(Some(counts_from));
            }
        }
    }

    /// Forgets moments that can no longer matter, so that states which differ only in them are one.
    pub fn age(&mut self, now: Tick, policy: &Policy) {
        let matters = |at: &Tick| now - at < policy.stale_for;
        self.read_to = self.read_to.filter(matters);
        if let Some(entry) = &mut self.entry {
            entry.asked_at = entry.asked_at.filter(matters);
        }
    }
}
