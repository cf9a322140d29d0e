//! What is left out on purpose, so that one sees that the judge would notice.

use crate::judge::{AGREES, ENDED, KNOWN, LINKS, OWNED, SEATS, STREAMS};
use crate::world::Bounds;

/// A switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mutant {
    /// A client that hangs up ends its request.
    DroppedWithClient,
    /// What was ended is forgotten before the commit.
    ForgetFirst,
    /// An answer of the database is kept, whatever was forgotten since it was asked.
    NoTicket,
    /// The stream of changes says nothing of ended sessions.
    NoNews,
    /// The stream of changes says nothing of seats.
    NoSeatNews,
    /// A sign-in does not compare the password again.
    NoCompareAtSignIn,
    /// It does, and writes its session afterwards without holding a lock.
    NoLock,
    /// A change does not compare the password again.
    NoCompareAtChange,
    /// A change ends no other session.
    ChangeEndsNothing,
    /// A new password by a link ends no session.
    ResetEndsNothing,
    /// A link does not know which password it is there to replace.
    LinkOutlivesChange,
    /// An invitation is accepted even if it was taken back meanwhile.
    AcceptsWhatIsGone,
    /// Streams of a session that ended elsewhere stay open.
    StreamsOutlive,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Mutant; 13] = [
        Mutant::DroppedWithClient,
        Mutant::ForgetFirst,
        Mutant::NoTicket,
        Mutant::NoNews,
        Mutant::NoSeatNews,
        Mutant::NoCompareAtSignIn,
        Mutant::NoLock,
        Mutant::NoCompareAtChange,
        Mutant::ChangeEndsNothing,
        Mutant::ResetEndsNothing,
        Mutant::LinkOutlivesChange,
        Mutant::AcceptsWhatIsGone,
        Mutant::StreamsOutlive,
    ];

    /// Which property it must break: any other would be an accident.
    #[must_use]
    pub const fn breaks(self) -> &'static str {
        match self {
            Self::DroppedWithClient | Self::NoNews => AGREES,
            Self::ForgetFirst | Self::NoTicket => ENDED,
            Self::NoCompareAtSignIn
            | Self::NoLock
            | Self::ChangeEndsNothing
            | Self::ResetEndsNothing => KNOWN,
            Self::NoCompareAtChange => OWNED,
            Self::LinkOutlivesChange => LINKS,
            Self::NoSeatNews | Self::AcceptsWhatIsGone => SEATS,
            Self::StreamsOutlive => STREAMS,
        }
    }

    /// Where it is looked for.
    #[must_use]
    pub const fn bounds(self) -> Bounds {
        match self {
            Self::NoSeatNews | Self::AcceptsWhatIsGone => SEAT,
            Self::ForgetFirst | Self::NoTicket | Self::StreamsOutlive => MEMORY,
            _ => ACCOUNT,
        }
    }
}

/// Passwords, sessions and links.
pub const ACCOUNT: Bounds = Bounds {
    about: "an account with two people in it",
    wishes: 3,
    loads: 0,
    streams: 0,
    seats: false,
};

/// What nodes keep, and open pages.
pub const MEMORY: Bounds = Bounds {
    about: "what nodes keep of it, and its open pages",
    wishes: 2,
    loads: 1,
    streams: 1,
    seats: false,
};

/// Everything that is explored.
pub const ALL: [Bounds; 3] = [ACCOUNT, MEMORY, SEAT];

/// The second seat.
pub const SEAT: Bounds = Bounds {
    about: "a seat that is offered, taken and taken back",
    wishes: 3,
    loads: 3,
    streams: 0,
    seats: true,
};
