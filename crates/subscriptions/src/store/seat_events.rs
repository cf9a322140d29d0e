//! SQL of what was done about seats.

use base::db::{Tx, execute, fetch_all, fetch_one, row};
use base::time::UnixMillis;

use super::super::rules::{Actor, SeatChange, SeatEvent, SeatEventId, SubscriptionId};

/// Something is done about the seats of a subscription now.
///
/// # Errors
/// Whatever the database says.
pub async fn note(
    tx: &mut Tx,
    of: SubscriptionId,
    by: Actor,
    what: SeatChange,
    about: &str,
) -> sqlx::Result<()> {
    let (id, now) = (tx.new_id::<super::super::rules::SeatEventKind>(), tx.now());
    execute!(
        tx,
        "INSERT INTO seat_event (id, subscription_id, happened_at, what, by_id, is_by_paper, about) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        of,
        now,
        what,
        by.id(),
        by.is_paper(),
        about
    )?;
    Ok(())
}

/// How many invitations of this subscription were mailed since then.
///
/// # Errors
/// Whatever the database says.
pub async fn count_mailed_since(
    tx: &mut Tx,
    of: SubscriptionId,
    since: UnixMillis,
) -> sqlx::Result<i64> {
    let row = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM seat_event WHERE subscription_id = $1 AND happened_at > $2 AND what IN ('invited', 'renewed')",
        of,
        since
    )?;
    Ok(row.0)
}

row!(SeatEvent: id, at, what, who, is_by_paper, about);

/// What was done about the seats of a subscription, the newest first, behind the moment and event of `before`.
///
/// # Errors
/// Whatever the database says.
pub async fn list_seat_events(
    tx: &mut Tx,
    of: SubscriptionId,
    before: Option<(UnixMillis, SeatEventId)>,
    most: i64,
) -> sqlx::Result<Vec<SeatEvent>> {
    let (at, id) = before.unwrap_or((UnixMillis(i64::MAX), SeatEventId::from_bits(0)));
    fetch_all!(
        tx,
        SeatEvent,
        "SELECT e.id, e.happened_at AS at, e.what, r.email AS who, e.is_by_paper, e.about
         FROM seat_event e LEFT JOIN reader r ON r.id = e.by_id
         WHERE e.subscription_id = $1 AND e.happened_at <= $2 AND (e.happened_at < $2 OR e.id < $3)
         ORDER BY e.happened_at DESC, e.id DESC LIMIT $4",
        of,
        at,
        id,
        most
    )
}
