//! The register of one reader: a pure state machine, and the whole of the safety argument.
//!
//! [`Table`](crate::Table) is many of these behind locks; a model checker drives this type as it is. Nothing here
//! waits, allocates more than a few words, or knows about other readers.

use std::num::NonZeroU64;

use crate::attention::Attention;
use crate::{Beat, Change, Epoch, Epochs, Holder, How, Key, Millis, Op, Outcome, Rules};

/// Operations remembered, so that their retries are known. A retry comes within seconds; in those, nobody changes
/// devices more often.
pub(crate) const OPS: usize = 8;
/// Takes remembered, so that [`Holder::swaps`] counts this far.
pub(crate) const TAKES: usize = 4;
/// Silent passes remembered, so that [`Rules::passes`] counts this far.
pub(crate) const PASSES: usize = 16;

/// All that an operation needs from outside: the moment, the rules, and where new epochs come from.
#[derive(Debug)]
pub struct At<'a> {
    /// The moment of the operation.
    pub now: Millis,
    /// The spans that count.
    pub rules: &'a Rules,
    /// The source of epochs; the same one for the whole life of a register.
    pub epochs: &'a mut Epochs,
}

/// On which device one reader is reading.
///
/// Size matters, there is one for each reader of a daily: what [`check`](Register::check) needs is here, the rest
/// behind a pointer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Register<D> {
    /// Who holds it; while nobody does, who held it last (an `Option` would cost 16 bytes for nothing).
    pub(crate) device: D,
    /// The counter of the holder's epoch; `None` while nobody holds it.
    pub(crate) held: Option<NonZeroU64>,
    pub(crate) life: Box<Life>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Life {
    /// Since when the holder has it, or since when nobody has.
    pub(crate) since: Millis,
    pub(crate) attention: Attention,
    /// The operation that brought the newest holder.
    pub(crate) op: Option<Op>,
    /// What came before; empty for everybody who has one device.
    pub(crate) past: Option<Box<Past>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Past {
    /// Earlier operations that changed the holder, oldest first.
    pub(crate) ops: Vec<Op>,
    /// Moments of the last takes, oldest first.
    pub(crate) takes: Vec<Millis>,
    /// Moments of the last silent passes, oldest first.
    pub(crate) passes: Vec<Millis>,
}

impl<D: Key> Register<D> {
    /// A register that nobody holds. `room` is any device: only the place for the first holder.
    #[must_use]
    pub fn free(room: D) -> Self {
        Register {
            device: room,
            held: None,
            life: Box::new(Life {
                since: Millis::ZERO,
                attention: Attention::none(),
                op: None,
                past: None,
            }),
        }
    }

    /// The counter of the holder's epoch, if `d` is the holder.
    #[must_use]
    #[inline]
    pub fn check(&self, d: D) -> Option<NonZeroU64> {
        self.held.filter(|_| self.device == d)
    }

    /// Who holds it; while nobody does, who held it last.
    #[must_use]
    pub fn device(&self) -> D {
        self.device
    }

    /// The counter of the holder's epoch; `None` while nobody holds it.
    #[must_use]
    pub fn counter(&self) -> Option<u64> {
        self.held.map(NonZeroU64::get)
    }

    /// Until when the holder's device counts as being read on, by all that was heard of it; `None` if that is nothing.
    #[must_use]
    pub fn until(&self, rules: &Rules) -> Option<Millis> {
        self.life.attention.until(rules)
    }

    /// A navigation of `d`. See [`Table::open`](crate::Table::open).
    pub fn open(&mut self, d: D, op: Op, at: &mut At<'_>) -> Outcome<D> {
        self.enter(d, None, op, at)
    }

    /// The reader's gesture on `d`. See [`Table::take`](crate::Table::take).
    pub fn take(&mut self, d: D, seen: Epoch, op: Op, at: &mut At<'_>) -> Outcome<D> {
        self.enter(d, Some(seen), op, at)
    }

    /// A heartbeat of `d`. See [`Table::touch`](crate::Table::touch).
    pub fn touch(&mut self, d: D, beat: &Beat, at: &mut At<'_>) -> Outcome<D> {
        self.hear(d, beat, None, at)
    }

    /// A page of `d` is visible again. See [`Table::come_back`](crate::Table::come_back).
    pub fn come_back(&mut self, d: D, beat: &Beat, op: Op, at: &mut At<'_>) -> Outcome<D> {
        self.hear(d, beat, Some(op), at)
    }

    /// A further page of `d` was sent. See [`Table::sent`](crate::Table::sent).
    pub fn sent(&mut self, d: D, now: Millis) {
        if self.check(d).is_some() {
            self.life.attention.page(now);
        }
    }

    /// A view of `d` is hidden. See [`Table::rest`](crate::Table::rest).
    pub fn rest(&mut self, d: D, epoch: Option<Epoch>, view: u64, seq: u64, at: &At<'_>) {
        if let Some(counter) = self.check(d)
            && epoch.is_none_or(|said| said == at.epochs.of(counter.get()))
        {
            self.life.attention.rest(view, seq, at.now, at.rules);
        }
    }

    /// The stream of a view of `d` broke. See [`Table::stream_broke`](crate::Table::stream_broke).
    pub fn stream_broke(&mut self, d: D, view: u64, now: Millis, rules: &Rules) {
        if self.check(d).is_some() {
            self.life.attention.stream_broke(view, now, rules);
        }
    }

    /// The stream of a view of `d` stands. See [`Table::stream_opened`](crate::Table::stream_opened).
    pub fn stream_opened(&mut self, d: D, view: u64) {
        if self.check(d).is_some() {
            self.life.attention.stream_opened(view);
        }
    }

    /// Frees it if `d` holds it.
    pub fn release(&mut self, d: D, at: &mut At<'_>) -> Option<Change<D>> {
        self.check(d)?;
        self.vacate(at)
    }

    /// Frees it, whoever holds it.
    pub fn vacate(&mut self, at: &mut At<'_>) -> Option<Change<D>> {
        self.held.take()?;
        self.life.since = at.now;
        self.life.attention = Attention::none();
        let counter = at.epochs.next();
        Some(Change {
            from: Some(self.device),
            to: None,
            epoch: at.epochs.of(counter.get()),
            at: at.now,
            how: How::Released,
        })
    }

    /// Who holds it, and whether that device is at rest.
    #[must_use]
    pub fn holder(&self, now: Millis, rules: &Rules, epochs: &Epochs) -> Option<(Holder<D>, bool)> {
        let holder = Holder {
            device: self.device,
            epoch: epochs.of(self.held?.get()),
            since: self.life.since,
            swaps: self.life.swaps(now, rules),
        };
        Some((holder, self.life.at_rest(now, rules)))
    }

    /// Whether it can be forgotten: free or at rest, and unheard of for `older_than`.
    pub(crate) fn forgotten(&self, now: Millis, older_than: Millis, rules: &Rules) -> bool {
        let until = self.life.attention.until(rules);
        // `older_than` counts from when it came to rest, so this implies that it is at rest.
        self.life
            .since
            .max(until.unwrap_or_default())
            .plus(older_than)
            <= now
    }

    /// Gives back the memory of pages long gone.
    pub(crate) fn compact(&mut self, now: Millis, rules: &Rules) {
        self.life.attention.forget_gone(now, rules);
    }

    /// A page is wanted. With `seen`, by a gesture that knew the epoch it takes from.
    fn enter(&mut self, d: D, seen: Option<Epoch>, op: Op, at: &mut At<'_>) -> Outcome<D> {
        let outcome = match self.holder(at.now, at.rules, at.epochs) {
            None => self.give(d, How::Opened, Some(op), at),
            Some((holder, _)) if holder.device == d => Outcome::Held {
                epoch: holder.epoch,
                change: None,
            },
            Some((holder, _)) if self.life.did(op) => Outcome::Contended(holder),
            Some((_, true)) if !self.life.hasty(at.now, at.rules) => {
                self.give(d, How::Passed, Some(op), at)
            }
            Some((holder, _)) if seen == Some(holder.epoch) => {
                self.give(d, How::Taken, Some(op), at)
            }
            // A gesture that knew an older epoch, and a holder at rest.
            Some((_, true)) if seen.is_some() => self.give(d, How::Passed, Some(op), at),
            Some((holder, _)) => Outcome::Contended(holder),
        };
        if let Outcome::Held { .. } = outcome {
            // For `take` as well: the page it is answered with must find the lease still there.
            self.life.attention.page(at.now);
        }
        outcome
    }

    /// A visible page speaks. With `op` it may have a lease that is at rest.
    fn hear(&mut self, d: D, beat: &Beat, op: Option<Op>, at: &mut At<'_>) -> Outcome<D> {
        let outcome = match self.holder(at.now, at.rules, at.epochs) {
            None => self.give(d, How::Opened, op, at),
            Some((holder, _)) if holder.device == d => Outcome::Held {
                epoch: holder.epoch,
                change: None,
            },
            Some((_, true))
                if op.is_some_and(|op| !self.life.did(op))
                    && !self.life.hasty(at.now, at.rules) =>
            {
                self.give(d, How::Passed, op, at)
            }
            Some((holder, _)) => Outcome::Contended(holder),
        };
        // A page from before the device lost the lease and got it back is told the epoch, but not listened to.
        if let Outcome::Held { epoch, change } = outcome
            && (change.is_some() || beat.epoch.is_none_or(|said| said == epoch))
        {
            self.life.attention.beat(beat, at.now, at.rules);
        }
        outcome
    }

    /// The only place where a device gets the lease, and the only one where an epoch begins.
    fn give(&mut self, d: D, how: How, op: Option<Op>, at: &mut At<'_>) -> Outcome<D> {
        let from = self.held.map(|_| self.device);
        let counter = at.epochs.next();
        self.device = d;
        self.held = Some(counter);
        self.life.begin(how, op, at.now);
        let epoch = at.epochs.of(counter.get());
        Outcome::Held {
            epoch,
            change: Some(Change {
                from,
                to: Some(d),
                epoch,
                at: at.now,
                how,
            }),
        }
    }
}

impl Life {
    fn begin(&mut self, how: How, op: Option<Op>, now: Millis) {
        self.since = now;
        self.attention = Attention::none();
        if let Some(op) = op
            && let Some(before) = self.op.replace(op)
        {
            keep(&mut self.past.get_or_insert_default().ops, before, OPS - 1);
        }
        match how {
            How::Taken => keep(&mut self.past.get_or_insert_default().takes, now, TAKES),
            How::Passed => keep(&mut self.past.get_or_insert_default().passes, now, PASSES),
            How::Opened | How::Released => {}
        }
    }

    /// Whether `op` already brought somebody the lease.
    fn did(&self, op: Op) -> bool {
        self.op == Some(op)
            || self
                .past
                .as_ref()
                .is_some_and(|past| past.ops.contains(&op))
    }

    fn at_rest(&self, now: Millis, rules: &Rules) -> bool {
        self.attention.until(rules).is_none_or(|until| now >= until)
    }

    /// Whether it passed silently as often as it may of late.
    fn hasty(&self, now: Millis, rules: &Rules) -> bool {
        let passes = self.past.as_ref().map_or(&[][..], |past| &past.passes);
        let recent = passes.iter().filter(|&&at| now.minus(at) < rules.swaps_in);
        recent.count() >= usize::from(rules.passes)
    }

    fn swaps(&self, now: Millis, rules: &Rules) -> u8 {
        let takes = self.past.as_ref().map_or(&[][..], |past| &past.takes);
        let recent = takes.iter().filter(|&&at| now.minus(at) < rules.swaps_in);
        u8::try_from(recent.count()).unwrap_or(u8::MAX)
    }
}

/// Appends, and drops the oldest beyond `most`.
fn keep<T>(list: &mut Vec<T>, newest: T, most: usize) {
    if list.len() >= most {
        list.remove(0);
    }
    list.reserve_exact(1);
    list.push(newest);
}
