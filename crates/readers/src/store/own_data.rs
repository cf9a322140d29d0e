//! SQL of all there is of one reader: to be taken along, and to be deleted.

use super::super::rules::{DeviceId, DeviceKind, Reader, ReaderId};
use super::proofs::Purpose;
use super::staff::Role;
use base::db::{Tx, execute, fetch_all, row};
use base::export::{Sheet, moment};
use base::lang::Lang;
use base::secret::TokenHash;
use base::time::UnixMillis;

row! {
    struct AccountRow {
        email: String,
        name: String,
        language: Lang,
        terms_version: Option<String>,
        terms_accepted_at: Option<UnixMillis>,
        created_at: UnixMillis,
    }
}

row! {
    struct OwnDevice {
        id: DeviceId,
        label: String,
        number: i64,
        kind: DeviceKind,
        named_by_reader: bool,
        first_seen_at: UnixMillis,
        last_seen_at: UnixMillis,
    }
}

row! {
    struct OwnSession {
        device_id: DeviceId,
        created_at: UnixMillis,
        last_seen_at: UnixMillis,
        expires_at: UnixMillis,
        confirmed_at: UnixMillis,
    }
}

/// Everything of an account but its password and what signs somebody in.
///
/// # Errors
/// Whatever the database says.
pub async fn export_reader(tx: &mut Tx, reader: &Reader) -> sqlx::Result<Vec<Sheet>> {
    Ok(vec![
        account(tx, reader.id).await?,
        devices(tx, reader.id).await?,
        sessions(tx, reader.id).await?,
        links(tx, reader).await?,
        staff(tx, reader.id).await?,
    ])
}

async fn account(tx: &mut Tx, id: ReaderId) -> sqlx::Result<Sheet> {
    let rows = fetch_all!(
        tx,
        AccountRow,
        "SELECT email, name, language, terms_version, terms_accepted_at, created_at FROM reader WHERE id = $1",
        id
    )?;
    let row = |row: AccountRow| {
        vec![
            id.to_string().into(),
            row.email.into(),
            row.name.into(),
            row.language.as_str().into(),
            row.terms_version.into(),
            moment(row.terms_accepted_at),
            moment(row.created_at),
        ]
    };
    Ok(Sheet {
        name: "account",
        columns: &[
            "id",
            "email",
            "name",
            "language",
            "terms_version",
            "terms_accepted_at",
            "created_at",
        ],
        rows: rows.into_iter().map(row).collect(),
    })
}

async fn devices(tx: &mut Tx, id: ReaderId) -> sqlx::Result<Sheet> {
    let rows = fetch_all!(
        tx,
        OwnDevice,
        "SELECT id, label, number, kind, named_by_reader, first_seen_at, last_seen_at FROM device WHERE reader_id = $1
         ORDER BY id",
        id
    )?;
    let row = |row: OwnDevice| {
        vec![
            row.id.to_string().into(),
            row.label.into(),
            row.number.into(),
            row.kind.as_str().into(),
            row.named_by_reader.into(),
            moment(row.first_seen_at),
            moment(row.last_seen_at),
        ]
    };
    Ok(Sheet {
        name: "devices",
        columns: &[
            "id",
            "name",
            "number",
            "kind",
            "named_by_you",
            "first_seen_at",
            "last_seen_at",
        ],
        rows: rows.into_iter().map(row).collect(),
    })
}

async fn sessions(tx: &mut Tx, id: ReaderId) -> sqlx::Result<Sheet> {
    let rows = fetch_all!(
        tx,
        OwnSession,
        "SELECT device_id, created_at, last_seen_at, expires_at, confirmed_at FROM session WHERE reader_id = $1
         ORDER BY created_at, device_id",
        id
    )?;
    let row = |row: OwnSession| {
        vec![
            row.device_id.to_string().into(),
            moment(row.created_at),
            moment(row.last_seen_at),
            moment(row.expires_at),
            moment(row.confirmed_at),
        ]
    };
    Ok(Sheet {
        name: "sessions",
        columns: &[
            "device",
            "created_at",
            "last_seen_at",
            "expires_at",
            "password_given_at",
        ],
        rows: rows.into_iter().map(row).collect(),
    })
}

async fn links(tx: &mut Tx, reader: &Reader) -> sqlx::Result<Sheet> {
    let rows = fetch_all!(
        tx,
        (Purpose, UnixMillis, UnixMillis),
        "SELECT purpose, created_at, expires_at FROM proof WHERE email = $1 OR reader_id = $2 ORDER BY created_at",
        reader.email.as_str(),
        reader.id
    )?;
    let row = |(purpose, created, expires): (Purpose, UnixMillis, UnixMillis)| {
        vec![purpose.as_str().into(), moment(created), moment(expires)]
    };
    Ok(Sheet {
        name: "links",
        columns: &["purpose", "created_at", "expires_at"],
        rows: rows.into_iter().map(row).collect(),
    })
}

async fn staff(tx: &mut Tx, id: ReaderId) -> sqlx::Result<Sheet> {
    let rows = fetch_all!(
        tx,
        (Role, UnixMillis),
        "SELECT role, created_at FROM staff WHERE reader_id = $1",
        id
    )?;
    let row = |(role, since): (Role, UnixMillis)| vec![role.as_str().into(), moment(since)];
    Ok(Sheet {
        name: "staff",
        columns: &["role", "since"],
        rows: rows.into_iter().map(row).collect(),
    })
}

/// The address of a reader, and those that links to a new one or back to an old one were sent to, unless somebody else has
/// them.
///
/// # Errors
/// Whatever the database says.
pub async fn list_addresses(tx: &mut Tx, reader: &Reader) -> sqlx::Result<Vec<String>> {
    let rows = fetch_all!(
        tx,
        (String,),
        "SELECT DISTINCT p.email FROM proof p WHERE p.reader_id = $1 AND NOT EXISTS (SELECT 1 FROM reader r WHERE r.email = p.email)",
        reader.id
    )?;
    let others = rows.into_iter().map(|row| row.0);
    Ok(std::iter::once(reader.email.clone())
        .chain(others)
        .collect())
}

/// Deletes a reader with devices, sessions and links, and notes that they are deleted ([`mark`]). What other features have of
/// them must be deleted before. Gives the sessions that were ended and all devices.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_reader(
    tx: &mut Tx,
    reader: &Reader,
) -> sqlx::Result<(Vec<super::Ended>, Vec<DeviceId>)> {
    let ended = super::delete_sessions(tx, reader.id).await?;
    let devices = fetch_all!(
        tx,
        (DeviceId,),
        "DELETE FROM device WHERE reader_id = $1 RETURNING id",
        reader.id
    )?;
    execute!(
        tx,
        "DELETE FROM proof WHERE email = $1 OR reader_id = $2",
        reader.email.as_str(),
        reader.id
    )?;
    execute!(tx, "DELETE FROM staff WHERE reader_id = $1", reader.id)?;
    execute!(tx, "DELETE FROM reader WHERE id = $1", reader.id)?;
    insert_deleted(tx, &mark(reader.id), tx.now()).await?;
    Ok((ended, devices.into_iter().map(|row| row.0).collect()))
}

/// By what a deleted reader is known again after the restore of an older backup: the hash of the identifier, of which 74
/// bits are random, so nobody finds out whose it was.
#[must_use]
pub fn mark(reader: ReaderId) -> String {
    TokenHash::of(&reader.to_string()).text()
}

/// Notes that the reader with this [`mark`] was deleted then.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_deleted(tx: &mut Tx, mark: &str, at: UnixMillis) -> sqlx::Result<()> {
    execute!(
        tx,
        "INSERT INTO deleted_reader (mark, deleted_at) VALUES ($1, $2) ON CONFLICT (mark) DO NOTHING",
        mark,
        at
    )?;
    Ok(())
}

/// The marks of all deleted readers, and when they were deleted.
///
/// # Errors
/// Whatever the database says.
pub async fn list_deleted(tx: &mut Tx) -> sqlx::Result<Vec<(String, UnixMillis)>> {
    fetch_all!(
        tx,
        (String, UnixMillis),
        "SELECT mark, deleted_at FROM deleted_reader ORDER BY deleted_at, mark"
    )
}

/// Identifiers of readers in their order, from the one behind `after`.
///
/// # Errors
/// Whatever the database says.
pub async fn list_readers(
    tx: &mut Tx,
    after: ReaderId,
    length: i64,
) -> sqlx::Result<Vec<ReaderId>> {
    let rows = fetch_all!(
        tx,
        (ReaderId,),
        "SELECT id FROM reader WHERE id > $1 ORDER BY id LIMIT $2",
        after,
        length
    )?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}
