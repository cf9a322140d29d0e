//! The model as the checker sees it: first state, what may follow, and the promises as properties.

use stateright::{Model, Property};

use crate::judge::Broken;
use crate::state::{Example, State};
use crate::step::{Rules, Story};
use crate::words::Action;

/// What is checked: everything that may happen within these bounds.
#[derive(Clone, Copy, Debug)]
pub struct World(pub Rules);

impl Model for World {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::new(&self.0.bounds)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        state.actions(&self.0.bounds, self.0.mutant, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut next = last.clone();
        next.step(action, &self.0, &mut Story::default());
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut all = vec![
            Property::always(S1, |_, s: &State| {
                !matches!(
                    s.judge.broken,
                    Some(
                        Broken::NotTheSpecification
                            | Broken::EpochNotGreater
                            | Broken::MovedTwice
                            | Broken::TookFromAnother
                    )
                )
            }),
            Property::always(S2, |_, s: &State| {
                s.judge.broken != Some(Broken::SentTooLate)
            }),
            Property::always(S3, |_, s: &State| {
                s.judge.broken != Some(Broken::LostEpochServes)
            }),
            Property::always(S4, |_, s: &State| {
                s.judge.broken != Some(Broken::TakerRefused)
            }),
        ];
        if self.0.bounds.insistent {
            all.push(Property::eventually(L1, |_, s: &State| s.granted));
            return all;
        }
        all.push(Property::sometimes(L3, |_, s: &State| s.store.takes() >= 2));
        for (name, condition) in EXAMPLES {
            all.push(Property::sometimes(name, condition));
        }
        all
    }
}

/// Linearizable, growing, never two.
pub const S1: &str = "S1 every answer is the register's, and every change has a greater epoch";
/// The bound D.
pub const S2: &str = "S2 a full text leaves only for a device that had the lease less than D ago";
/// For ever.
pub const S3: &str = "S3 a lost epoch never serves again";
/// On any node.
pub const S4: &str = "S4 the taker's next request is served";
/// In the end.
pub const L1: &str =
    "L1 who wants to read here gets the lease, whatever became of the other node and device";
/// Alternation.
pub const L3: &str = "L3 the lease is taken, and taken back";

type Condition = fn(&World, &State) -> bool;

/// What can happen, so that the promises above are not kept by nothing happening.
const EXAMPLES: [(&str, Condition); 6] = [
    ("L4 a lease at rest passes silently", |_, s| {
        s.example == Example::Passed
    }),
    ("a page leaves without the store being asked", |_, s| {
        s.example == Example::SentFromMemory
    }),
    (
        "a page leaves for a device that has just lost the lease, within D",
        |_, s| s.example == Example::SentWithinD,
    ),
    ("a node whose stream lags asks the primary", |_, s| {
        s.example == Example::AskedInstead
    }),
    ("the look before the first byte stops a page", |_, s| {
        s.example == Example::Stopped
    }),
    ("a retry of a granted take does nothing", |_, s| {
        s.example == Example::RetryDidNothing
    }),
];
