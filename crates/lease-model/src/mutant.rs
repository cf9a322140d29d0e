//! What is left out on purpose, so that one sees that the check would notice.
//!
//! A mutant is a switch of the model around the engine: of what is handed to it, of where a node looks, of what a node does
//! with what it knows. The engine that ships runs unchanged in all of them.

use crate::model::{L1, S1, S2, S3, S4};

/// A switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mutant {
    /// *Read here* succeeds whatever epoch was shown.
    NoEpochCompare,
    /// A node trusts what it was told for D, and neither stream nor cookie.
    TimeToLiveOnly,
    /// Looks go to a replica.
    ReplicaRead,
    /// A promoted standby or restored backup goes on counting where it stands.
    NoGeneration,
    /// A retry is taken for a new operation.
    NoOperationId,
    /// No second look just before the first byte.
    CheckThenWait,
    /// A mark counts from its arrival instead of from when it was put in.
    MarksCountOnArrival,
    /// News committed late is overtaken by a mark.
    MarksOvertake,
    /// The new generation is only one more than the one stored in what was restored.
    GenerationFromStore,
    /// A take waits until the other node has heard of it.
    TakeWaits,
    /// Nothing is left out; S4 is asked for across a change of generation.
    TakerAcrossGenerations,
    /// Nothing is left out; "once" is asked of an operation across a change of generation.
    RetryAcrossGenerations,
}

/// Why a mutant is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of the six that the design names.
    Named,
    /// A further way to get the protocol wrong.
    Further,
    /// Not a mutant: a promise that is *not* made, and how it would be broken.
    NotPromised,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Mutant; 12] = [
        Mutant::NoEpochCompare,
        Mutant::TimeToLiveOnly,
        Mutant::ReplicaRead,
        Mutant::NoGeneration,
        Mutant::NoOperationId,
        Mutant::CheckThenWait,
        Mutant::MarksCountOnArrival,
        Mutant::MarksOvertake,
        Mutant::GenerationFromStore,
        Mutant::TakeWaits,
        Mutant::TakerAcrossGenerations,
        Mutant::RetryAcrossGenerations,
    ];

    /// Why it is here.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Mutant::NoEpochCompare
            | Mutant::TimeToLiveOnly
            | Mutant::ReplicaRead
            | Mutant::NoGeneration
            | Mutant::NoOperationId
            | Mutant::CheckThenWait => Kind::Named,
            Mutant::TakerAcrossGenerations | Mutant::RetryAcrossGenerations => Kind::NotPromised,
            _ => Kind::Further,
        }
    }

    /// Which promise it must break: any other would be an accident.
    #[must_use]
    pub fn breaks(self) -> &'static str {
        match self {
            Mutant::NoEpochCompare
            | Mutant::NoOperationId
            | Mutant::GenerationFromStore
            | Mutant::RetryAcrossGenerations => S1,
            Mutant::ReplicaRead
            | Mutant::CheckThenWait
            | Mutant::MarksCountOnArrival
            | Mutant::MarksOvertake => S2,
            Mutant::NoGeneration => S3,
            Mutant::TimeToLiveOnly | Mutant::TakerAcrossGenerations => S4,
            Mutant::TakeWaits => L1,
        }
    }

    /// What is left out, for a person.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Mutant::NoEpochCompare => {
                "no epoch compare: Read here succeeds whatever epoch was shown"
            }
            Mutant::TimeToLiveOnly => {
                "cache by time-to-live only: what a node was told is good for D, a refusal too"
            }
            Mutant::ReplicaRead => "read from a replica: the look before the first byte goes there",
            Mutant::NoGeneration => {
                "no generation: a promoted standby or a restored backup goes on counting"
            }
            Mutant::NoOperationId => "no operation id: a retry is taken for a new operation",
            Mutant::CheckThenWait => {
                "check, then wait, then send: no look just before the first byte"
            }
            Mutant::MarksCountOnArrival => {
                "a mark of the stream counts from its arrival, not from when it was put in"
            }
            Mutant::MarksOvertake => "the stream skips a change that was committed late",
            Mutant::GenerationFromStore => {
                "the new generation is the restored one plus one, whatever there was since"
            }
            Mutant::TakeWaits => "a take waits until the other node has heard of it",
            Mutant::TakerAcrossGenerations => {
                "the taker is served next, even if store or server is lost in between"
            }
            Mutant::RetryAcrossGenerations => {
                "a retry does nothing, even if store or server was lost in between"
            }
        }
    }
}
