//! The store: the register and the source of epochs of `crates/lease`, **as they ship**, asked one question at a time.
//!
//! This is the primary. The standby and last night's backup are older copies of the whole thing. What a mutant breaks here
//! it breaks around the engine, by what it hands in or by where it looks; the engine itself is never touched.

use lease::{At, Beat, Epoch, Epochs, Millis, Op, Outcome, Register, Rules};

use crate::mutant::Mutant;
use crate::words::{Device, Request, Tick, Wish};

/// For how many ticks a page that was sent counts as being read on.
pub const READ_FOR: Tick = 2;

/// The rules of the engine, in ticks.
#[must_use]
pub fn rules() -> Rules {
    Rules {
        read_for: Millis(READ_FOR),
        glance_for: Millis(READ_FOR),
        sent_for: Millis(READ_FOR),
        settle_for: Millis::ZERO,
        silent_for: Millis(READ_FOR),
        stream_for: Millis(1),
        late_rest_for: Millis(1),
        swaps_in: Millis(1_000),
        // Whether a lease passes silently or is asked for is no question of safety.
        passes: u8::MAX,
    }
}

/// One reader's register with its source of epochs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Store {
    register: Register<Device>,
    epochs: Epochs,
}

impl Store {
    /// A store in its first moment: nobody holds anything.
    #[must_use]
    pub fn new(generation: u64) -> Self {
        Store {
            register: Register::free(Device(0)),
            epochs: Epochs::new(generation),
        }
    }

    /// Which life of the store this is.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.epochs.generation()
    }

    /// Who has the lease, under which epoch; with nobody, an epoch older than all of this generation.
    #[must_use]
    pub fn look(&self) -> (Option<Device>, Epoch) {
        let none = Epoch {
            generation: self.epochs.generation(),
            counter: 0,
        };
        self.register
            .holder(Millis::ZERO, &rules(), &self.epochs)
            .map_or((None, none), |(holder, _)| {
                (Some(holder.device), holder.epoch)
            })
    }

    /// Whether the holder is at rest.
    #[must_use]
    pub fn at_rest(&self, now: Tick) -> bool {
        self.register
            .holder(Millis(now), &rules(), &self.epochs)
            .is_some_and(|(_, at_rest)| at_rest)
    }

    /// How often the lease was taken from a device that was being read on, as the engine counts it.
    #[must_use]
    pub fn takes(&self) -> u8 {
        self.register
            .holder(Millis::ZERO, &rules(), &self.epochs)
            .map_or(0, |(holder, _)| holder.swaps)
    }

    /// The engine's hot path: the epoch of `device`, if it has the lease.
    #[must_use]
    pub fn check(&self, device: Device) -> Option<Epoch> {
        self.register.check(device).map(|counter| Epoch {
            generation: self.epochs.generation(),
            counter: counter.get(),
        })
    }

    /// Does what a request asks for. `None` for a rest, which is never answered.
    pub fn serve(
        &mut self,
        request: &Request,
        now: Tick,
        mutant: Option<Mutant>,
    ) -> Option<Outcome<Device>> {
        let (_, newest) = self.look();
        let device = request.device;
        let op = match mutant {
            // Unheard of: it differs after every change.
            Some(Mutant::NoOperationId) => Op(1_000 + newest.counter),
            _ => Op(request.op),
        };
        let rules = rules();
        let mut at = At {
            now: Millis(now),
            rules: &rules,
            epochs: &mut self.epochs,
        };
        match request.wish {
            Wish::Open => Some(self.register.open(device, op, &mut at)),
            Wish::Take(shown) => {
                let compare = mutant != Some(Mutant::NoEpochCompare);
                let seen = if compare { shown } else { newest };
                Some(self.register.take(device, seen, op, &mut at))
            }
            Wish::Touch => {
                let beat = Beat {
                    view: 1,
                    seq: request.op,
                    epoch: request.shows,
                    focused: true,
                    idle_for: Millis::ZERO,
                };
                Some(self.register.touch(device, &beat, &mut at))
            }
            Wish::Rest => {
                let (view, seq) = (1, request.op);
                self.register.rest(device, request.shows, view, seq, &at);
                None
            }
        }
    }
}
