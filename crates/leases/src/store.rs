//! SQL of the event log, and of leases that several nodes share.

use sqlx::PgPool;

use super::events::{Event, EventKind};
use super::rows::{CachedRow, Store};
use base::db::{Tx, execute, fetch_all, insert_rows, row};
use base::export::{Sheet, moment};
use base::time::UnixMillis;
use readers::{DeviceId, ReaderId};

/// Writes these events.
pub(super) async fn insert_events(tx: &mut Tx, events: &[Event]) -> sqlx::Result<()> {
    let rows: Vec<_> = events
        .iter()
        .map(|one| (tx.new_id::<Event>(), one))
        .collect();
    insert_rows!(
        tx,
        "INSERT INTO lease_event (id, reader_id, kind, from_device, to_device, happened_at, epoch) VALUES",
        &rows,
        |(id, event)| (
            *id,
            event.reader,
            event.kind,
            event.from,
            event.to,
            event.at,
            event.epoch.to_string()
        )
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

row! {
    /// What happened to the lease of a reader.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct LoggedEvent {
        /// What happened.
        pub kind: EventKind,
        /// The device that had the lease.
        pub from_device: Option<DeviceId>,
        /// The device that has it since.
        pub to_device: Option<DeviceId>,
        /// When.
        pub happened_at: UnixMillis,
    }
}

/// The latest events of a reader, newest first; for support and for the reader's own page.
///
/// # Errors
/// Whatever the database says.
pub async fn list_events(
    tx: &mut Tx,
    reader: ReaderId,
    count: i64,
) -> sqlx::Result<Vec<LoggedEvent>> {
    fetch_all!(
        tx,
        LoggedEvent,
        "SELECT kind, from_device, to_device, happened_at FROM lease_event WHERE reader_id = $1
         ORDER BY happened_at DESC, id DESC LIMIT $2",
        reader,
        count
    )
}

/// All events of a reader that are kept, newest first, as a table.
///
/// # Errors
/// Whatever the database says.
pub async fn export_events(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<Sheet> {
    let events = list_events(tx, reader, i64::MAX).await?;
    let device = |id: Option<DeviceId>| id.map(|id| id.to_string()).into();
    let row = |event: LoggedEvent| {
        vec![
            event.kind.as_str().into(),
            device(event.from_device),
            device(event.to_device),
            moment(event.happened_at),
        ]
    };
    Ok(Sheet {
        name: "reading",
        columns: &["event", "from_device", "to_device", "happened_at"],
        rows: events.into_iter().map(row).collect(),
    })
}

/// Deletes the lease of a reader and what happened to it; the sums, which name nobody, stay.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_of_reader(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<()> {
    execute!(tx, "DELETE FROM lease_event WHERE reader_id = $1", reader)?;
    execute!(tx, "DELETE FROM lease WHERE reader_id = $1", reader)?;
    Ok(())
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

row! {
    /// The generation of leases now, and the row of a reader if there is one.
    struct Joined {
        newest: i64,
        device_id: Option<DeviceId>,
        generation: Option<i64>,
        counter: Option<i64>,
        held: Option<bool>,
        version: Option<i64>,
        state: Option<String>,
    }
}

impl Store for PgPool {
    async fn find(&self, reader: ReaderId) -> sqlx::Result<(u64, Option<LeaseRow>)> {
        let joined: Joined = sqlx::query_as(
            "SELECT lease_generation() AS newest, device_id, generation, counter, held, version, state
         FROM (SELECT 1) AS one LEFT JOIN lease ON reader_id = $1",
        )
        .bind(reader)
        .fetch_one(self)
        .await?;
        let row = || {
            Some(LeaseRow {
                device: joined.device_id?,
                generation: joined.generation?.unsigned_abs(),
                counter: joined.counter?.unsigned_abs(),
                held: joined.held?,
                version: joined.version?,
                state: joined.state?,
            })
        };
        Ok((joined.newest.unsigned_abs(), row()))
    }

    async fn swap(&self, reader: ReaderId, known: &CachedRow) -> sqlx::Result<bool> {
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
