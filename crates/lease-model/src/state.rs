//! One state of the whole small world, and which things may happen next in it.

use lease::Epoch;

use crate::judge::Judge;
use crate::mutant::Mutant;
use crate::protocol::{Cache, News};
use crate::store::Store;
use crate::words::{Action, Bounds, Device, Page, Request, Tick, Wish};

/// How many nodes serve.
pub const NODES: usize = 2;

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// Not dead for good.
    pub alive: bool,
    /// What it keeps of the reader.
    pub cache: Cache,
    /// What the store has sent it and it has not consumed, in order.
    pub news: Vec<News>,
}

/// What a browser keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Browser {
    /// The epoch in its cookie.
    pub cookie: Option<Epoch>,
    /// The device message stands there, and showed this epoch.
    pub message: Option<Epoch>,
}

/// What the last step was an example of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Example {
    /// Of nothing in particular.
    #[default]
    Nothing,
    /// A lease at rest passed silently.
    Passed,
    /// A page was sent out of what the node knew, and rightly.
    SentFromMemory,
    /// A page was sent to a device that had just lost the lease, less than D ago.
    SentWithinD,
    /// A node whose stream lagged asked the primary instead of using what it kept.
    AskedInstead,
    /// A look just before the first byte stopped a page.
    Stopped,
    /// A retry of a take that had been granted changed nothing.
    RetryDidNothing,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// What time it is, on every clock: none of the rules compares two clocks.
    pub now: Tick,
    /// The primary.
    pub store: Store,
    /// Standby and backup: the primary as it once was.
    pub copy: Store,
    /// The greatest generation that ever was.
    pub generations: u64,
    /// The nodes.
    pub nodes: [Node; NODES],
    /// The devices.
    pub browsers: Vec<Browser>,
    /// Requests on their way: sorted, since they arrive in any order.
    pub requests: Vec<Request>,
    /// Texts that were granted and are being made: sorted.
    pub pages: Vec<Page>,
    /// The last operation id.
    pub ops: u64,
    /// What may still happen: see [`Bounds`].
    pub wishes: u8,
    /// As above.
    pub faults: u8,
    /// As above.
    pub disasters: u8,
    /// As above.
    pub copies: u8,
    /// Devices that have done anything; the next to do something is the one after them (all are alike).
    pub known_devices: u8,
    /// Nodes that have been asked anything, in the same way.
    pub known_nodes: usize,
    /// The account.
    pub judge: Judge,
    /// For the properties that say that something can happen.
    pub example: Example,
    /// The insistent device has got the lease.
    pub granted: bool,
}

/// The device that does not give up, where the bounds have one.
pub const INSISTENT: Device = Device(1);

impl State {
    /// Before anything happened.
    #[must_use]
    pub fn new(bounds: &Bounds) -> State {
        let node = Node {
            alive: true,
            cache: Cache::default(),
            news: Vec::new(),
        };
        State {
            now: 0,
            store: Store::new(1),
            copy: Store::new(1),
            generations: 1,
            nodes: [node.clone(), node],
            browsers: vec![Browser::default(); usize::from(bounds.devices)],
            requests: Vec::new(),
            pages: Vec::new(),
            ops: 0,
            wishes: bounds.wishes,
            faults: bounds.faults,
            disasters: bounds.disasters,
            copies: bounds.copies,
            known_devices: 0,
            known_nodes: 0,
            judge: Judge::default(),
            example: Example::Nothing,
            granted: false,
        }
    }

    /// All that may happen next. Nothing after a broken promise, nor when nobody will want anything any more: what follows
    /// then teaches nothing.
    pub fn actions(&self, bounds: &Bounds, mutant: Option<Mutant>, actions: &mut Vec<Action>) {
        let wanted = self.wishes > 0 || (bounds.insistent && !self.granted);
        let over = !wanted && self.requests.is_empty() && self.pages.is_empty();
        if self.judge.broken.is_some() || over {
            return;
        }
        for device in (0..bounds.devices.min(self.known_devices + 1)).map(Device) {
            self.wishes(device, bounds, actions);
        }
        self.network(bounds, mutant, actions);
        actions.extend(
            (0..self.pages.len())
                .filter(|&i| self.nodes[self.pages[i].node].alive)
                .map(Action::Send),
        );
        for node in (0..NODES).filter(|&node| self.nodes[node].alive) {
            self.of_node(node, bounds, actions);
        }
        let copied = self.disasters > 0 || mutant == Some(Mutant::ReplicaRead);
        if copied && self.copies > 0 && self.copy != self.store {
            actions.push(Action::Copy);
        }
        if self.disasters > 0 {
            actions.extend([Action::Failover, Action::Restore]);
        }
        if self.now < bounds.ticks {
            actions.push(Action::Tick);
        }
    }

    /// What the person at a device, and the script of its page, may do.
    fn wishes(&self, device: Device, bounds: &Bounds, actions: &mut Vec<Action>) {
        let browser = &self.browsers[usize::from(device.0)];
        let read_here = browser.message.map(Wish::Take);
        if bounds.insistent && device == INSISTENT {
            let waits = self.requests.iter().any(|r| r.device == device);
            if !self.granted && !waits {
                let wish = read_here.unwrap_or(Wish::Open);
                actions.push(Action::Ask(device, wish));
            }
            return;
        }
        if self.wishes == 0 || self.requests.len() >= bounds.on_way {
            return;
        }
        actions.push(Action::Ask(device, Wish::Open));
        actions.extend(read_here.map(|wish| Action::Ask(device, wish)));
        if browser.cookie.is_some() {
            actions.push(Action::Ask(device, Wish::Touch));
            actions.push(Action::Ask(device, Wish::Rest));
        }
    }

    fn network(&self, bounds: &Bounds, mutant: Option<Mutant>, actions: &mut Vec<Action>) {
        for (which, request) in self.requests.iter().enumerate() {
            if which > 0 && self.requests[which - 1] == *request {
                continue;
            }
            let take = matches!(request.wish, Wish::Take(_));
            for node in 0..NODES.min(self.known_nodes + 1) {
                let other_is_gone = !self.nodes[1 - node].alive;
                let waits = mutant == Some(Mutant::TakeWaits) && take && other_is_gone;
                let full = request.wish == Wish::Open && self.pages.len() >= bounds.on_way;
                if !self.nodes[node].alive || waits || full {
                    continue;
                }
                let mut arrive = |twice, unanswered| {
                    actions.push(Action::Arrive {
                        which,
                        node,
                        twice,
                        unanswered,
                    });
                };
                arrive(false, false);
                if self.faults > 0 {
                    arrive(true, false);
                    if take {
                        arrive(false, true);
                    }
                }
            }
            if self.faults > 0 {
                actions.push(Action::Lose(which));
            }
        }
    }

    fn of_node(&self, which: usize, bounds: &Bounds, actions: &mut Vec<Action>) {
        let node = &self.nodes[which];
        let as_of_now = |entry: &crate::protocol::Entry| entry.asked_at == Some(self.now);
        let marked = node.news.iter().any(|news| matches!(news, News::Mark(_)));
        let up_to_date = node.cache.read_to == Some(self.now);
        if node.cache.entry.is_some_and(|e| !as_of_now(&e)) && !marked && !up_to_date {
            actions.push(Action::Mark(which));
        }
        if !node.news.is_empty() {
            actions.push(Action::Hear(which));
        }
        let idle = node.cache.entry.is_none() && !self.pages.iter().any(|p| p.node == which);
        if self.faults > 0 && !idle {
            actions.push(Action::Crash(which));
        }
        let both = self.nodes.iter().all(|node| node.alive);
        if bounds.insistent && self.faults > 0 && both && which < self.known_nodes {
            actions.push(Action::Die(which));
        }
    }
}
