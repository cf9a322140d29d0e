//! What happens to a subscription, and what holds because of it.
//!
//! Each change is an event that is kept and never changed (event sourcing). What holds now follows from all of them by one
//! function, [`State::of`]: in whatever order they arrive, and however often, the same events give the same state. Whoever
//! provides a subscription says what happened by the same events. Deliberately not here: who has a seat on it.

use base::db::text_enum;
use base::id::Id;
use base::time::UnixMillis;
use readers::rules::{ReaderId, one_line};

use super::{PlanSlug, SubscriptionId};

/// Marks the identifiers of events.
#[derive(Debug)]
pub struct EventKind;
/// Identifier of an event. A provider's event that is delivered twice has the same.
pub type EventId = Id<EventKind>;

/// The longest note beside an event, characters.
pub const MAX_NOTE: usize = 300;

text_enum! {
    /// Why somebody may read.
    pub enum Reason {
        /// The paper gave it.
        Granted = "granted",
        /// It is paid for.
        Paid = "paid",
        /// It is being tried.
        Trial = "trial",
        /// A payment failed, and there is time to mend that.
        Grace = "grace",
        /// Somebody else gave it.
        Gift = "gift",
        /// A company, a school or a library pays for its people.
        Company = "company",
    }
}

text_enum! {
    /// What happened to a subscription.
    pub enum Happened {
        /// It was given, or given anew with other terms.
        Granted = "granted",
        /// A trial began.
        TrialBegun = "trial-begun",
        /// A payment failed; it goes on for a while.
        GraceBegun = "grace-begun",
        /// Its last day was moved.
        Extended = "extended",
        /// It has another plan.
        PlanChanged = "plan-changed",
        /// It has more or fewer seats.
        SeatsChanged = "seats-changed",
        /// Somebody else owns it.
        OwnerChanged = "owner-changed",
        /// It was ended before its time.
        Ended = "ended",
        /// That was undone.
        Resumed = "resumed",
    }
}

impl Happened {
    /// How a subscription begins for this reason.
    #[must_use]
    pub const fn begins(reason: Reason) -> Self {
        match reason {
            Reason::Trial => Self::TrialBegun,
            Reason::Grace => Self::GraceBegun,
            Reason::Granted | Reason::Paid | Reason::Gift | Reason::Company => Self::Granted,
        }
    }
}

/// What an event says is different from then on; what it does not say stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Who owns it.
    pub owner: Option<ReaderId>,
    /// Its plan.
    pub plan: Option<PlanSlug>,
    /// Its seats, the owner's included.
    pub seats: Option<i64>,
    /// Why it can be read on.
    pub reason: Option<Reason>,
    /// Until when.
    pub until: Option<UnixMillis>,
}

/// Something that happened to a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Identifier.
    pub id: EventId,
    /// When it happened.
    pub at: UnixMillis,
    /// What.
    pub what: Happened,
    /// What is different since.
    pub terms: Terms,
    /// Who of the paper did it; nobody for the command line and for what readers and providers do.
    pub by: Option<ReaderId>,
    /// What they wrote beside it.
    pub note: Option<String>,
}

/// What holds of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Who owns it.
    pub owner: ReaderId,
    /// Its plan.
    pub plan: PlanSlug,
    /// Its seats, the owner's included.
    pub seats: i64,
    /// Why it can, or could, be read on.
    pub reason: Reason,
    /// Read on from.
    pub starts_at: UnixMillis,
    /// Read on until, if nobody ends it before.
    pub until: UnixMillis,
    /// When somebody ended it before its time.
    pub ended_at: Option<UnixMillis>,
}

impl State {
    /// What holds because of these events: each in its turn, by when it happened, and each once. `None` while no event says
    /// all that a subscription must have.
    #[must_use]
    pub fn of(events: &[Event]) -> Option<Self> {
        let mut events: Vec<&Event> = events.iter().collect();
        events.sort_by_key(|event| (event.at, event.id));
        events.dedup_by_key(|event| event.id);
        let (mut terms, mut starts_at, mut ended_at) = (Terms::default(), None, None);
        for event in events {
            let said = event.terms.clone();
            terms = Terms {
                owner: said.owner.or(terms.owner),
                plan: said.plan.or(terms.plan),
                seats: said.seats.or(terms.seats),
                reason: said.reason.or(terms.reason),
                until: said.until.or(terms.until),
            };
            starts_at = starts_at.or(Some(event.at));
            match event.what {
                Happened::Ended => ended_at = ended_at.or(Some(event.at)),
                Happened::Granted
                | Happened::TrialBegun
                | Happened::GraceBegun
                | Happened::Extended
                | Happened::Resumed => ended_at = None,
                Happened::PlanChanged | Happened::SeatsChanged | Happened::OwnerChanged => {}
            }
        }
        Some(Self {
            owner: terms.owner?,
            plan: terms.plan?,
            seats: terms.seats?,
            reason: terms.reason?,
            starts_at: starts_at?,
            until: terms.until?,
            ended_at,
        })
    }

    /// The end of reading, whatever brought it.
    #[must_use]
    pub fn ends_at(&self) -> UnixMillis {
        self.ended_at.map_or(self.until, |at| at.min(self.until))
    }
}

/// What the paper does to a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Moves its end.
    Extend(UnixMillis),
    /// Gives it another plan, with so many seats; see [`super::Plan::seats`].
    Plan(PlanSlug, Option<i64>),
    /// Ends it now.
    End,
    /// Undoes that.
    Resume,
    /// Passes it to somebody else.
    Owner(ReaderId),
}

/// Who does it, and what they write beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// Who of the paper; nobody for the command line.
    pub staff: Option<ReaderId>,
    /// Their note, one line.
    pub note: Option<String>,
}

/// A text is no note: it has several lines, or more than [`MAX_NOTE`] characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoNote;

impl By {
    /// Who, with what was typed into a field that may be left empty.
    ///
    /// # Errors
    /// When it is no note.
    pub fn typed(staff: Option<ReaderId>, note: &str) -> Result<Self, NoNote> {
        let note = one_line(note, MAX_NOTE).ok_or(NoNote)?;
        let note = (!note.is_empty()).then(|| note.to_owned());
        Ok(Self { staff, note })
    }
}

/// Why a change of a subscription was not made. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such subscription.
    Unknown,
    /// That day is over.
    Over,
    /// The paper has no such plan.
    NoPlan,
    /// The plan has other seats.
    Seats(super::SeatsRefusal),
    /// So many people have a seat on it, more than there would be.
    SeatsTaken(i64),
    /// It has ended already.
    Ended,
    /// Nobody ended it before its time, or its time is over by now.
    NotEnded,
    /// Its owner has another one that runs.
    OwnsAnother(SubscriptionId),
    /// They own it already.
    OwnsIt,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(id: u128, at: i64, what: Happened, terms: Terms) -> Event {
        Event {
            id: EventId::from_bits(id),
            at: UnixMillis(at),
            what,
            terms,
            by: None,
            note: None,
        }
    }

    fn until(at: i64) -> Terms {
        Terms {
            until: Some(UnixMillis(at)),
            ..Terms::default()
        }
    }

    fn given(reason: Reason, until: i64) -> Terms {
        Terms {
            owner: Some(ReaderId::from_bits(1)),
            plan: Some("duo".parse().unwrap()),
            seats: Some(2),
            reason: Some(reason),
            until: Some(UnixMillis(until)),
        }
    }

    #[test]
    fn what_holds_follows_from_what_happened() {
        let mut events = Vec::new();
        let mut number = 0;
        let mut then = |at, what, terms| {
            number += 1;
            events.push(event(number, at, what, terms));
            let state = State::of(&events).unwrap();
            (state.reason, state.ends_at().0, state.ended_at.is_some())
        };
        let none = Terms::default;
        for (at, what, terms, holds) in [
            (
                10,
                Happened::TrialBegun,
                given(Reason::Trial, 24),
                (Reason::Trial, 24, false),
            ),
            (
                20,
                Happened::Granted,
                given(Reason::Paid, 50),
                (Reason::Paid, 50, false),
            ),
            (
                50,
                Happened::GraceBegun,
                given(Reason::Grace, 57),
                (Reason::Grace, 57, false),
            ),
            (
                55,
                Happened::Extended,
                given(Reason::Paid, 80),
                (Reason::Paid, 80, false),
            ),
            (60, Happened::Ended, none(), (Reason::Paid, 60, true)),
            // A second time changes nothing.
            (61, Happened::Ended, none(), (Reason::Paid, 60, true)),
            (62, Happened::PlanChanged, none(), (Reason::Paid, 60, true)),
            (63, Happened::Resumed, none(), (Reason::Paid, 80, false)),
            (90, Happened::Ended, none(), (Reason::Paid, 80, true)),
            (
                95,
                Happened::Extended,
                until(120),
                (Reason::Paid, 120, false),
            ),
        ] {
            assert_eq!(then(at, what, terms), holds, "{what} at {at}");
        }
        assert_eq!(State::of(&events).unwrap().starts_at, UnixMillis(10));
        assert_eq!(State::of(&[]), None);
        assert_eq!(State::of(&events[4..5]), None, "nobody said what ended");
    }

    fn any_terms() -> impl Strategy<Value = Terms> {
        let reasons = proptest::sample::select(Reason::ALL);
        (
            proptest::option::of(0_u128..3),
            proptest::option::of(proptest::sample::select(vec!["duo", "solo"])),
            proptest::option::of(1_i64..4),
            proptest::option::of(reasons),
            proptest::option::of(0_i64..100),
        )
            .prop_map(|(owner, plan, seats, reason, until)| Terms {
                owner: owner.map(ReaderId::from_bits),
                plan: plan.map(|slug| slug.parse().unwrap()),
                seats,
                reason,
                until: until.map(UnixMillis),
            })
    }

    fn any_events() -> impl Strategy<Value = Vec<Event>> {
        let happened = proptest::sample::select(Happened::ALL);
        // Few moments, so that some things happen at the same one.
        let one = (0_i64..8, happened, any_terms());
        proptest::collection::vec(one, 0..12).prop_map(|all| {
            let numbered = (1_u128..).zip(all);
            numbered
                .map(|(id, (at, what, terms))| event(id, at, what, terms))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn order_and_repetition_of_arrival_make_no_difference(
            events in any_events(),
            arrival in proptest::collection::vec(any::<proptest::sample::Index>(), 0..40),
        ) {
            let mut arrived: Vec<Event> = Vec::new();
            if !events.is_empty() {
                // Some twice, in any order, and then all that are still missing, from the last.
                arrived.extend(arrival.iter().map(|at| at.get(&events).clone()));
                arrived.extend(events.iter().rev().cloned());
            }
            prop_assert_eq!(State::of(&arrived), State::of(&events));
        }

        #[test]
        fn nobody_reads_longer_than_was_said(events in any_events()) {
            if let Some(state) = State::of(&events) {
                let latest = events.iter().filter_map(|event| event.terms.until).max();
                prop_assert!(Some(state.ends_at()) <= latest);
                prop_assert!(state.ended_at.is_none_or(|at| state.ends_at() <= at));
            }
        }
    }
}
