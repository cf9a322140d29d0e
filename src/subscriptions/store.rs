//! SQL of subscriptions, seats and terms.

use crate::base::db::{Tx, execute, fetch_all, fetch_one, fetch_optional};
use crate::base::time::UnixMillis;
use crate::readers::ReaderId;

use super::rules::{Plan, Provider, SeatId, Subscription, SubscriptionId};

/// Start and end of the seat of this reader that lasts longest.
///
/// # Errors
/// Whatever the database says.
pub async fn find_seat_span(
    tx: &mut Tx,
    reader: ReaderId,
) -> sqlx::Result<Option<(UnixMillis, UnixMillis)>> {
    let now = tx.now();
    fetch_optional!(
        tx,
        (UnixMillis, UnixMillis),
        "SELECT s.starts_at, s.ends_at FROM seat t JOIN subscription s ON s.id = t.subscription_id
         WHERE t.reader_id = $1 AND t.status = 'accepted' AND s.ends_at > $2
         ORDER BY CASE WHEN s.starts_at <= $2 THEN 0 ELSE 1 END, s.ends_at DESC LIMIT 1",
        reader,
        now
    )
}

type Row = (
    SubscriptionId,
    ReaderId,
    Plan,
    String,
    i64,
    UnixMillis,
    UnixMillis,
    String,
    UnixMillis,
);

fn subscription(row: Row) -> Subscription {
    let (id, owner, plan, company_name, seats, starts_at, ends_at, terms, terms_at) = row;
    Subscription {
        id,
        owner,
        plan,
        company_name,
        seats,
        starts_at,
        ends_at,
        terms,
        terms_at,
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
        Row,
        "SELECT id, owner_id, plan, company_name, seats, starts_at, ends_at, terms_version, terms_accepted_at
         FROM subscription WHERE owner_id = $1 AND ends_at > $2 ORDER BY ends_at DESC, id DESC LIMIT 1",
        owner,
        now
    )?;
    Ok(row.map(subscription))
}

/// What a new subscription is made of.
#[derive(Clone, Copy, Debug)]
pub struct NewSubscription<'a> {
    /// Who owns it.
    pub owner: ReaderId,
    /// Which plan.
    pub plan: Plan,
    /// Name of the company, or empty.
    pub company_name: &'a str,
    /// Seats, the owner's included.
    pub seats: i64,
    /// When it ends.
    pub until: UnixMillis,
    /// Version of the terms that hold for it, or empty.
    pub terms: &'a str,
}

/// A new subscription that the paper gives, from now on.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_subscription(
    tx: &mut Tx,
    new: &NewSubscription<'_>,
) -> sqlx::Result<SubscriptionId> {
    let (id, now) = (tx.new_id(), tx.now());
    execute!(
        tx,
        "INSERT INTO subscription (id, owner_id, plan, company_name, seats, provider, starts_at, ends_at, terms_version, terms_accepted_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $7, $7)",
        id,
        new.owner,
        new.plan,
        new.company_name,
        new.seats,
        Provider::Granted,
        now,
        new.until,
        new.terms
    )?;
    Ok(id)
}

/// Changes plan, seats and end of a subscription.
///
/// # Errors
/// Whatever the database says.
pub async fn set_subscription(
    tx: &mut Tx,
    id: SubscriptionId,
    new: &NewSubscription<'_>,
) -> sqlx::Result<()> {
    execute!(
        tx,
        "UPDATE subscription SET plan = $2, company_name = $3, seats = $4, ends_at = $5 WHERE id = $1",
        id,
        new.plan,
        new.company_name,
        new.seats,
        new.until
    )?;
    Ok(())
}

/// How many seats a running subscription has. Until this transaction ends nobody else who asks gets an answer, so what
/// is counted after it holds.
///
/// # Errors
/// Whatever the database says.
pub async fn lock_seats(tx: &mut Tx, id: SubscriptionId) -> sqlx::Result<Option<i64>> {
    let now = tx.now();
    let row = fetch_optional!(
        tx,
        (i64,),
        "UPDATE subscription SET seats = seats WHERE id = $1 AND ends_at > $2 RETURNING seats",
        id,
        now
    )?;
    Ok(row.map(|row| row.0))
}

/// Seats that are taken or held for an invitation that still runs.
///
/// # Errors
/// Whatever the database says.
pub async fn count_used(tx: &mut Tx, id: SubscriptionId) -> sqlx::Result<i64> {
    let now = tx.now();
    let row = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM seat WHERE subscription_id = $1
         AND (status = 'accepted' OR (status = 'invited' AND expires_at > $2))",
        id,
        now
    )?;
    Ok(row.0)
}

/// Seats that others than this reader have accepted.
///
/// # Errors
/// Whatever the database says.
pub async fn count_accepted_without(
    tx: &mut Tx,
    id: SubscriptionId,
    reader: ReaderId,
) -> sqlx::Result<i64> {
    let row = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM seat WHERE subscription_id = $1 AND status = 'accepted' AND reader_id <> $2",
        id,
        reader
    )?;
    Ok(row.0)
}

/// Whether this reader has a seat on that subscription.
///
/// # Errors
/// Whatever the database says.
pub async fn has_seat(tx: &mut Tx, id: SubscriptionId, reader: ReaderId) -> sqlx::Result<bool> {
    let row = fetch_optional!(
        tx,
        (SeatId,),
        "SELECT id FROM seat WHERE subscription_id = $1 AND reader_id = $2 AND status = 'accepted' LIMIT 1",
        id,
        reader
    )?;
    Ok(row.is_some())
}

/// Everybody with a seat on that subscription.
///
/// # Errors
/// Whatever the database says.
pub async fn find_seated(tx: &mut Tx, id: SubscriptionId) -> sqlx::Result<Vec<ReaderId>> {
    let rows = fetch_all!(
        tx,
        (ReaderId,),
        "SELECT reader_id FROM seat WHERE subscription_id = $1 AND status = 'accepted' AND reader_id IS NOT NULL",
        id
    )?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// A seat that its reader has at once, without an invitation.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_accepted_seat(
    tx: &mut Tx,
    subscription: SubscriptionId,
    reader: ReaderId,
    email: &str,
) -> sqlx::Result<SeatId> {
    let (id, now) = (tx.new_id(), tx.now());
    execute!(
        tx,
        "INSERT INTO seat (id, subscription_id, reader_id, email, status, token_hash, invited_at, accepted_at, removed_at, expires_at)
         VALUES ($1, $2, $3, $4, 'accepted', NULL, $5, $5, 0, 0)",
        id,
        subscription,
        reader,
        email,
        now
    )?;
    Ok(id)
}

/// The newest version of the terms.
///
/// # Errors
/// Whatever the database says.
pub async fn find_terms_version(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    let row = fetch_optional!(
        tx,
        (String,),
        "SELECT version FROM terms ORDER BY published_at DESC, version DESC LIMIT 1"
    )?;
    Ok(row.map(|row| row.0))
}
