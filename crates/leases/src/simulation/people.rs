//! Readers with several devices, and whoever breaks things.
//!
//! A request is what `reading::place` and `reading::watch` make of it: the quick way, the primary where it has to be asked,
//! and what was decided looked at once more before the first byte.

use std::rc::Rc;

use futures_util::future::{Either, select};
use lease::{Beat, Epoch, Op, Outcome};
use lease_model::history::{Done, What};

use super::world::{Node, World};
use super::{Mutant, NODES};
use base::id::Id;
use readers::{DeviceId, ReaderId};

/// A reader gives up after so many milliseconds, and the request is dropped wherever it is.
const PATIENCE: u64 = 8_000;

/// What a device asks for.
#[derive(Clone, Copy)]
pub(super) enum Ask {
    Page,
    Take(Epoch, Op),
    Beat,
}

/// What it is told: whether the lease is there, and the epoch if one is told.
pub(super) type Told = (bool, Option<Epoch>);

#[derive(Clone, Copy)]
pub(super) struct Device {
    pub(super) reader: u32,
    pub(super) number: u8,
}

impl Device {
    fn owner(self) -> ReaderId {
        Id::from_bits(u128::from(self.reader))
    }

    fn id(self) -> DeviceId {
        Id::from_bits(u128::from(self.reader) * 16 + u128::from(self.number) + 1)
    }

    /// Reads until all is over.
    pub(super) async fn read(self, world: Rc<World>) {
        while !world.over.get() {
            world.time.sleep(20 + world.draws.below(700)).await;
            match self.request(&world, Ask::Page).await {
                Some((true, _)) if world.draws.once_in(2) => {
                    self.request(&world, Ask::Beat).await;
                }
                Some((false, Some(epoch))) if world.draws.once_in(2) => {
                    let op = Op(world.draws.below(1 << 30));
                    let told = self.request(&world, Ask::Take(epoch, op)).await;
                    // Pressed once more, since nothing came: the same operation.
                    if told.is_none() && world.draws.once_in(2) {
                        self.request(&world, Ask::Take(epoch, op)).await;
                    }
                }
                _ => {}
            }
        }
    }

    /// Asks any node, and writes down what came of it.
    pub(super) async fn request(self, world: &Rc<World>, ask: Ask) -> Option<Told> {
        let at = usize::try_from(world.draws.below(NODES as u64)).unwrap();
        let (begun, moment) = (world.time.now(), world.moment());
        let asking = Box::pin(self.exchange(world, at, ask));
        let patience = Box::pin(world.time.sleep(PATIENCE));
        let (told, sent) = match select(asking, patience).await {
            Either::Left((Some((told, sent)), _)) => (Some(told), sent),
            _ => (None, moment),
        };
        // A full text is judged at its first byte, everything else from when it was asked.
        let full = matches!((ask, told), (Ask::Page, Some((true, _))));
        let moment = if full { sent } else { moment };
        let ended = told.map(|_| world.moment());
        let what = match (ask, told) {
            (Ask::Take(epoch, _), _) => What::Take(epoch),
            (_, Some((false, _))) => What::Message,
            (Ask::Page, _) => What::Page,
            (Ask::Beat, _) => What::Beat,
        };
        world.history.borrow_mut().push(Done {
            reader: self.reader,
            device: self.number,
            what,
            begun: moment,
            ended,
            said: told,
            cut_off: world.was_cut(at, begun, world.time.now()),
        });
        told
    }

    async fn exchange(self, world: &World, at: usize, ask: Ask) -> Option<(Told, u64)> {
        world.time.sleep(world.draws.below(20)).await;
        let node = world.node(at);
        world.stand(at).await;
        if node.dead.get() {
            return None;
        }
        let told = self.answered(world, &node, at, ask).await;
        let sent = world.moment();
        world.time.sleep(world.draws.below(20)).await;
        (!node.dead.get() && !world.draws.once_in(100)).then_some((told?, sent))
    }

    async fn answered(self, world: &World, node: &Node, at: usize, ask: Ask) -> Option<Told> {
        let (rows, fresh) = (&node.rows, &node.fresh);
        let (reader, device) = (self.owner(), self.id());
        let outcome = match ask {
            Ask::Page => return self.page(world, node, at).await,
            Ask::Take(seen, op) => rows.take(fresh, reader, device, seen, op).await,
            Ask::Beat => {
                let beat = Beat {
                    view: u64::from(self.number),
                    seq: world.time.now(),
                    epoch: None,
                    focused: true,
                    idle_for: lease::Millis(0),
                };
                rows.beat(fresh, reader, device, (beat, false), Op(0)).await
            }
        };
        Some(match outcome.ok()? {
            Outcome::Held { epoch, .. } => (true, Some(epoch)),
            Outcome::Contended(holder) => (false, Some(holder.epoch)),
        })
    }

    /// A text is made for a while, and sent if the answer still stands by then.
    async fn page(self, world: &World, node: &Node, at: usize) -> Option<Told> {
        let (rows, fresh) = (&node.rows, &node.fresh);
        let (reader, device) = (self.owner(), self.id());
        for _ in 0..3 {
            let outcome = match rows.open_known(fresh, reader, device) {
                Some(outcome) => outcome,
                None => {
                    let op = Op(world.draws.below(1 << 30));
                    rows.open(fresh, reader, device, op).await.ok()?
                }
            };
            if let Outcome::Contended(holder) = outcome {
                return Some((false, Some(holder.epoch)));
            }
            if world.draws.once_in(4) {
                world.time.sleep(world.draws.below(3_000)).await;
            }
            world.stand(at).await;
            let still = rows.check(fresh, reader, device).is_some();
            if still || world.is(Mutant::NotAskedAgain) {
                return Some((true, None));
            }
        }
        None
    }
}

/// Breaks one thing after the other, sometimes two at once, until all is over; then all is mended.
pub(super) async fn break_things(world: Rc<World>) {
    let kept = std::cell::Cell::new(None);
    while !world.over.get() {
        world.time.sleep(300 + world.draws.below(2_500)).await;
        let at = usize::try_from(world.draws.below(NODES as u64)).unwrap();
        let span = 200 + world.draws.below(5_000);
        let name = match world.draws.below(8) {
            0 => {
                world.time.spawn(cut(Rc::clone(&world), at, span));
                "a node is cut off"
            }
            1 => {
                (0..NODES).for_each(|at| world.time.spawn(cut(Rc::clone(&world), at, span)));
                "all nodes are cut off"
            }
            2 => {
                world.time.spawn(freeze(Rc::clone(&world), at, span));
                "a node stands still"
            }
            3 => {
                world.node(at).dead.set(true);
                let node = world.start(at);
                world.nodes.borrow_mut()[at] = node;
                "a node dies"
            }
            4 => {
                let slow = 1 + world.draws.below(1_800);
                world.wires[at].slow.set(slow);
                "the wire of a node is slow"
            }
            5 => {
                (0..NODES).for_each(|at| world.wires[at].slow.set(0));
                "all wires are quick"
            }
            6 => {
                let lost = usize::try_from(world.draws.below(6)).unwrap();
                replace(&world, lost);
                "a standby is promoted"
            }
            _ => match kept.take() {
                None => {
                    kept.set(Some(world.stored()));
                    "a backup is made"
                }
                Some(kept) => {
                    let lost = world.stored().saturating_sub(kept);
                    replace(&world, lost);
                    "a backup is restored"
                }
            },
        };
        *world.faults.borrow_mut().entry(name).or_default() += 1;
    }
    (0..NODES).for_each(|at| world.wires[at].slow.set(0));
}

/// No node can reach a primary that has just gone, until it has heard of the next.
fn replace(world: &Rc<World>, lost: usize) {
    world.replace(lost);
    let now = world.time.now();
    for wire in &world.wires {
        wire.cuts.borrow_mut().push((now, now + 4_000));
    }
}

async fn cut(world: Rc<World>, at: usize, span: u64) {
    let wire = &world.wires[at];
    let begun = world.time.now();
    // Until it has heard again, it may go on as if it were.
    wire.cuts.borrow_mut().push((begun, begun + span + 6_000));
    wire.cut.set(true);
    world.time.sleep(span).await;
    wire.cut.set(false);
}

async fn freeze(world: Rc<World>, at: usize, span: u64) {
    world.still[at].set(true);
    world.time.sleep(span).await;
    world.still[at].set(false);
}
