//! What must always hold. It looks at the world only, and shares no code with what happens there.

use stateright::{Model, Property};

use crate::mutant::Mutant;
use crate::world::{Action, Bounds, Node, Seat, Thing, World};

/// What a step did that it must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Broken {
    /// Somebody changed a password that they did not know.
    ChangedUnknown,
    /// A link replaced another password than the one it was there for.
    LinkTooOld,
    /// A seat that was taken back was taken all the same.
    SeatCameBack,
}

/// After all is said.
pub const AGREES: &str = "when all is said, no node knows a session that was ended";
/// At once.
pub const ENDED: &str = "a node that said a session is ended does not let it in";
/// In the database.
pub const KNOWN: &str = "every session belongs to somebody who knows the password as it is now";
/// No lost update.
pub const OWNED: &str = "a password is changed only by who knows it, or by a link";
/// Bound.
pub const LINKS: &str = "a link replaces the password that it was asked for, and no later one";
/// Both of seats.
pub const SEATS: &str =
    "a seat that was taken back stays so, and when all is said every node knows it";
/// Live.
pub const STREAMS: &str = "when all is said, no page of an ended session listens";

/// What can happen, so that the properties are not kept by nothing happening.
pub const SEEN: [&str; 7] = [
    "a sign-in under way loses against a change",
    "of two overlapping changes the second loses",
    "a link from before a change is void",
    "an answer of the database comes too late to be kept",
    "another node still lets an ended session in, before it has heard",
    "an invitation is taken back while it is being accepted",
    "an open page is told by the other node",
];

/// The world under one mutant, or none.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How much may happen.
    pub bounds: Bounds,
    /// What is left out.
    pub mutant: Option<Mutant>,
}

impl World {
    fn is_settled(&self) -> bool {
        let quiet = |node: &Node| node.news.0 == 0 && !node.seat_news && node.loads.is_empty();
        self.requests.is_empty() && self.nodes.iter().all(quiet)
    }

    fn agrees(&self) -> bool {
        let knows = |node: &Node| node.sessions.each().all(|one| self.sessions[one].lives);
        !self.is_settled() || self.nodes.iter().all(knows)
    }

    fn ended_is_ended(&self) -> bool {
        let both = |node: &Node| node.sessions.0 & node.said_ended.0;
        self.nodes.iter().all(|node| both(node) == 0)
    }

    fn sessions_are_known(&self) -> bool {
        let mut living = self.sessions.iter().filter(|session| session.lives);
        living.all(|session| self.knows[session.of].has(usize::from(self.password)))
    }

    fn seats_are_right(&self) -> bool {
        let right = |node: &Node| node.seat != Some(true) || self.is_there(Thing::Seat);
        self.broken != Some(Broken::SeatCameBack)
            && (!self.is_settled() || self.seat == Seat::Invited || self.nodes.iter().all(right))
    }

    fn streams_are_ended(&self) -> bool {
        let ended = |node: &Node| node.streams.each().all(|one| self.sessions[one].lives);
        !self.is_settled() || self.nodes.iter().all(ended)
    }
}

impl Model for Rules {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self.bounds)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        world.actions(actions);
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut next = last.clone();
        next.seen = None;
        next.act(action, self.mutant);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut all = vec![
            Property::always(AGREES, |_, world: &World| world.agrees()),
            Property::always(ENDED, |_, world: &World| world.ended_is_ended()),
            Property::always(KNOWN, |_, world: &World| world.sessions_are_known()),
            Property::always(OWNED, |_, world: &World| {
                world.broken != Some(Broken::ChangedUnknown)
            }),
            Property::always(LINKS, |_, world: &World| {
                world.broken != Some(Broken::LinkTooOld)
            }),
            Property::always(SEATS, |_, world: &World| world.seats_are_right()),
            Property::always(STREAMS, |_, world: &World| world.streams_are_ended()),
        ];
        let seen: [fn(&Self, &World) -> bool; 7] = [
            |_, world| world.seen == Some(SEEN[0]),
            |_, world| world.seen == Some(SEEN[1]),
            |_, world| world.seen == Some(SEEN[2]),
            |_, world| world.seen == Some(SEEN[3]),
            |_, world| world.seen == Some(SEEN[4]),
            |_, world| world.seen == Some(SEEN[5]),
            |_, world| world.seen == Some(SEEN[6]),
        ];
        let named = SEEN.into_iter().zip(seen);
        all.extend(named.map(|(name, condition)| Property::sometimes(name, condition)));
        all
    }
}
