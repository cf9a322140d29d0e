//! The paper gives a subscription: the one way to come by one until there is payment.
//!
//! A reader owns one running subscription at most; giving again changes it, so the same grant twice is the same as once.

use crate::{Subscriptions, mails};
use base::db::Tx;
use base::time::UnixMillis;
use readers::{self, Reader};

use super::rules::{
    Actor, By, CompanyName, FEW_SEATS, Happened, PlanSlug, Reason, SeatChange, SeatsRefusal,
    SubscriptionId, Terms,
};
use super::store::{self, NewSubscription};
use web::security::{self, Event, Who};

/// The moment after a last day, in UTC; `None` at the end of the calendar.
#[must_use]
pub fn end_of(day: jiff::civil::Date) -> Option<UnixMillis> {
    let next = day.tomorrow().ok()?;
    let next = next.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
    Some(next.timestamp().into())
}

/// The last day of what ends at that moment, in UTC: whatever was given until a day is shown with that very day, wherever
/// one reads it.
#[must_use]
pub fn last_day(end: UnixMillis) -> jiff::civil::Date {
    let last_moment = UnixMillis(end.0 - 1);
    last_moment.zoned(&jiff::tz::TimeZone::UTC).date()
}

/// What is given.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Which plan.
    pub plan: PlanSlug,
    /// Seats, the owner's included; see [`crate::Plan::seats`].
    pub seats: Option<i64>,
    /// Name of the company.
    pub company_name: Option<CompanyName>,
    /// Until when.
    pub until: UnixMillis,
    /// Why.
    pub reason: Reason,
    /// Who gives it.
    pub by: By,
    /// Whether the owner reads on it, too. Who looks after a company need not; of a small plan every owner reads.
    pub takes_seat: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granted {
    /// The reader can read on it now, with so many seats.
    Given(SubscriptionId, i64),
    /// The paper has no such plan.
    NoPlan,
    /// The plan has other seats.
    Seats(SeatsRefusal),
    /// So many people have a seat on the running subscription, more than the new one has. Nothing was changed.
    SeatsTaken(i64),
}

/// Gives `reader` a subscription from now on, with a seat on it, or changes the one that runs.
///
/// # Errors
/// Whatever the database says; then nothing was given.
pub async fn grant(
    subscriptions: &Subscriptions,
    reader: &Reader,
    grant: &Grant,
) -> web::Result<Granted> {
    let mut tx = subscriptions.base.write().await?;
    let Some(plan) = store::find_plan(&mut tx, &grant.plan).await? else {
        return Ok(Granted::NoPlan);
    };
    let seats = match plan.seats(grant.seats) {
        Ok(seats) => seats,
        Err(refusal) => return Ok(Granted::Seats(refusal)),
    };
    let terms = about::store::find_terms_version(&mut tx).await?;
    let new = NewSubscription {
        owner: reader.id,
        plan: &grant.plan,
        seats,
        reason: grant.reason,
        until: grant.until,
        terms: terms.as_deref(),
    };
    let small = seats <= FEW_SEATS;
    let (id, takes_seat) = match store::find_owned(&mut tx, reader.id).await? {
        Some(running) => {
            store::lock_seats(&mut tx, running.id).await?;
            let is_seated = store::has_seat(&mut tx, running.id, reader.id).await?;
            let taken = store::count_accepted_without(&mut tx, running.id, reader.id).await?
                + i64::from(is_seated || small);
            if taken > seats {
                return Ok(Granted::SeatsTaken(taken));
            }
            // Who gave up their own seat does not get it back by a change of something else.
            (running.id, small && !is_seated)
        }
        None => {
            let id = store::insert_subscription(&mut tx, &new).await?;
            (id, small || grant.takes_seat)
        }
    };
    let said = Terms {
        owner: Some(reader.id),
        plan: Some(grant.plan.clone()),
        seats: Some(seats),
        reason: Some(grant.reason),
        until: Some(grant.until),
    };
    let what = Happened::begins(grant.reason);
    store::record(&mut tx, id, what, &said, &grant.by).await?;
    let company_name = grant.company_name.as_ref().map(CompanyName::as_str);
    store::set_company_name(&mut tx, id, company_name).await?;
    if takes_seat {
        put(&mut tx, id, reader, Actor::from(&grant.by)).await?;
    }
    let seated = store::find_seated(&mut tx, id).await?;
    mails::tell_granted(subscriptions, &mut tx, reader, (seats, grant.until)).await?;
    tx.commit().await?;
    seated
        .iter()
        .for_each(|reader| subscriptions.seats.forget(*reader));
    let who = Who::reader(&reader.id);
    security::note(&subscriptions.base, Event::Granted, who);
    Ok(Granted::Given(id, seats))
}

/// Seats `reader` on a subscription, invited and accepted in one, if a seat is free, or is held for them, or they have one there.
///
/// # Errors
/// Whatever the database says.
pub async fn seat(
    subscriptions: &Subscriptions,
    subscription: SubscriptionId,
    reader: &Reader,
    by: Actor,
) -> sqlx::Result<bool> {
    let mut tx = subscriptions.base.write().await?;
    let seats = store::lock_seats(&mut tx, subscription).await?.unwrap_or(0);
    if store::has_seat(&mut tx, subscription, reader.id).await? {
        return Ok(true);
    }
    let now = tx.now();
    let current = store::find_current(&mut tx, subscription, &reader.email).await?;
    let is_held = current.is_some_and(|seat| seat.reader.is_none() && seat.holds(now));
    if !is_held && store::count_used(&mut tx, subscription).await? >= seats {
        return Ok(false);
    }
    put(&mut tx, subscription, reader, by).await?;
    tx.commit().await?;
    subscriptions.seats.forget(reader.id);
    Ok(true)
}

/// Puts `reader` on a seat: on the one that an invitation to their address holds, or on a new one.
async fn put(tx: &mut Tx, id: SubscriptionId, reader: &Reader, by: Actor) -> sqlx::Result<()> {
    let current = store::find_current(tx, id, &reader.email).await?;
    match current.filter(|seat| seat.reader.is_none()) {
        Some(seat) => {
            store::fill_seat(tx, seat.id, reader.id).await?;
            if let Some(mail) = seat.mail {
                store::take_mail_back(tx, mail).await?;
            }
        }
        None => {
            store::insert_accepted_seat(tx, id, reader.id, &reader.email).await?;
        }
    }
    store::note(tx, id, by, SeatChange::Seated, &reader.email).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_the_one_that_was_given() {
        let day = jiff::civil::date(2027, 12, 31);
        let end = end_of(day).unwrap();
        assert_eq!(last_day(end), day);
        assert_eq!(last_day(UnixMillis(end.0 - 1)), day);
        assert_eq!(
            last_day(UnixMillis(end.0 + 1)),
            jiff::civil::date(2028, 1, 1)
        );
    }
}
