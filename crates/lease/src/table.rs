//! The registers of all readers, in shards with one short lock each.
//!
//! Every operation locks one shard, does a handful of comparisons, and unlocks: it never waits for a device, a disk or
//! another shard. The lock is what makes operations on one reader linearizable (S1); nothing else is shared.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hasher;
use std::sync::PoisonError;
#[cfg(not(loom))]
use std::sync::{Mutex, MutexGuard};

#[cfg(loom)]
use loom::sync::{Mutex, MutexGuard};

use crate::{At, Beat, Change, Epoch, Epochs, Holder, Key, Millis, Op, Outcome, Register, Rules};

/// Enough that two requests rarely meet, few enough that an empty table is small.
const SHARDS: usize = 64;

/// Who reads where: one register for each reader `R`, held by at most one device `D`.
///
/// See the [crate] page for what it promises.
pub struct Table<R, D> {
    /// A power of two of them.
    shards: Box<[Shard<R, D>]>,
    generation: u64,
    rules: Rules,
}

/// On its own cache lines, so that one lock's traffic does not slow its neighbour.
#[repr(align(128))]
struct Shard<R, D>(Mutex<Part<R, D>>);

struct Part<R, D> {
    registers: HashMap<R, Register<D>>,
    /// One source for the whole shard: a register may be forgotten, its numbers still never come back.
    epochs: Epochs,
}

impl<R: Key, D: Key> Table<R, D> {
    /// An empty table. `generation` must be greater than that of every table before it, and be on disk before this
    /// one is used: that is what keeps epochs of an earlier life from ever being current again (S3).
    #[must_use]
    pub fn new(generation: u64, rules: Rules) -> Self {
        Self::with_shards(generation, rules, SHARDS)
    }

    /// The same with another number of locks, rounded up to a power of two.
    #[must_use]
    pub fn with_shards(generation: u64, rules: Rules, shards: usize) -> Self {
        let part = || Part {
            registers: HashMap::new(),
            epochs: Epochs::new(generation),
        };
        let shards = (0..shards.max(1).next_power_of_two()).map(|_| Shard(Mutex::new(part())));
        Table {
            shards: shards.collect(),
            generation,
            rules,
        }
    }

    /// A navigation: `d` wants a page. Granted if `d` holds the lease, nobody does, or the holder is at rest
    /// and that did not happen too often of late ([`Rules::passes`]).
    ///
    /// A grant also notes that a page was sent now, which counts as being read on for [`Rules::sent_for`]: without a
    /// script that is all we shall ever hear. A retry of an `op` that already brought somebody the lease takes nothing
    /// from anybody; it can only find `d` holding, or a lease that nobody has.
    pub fn open(&self, r: R, d: D, now: Millis, op: Op) -> Outcome<D> {
        self.at(r, d, now, |register, at| register.open(d, op, at))
    }

    /// *Read here*: the reader's own gesture. Takes the lease from a device that is being read on if `seen` is still
    /// its epoch, so of all who press the same button one wins; also succeeds if the lease is free, at rest or `d`'s
    /// own by now. It notes a page as [`open`](Table::open) does, so that the next request of `d` is served (S4).
    pub fn take(&self, r: R, d: D, seen: Epoch, now: Millis, op: Op) -> Outcome<D> {
        self.at(r, d, now, |register, at| register.take(d, seen, op, at))
    }

    /// Whether `d` holds the lease, and under which epoch. The hot path: one look-up, two comparisons, no allocation.
    #[must_use]
    #[inline]
    pub fn check(&self, r: R, d: D) -> Option<Epoch> {
        let counter = self.part(&r).registers.get(&r)?.check(d)?.get();
        Some(Epoch {
            generation: self.generation,
            counter,
        })
    }

    /// A further page of `d` was sent. No effect unless `d` holds the lease.
    pub fn sent(&self, r: R, d: D, now: Millis) {
        self.at_known(r, now, |register, at| register.sent(d, at.now));
    }

    /// A heartbeat. Keeps the lease of `d` being read on (the epoch stays) and opens a free one, as after a restart. It
    /// never takes one, not even one at rest.
    ///
    /// If `d` holds the lease but the beat knows another epoch, the answer tells the current one and nothing is
    /// extended; the page should beat again with it.
    pub fn touch(&self, r: R, d: D, beat: Beat, now: Millis) -> Outcome<D> {
        self.at(r, d, now, |register, at| register.touch(d, &beat, at))
    }

    /// A page is visible again (tab, unlocked screen, back/forward cache). Like [`touch`](Table::touch), and takes a
    /// lease that is at rest. Like every `op`, once.
    pub fn come_back(&self, r: R, d: D, beat: Beat, now: Millis, op: Op) -> Outcome<D> {
        self.at(r, d, now, |register, at| {
            register.come_back(d, &beat, op, at)
        })
    }

    /// A view was hidden or closed. At rest at once when no other view of the device is visible.
    ///
    /// No effect unless `d` (and `epoch`, if given) is current, or when `seq` is older than what the view already said.
    /// Within [`Rules::late_rest_for`] after a page was sent it says nothing about that page.
    pub fn rest(&self, r: R, d: D, epoch: Option<Epoch>, view: u64, seq: u64, now: Millis) {
        self.at_known(r, now, |register, at| {
            register.rest(d, epoch, view, seq, at)
        });
    }

    /// The live stream of a view broke: it counts as hidden after [`Rules::stream_for`], unless a beat or
    /// [`stream_opened`](Table::stream_opened) of that view arrives. Say so only when no other stream of the view is
    /// open: a page that reconnects may open the new one before the old is noticed to be dead.
    pub fn stream_broke(&self, r: R, d: D, view: u64, now: Millis) {
        self.at_known(r, now, |register, at| {
            register.stream_broke(d, view, at.now, at.rules)
        });
    }

    /// The live stream of a view stands again.
    pub fn stream_opened(&self, r: R, d: D, view: u64, now: Millis) {
        self.at_known(r, now, |register, _| register.stream_opened(d, view));
    }

    /// Sign-out: frees the lease if `d` holds it.
    pub fn release(&self, r: R, d: D, now: Millis) -> Option<Change<D>> {
        self.at_known(r, now, |register, at| register.release(d, at))?
    }

    /// Removed seat, changed password: frees the lease, whoever holds it.
    pub fn free(&self, r: R, now: Millis) -> Option<Change<D>> {
        self.at_known(r, now, |register, at| register.vacate(at))?
    }

    /// Who holds the lease, and whether that device is at rest (`true`). `None` if nobody does.
    #[must_use]
    pub fn holder(&self, r: R, now: Millis) -> Option<(Holder<D>, bool)> {
        let part = self.part(&r);
        part.registers
            .get(&r)?
            .holder(now, &self.rules, &part.epochs)
    }

    /// Forgets the registers that have been free or at rest for `older_than`, and returns how many. A holder who was
    /// forgotten is opened again, under a new epoch, by the next page or heartbeat.
    ///
    /// `older_than` should be no less than [`Rules::swaps_in`], or takes are forgotten that should still be counted.
    /// One shard is locked at a time.
    pub fn sweep(&self, now: Millis, older_than: Millis) -> usize {
        let mut forgotten = 0;
        for shard in &self.shards {
            let registers = &mut lock(shard).registers;
            let before = registers.len();
            registers.retain(|_, register| {
                let keep = !register.forgotten(now, older_than, &self.rules);
                if keep {
                    register.compact(now, &self.rules);
                }
                keep
            });
            forgotten += before - registers.len();
            if registers.len() < registers.capacity() / 4 {
                registers.shrink_to_fit();
            }
        }
        forgotten
    }

    /// How many readers have a register, those at rest included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| lock(shard).registers.len())
            .sum()
    }

    /// Whether no reader has a register.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shards
            .iter()
            .all(|shard| lock(shard).registers.is_empty())
    }

    /// The generation of every epoch of this table.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The rules in force.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// On the register of `r`, made if there is none yet.
    fn at<T>(
        &self,
        r: R,
        d: D,
        now: Millis,
        act: impl FnOnce(&mut Register<D>, &mut At<'_>) -> T,
    ) -> T {
        let part = &mut *self.part(&r);
        let register = part.registers.entry(r).or_insert_with(|| Register::free(d));
        act(register, &mut at(now, &self.rules, &mut part.epochs))
    }

    /// On the register of `r`, if there is one.
    fn at_known<T>(
        &self,
        r: R,
        now: Millis,
        act: impl FnOnce(&mut Register<D>, &mut At<'_>) -> T,
    ) -> Option<T> {
        let part = &mut *self.part(&r);
        let register = part.registers.get_mut(&r)?;
        Some(act(register, &mut at(now, &self.rules, &mut part.epochs)))
    }

    #[inline]
    fn part(&self, r: &R) -> MutexGuard<'_, Part<R, D>> {
        let mut fold = Fold(0);
        r.hash(&mut fold);
        // The high half: a multiplication mixes upwards.
        let which = (fold.0 >> 32) as usize & (self.shards.len() - 1);
        lock(&self.shards[which])
    }
}

fn at<'a>(now: Millis, rules: &'a Rules, epochs: &'a mut Epochs) -> At<'a> {
    At { now, rules, epochs }
}

/// Under this lock only the `Hash` and `Eq` of a key are foreign code, and they run before anything changes; a panic
/// there leaves nothing half done. At worst a map that was growing loses entries, which is what `sweep` does too.
#[inline]
fn lock<R, D>(shard: &Shard<R, D>) -> MutexGuard<'_, Part<R, D>> {
    shard.0.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<R, D> fmt::Debug for Table<R, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("generation", &self.generation)
            .field("rules", &self.rules)
            .field("shards", &self.shards.len())
            .finish_non_exhaustive()
    }
}

/// Picks the shard: a few multiplications. Only balance depends on it; the maps inside use the standard keyed hash, so
/// chosen keys can at worst crowd one lock.
struct Fold(u64);

impl Fold {
    #[inline]
    fn mix(&mut self, word: u64) {
        // The constant is 2^64 / golden ratio (Knuth, TAOCP 6.4).
        self.0 = (self.0.rotate_left(26) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Fold {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.mix(word);
    }

    #[inline]
    fn write_u128(&mut self, word: u128) {
        self.mix(word as u64);
        self.mix((word >> 64) as u64);
    }

    #[inline]
    fn write_usize(&mut self, word: usize) {
        self.mix(word as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of 64,000 keys the fullest of 64 shards gets.
    fn fullest<R: Key>(keys: impl Iterator<Item = R>) -> usize {
        let table: Table<R, u8> = Table::new(1, Rules::default());
        for key in keys.take(64_000) {
            table.open(key, 0, Millis::ZERO, Op(0));
        }
        assert_eq!(table.len(), 64_000);
        table
            .shards
            .iter()
            .map(|shard| lock(shard).registers.len())
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn ids_of_every_usual_kind_spread_over_the_shards() {
        let in_a_row = fullest(0_u64..);
        let high = fullest((0_u128..).map(|n| n << 64));
        // UUIDv7: 48 bits of time, then bits that are random in life and few here.
        let uuid_v7 = fullest((0_u64..).map(|n| {
            (u128::from(1_772_000_000_000 + n / 7) << 80 | u128::from(n % 7)).to_be_bytes()
        }));
        for fullest in [in_a_row, high, uuid_v7] {
            assert!(
                fullest < 1_300,
                "1,000 would be even, {fullest} is too crowded"
            );
        }
    }

    #[test]
    fn the_number_of_shards_is_a_power_of_two() {
        for (asked, made) in [(0, 1), (1, 1), (3, 4), (64, 64)] {
            let table: Table<u8, u8> = Table::with_shards(7, Rules::default(), asked);
            assert_eq!((table.shards.len(), table.generation()), (made, 7));
        }
    }

    #[test]
    fn a_key_that_panics_leaves_the_table_usable() {
        #[derive(Clone, Copy, PartialEq, Eq)]
        struct Odd(u8, bool);
        impl std::hash::Hash for Odd {
            fn hash<H: Hasher>(&self, state: &mut H) {
                // The second hash is the one inside the lock.
                assert!(
                    !(self.1 && std::any::type_name::<H>() != std::any::type_name::<Fold>()),
                    "odd"
                );
                state.write_u8(self.0);
            }
        }
        let table: Table<Odd, u8> = Table::with_shards(1, Rules::default(), 1);
        table.open(Odd(1, false), 5, Millis::ZERO, Op(1));
        let odd = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            table.check(Odd(1, true), 5)
        }));
        assert!(odd.is_err());
        assert!(table.check(Odd(1, false), 5).is_some());
    }
}
