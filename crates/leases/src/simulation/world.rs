//! What nodes and readers live in: a primary that is replaced, wires that are slow, lose things and are cut, and nodes that
//! stand still and die.
//!
//! The rows and the changes are those of `migrations/*.postgres.sql`, and a generation begins as in `base::db::primary`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use lease::{Epoch, Millis, Rules};
use lease_model::history::Done;

use super::executor::Executor;
use super::{DAYS, GRACE, Mutant, NODES, STALE_FOR};
use crate::rows::{CachedRow, Rows, Store};
use crate::store::LeaseRow;
use base::changes::Freshness;
use base::time::{Clock, Span, UnixMillis};
use readers::ReaderId;

/// Numbers that look drawn, the same for the same seed.
pub(super) struct Draws(Cell<u64>);

impl Draws {
    pub(super) fn below(&self, end: u64) -> u64 {
        let next = self.0.get();
        let next = next
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0.set(next);
        (next >> 33) % end
    }

    /// Once in so many times.
    pub(super) fn once_in(&self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// What the primary has stored.
#[derive(Clone, Default)]
pub(super) struct Stored {
    generation: u64,
    rows: BTreeMap<ReaderId, LeaseRow>,
    changes: Vec<(ReaderId, Epoch)>,
}

/// A database, and what it had stored before each of the latest writes: a standby has one of these.
pub(super) struct Primary {
    /// Which machine it is; what is under way to another one is lost.
    pub(super) machine: u32,
    now: Stored,
    before: Vec<Stored>,
}

/// From one node to the primary.
#[derive(Default)]
pub(super) struct Wire {
    pub(super) cut: Cell<bool>,
    /// Most milliseconds of one way.
    pub(super) slow: Cell<u64>,
    /// Since when a node may be cut off, and until when.
    pub(super) cuts: RefCell<Vec<(u64, u64)>>,
}

/// A process.
pub(super) struct Node {
    pub(super) rows: Rows<Link>,
    pub(super) fresh: Freshness,
    pub(super) dead: Cell<bool>,
}

pub(super) struct World {
    pub(super) time: Rc<Executor>,
    pub(super) draws: Draws,
    pub(super) clock: Clock,
    pub(super) mutant: Option<Mutant>,
    pub(super) primary: RefCell<Primary>,
    pub(super) wires: [Wire; NODES],
    pub(super) still: [Cell<bool>; NODES],
    pub(super) nodes: RefCell<Vec<Rc<Node>>>,
    /// The newest moment that was written down.
    written: Cell<u64>,
    pub(super) history: RefCell<Vec<Done>>,
    pub(super) faults: RefCell<BTreeMap<&'static str, u64>>,
    /// No more faults, and no more readers.
    pub(super) over: Cell<bool>,
}

impl World {
    pub(super) fn new(seed: u64, mutant: Option<Mutant>) -> Rc<World> {
        let clock = Clock::fixed(UnixMillis(1_000_000));
        let first = Stored {
            generation: 1_000_000,
            ..Stored::default()
        };
        let world = Rc::new(World {
            time: Executor::new(clock.clone()),
            draws: Draws(Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851)),
            clock,
            mutant,
            primary: RefCell::new(Primary {
                machine: 0,
                now: first,
                before: Vec::new(),
            }),
            wires: Default::default(),
            still: Default::default(),
            nodes: RefCell::default(),
            written: Cell::default(),
            history: RefCell::default(),
            faults: RefCell::default(),
            over: Cell::new(false),
        });
        for at in 0..NODES {
            let node = world.start(at);
            world.nodes.borrow_mut().push(node);
        }
        world
    }

    /// A new process in this place, which listens.
    pub(super) fn start(self: &Rc<World>, at: usize) -> Rc<Node> {
        let link = Link {
            world: Rc::clone(self),
            at,
        };
        let (stale_for, grace) = (Span(STALE_FOR), Span(GRACE));
        let generation = self.primary.borrow().now.generation;
        let node = Rc::new(Node {
            rows: Rows::new(link, generation, rules()),
            fresh: Freshness::shared(stale_for, grace, self.clock.clone()),
            dead: Cell::new(false),
        });
        let from = self.primary.borrow().now.changes.len();
        let ear = listen(Rc::clone(self), Rc::clone(&node), at, generation, from);
        self.time.spawn(ear);
        node
    }

    /// Now, in microseconds, and later than every moment before: what happens within a millisecond has an order, too.
    pub(super) fn moment(&self) -> u64 {
        let moment = (self.time.now() * 1_000).max(self.written.get() + 1);
        self.written.set(moment);
        moment
    }

    pub(super) fn node(&self, at: usize) -> Rc<Node> {
        Rc::clone(&self.nodes.borrow()[at])
    }

    /// A node that stands still goes on here when it may.
    pub(super) async fn stand(&self, at: usize) {
        while self.still[at].get() {
            self.time.sleep(10).await;
        }
    }

    pub(super) fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    /// Whether a node may have been cut off at some moment of a span.
    pub(super) fn was_cut(&self, at: usize, from: u64, to: u64) -> bool {
        let cuts = self.wires[at].cuts.borrow();
        cuts.iter()
            .any(|(cut, mended)| *cut <= to && from <= *mended)
    }

    /// Another machine takes the primary's place, with what was stored so many writes ago; as the first node that reaches it
    /// does, a generation begins that is greater than any.
    pub(super) fn replace(&self, lost: usize) {
        let mut primary = self.primary.borrow_mut();
        let lost = lost.min(primary.before.len());
        let keep = primary.before.len() - lost;
        let seen = primary.now.generation;
        if lost > 0 {
            primary.now = primary.before[keep].clone();
            primary.before.truncate(keep);
        }
        primary.machine += 1;
        if !self.is(Mutant::NoGeneration) {
            let wall = self.clock.now().0.unsigned_abs();
            primary.now.generation = wall.max(seen + 1).max(primary.now.generation + 1);
        }
    }

    pub(super) fn stored(&self) -> usize {
        self.primary.borrow().before.len()
    }
}

/// Nobody comes to rest: every change of holder is somebody's gesture, and can be judged.
fn rules() -> Rules {
    let long = Millis(DAYS);
    Rules {
        read_for: long,
        glance_for: long,
        sent_for: long,
        silent_for: long,
        stream_for: long,
        ..Rules::default()
    }
}

/// A node's way to the primary.
pub(super) struct Link {
    world: Rc<World>,
    at: usize,
}

fn gone() -> sqlx::Error {
    sqlx::Error::Protocol("the wire is cut".into())
}

impl Link {
    /// One way. Where nothing arrives, whoever waits gives up after a while. A question that is lost now and then is not one of
    /// the ear's: a node whose ear fails counts as cut off.
    async fn way(&self, loses: bool) -> sqlx::Result<()> {
        let (world, wire) = (&self.world, &self.world.wires[self.at]);
        let slow = 1 + wire.slow.get();
        world.time.sleep(1 + world.draws.below(slow)).await;
        let lost = wire.cut.get() || (loses && world.draws.once_in(100));
        if lost {
            world.time.sleep(200 + world.draws.below(1_500)).await;
        }
        if lost { Err(gone()) } else { Ok(()) }
    }

    /// Asks whichever machine is the primary now; the answer of one that is gone does not come.
    async fn ask<T>(&self, loses: bool, act: impl FnOnce(&mut Primary) -> T) -> sqlx::Result<T> {
        let machine = self.world.primary.borrow().machine;
        self.way(loses).await?;
        let answer = {
            let mut primary = self.world.primary.borrow_mut();
            if primary.machine != machine {
                return Err(gone());
            }
            act(&mut primary)
        };
        let back = self.way(loses).await;
        self.world.stand(self.at).await;
        back?;
        Ok(answer)
    }

    /// The generation, what changed from there on, and where the next look begins.
    async fn look(&self, from: usize) -> sqlx::Result<(u64, Vec<(ReaderId, Epoch)>, usize)> {
        self.ask(false, |primary| {
            let changes = &primary.now.changes;
            let news = changes.get(from..).unwrap_or_default().to_vec();
            (primary.now.generation, news, changes.len())
        })
        .await
    }
}

impl Store for Link {
    async fn find(&self, reader: ReaderId) -> sqlx::Result<(u64, Option<LeaseRow>)> {
        self.ask(true, |primary| {
            let row = primary.now.rows.get(&reader).cloned();
            (primary.now.generation, row)
        })
        .await
    }

    async fn swap(&self, reader: ReaderId, known: &CachedRow) -> sqlx::Result<bool> {
        let any_version = self.world.is(Mutant::AnyVersion);
        self.ask(true, |primary| {
            let old = primary.now.rows.get(&reader).cloned();
            let version = old.as_ref().map_or(0, |row| row.version);
            let generation = known.epochs.generation();
            if generation != primary.now.generation || (version != known.version && !any_version) {
                return false;
            }
            primary.before.push(primary.now.clone());
            let counter = known.epochs.last();
            let row = LeaseRow {
                device: known.register.device(),
                generation,
                counter,
                held: known.register.counter().is_some(),
                version: version + 1,
                state: known.register.save(),
            };
            let moved =
                old.is_some_and(|old| (old.generation, old.counter) != (generation, counter));
            if moved {
                primary.now.changes.push((reader, known.epochs.of(counter)));
            }
            primary.now.rows.insert(reader, row);
            true
        })
        .await
    }
}

/// The ear of a node: what `gaceta::nodes` does with what it hears of leases.
async fn listen(world: Rc<World>, node: Rc<Node>, at: usize, generation: u64, from: usize) {
    let link = Link {
        world: Rc::clone(&world),
        at,
    };
    let (mut generation, mut from) = (generation, from);
    while !node.dead.get() {
        let put_at = node.fresh.now();
        match link.look(from).await {
            Ok((other, _, next)) if other != generation => {
                node.rows.hear_generation(other);
                node.rows.forget_all();
                (generation, from) = (other, next);
                node.fresh.heard(put_at);
            }
            Ok((_, changes, next)) => {
                for (reader, epoch) in changes {
                    if !world.is(Mutant::Deaf) {
                        node.rows.hear(reader, epoch);
                    }
                }
                from = next;
                let late = world.is(Mutant::DatedLate);
                node.fresh
                    .heard(if late { node.fresh.now() } else { put_at });
            }
            Err(_) => node.fresh.failed(),
        }
        // Whether it works is seen by whoever asks for the row.
        let _ = node.rows.write_signs(&node.fresh).await;
        world.time.sleep(100).await;
    }
}
