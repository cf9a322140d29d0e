//! How far each run goes.
//!
//! Within its bounds a run sees *every* order of events. The bounds are many and small rather than one and large: what
//! breaks such a protocol breaks it with few devices and few faults, but one never knows which.

use crate::mutant::Mutant;
use crate::words::Bounds;

/// Small enough for every test run.
pub const QUICK: Bounds = Bounds {
    about: "a small world",
    devices: 2,
    wishes: 3,
    ticks: 2,
    faults: 1,
    disasters: 0,
    copies: 0,
    on_way: 2,
    stale_for: 1,
    insistent: false,
};

/// What comes about in the end.
pub const INSISTENT: Bounds = Bounds {
    about: "one who does not give up",
    wishes: 2,
    ticks: 1,
    faults: 2,
    insistent: true,
    ..QUICK
};

/// The primary is lost once, or restored.
pub const DISASTER: Bounds = Bounds {
    about: "a failover that lost its tail, or a restored backup",
    faults: 0,
    disasters: 1,
    copies: 1,
    ..QUICK
};

/// The whole of `cargo xtask model`, without mutants.
pub const FULL: [Bounds; 6] = [
    Bounds {
        about: "lost, doubled and late messages, crashes",
        wishes: 4,
        ..QUICK
    },
    Bounds {
        about: "three devices",
        devices: 3,
        wishes: 4,
        faults: 0,
        ticks: 1,
        ..QUICK
    },
    Bounds {
        about: "a wider D",
        stale_for: 2,
        ticks: 3,
        ..QUICK
    },
    DISASTER,
    Bounds {
        about: "two disasters",
        disasters: 2,
        wishes: 2,
        ticks: 1,
        ..DISASTER
    },
    INSISTENT,
];

/// Where a mutant is looked for: hardly larger than it needs, since it must be found in every test run.
#[must_use]
pub fn of_mutant(mutant: Mutant) -> Bounds {
    let small = Bounds {
        about: "looking for a mutant",
        faults: 0,
        ..QUICK
    };
    let timeless = Bounds {
        wishes: 5,
        ticks: 0,
        ..small
    };
    match mutant {
        Mutant::NoEpochCompare | Mutant::TimeToLiveOnly => timeless,
        Mutant::NoGeneration | Mutant::TakerAcrossGenerations => Bounds {
            disasters: 1,
            copies: 1,
            ..timeless
        },
        Mutant::GenerationFromStore => Bounds {
            disasters: 2,
            copies: 1,
            ..small
        },
        Mutant::RetryAcrossGenerations => Bounds {
            faults: 1,
            ..DISASTER
        },
        Mutant::ReplicaRead => Bounds { copies: 1, ..small },
        Mutant::NoOperationId => QUICK,
        Mutant::TakeWaits => INSISTENT,
        Mutant::CheckThenWait | Mutant::MarksCountOnArrival | Mutant::MarksOvertake => small,
    }
}
