//! Who looks after a company beside its owner. The owner always does: passing a subscription to somebody else is the paper's
//! (`crate::Change::Owner`).

use crate::Subscriptions;
use crate::rules::{Actor, SeatChange, SubscriptionId};
use crate::store;
use readers::{Email, ReaderId};
use web::locale::Say;

/// So many look after one company beside its owner.
const MOST: usize = 50;

/// Why somebody does not look after it, or still does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminRefusal {
    /// So few readers look after themselves.
    Small,
    /// They do not read on it.
    NoSeat,
    /// Enough do.
    Enough,
    /// They own it.
    Owner,
}

/// Has the reader with this address look after it, too; they have a seat on it.
///
/// # Errors
/// Whatever the database says.
pub async fn add_admin(
    subscriptions: &Subscriptions,
    id: SubscriptionId,
    email: &Email,
    by: ReaderId,
) -> sqlx::Result<Result<(), AdminRefusal>> {
    let mut tx = subscriptions.base.write().await?;
    store::lock_subscription(&mut tx, id).await?;
    let of = store::find_subscription(&mut tx, id).await?;
    let Some(of) = of.filter(crate::rules::Subscription::is_company) else {
        return Ok(Err(AdminRefusal::Small));
    };
    let seat = store::find_current(&mut tx, id, email.as_str()).await?;
    let Some(reader) = seat.and_then(|seat| seat.reader) else {
        return Ok(Err(AdminRefusal::NoSeat));
    };
    if reader == of.owner {
        return Ok(Err(AdminRefusal::Owner));
    }
    let admins = store::list_admins(&mut tx, id).await?;
    if admins.len() >= MOST {
        return Ok(Err(AdminRefusal::Enough));
    }
    if !store::insert_admin(&mut tx, id, reader).await? {
        // A second click.
        return Ok(Ok(()));
    }
    let by = Actor::Reader(by);
    store::note(&mut tx, id, by, SeatChange::AdminAdded, email.as_str()).await?;
    tx.commit().await?;
    subscriptions.seats.forget(reader);
    Ok(Ok(()))
}

/// They look after it no more; a seat of theirs stays.
///
/// # Errors
/// Whatever the database says.
pub async fn drop_admin(
    subscriptions: &Subscriptions,
    id: SubscriptionId,
    reader: ReaderId,
    by: ReaderId,
) -> sqlx::Result<Result<(), AdminRefusal>> {
    let mut tx = subscriptions.base.write().await?;
    store::lock_subscription(&mut tx, id).await?;
    let of = store::find_subscription(&mut tx, id).await?;
    if of.is_some_and(|of| of.owner == reader) {
        return Ok(Err(AdminRefusal::Owner));
    }
    if !store::delete_admin(&mut tx, id, reader).await? {
        return Ok(Ok(()));
    }
    let person = readers::store::find_reader(&mut tx, reader).await?;
    let email = person.map_or(String::new(), |person| person.email);
    let by = Actor::Reader(by);
    store::note(&mut tx, id, by, SeatChange::AdminRemoved, &email).await?;
    tx.commit().await?;
    subscriptions.seats.forget(reader);
    Ok(Ok(()))
}

impl AdminRefusal {
    /// What is the matter, and what to do about it.
    #[must_use]
    pub fn say(self, say: Say) -> String {
        match self {
            Self::Small => say.say("admins-small"),
            Self::NoSeat => say.say("admins-no-seat"),
            Self::Enough => say.with("admins-enough", "most", MOST),
            Self::Owner => say.say("admins-last"),
        }
    }
}
