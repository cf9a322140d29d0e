//! SQL of what owners are told about the end of their subscriptions.

use base::db::{Tx, execute, fetch_all, row};
use base::lang::Lang;
use base::time::{Span, UnixMillis};

use super::super::rules::{EndNotice, SubscriptionId};

/// A subscription that ends or has ended, and its owner.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Which.
    pub id: SubscriptionId,
    /// When.
    pub ends_at: UnixMillis,
    /// Seats, the owner's included.
    pub seats: i64,
    /// Address of the owner.
    pub email: String,
    /// Language of the owner.
    pub language: Lang,
}

row!(Ending: id, ends_at, seats, email, language);

/// Subscriptions that end before `until` and run for longer than `span` in all, whose owner was not told of this end; of
/// shorter ones it was told when they began.
///
/// # Errors
/// Whatever the database says.
pub async fn list_ending(
    tx: &mut Tx,
    until: UnixMillis,
    span: Span,
    most: i64,
) -> sqlx::Result<Vec<Ending>> {
    let now = tx.now();
    fetch_all!(
        tx,
        Ending,
        "SELECT s.id, s.ends_at, s.seats, r.email, r.language FROM subscription s JOIN reader r ON r.id = s.owner_id
         WHERE s.ends_at > $1 AND s.ends_at < $2 AND s.ends_at - s.starts_at > $3
           AND NOT EXISTS (SELECT 1 FROM end_notice t WHERE t.subscription_id = s.id AND t.ends_at = s.ends_at AND t.kind = 'soon')
         ORDER BY s.ends_at, s.id LIMIT $4",
        now,
        until,
        i64::try_from(span.0).unwrap_or(i64::MAX),
        most
    )
}

/// Subscriptions that ended after `since` and were followed by no other one of their owner, who was not told of this end.
///
/// # Errors
/// Whatever the database says.
pub async fn list_ended(tx: &mut Tx, since: UnixMillis, most: i64) -> sqlx::Result<Vec<Ending>> {
    let now = tx.now();
    fetch_all!(
        tx,
        Ending,
        "SELECT s.id, s.ends_at, s.seats, r.email, r.language FROM subscription s JOIN reader r ON r.id = s.owner_id
         WHERE s.ends_at <= $1 AND s.ends_at > $2
           AND NOT EXISTS (SELECT 1 FROM subscription o WHERE o.owner_id = s.owner_id AND o.ends_at > s.ends_at)
           AND NOT EXISTS (SELECT 1 FROM end_notice t WHERE t.subscription_id = s.id AND t.ends_at = s.ends_at AND t.kind = 'ended')
         ORDER BY s.ends_at, s.id LIMIT $3",
        now,
        since,
        most
    )
}

/// Notes that an owner is told; `false` if that was done before.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_end_notice(tx: &mut Tx, of: &Ending, kind: EndNotice) -> sqlx::Result<bool> {
    let now = tx.now();
    let inserted = execute!(
        tx,
        "INSERT INTO end_notice (subscription_id, ends_at, kind, told_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        of.id,
        of.ends_at,
        kind,
        now
    )?;
    Ok(inserted == 1)
}
