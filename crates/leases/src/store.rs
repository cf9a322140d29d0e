//! SQL of the event log, and of leases that several nodes share.

use sqlx::PgPool;

use std::fmt::Write as _;

use super::events::{Event, EventKind};
use super::rows::{Known, Store};
use base::db::{Tx, execute, fetch_all};
use base::time::UnixMillis;
use readers::{DeviceId, ReaderId};

/// So many events go into one statement. Each row of it carries the text of those that follow, and looks through it.
pub(super) const AT_ONCE: usize = 25;

/// Writes up to [`AT_ONCE`] events with one statement. Each is a piece of 210 letters of one text, with every column at
/// its place, since a statement has a fixed number of values.
pub(super) async fn insert_events(tx: &mut Tx, events: &[Event]) -> sqlx::Result<()> {
    let mut text = String::with_capacity(210 * events.len());
    for event in events {
        let id = tx.new_id::<Event>().to_string();
        let (reader, kind, at) = (event.reader.to_string(), event.kind.as_str(), event.at.0);
        let device = |id: Option<DeviceId>| id.map(|id| id.to_string()).unwrap_or_default();
        let (from, to, epoch) = (
            device(event.from),
            device(event.to),
            event.epoch.to_string(),
        );
        write!(
            text,
            "{id:36}{reader:36}{kind:10}{from:36}{to:36}{at:014}{epoch:42}"
        )
        .expect("writing to a String does not fail");
    }
    execute!(
        tx,
        "WITH RECURSIVE line (one, rest) AS (
           SELECT SUBSTR(CAST($1 AS TEXT), 1, 210), SUBSTR(CAST($1 AS TEXT), 211)
           UNION ALL SELECT SUBSTR(rest, 1, 210), SUBSTR(rest, 211) FROM line WHERE rest <> ''
         )
         INSERT INTO lease_event (id, reader_id, kind, from_device, to_device, happened_at, epoch)
         SELECT SUBSTR(one, 1, 36), SUBSTR(one, 37, 36), TRIM(SUBSTR(one, 73, 10)),
                NULLIF(TRIM(SUBSTR(one, 83, 36)), ''), NULLIF(TRIM(SUBSTR(one, 119, 36)), ''),
                CAST(SUBSTR(one, 155, 14) AS BIGINT), TRIM(SUBSTR(one, 169, 42)) FROM line",
        text
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

/// A lease as it is stored.
#[derive(Clone, Debug)]
pub(super) struct LeaseRow {
    /// Who holds it; while nobody does, who held it last.
    pub(super) device: DeviceId,
    pub(super) generation: u64,
    /// Of the newest change of holder.
    pub(super) counter: u64,
    /// Whether somebody holds it.
    pub(super) held: bool,
    /// Grows with every change of the row.
    pub(super) version: i64,
    /// The rest, as the engine saves it.
    pub(super) state: String,
}

type Joined = (
    i64,
    Option<DeviceId>,
    Option<i64>,
    Option<i64>,
    Option<bool>,
    Option<i64>,
    Option<String>,
);

impl Store for PgPool {
    async fn find(&self, reader: ReaderId) -> sqlx::Result<(u64, Option<LeaseRow>)> {
        let joined: Joined = sqlx::query_as(
            "SELECT lease_generation(), device_id, generation, counter, held, version, state
         FROM (SELECT 1) AS one LEFT JOIN lease ON reader_id = $1",
        )
        .bind(reader)
        .fetch_one(self)
        .await?;
        let row = || {
            Some(LeaseRow {
                device: joined.1?,
                generation: joined.2?.unsigned_abs(),
                counter: joined.3?.unsigned_abs(),
                held: joined.4?,
                version: joined.5?,
                state: joined.6?,
            })
        };
        Ok((joined.0.unsigned_abs(), row()))
    }

    async fn swap(&self, reader: ReaderId, known: &Known) -> sqlx::Result<bool> {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let sql = if known.version == 0 {
            "INSERT INTO lease (reader_id, device_id, generation, counter, held, version, state)
         SELECT $1, $2, $3, $4, $5, $6 + 1, $7 WHERE $3 = lease_generation() ON CONFLICT (reader_id) DO NOTHING"
        } else {
            "UPDATE lease SET device_id = $2, generation = $3, counter = $4, held = $5, version = $6 + 1, state = $7
         WHERE reader_id = $1 AND version = $6 AND $3 = lease_generation()"
        };
        let done = sqlx::query(sql)
            .bind(reader)
            .bind(known.register.device())
            .bind(number(known.epochs.generation()))
            .bind(number(known.epochs.last()))
            .bind(known.register.counter().is_some())
            .bind(known.version)
            .bind(known.register.save())
            .execute(self)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
