//! SQL of subscriptions, seats and terms.

use crate::base::db::{Tx, fetch_optional};
use crate::base::time::UnixMillis;
use crate::readers::ReaderId;

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
