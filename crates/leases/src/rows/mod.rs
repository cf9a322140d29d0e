//! Where leases live on many nodes: a row a reader in PostgreSQL, compared and set by whichever node is asked.
//!
//! A node keeps what the primary said of a reader, as a [`lease::Register`] with the row's version. An operation is done on
//! a copy of it by the engine itself, and is written by one statement that succeeds only if the row still has that version
//! and the database its generation; else the row is read and the operation done again. So the row is the authority, the
//! engine is the only one that decides, and a take-over is one statement. The rules by which a kept entry may be used are
//! those that `lease-model` checks, by their numbers there:
//!
//! 1. An entry carries the moment at which this node *put* the question.
//! 3. It is usable while that moment, or the newest look at the stream of changes, is younger than `[nodes] stale_for`.
//! 4. It may only let a device in. Every refusal is the primary's.
//! 6. A greater epoch is the newer news; entries of an earlier generation are not used. An answer that was under way while a
//!    change was heard is not kept, since that change is not told again.
//! 7. Just before the first byte of a text the same question is asked again (`reading::pages`).
//!
//! Rule 5 (the cookie carries the epoch) is left out: while rule 4 stands nothing rests on it (`docs/evidence/model.md`).
//!
//! Where the rows are is the caller's ([`Store`]): PostgreSQL, or the simulation's, which can lose and delay what it is asked.
//!
//! Moments in a register are the primary's clock here, carried on by each node's own monotonic clock: they only say whether
//! somebody is reading on, which is advice.

mod operations;

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use futures_util::stream::{self, TryStreamExt as _};
use lease::{At, Epoch, Epochs, Millis, Outcome, Register, Rules};

use super::store::LeaseRow;
use base::background::Taken;
use base::changes::Freshness;
use base::time::UnixMillis;
use readers::{DeviceId, ReaderId};

/// Many, so that a change which is heard meets few answers under way that are kept with it.
const SHARDS: usize = 1_024;
/// How often an operation is done anew because the row had changed meanwhile.
const ROUNDS: usize = 16;
/// That a further page was sent is written when it prolongs what is written by this much: nothing is written for each
/// page. A page with a script says all there is to say by its heartbeats.
const SENT_EVERY: Millis = Millis(25_000);
/// Heartbeats are written, if they say something new at all.
const HEARD_EVERY: Millis = Millis(1_000);
/// So many of them at the same time.
const WRITES_AT_ONCE: usize = 8;

/// A reader's lease as this node knows it.
#[derive(Clone, Debug)]
pub(super) struct CachedRow {
    pub(super) register: Register<DeviceId>,
    pub(super) epochs: Epochs,
    /// Of the row; zero if there is none yet.
    pub(super) version: i64,
    asked_at: Millis,
    /// How many changes had been heard in its part by then, at most.
    heard: u64,
    /// Until when the holder counts as reading, as the row says.
    written: Option<Millis>,
}

impl CachedRow {
    fn age(&self) -> (u64, u64, i64) {
        (self.epochs.generation(), self.epochs.last(), self.version)
    }
}

/// The rows of all readers, where every node finds them.
pub(super) trait Store {
    /// The lease of a reader, and the generation at the same moment.
    async fn find(&self, reader: ReaderId) -> sqlx::Result<(u64, Option<LeaseRow>)>;

    /// Writes a lease over the version it was made from, in its generation; `false` if either has gone.
    async fn swap(&self, reader: ReaderId, known: &CachedRow) -> sqlx::Result<bool>;
}

/// What is known of some of the readers.
#[derive(Debug, Default)]
struct Part {
    known: HashMap<ReaderId, CachedRow>,
    /// Changes of these readers that were heard.
    heard: u64,
}

/// The leases of all nodes, seen from one.
#[derive(Debug)]
pub(super) struct Rows<S> {
    store: S,
    rules: Rules,
    parts: Box<[Mutex<Part>]>,
    secret: RandomState,
    generation: AtomicU64,
    /// From this node's monotonic clock to the primary's, milliseconds.
    offset: AtomicI64,
    /// Readers whose signs of life are to be written.
    unwritten: Mutex<BTreeSet<ReaderId>>,
}

impl<S: Store> Rows<S> {
    pub(super) fn new(store: S, generation: u64, rules: Rules) -> Self {
        Self {
            store,
            rules,
            parts: (0..SHARDS).map(|_| Mutex::default()).collect(),
            secret: RandomState::new(),
            generation: AtomicU64::new(generation),
            offset: AtomicI64::new(0),
            unwritten: Mutex::default(),
        }
    }

    /// The primary's clock said `now` when this node's own stood at `mono`.
    pub(super) fn set_clock(&self, mono: Millis, now: UnixMillis) {
        let offset = now.0.saturating_sub_unsigned(mono.0);
        self.offset.store(offset, Ordering::Relaxed);
    }

    /// The primary's clock, by this node's own.
    pub(super) fn now(&self, mono: Millis) -> Millis {
        let offset = self.offset.load(Ordering::Relaxed);
        Millis(mono.0.saturating_add_signed(offset))
    }

    /// Does `act` to the reader's register: on what is known if that may be used and is enough, else on the row. Whatever
    /// `refuses` says of the result is asked of the primary.
    async fn act<T>(
        &self,
        fresh: &Freshness,
        reader: ReaderId,
        act: impl Fn(&mut Register<DeviceId>, &mut At<'_>) -> T,
        refuses: impl Fn(&T) -> bool,
    ) -> sqlx::Result<T> {
        let mut usable = self.usable(fresh, reader);
        for _ in 0..ROUNDS {
            let sure = usable.is_none();
            let mut known = match usable.take() {
                Some(known) => known,
                None => self.ask(fresh, reader).await?,
            };
            let before = known.epochs.last();
            let now = self.now(fresh.now());
            let result = act(
                &mut known.register,
                &mut At {
                    now,
                    rules: &self.rules,
                    epochs: &mut known.epochs,
                },
            );
            let moved = known.epochs.last() != before;
            if !moved && !sure && refuses(&result) {
                continue;
            }
            if !moved && !self.worth_writing(&known, now, HEARD_EVERY) {
                self.keep(reader, known);
                return Ok(result);
            }
            if self.write(fresh, reader, known).await? {
                return Ok(result);
            }
        }
        Err(sqlx::Error::Protocol(
            "a lease changed again and again while it was written".into(),
        ))
    }

    /// Lets a device in that holds the lease by what is known; `None` if the primary has to be asked.
    pub(super) fn open_known(
        &self,
        fresh: &Freshness,
        reader: ReaderId,
        device: DeviceId,
    ) -> Option<Outcome<DeviceId>> {
        let now = self.now(fresh.now());
        let mut part = self.part(reader);
        let known = part
            .known
            .get_mut(&reader)
            .filter(|known| self.is_usable(fresh, known))?;
        let counter = known.register.check(device)?;
        known.register.sent(device, now);
        let epoch = known.epochs.of(counter.get());
        let worth = self.worth_writing(known, now, SENT_EVERY);
        drop(part);
        if worth {
            self.unwritten().insert(reader);
        }
        Some(Outcome::Held {
            epoch,
            change: None,
        })
    }

    /// The epoch under which a device holds the lease, by what is known.
    pub(super) fn check(
        &self,
        fresh: &Freshness,
        reader: ReaderId,
        device: DeviceId,
    ) -> Option<Epoch> {
        let part = self.part(reader);
        let known = part
            .known
            .get(&reader)
            .filter(|known| self.is_usable(fresh, known))?;
        Some(known.epochs.of(known.register.check(device)?.get()))
    }

    /// The holder changed, perhaps at another node: what is older is forgotten.
    pub(super) fn hear(&self, reader: ReaderId, epoch: Epoch) {
        let mut part = self.part(reader);
        part.heard += 1;
        let older = |known: &CachedRow| known.epochs.of(known.epochs.last()) < epoch;
        if part.known.get(&reader).is_some_and(older) {
            part.known.remove(&reader);
        }
    }

    /// The database began a new generation: nobody holds anything of an older one.
    pub(super) fn hear_generation(&self, generation: u64) {
        self.generation.fetch_max(generation, Ordering::Relaxed);
    }

    /// Forgets everything.
    pub(super) fn forget_all(&self) {
        for part in &self.parts {
            let mut part = lock(part);
            part.heard += 1;
            part.known.clear();
        }
    }

    /// Writes the signs of life that wait; one step of background work. May be dropped half way.
    pub(super) async fn write_signs(&self, fresh: &Freshness) -> sqlx::Result<()> {
        let readers = std::mem::take(&mut *self.unwritten());
        let readers = Taken::new(readers, |readers| self.unwritten().extend(readers));
        stream::iter(readers.get().iter().copied().map(Ok))
            .try_for_each_concurrent(WRITES_AT_ONCE, |reader| async move {
                let known = self.part(reader).known.get(&reader).cloned();
                match known {
                    // Somebody else was quicker: then the row says enough.
                    Some(known) => self.write(fresh, reader, known).await.map(|_| ()),
                    None => Ok(()),
                }
            })
            .await?;
        readers.written();
        Ok(())
    }

    /// Forgets readers who have been at rest for so long; their rows stay, since numbers must not begin anew.
    pub(super) fn sweep(&self, mono: Millis, older_than: Millis) -> usize {
        let now = self.now(mono);
        let mut forgotten = 0;
        for part in &self.parts {
            let known = &mut lock(part).known;
            let before = known.len();
            known.retain(|_, known| {
                let until = known.register.until(&self.rules).unwrap_or_default();
                let asked = now.minus(mono.minus(known.asked_at));
                until.max(asked).plus(older_than) > now
            });
            forgotten += before - known.len();
        }
        forgotten
    }

    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| lock(part).known.len()).sum()
    }

    /// The row of a reader, as the primary has it.
    async fn ask(&self, fresh: &Freshness, reader: ReaderId) -> sqlx::Result<CachedRow> {
        let asked_at = fresh.now();
        let heard = self.part(reader).heard;
        let (generation, row) = self.store.find(reader).await?;
        self.hear_generation(generation);
        let free = |last| {
            let room = DeviceId::from_bits(0);
            (Register::free(room), Epochs::resume(generation, last))
        };
        let version = row.as_ref().map_or(0, |row| row.version);
        let (register, epochs) = match row {
            Some(row) if row.generation == generation => {
                let counter = row.held.then_some(row.counter);
                match Register::load(row.device, counter, &row.state) {
                    Some(register) => (register, Epochs::resume(generation, row.counter)),
                    None => {
                        tracing::error!(%reader, "a lease cannot be read and counts as free");
                        free(row.counter)
                    }
                }
            }
            // Nobody has read yet, or not since everything was lost.
            _ => free(0),
        };
        let written = register.until(&self.rules);
        Ok(CachedRow {
            register,
            epochs,
            version,
            asked_at,
            heard,
            written,
        })
    }

    /// Writes a register over the version it was made from; `false` if that has gone.
    async fn write(
        &self,
        fresh: &Freshness,
        reader: ReaderId,
        mut known: CachedRow,
    ) -> sqlx::Result<bool> {
        let asked_at = fresh.now();
        let heard = self.part(reader).heard;
        if !self.store.swap(reader, &known).await? {
            self.part(reader).known.remove(&reader);
            return Ok(false);
        }
        known.version += 1;
        known.asked_at = asked_at;
        known.heard = heard;
        known.written = known.register.until(&self.rules);
        self.keep(reader, known);
        Ok(true)
    }

    /// Whether the row says too little of how the holder is reading on: of coming to rest and of reading on again at once,
    /// of going on when it has gone on for `every`.
    fn worth_writing(&self, known: &CachedRow, now: Millis, every: Millis) -> bool {
        if known.register.counter().is_none() {
            return false;
        }
        let until = known.register.until(&self.rules).unwrap_or_default();
        let written = known.written.unwrap_or_default();
        let rested = until < written && written > now;
        let woke = until > now && written <= now;
        rested || woke || until >= written.plus(every)
    }

    /// Keeps what is newer than what is kept, unless a change was heard meanwhile: it may be of this reader, newer than this
    /// answer, and is not told again.
    fn keep(&self, reader: ReaderId, known: CachedRow) {
        let mut part = self.part(reader);
        let late = part.heard != known.heard;
        match part.known.get_mut(&reader) {
            Some(other) if other.age() > known.age() => {}
            _ if late => drop(part.known.remove(&reader)),
            Some(other) => {
                let asked_at = other.asked_at.max(known.asked_at);
                *other = CachedRow { asked_at, ..known };
            }
            None => {
                part.known.insert(reader, known);
            }
        }
    }

    fn usable(&self, fresh: &Freshness, reader: ReaderId) -> Option<CachedRow> {
        let part = self.part(reader);
        let known = part.known.get(&reader)?;
        let heard = part.heard;
        self.is_usable(fresh, known).then(|| CachedRow {
            heard,
            ..known.clone()
        })
    }

    fn is_usable(&self, fresh: &Freshness, known: &CachedRow) -> bool {
        known.epochs.generation() == self.generation.load(Ordering::Relaxed)
            && fresh.is_good_since(known.asked_at)
    }

    fn part(&self, reader: ReaderId) -> MutexGuard<'_, Part> {
        let at = usize::try_from(self.secret.hash_one(reader) % SHARDS as u64)
            .expect("less than the number of shards");
        lock(&self.parts[at])
    }

    fn unwritten(&self) -> MutexGuard<'_, BTreeSet<ReaderId>> {
        lock(&self.unwritten)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .expect("nothing panics while it holds this lock")
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use lease::Op;
    use tokio::sync::Notify;

    use super::*;
    use base::time::{Clock, Span};

    const READER: ReaderId = ReaderId::from_bits(1);
    const PHONE: DeviceId = DeviceId::from_bits(2);

    /// A primary where the phone has the lease, whose answers are long under way.
    #[derive(Default)]
    struct Far(Notify);

    impl Store for Far {
        async fn find(&self, _: ReaderId) -> sqlx::Result<(u64, Option<LeaseRow>)> {
            let (mut register, mut epochs) = (Register::free(PHONE), Epochs::new(1));
            let mut at = At {
                now: Millis(100_000),
                rules: &Rules::default(),
                epochs: &mut epochs,
            };
            register.open(PHONE, Op(1), &mut at);
            self.0.notified().await;
            let row = LeaseRow {
                device: PHONE,
                generation: 1,
                counter: epochs.last(),
                held: true,
                version: 1,
                state: register.save(),
            };
            Ok((1, Some(row)))
        }

        async fn swap(&self, _: ReaderId, _: &CachedRow) -> sqlx::Result<bool> {
            Ok(true)
        }
    }

    fn asks_while(something_is_heard: impl FnOnce(&Rows<Far>)) -> bool {
        let clock = Clock::fixed(UnixMillis(100_000));
        let fresh = Freshness::shared(Span::seconds(2), Span::seconds(60), clock.clone());
        let rows = Rows::new(Far::default(), 1, Rules::default());
        let mut cx = Context::from_waker(Waker::noop());
        let mut asked = pin!(rows.open(&fresh, READER, PHONE, Op(2)));
        assert!(asked.as_mut().poll(&mut cx).is_pending());
        something_is_heard(&rows);
        rows.store.0.notify_one();
        let Poll::Ready(Ok(Outcome::Held { .. })) = asked.as_mut().poll(&mut cx) else {
            panic!("it had the lease when the primary was asked");
        };
        rows.open_known(&fresh, READER, PHONE).is_some()
    }

    #[test]
    fn an_answer_that_was_under_way_while_a_change_was_heard_is_not_kept() {
        let taken = Epoch {
            generation: 1,
            counter: 2,
        };
        assert!(asks_while(|_| {}));
        assert!(!asks_while(|rows| rows.hear(READER, taken)));
        assert!(!asks_while(Rows::forget_all));
    }
}
