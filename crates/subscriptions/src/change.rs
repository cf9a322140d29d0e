//! Changing a subscription that is there: its end, its plan, its seats. Each change is an event (`rules::Event`), and can be
//! followed by one that undoes it.

use base::db::Tx;
use base::time::UnixMillis;
use web::locale::Say;

use crate::Subscriptions;
use crate::rules::{
    Actor, By, Change, Happened, Plan, Refusal, SeatChange, State, Subscription, SubscriptionId,
    Terms,
};
use crate::store;
use readers::ReaderId;

/// Makes a change, or says why it cannot be; then nothing was changed. Whoever cannot read any more for it loses the lease.
///
/// # Errors
/// Whatever the database says.
pub async fn change(
    subscriptions: &Subscriptions,
    id: SubscriptionId,
    change: &Change,
    by: &By,
) -> sqlx::Result<Result<(), Refusal>> {
    let mut tx = subscriptions.base.write().await?;
    if !store::lock_subscription(&mut tx, id).await? {
        return Ok(Err(Refusal::Unknown));
    }
    let of = store::find_subscription(&mut tx, id).await?;
    let Some(of) = of else {
        return Ok(Err(Refusal::Unknown));
    };
    let (what, terms) = match decide(&mut tx, &of, change).await? {
        Ok(decided) => decided,
        Err(refusal) => return Ok(Err(refusal)),
    };
    store::record(&mut tx, id, what, &terms, by).await?;
    let mut seated = store::find_seated(&mut tx, id).await?;
    if let Change::Owner(owner) = change {
        pass_on(&mut tx, id, *owner, by).await?;
        seated.extend([of.owner, *owner]);
    }
    tx.commit().await?;
    subscriptions.seats_changed(&seated).await;
    Ok(Ok(()))
}

/// The new owner is one of those who look after it by that alone; whoever looks after it sees who it is.
async fn pass_on(tx: &mut Tx, id: SubscriptionId, owner: ReaderId, by: &By) -> sqlx::Result<()> {
    store::delete_admin(tx, id, owner).await?;
    let owner = readers::store::find_reader(tx, owner).await?;
    let email = owner.map_or(String::new(), |owner| owner.email);
    store::note(tx, id, Actor::from(by), SeatChange::OwnerChanged, &email).await
}

/// What the change is as an event, if it can be.
async fn decide(
    tx: &mut Tx,
    of: &Subscription,
    change: &Change,
) -> sqlx::Result<Result<(Happened, Terms), Refusal>> {
    let now = tx.now();
    Ok(match change {
        Change::Extend(until) if *until <= now => Err(Refusal::Over),
        Change::Extend(until) => {
            let terms = Terms {
                until: Some(*until),
                ..Terms::default()
            };
            runs_alone(tx, of)
                .await?
                .map(|()| (Happened::Extended, terms))
        }
        Change::Plan(slug, asked) => {
            let plan = store::find_plan(tx, slug).await?;
            let taken = store::count_accepted(tx, of.id).await?;
            fits(plan.as_ref(), *asked, taken).map(|seats| {
                let what = if of.plan == *slug {
                    Happened::SeatsChanged
                } else {
                    Happened::PlanChanged
                };
                let terms = Terms {
                    plan: Some(slug.clone()),
                    seats: Some(seats),
                    ..Terms::default()
                };
                (what, terms)
            })
        }
        Change::Owner(owner) if *owner == of.owner => Err(Refusal::OwnsIt),
        Change::Owner(owner) => {
            let terms = Terms {
                owner: Some(*owner),
                ..Terms::default()
            };
            let owns = store::find_owned(tx, *owner).await?;
            let running = owns.filter(|_| of.ends_at > now);
            running.map_or(Ok((Happened::OwnerChanged, terms)), |other| {
                Err(Refusal::OwnsAnother(other.id))
            })
        }
        Change::End if of.ends_at <= now => Err(Refusal::Ended),
        Change::End => Ok((Happened::Ended, Terms::default())),
        Change::Resume => {
            let events = store::list_events(tx, of.id).await?;
            if can_resume(State::of(&events).as_ref(), now) {
                let alone = runs_alone(tx, of).await?;
                alone.map(|()| (Happened::Resumed, Terms::default()))
            } else {
                Err(Refusal::NotEnded)
            }
        }
    })
}

/// Whether it was ended before its time, and that has not come yet.
#[must_use]
pub fn can_resume(state: Option<&State>, now: UnixMillis) -> bool {
    state.is_some_and(|state| state.ended_at.is_some() && state.until > now)
}

/// The seats of that plan, if as many people as have one find a place.
fn fits(plan: Option<&Plan>, asked: Option<i64>, taken: i64) -> Result<i64, Refusal> {
    let seats = plan.ok_or(Refusal::NoPlan)?.seats(asked);
    let seats = seats.map_err(Refusal::Seats)?;
    if taken > seats {
        return Err(Refusal::SeatsTaken(taken));
    }
    Ok(seats)
}

/// A reader owns one running subscription at most.
async fn runs_alone(tx: &mut Tx, of: &Subscription) -> sqlx::Result<Result<(), Refusal>> {
    let running = store::find_owned(tx, of.owner).await?;
    let other = running.filter(|running| running.id != of.id);
    Ok(other.map_or(Ok(()), |other| Err(Refusal::OwnsAnother(other.id))))
}

impl Refusal {
    /// What is the matter, and what to do about it.
    #[must_use]
    pub fn say(self, say: Say) -> String {
        match self {
            Self::Unknown => say.say("change-unknown"),
            Self::Over => say.say("change-over"),
            Self::NoPlan => say.say("change-no-plan"),
            Self::Seats(refusal) => refusal.say(say),
            Self::SeatsTaken(taken) => say.with("change-seats-taken", "taken", taken),
            Self::Ended => say.say("change-ended"),
            Self::NotEnded => say.say("change-not-ended"),
            Self::OwnsAnother(_) => say.say("change-owns-another"),
            Self::OwnsIt => say.say("change-owns-it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{PlanDraft, SeatsRefusal};

    #[test]
    fn a_plan_fits_when_everybody_finds_a_place() {
        let mut draft = PlanDraft::new("duo".to_owned());
        draft
            .texts
            .iter_mut()
            .for_each(|text| text.1 = "Duo".to_owned());
        (draft.least_seats, draft.most_seats) = (Some(2), Some(4));
        let plan = draft.checked().unwrap();
        for (asked, taken, seats) in [
            (Some(3), 3, Ok(3)),
            (Some(3), 4, Err(Refusal::SeatsTaken(4))),
            (None, 1, Err(Refusal::Seats(SeatsRefusal::OutOfRange(2, 4)))),
            (
                Some(5),
                1,
                Err(Refusal::Seats(SeatsRefusal::OutOfRange(2, 4))),
            ),
        ] {
            assert_eq!(fits(Some(&plan), asked, taken), seats);
        }
        assert_eq!(fits(None, Some(1), 0), Err(Refusal::NoPlan));
    }
}
