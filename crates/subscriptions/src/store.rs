//! SQL of subscriptions; of events, plans, seats and lists for the publisher in the files beside.

mod admins;
mod ends;
mod events;
mod many;
mod own_data;
mod plans;
mod publisher;
mod seat_events;
mod seats;

pub use admins::*;
pub use ends::*;
pub use events::*;
pub use many::*;
pub use own_data::*;
pub use plans::*;
pub use publisher::*;
pub use seat_events::*;
pub use seats::*;

use base::db::{Tx, execute, fetch_optional, row};
use base::time::UnixMillis;
use readers::ReaderId;

use super::rules::{PlanSlug, Provider, Reason, Subscription, SubscriptionId};

row! {
    struct SubscriptionRow {
        id: SubscriptionId,
        owner_id: ReaderId,
        plan: PlanSlug,
        company_name: Option<String>,
        seats: i64,
        reason: Reason,
        starts_at: UnixMillis,
        ends_at: UnixMillis,
        terms_version: Option<String>,
        terms_accepted_at: Option<UnixMillis>,
    }
}

fn subscription(row: SubscriptionRow) -> Subscription {
    Subscription {
        id: row.id,
        owner: row.owner_id,
        plan: row.plan,
        company_name: row.company_name,
        seats: row.seats,
        reason: row.reason,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        terms: row.terms_version.zip(row.terms_accepted_at),
    }
}

/// The running subscription this reader owns.
///
/// # Errors
/// Whatever the database says.
pub async fn find_owned(tx: &mut Tx, owner: ReaderId) -> sqlx::Result<Option<Subscription>> {
    let now = tx.now();
    let row = fetch_optional!(
        tx,
        SubscriptionRow,
        "SELECT id, owner_id, plan, company_name, seats, reason, starts_at, ends_at, terms_version, terms_accepted_at
         FROM subscription WHERE owner_id = $1 AND ends_at > $2 ORDER BY ends_at DESC, id DESC LIMIT 1",
        owner,
        now
    )?;
    Ok(row.map(subscription))
}

/// The subscription, running or not.
///
/// # Errors
/// Whatever the database says.
pub async fn find_subscription(
    tx: &mut Tx,
    id: SubscriptionId,
) -> sqlx::Result<Option<Subscription>> {
    let row = fetch_optional!(
        tx,
        SubscriptionRow,
        "SELECT id, owner_id, plan, company_name, seats, reason, starts_at, ends_at, terms_version, terms_accepted_at
         FROM subscription WHERE id = $1",
        id
    )?;
    Ok(row.map(subscription))
}

/// What a new subscription is made of.
#[derive(Clone, Copy, Debug)]
pub struct NewSubscription<'a> {
    /// Who owns it.
    pub owner: ReaderId,
    /// Which plan.
    pub plan: &'a PlanSlug,
    /// Seats, the owner's included.
    pub seats: i64,
    /// Why it can be read on.
    pub reason: Reason,
    /// When it ends.
    pub until: UnixMillis,
    /// Version of the terms that hold for it.
    pub terms: Option<&'a str>,
}

/// A new subscription from now on; its first event is still to be recorded.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_subscription(
    tx: &mut Tx,
    new: &NewSubscription<'_>,
) -> sqlx::Result<SubscriptionId> {
    let (id, now) = (tx.new_id(), tx.now());
    let accepted_at = new.terms.map(|_| now);
    execute!(
        tx,
        "INSERT INTO subscription (id, owner_id, plan, company_name, seats, provider, reason, starts_at, ends_at, terms_version, terms_accepted_at, created_at)
         VALUES ($1, $2, $3, NULL, $4, $5, $6, $7, $8, $9, $10, $7)",
        id,
        new.owner,
        new.plan,
        new.seats,
        Provider::Granted,
        new.reason,
        now,
        new.until,
        new.terms,
        accepted_at
    )?;
    Ok(id)
}

/// Names the company.
///
/// # Errors
/// Whatever the database says.
pub async fn set_company_name(
    tx: &mut Tx,
    id: SubscriptionId,
    company_name: Option<&str>,
) -> sqlx::Result<()> {
    execute!(
        tx,
        "UPDATE subscription SET company_name = $2 WHERE id = $1",
        id,
        company_name
    )?;
    Ok(())
}

/// The running subscription this reader has a seat on, their own first, with name and address of its owner.
///
/// # Errors
/// Whatever the database says.
pub async fn find_held(
    tx: &mut Tx,
    reader: ReaderId,
) -> sqlx::Result<Option<(Subscription, String, String)>> {
    let now = tx.now();
    let found = fetch_optional!(
        tx,
        (SubscriptionId, String, String),
        "SELECT s.id, r.name, r.email FROM seat t JOIN subscription s ON s.id = t.subscription_id
         JOIN reader r ON r.id = s.owner_id
         WHERE t.reader_id = $1 AND t.status = 'accepted' AND s.ends_at > $2
         ORDER BY CASE WHEN s.owner_id = $1 THEN 0 ELSE 1 END, s.ends_at DESC LIMIT 1",
        reader,
        now
    )?;
    let Some((id, name, email)) = found else {
        return Ok(None);
    };
    let of = find_subscription(tx, id).await?;
    Ok(of.map(|of| (of, name, email)))
}
