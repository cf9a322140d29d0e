//! Giving seats: what comes of inviting one address, who did what about seats, and how lists of them are gone through. Pure.

use base::db::text_enum;
use base::id::Id;
use base::time::{Span, UnixMillis};
use readers::rules::ReaderId;

use super::{By, SeatId, SeatStatus};

/// After so short a while nobody needs a second mail: the button was pressed twice, or the list sent again.
const SETTLES: Span = Span::minutes(5);

text_enum! {
    /// What came of inviting one address.
    pub enum Answer {
        /// A mail is under way.
        Invited = "invited",
        /// They were invited before: the invitation runs anew, with a new link and a new mail.
        Renewed = "renewed",
        /// They were invited a moment ago, and that mail is under way.
        Recent = "recent",
        /// They read on it already.
        Seated = "seated",
        /// The same address stands further up in the list.
        Repeated = "repeated",
        /// It is no mail address.
        NoAddress = "no-address",
        /// No seat is free.
        Full = "full",
        /// Too many mails left in the last hour.
        TooMany = "too-many",
        /// The subscription has ended.
        Ended = "ended",
    }
}

impl Answer {
    /// Whether a mail leaves.
    #[must_use]
    pub const fn is_mailed(self) -> bool {
        matches!(self, Self::Invited | Self::Renewed)
    }

    /// Whether they read or are invited, so that nothing is left to do.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        self.is_mailed() || matches!(self, Self::Recent | Self::Seated | Self::Repeated)
    }
}

/// Marks the identifiers of jobs that send invitations.
#[derive(Debug)]
pub struct MailKind;
/// Identifier of the job that sends an invitation.
pub type MailId = Id<MailKind>;

/// The seat or invitation that an address has on a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Current {
    /// Which seat.
    pub id: SeatId,
    /// Who has it.
    pub reader: Option<ReaderId>,
    /// The address.
    pub email: String,
    /// Seat or invitation.
    pub status: SeatStatus,
    /// When they were invited last.
    pub invited_at: UnixMillis,
    /// When the invitation runs out, if they were invited.
    pub expires_at: Option<UnixMillis>,
    /// The job that sends the invitation; it is gone once the mail left.
    pub mail: Option<MailId>,
    /// Whether the mail of the invitation could not be delivered and is not tried again.
    pub is_undelivered: bool,
}

impl Current {
    /// Whether it holds a seat: it is one, or an invitation that still runs.
    #[must_use]
    pub fn holds(&self, now: UnixMillis) -> bool {
        match self.status {
            SeatStatus::Accepted => true,
            SeatStatus::Invited => self.expires_at.is_some_and(|at| at > now),
            SeatStatus::Removed => false,
        }
    }
}

/// What there is to give in one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Seats that are free.
    pub seats: i64,
    /// Mails that may still leave in this hour.
    pub mails: i64,
}

impl Room {
    /// What comes of inviting an address that has this on the subscription; takes from the room what that needs.
    pub fn invite(&mut self, current: Option<&Current>, now: UnixMillis) -> Answer {
        let (answer, seats) = match current {
            Some(seat) if seat.status == SeatStatus::Accepted => return Answer::Seated,
            Some(seat) if seat.holds(now) => {
                if seat.invited_at.plus(SETTLES) > now && !seat.is_undelivered {
                    return Answer::Recent;
                }
                (Answer::Renewed, 0)
            }
            Some(_) => (Answer::Renewed, 1),
            None => (Answer::Invited, 1),
        };
        if self.seats < seats {
            return Answer::Full;
        }
        if self.mails < 1 {
            return Answer::TooMany;
        }
        self.seats -= seats;
        self.mails -= 1;
        answer
    }
}

/// Who does something about seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A reader: who looks after the subscription, or whoever accepts.
    Reader(ReaderId),
    /// Somebody of the paper.
    Staff(ReaderId),
    /// The command line.
    Command,
}

impl From<&By> for Actor {
    fn from(by: &By) -> Self {
        by.staff.map_or(Self::Command, Self::Staff)
    }
}

impl Actor {
    /// Identifier of the reader, if it is one.
    #[must_use]
    pub const fn id(self) -> Option<ReaderId> {
        match self {
            Self::Reader(id) | Self::Staff(id) => Some(id),
            Self::Command => None,
        }
    }

    /// Whether it is the paper, and not somebody of the company.
    #[must_use]
    pub const fn is_paper(self) -> bool {
        !matches!(self, Self::Reader(_))
    }
}

text_enum! {
    /// What was done about seats.
    pub enum SeatChange {
        /// An invitation was sent.
        Invited = "invited",
        /// It was sent anew.
        Renewed = "renewed",
        /// Somebody accepted it.
        Accepted = "accepted",
        /// A seat was given without an invitation.
        Seated = "seated",
        /// A seat was taken back.
        Removed = "removed",
        /// An invitation was withdrawn.
        Withdrawn = "withdrawn",
        /// Somebody who looks after it gave up their own seat.
        Left = "left",
        /// Somebody looks after it, too.
        AdminAdded = "admin-added",
        /// Somebody does not any more.
        AdminRemoved = "admin-removed",
        /// It passed to somebody else.
        OwnerChanged = "owner-changed",
    }
}

/// Marks the identifiers of what was done about seats.
#[derive(Debug)]
pub struct SeatEventKind;
/// Identifier of something that was done about seats.
pub type SeatEventId = Id<SeatEventKind>;

/// Something that was done about seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatEvent {
    /// Identifier.
    pub id: SeatEventId,
    /// When.
    pub at: UnixMillis,
    /// What.
    pub what: SeatChange,
    /// Address of who did it; nobody for the command line and for whoever is gone.
    pub who: Option<String>,
    /// Whether the paper did it.
    pub is_by_paper: bool,
    /// Whom or what it is about.
    pub about: Option<String>,
}

/// Which part of a long list of members: addresses that begin like this, behind that one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// How the addresses begin; all of them if it is empty.
    pub start: String,
    /// The last of the part before.
    pub after: Option<(String, SeatId)>,
}

impl Part {
    /// Members whose address begins like this, from the first.
    #[must_use]
    pub fn starting(text: &str) -> Self {
        Self {
            start: text.trim().to_lowercase(),
            after: None,
        }
    }

    /// The part behind the one whose last member has this [`Member::mark`]; from the first where it is none.
    #[must_use]
    pub fn behind(self, mark: &str) -> Self {
        let after = mark.split_once('.').and_then(|(seat, email)| {
            let seat = seat.parse().ok()?;
            Some((email.to_owned(), seat))
        });
        Self { after, ..self }
    }

    /// The first and the last address that there could be in it, in the order of bytes.
    #[must_use]
    pub fn range(&self) -> (String, String) {
        let last = format!("{}{}", self.start, char::MAX);
        let after = self.after.as_ref().map(|(email, _)| email);
        let first = after.unwrap_or(&self.start).max(&self.start);
        (first.clone(), last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_772_020_800_000);

    fn current(status: SeatStatus, invited: u64, runs: bool) -> Current {
        Current {
            id: SeatId::from_bits(1),
            reader: None,
            email: "ana@example.com".to_owned(),
            status,
            invited_at: NOW.minus(Span::minutes(invited)),
            expires_at: Some(if runs { NOW.plus(SETTLES) } else { NOW }),
            mail: None,
            is_undelivered: false,
        }
    }

    #[test]
    fn inviting_again_renews_and_takes_no_second_seat() {
        let mut undelivered = current(SeatStatus::Invited, 1, true);
        undelivered.is_undelivered = true;
        for (found, seats, mails, answer, left) in [
            (None, 1, 1, Answer::Invited, (0, 0)),
            (None, 0, 1, Answer::Full, (0, 1)),
            (None, 1, 0, Answer::TooMany, (1, 0)),
            (
                Some(current(SeatStatus::Accepted, 9, true)),
                0,
                0,
                Answer::Seated,
                (0, 0),
            ),
            (
                Some(current(SeatStatus::Invited, 9, true)),
                0,
                1,
                Answer::Renewed,
                (0, 0),
            ),
            (
                Some(current(SeatStatus::Invited, 9, true)),
                0,
                0,
                Answer::TooMany,
                (0, 0),
            ),
            (
                Some(current(SeatStatus::Invited, 1, true)),
                1,
                1,
                Answer::Recent,
                (1, 1),
            ),
            (Some(undelivered), 0, 1, Answer::Renewed, (0, 0)),
            (
                Some(current(SeatStatus::Invited, 9, false)),
                1,
                1,
                Answer::Renewed,
                (0, 0),
            ),
            (
                Some(current(SeatStatus::Invited, 9, false)),
                0,
                1,
                Answer::Full,
                (0, 1),
            ),
        ] {
            let mut room = Room { seats, mails };
            assert_eq!(room.invite(found.as_ref(), NOW), answer, "{found:?}");
            assert_eq!((room.seats, room.mails), left, "{found:?}");
        }
    }

    #[test]
    fn a_part_of_a_list_is_one_range() {
        let mut part = Part::starting(" Ana.");
        assert_eq!(part.range().0, "ana.");
        let (_, last) = part.range();
        assert!(*"ana.zz@example.com" < *last && *"anb@example.com" > *last);
        part.after = Some(("ana.m@example.com".to_owned(), SeatId::from_bits(1)));
        assert_eq!(part.range().0, "ana.m@example.com");
        // A mark of another search is no way around the start.
        part.after = Some(("aaa@example.com".to_owned(), SeatId::from_bits(1)));
        assert_eq!(part.range().0, "ana.");
        assert_eq!(Part::default().range().0, "");
    }
}
