//! SQL of the event log.

use super::events::{Event, EventKind};
use crate::base::db::{Tx, execute, fetch_all};
use crate::base::time::UnixMillis;
use crate::readers::{DeviceId, ReaderId};

pub(super) async fn insert_event(tx: &mut Tx, event: &Event) -> sqlx::Result<()> {
    let id = tx.new_id::<Event>();
    execute!(
        tx,
        "INSERT INTO lease_event (id, reader_id, kind, from_device, to_device, epoch, happened_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        event.reader,
        event.kind,
        event.from,
        event.to,
        event.epoch.to_string(),
        event.at
    )?;
    Ok(())
}

/// So many more events of that kind happened on that day.
pub(super) async fn add_to_sum(
    tx: &mut Tx,
    day: &str,
    kind: EventKind,
    count: i64,
) -> sqlx::Result<()> {
    execute!(
        tx,
        "INSERT INTO lease_sum (day, kind, count) VALUES ($1, $2, $3)
         ON CONFLICT (day, kind) DO UPDATE SET count = lease_sum.count + excluded.count",
        day,
        kind,
        count
    )?;
    Ok(())
}

/// The latest events of a reader, newest first; for support and for the reader's own page.
///
/// # Errors
/// Whatever the database says.
pub async fn list_events(
    tx: &mut Tx,
    reader: ReaderId,
    count: i64,
) -> sqlx::Result<Vec<(EventKind, Option<DeviceId>, Option<DeviceId>, UnixMillis)>> {
    fetch_all!(
        tx,
        (EventKind, Option<DeviceId>, Option<DeviceId>, UnixMillis),
        "SELECT kind, from_device, to_device, happened_at FROM lease_event WHERE reader_id = $1
         ORDER BY happened_at DESC, id DESC LIMIT $2",
        reader,
        count
    )
}

/// How often each kind happened, by day; these sums stay when the events go.
///
/// # Errors
/// Whatever the database says.
pub async fn list_sums(tx: &mut Tx) -> sqlx::Result<Vec<(String, EventKind, i64)>> {
    fetch_all!(
        tx,
        (String, EventKind, i64),
        "SELECT day, kind, count FROM lease_sum ORDER BY day, kind"
    )
}

/// Deletes events older than `before`; their sums stay.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_events(tx: &mut Tx, before: UnixMillis) -> sqlx::Result<u64> {
    execute!(tx, "DELETE FROM lease_event WHERE happened_at < $1", before)
}
