//! What goes in and what comes out: the words of the engine, without behaviour.

use std::hash::Hash;

use crate::{Epoch, Millis};

/// What names a reader or a device: anything small that can be copied, compared and hashed.
pub trait Key: Copy + Eq + Hash {}

impl<T: Copy + Eq + Hash> Key for T {}

/// The id of one operation, chosen at random by whoever asks. The same id again is the same operation again, and a
/// retry of one that already took effect takes nothing from anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Op(pub u64);

/// What a visible page says about itself, each 30 s and whenever something changes. A hidden page sends none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Beat {
    /// Which page: a number it drew when it was loaded.
    pub view: u64,
    /// Which message of that page, counted up over beats and rests alike. What is not newer than the last is ignored.
    pub seq: u64,
    /// The epoch the page knows, or `None` if it knows none yet. One that is not current extends nothing.
    pub epoch: Option<Epoch>,
    /// Whether the window has the focus.
    pub focused: bool,
    /// Span since the last scroll, key, pointer or touch. (Coming back to a page is such a sign: send zero then.)
    pub idle_for: Millis,
}

/// Who is reading where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Holder<D> {
    /// The device.
    pub device: D,
    /// The epoch of its lease: what a device message shows, and what [`take`](crate::Table::take) compares.
    pub epoch: Epoch,
    /// Since when it has it.
    pub since: Millis,
    /// How often a device was taken from within [`Rules::swaps_in`](crate::Rules) before now. Counts to 4, not further.
    pub swaps: u8,
}

/// The answer to a device that wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome<D> {
    /// It may.
    Held {
        /// The epoch under which it does.
        epoch: Epoch,
        /// What had to change for it; `None` if it had the lease already.
        change: Option<Change<D>>,
    },
    /// Another device is being read on: this one.
    Contended(Holder<D>),
}

/// The lease changed hands. Worth telling the device that lost it, and the event log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Change<D> {
    /// The device that had the lease, if any.
    pub from: Option<D>,
    /// The device that has it now, if any. Equal to `from` never.
    pub to: Option<D>,
    /// The number of this change; greater than all before, of this reader. With `to`, the epoch of the new lease.
    pub epoch: Epoch,
    /// When.
    pub at: Millis,
    /// In what manner.
    pub how: How,
}

/// How a lease changed hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    /// Nobody had it.
    Opened,
    /// Silently: the holder was at rest.
    Passed,
    /// By the reader's own gesture, from a device that was being read on.
    Taken,
    /// Given up or withdrawn: sign-out, removed seat, changed password.
    Released,
}
