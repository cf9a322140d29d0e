//! The judge: sees everything at once, as no device and no node can, and says when a promise is broken.
//!
//! It keeps its own account of who had the lease and until when, out of the answers that were given, and shares no code with
//! the engine. [`Judge::verdict`] is the whole specification of the register (the same ten lines as in
//! `crates/lease/tests/specification.rs`; like there, *at rest* is taken as given).

use lease::{Change, Epoch, How, Outcome};

use crate::mutant::Mutant;
use crate::store::READ_FOR;
use crate::words::{Device, Request, Tick, Wish};

/// A broken promise of `design.md` section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Broken {
    /// S1: an answer that the specification does not give at that moment.
    NotTheSpecification,
    /// S1: a change of device without a greater epoch: some epoch was given twice, or to two devices.
    EpochNotGreater,
    /// S1: one operation moved the lease twice.
    MovedTwice,
    /// S1: a take from another holder than the one whose epoch the reader was shown.
    TookFromAnother,
    /// S2: a full text went to a device that had lost the lease D ago or more.
    SentTooLate,
    /// S3: an epoch that was lost (D ago or more) serves again, or is current again.
    LostEpochServes,
    /// S4: the taker's next request was refused.
    TakerRefused,
}

impl Broken {
    /// In plain words.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Broken::NotTheSpecification => "this is not what one register would have answered",
            Broken::EpochNotGreater => {
                "this epoch is not greater than all before: it was given before"
            }
            Broken::MovedTwice => "one and the same operation has moved the lease twice",
            Broken::TookFromAnother => {
                "the lease was taken from another holder than the one that was shown"
            }
            Broken::SentTooLate => {
                "a full text went to a device that had lost the lease D ago or more"
            }
            Broken::LostEpochServes => "an epoch that was lost is good again",
            Broken::TakerRefused => {
                "the taker's next request was refused, and nobody had taken it back"
            }
        }
    }
}

/// A taker who must be served next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Owed {
    device: Device,
    epoch: Epoch,
    since: Tick,
}

/// The account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Judge {
    /// Who has the lease in truth.
    current: Option<(Device, Epoch)>,
    /// The greatest epoch ever given.
    greatest: Option<Epoch>,
    /// Leases lost less than D ago: whose, which, when.
    lately: Vec<(Device, Epoch, Tick)>,
    /// Operations that moved the lease in this generation.
    moved: Vec<u64>,
    owed: Option<Owed>,
    /// The first promise that was broken.
    pub broken: Option<Broken>,
}

#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Keeps,
    Gets(How),
    Waits,
}

impl Judge {
    /// The specification.
    fn verdict(&self, request: &Request, at_rest: bool) -> Verdict {
        let (seen, op) = match request.wish {
            Wish::Take(seen) => (Some(seen), Some(request.op)),
            Wish::Open => (None, Some(request.op)),
            Wish::Touch | Wish::Rest => (None, None),
        };
        match self.current {
            None => Verdict::Gets(How::Opened),
            Some((holder, _)) if holder == request.device => Verdict::Keeps,
            Some(_) if op.is_none_or(|op| self.moved.contains(&op)) => Verdict::Waits,
            Some(_) if at_rest => Verdict::Gets(How::Passed),
            Some((_, epoch)) if seen == Some(epoch) => Verdict::Gets(How::Taken),
            Some(_) => Verdict::Waits,
        }
    }

    /// The store answered.
    pub fn answered(
        &mut self,
        request: &Request,
        outcome: &Outcome<Device>,
        at_rest: bool,
        now: Tick,
    ) {
        let expected = self.verdict(request, at_rest);
        let given = match outcome {
            Outcome::Contended(_) => Verdict::Waits,
            Outcome::Held { change: None, .. } => Verdict::Keeps,
            Outcome::Held {
                change: Some(change),
                ..
            } => Verdict::Gets(change.how),
        };
        if let Outcome::Held {
            epoch,
            change: None,
        } = *outcome
            && self.current != Some((request.device, epoch))
        {
            self.breaks(Broken::LostEpochServes);
        }
        if let Outcome::Held {
            change: Some(change),
            ..
        } = outcome
        {
            self.changed(request, change, now);
        }
        if expected != given {
            self.breaks(Broken::NotTheSpecification);
        }
    }

    fn changed(&mut self, request: &Request, change: &Change<Device>, now: Tick) {
        if self.greatest >= Some(change.epoch) {
            self.breaks(Broken::EpochNotGreater);
        }
        self.greatest = self.greatest.max(Some(change.epoch));
        let by_op = matches!(request.wish, Wish::Open | Wish::Take(_));
        if by_op && change.from.is_some() && self.moved.contains(&request.op) {
            self.breaks(Broken::MovedTwice);
        }
        if by_op && !self.moved.contains(&request.op) {
            self.moved.push(request.op);
        }
        if change.how == How::Taken {
            let shown = match request.wish {
                Wish::Take(shown) => Some(shown),
                _ => None,
            };
            if self.current.map(|(_, epoch)| epoch) != shown {
                self.breaks(Broken::TookFromAnother);
            }
            self.owed = self.owed.filter(|owed| owed.device == request.device);
        }
        self.ends(now);
        self.current = change.to.map(|device| (device, change.epoch));
    }

    fn ends(&mut self, now: Tick) {
        if let Some((device, epoch)) = self.current.take() {
            self.lately.push((device, epoch, now));
        }
    }

    /// Whether this operation moved the lease already.
    #[must_use]
    pub fn has_moved(&self, op: u64) -> bool {
        self.moved.contains(&op)
    }

    /// A granted take has been answered, so the taker's next request is to be served.
    pub fn taker_knows(&mut self, device: Device, epoch: Epoch, now: Tick) {
        if self.current == Some((device, epoch)) {
            self.owed = Some(Owed {
                device,
                epoch,
                since: now,
            });
        }
    }

    /// A page says that it is hidden: what was just taken may pass silently now.
    pub fn rested(&mut self, request: &Request) {
        if self.current.map(|(_, epoch)| epoch) == request.shows {
            self.owed = self.owed.filter(|owed| owed.device != request.device);
        }
    }

    /// A device that showed this epoch got the message instead of a text.
    pub fn refused(&mut self, device: Device, shows: Option<Epoch>) {
        let owed = self.owed.filter(|owed| owed.device == device);
        if owed.is_some_and(|owed| shows >= Some(owed.epoch)) {
            self.breaks(Broken::TakerRefused);
        }
    }

    /// The first byte of a full text left, under this epoch. Whether the device had lost the lease by then (less than D ago).
    pub fn sent(&mut self, device: Device, epoch: Epoch) -> bool {
        let served = |owed: &Owed| owed.device == device && owed.epoch <= epoch;
        self.owed = self.owed.filter(|owed| !served(owed));
        let had = |d: Device| d == device;
        let holds = self.current.is_some_and(|(d, _)| had(d));
        if !holds && !self.lately.iter().any(|(d, ..)| had(*d)) {
            self.breaks(Broken::SentTooLate);
        }
        let serves = self.current == Some((device, epoch));
        let lately = |(d, e, _): &(Device, Epoch, Tick)| (*d, *e) == (device, epoch);
        if !serves && !self.lately.iter().any(lately) {
            self.breaks(Broken::LostEpochServes);
        }
        !holds
    }

    /// A new generation: nobody holds anything. What was just taken may be lost with the tail, and so may be the operations
    /// that are known to be done; neither is promised across it, unless one asks for more than is promised.
    pub fn new_generation(&mut self, now: Tick, asked_for_more: Option<Mutant>) {
        self.ends(now);
        if asked_for_more != Some(Mutant::RetryAcrossGenerations) {
            self.moved.clear();
        }
        if asked_for_more != Some(Mutant::TakerAcrossGenerations) {
            self.owed = None;
        }
    }

    /// It is `now`.
    pub fn time(&mut self, now: Tick, stale_for: Tick) {
        self.lately.retain(|(.., at)| now - at < stale_for);
        self.owed = self.owed.filter(|owed| now - owed.since < READ_FOR);
    }

    fn breaks(&mut self, promise: Broken) {
        self.broken.get_or_insert(promise);
    }
}
