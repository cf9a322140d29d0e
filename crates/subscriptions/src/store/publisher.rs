//! SQL of the lists that the publisher sees.

use base::db::{Tx, fetch_all, row};
use base::time::UnixMillis;
use readers::ReaderId;
use readers::store::contains;

use super::super::rules::{Filter, Overview, Reason, SubscriptionId};

row!(Overview: id, owner, email, plan, company_name, seats, taken, reason, ends_at, created_at);

/// Subscriptions whose owner's address or name, or whose company's name, has this text in it; the newest first, a page of them
/// behind the one that was made `before`. An empty text is in all of them.
///
/// # Errors
/// Whatever the database says.
pub async fn search_subscriptions(
    tx: &mut Tx,
    text: &str,
    filter: Filter,
    before: Option<(UnixMillis, SubscriptionId)>,
    most: i64,
) -> sqlx::Result<Vec<Overview>> {
    let now = tx.now();
    let (first, last) = (UnixMillis(i64::MIN), UnixMillis(i64::MAX));
    let (from, to) = match filter {
        Filter::All => (first, last),
        Filter::Running => (UnixMillis(now.0 + 1), last),
        Filter::Ended => (first, now),
    };
    let (created_at, id) = before.unwrap_or((last, SubscriptionId::from_bits(0)));
    fetch_all!(
        tx,
        Overview,
        "SELECT s.id, s.owner_id AS owner, r.email, s.plan, s.company_name, s.seats,
           (SELECT COUNT(*) FROM seat t WHERE t.subscription_id = s.id AND t.status = 'accepted') AS taken,
           s.reason, s.ends_at, s.created_at
         FROM subscription s JOIN reader r ON r.id = s.owner_id
         WHERE (s.created_at < $1 OR (s.created_at = $1 AND s.id < $2)) AND s.ends_at >= $3 AND s.ends_at <= $4
           AND (lower(r.email) LIKE $5 ESCAPE '!' OR lower(r.name) LIKE $5 ESCAPE '!' OR lower(COALESCE(s.company_name, '')) LIKE $5 ESCAPE '!')
         ORDER BY s.created_at DESC, s.id DESC LIMIT $6",
        created_at,
        id,
        from,
        to,
        contains(text),
        most
    )
}

/// Subscriptions that a reader owns, or has or had a seat on, the newest first.
///
/// # Errors
/// Whatever the database says.
pub async fn list_of_reader(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<Vec<Overview>> {
    fetch_all!(
        tx,
        Overview,
        "SELECT s.id, s.owner_id AS owner, r.email, s.plan, s.company_name, s.seats,
           (SELECT COUNT(*) FROM seat t WHERE t.subscription_id = s.id AND t.status = 'accepted') AS taken,
           s.reason, s.ends_at, s.created_at
         FROM subscription s JOIN reader r ON r.id = s.owner_id
         WHERE s.owner_id = $1 OR s.id IN (SELECT subscription_id FROM seat WHERE reader_id = $1)
         ORDER BY s.created_at DESC, s.id DESC",
        reader
    )
}

/// Why subscriptions run now, and how many for each reason.
///
/// # Errors
/// Whatever the database says.
pub async fn count_running(tx: &mut Tx) -> sqlx::Result<Vec<(Reason, i64)>> {
    let now = tx.now();
    fetch_all!(
        tx,
        (Reason, i64),
        "SELECT reason, COUNT(*) FROM subscription WHERE ends_at > $1 GROUP BY reason ORDER BY reason",
        now
    )
}
