//! The paper gives a subscription: the one way to come by one until there is payment.
//!
//! A reader owns one running subscription at most; giving again changes it, so the same grant twice is the same as once.

use crate::{Subscriptions, mails};
use base::time::UnixMillis;
use readers::{self, Reader};

use super::rules::{
    By, CompanyName, Happened, PlanSlug, Reason, SeatsRefusal, SubscriptionId, Terms,
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
    let id = match store::find_owned(&mut tx, reader.id).await? {
        Some(running) => {
            store::lock_seats(&mut tx, running.id).await?;
            let others = store::count_accepted_without(&mut tx, running.id, reader.id).await?;
            if others + 1 > seats {
                return Ok(Granted::SeatsTaken(others + 1));
            }
            running.id
        }
        None => store::insert_subscription(&mut tx, &new).await?,
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
    if !store::has_seat(&mut tx, id, reader.id).await? {
        store::insert_accepted_seat(&mut tx, id, reader.id, &reader.email).await?;
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

/// Seats `reader` on a subscription, invited and accepted in one, if a seat is free or they have one there.
///
/// # Errors
/// Whatever the database says.
pub async fn seat(
    subscriptions: &Subscriptions,
    subscription: SubscriptionId,
    reader: &Reader,
) -> sqlx::Result<bool> {
    let mut tx = subscriptions.base.write().await?;
    let seats = store::lock_seats(&mut tx, subscription).await?.unwrap_or(0);
    if store::has_seat(&mut tx, subscription, reader.id).await? {
        return Ok(true);
    }
    if store::count_used(&mut tx, subscription).await? >= seats {
        return Ok(false);
    }
    store::insert_accepted_seat(&mut tx, subscription, reader.id, &reader.email).await?;
    tx.commit().await?;
    subscriptions.seats.forget(reader.id);
    Ok(true)
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
