//! SQL of what a reader changes about the own account.

use std::collections::HashSet;

use super::super::rules::{Device, DeviceId, Reader, ReaderId};
use base::db::{Tx, execute, fetch_all, fetch_one, fetch_optional};
use base::lang::Lang;
use base::secret::TokenHash;
use base::time::UnixMillis;

/// A session that was ended: token hash as stored, and device.
pub type Ended = (String, DeviceId);

/// Changes name and language.
///
/// # Errors
/// Whatever the database says.
pub async fn set_reader(
    tx: &mut Tx,
    id: ReaderId,
    name: &str,
    language: Lang,
) -> sqlx::Result<bool> {
    Ok(execute!(
        tx,
        "UPDATE reader SET name = $2, language = $3 WHERE id = $1",
        id,
        name,
        language
    )? == 1)
}

/// Locks a reader until commit, if address and password (PHC string) are still those that were verified; `false` if one of
/// them is another one by now. Whatever follows from a password that was given is written after this, so that it cannot outlive a change.
/// (A no-op UPDATE, since SQLite has no FOR UPDATE.)
///
/// # Errors
/// Whatever the database says.
pub async fn lock_password(tx: &mut Tx, verified: &Reader) -> sqlx::Result<bool> {
    Ok(execute!(
        tx,
        "UPDATE reader SET password = password WHERE id = $1 AND password = $2 AND email = $3",
        verified.id,
        verified.password.as_str(),
        verified.email.as_str()
    )? == 1)
}

/// Locks a reader until commit, against all who lock their password or change it; `false` if there is none.
///
/// # Errors
/// Whatever the database says.
pub async fn lock_reader(tx: &mut Tx, id: ReaderId) -> sqlx::Result<bool> {
    Ok(execute!(
        tx,
        "UPDATE reader SET password = password WHERE id = $1",
        id
    )? == 1)
}

/// Changes the password (PHC string) from the one that was verified; `false` if it is another one by now: then nothing was
/// changed.
///
/// # Errors
/// Whatever the database says.
pub async fn change_password(
    tx: &mut Tx,
    id: ReaderId,
    verified: &str,
    password: &str,
) -> sqlx::Result<bool> {
    Ok(execute!(
        tx,
        "UPDATE reader SET password = $3 WHERE id = $1 AND password = $2",
        id,
        verified,
        password
    )? == 1)
}

/// The password was given in this session just now.
///
/// # Errors
/// Whatever the database says.
pub async fn set_confirmed(tx: &mut Tx, token: &TokenHash) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(execute!(
        tx,
        "UPDATE session SET confirmed_at = $2 WHERE token_hash = $1",
        token.text(),
        now
    )? == 1)
}

/// Token hashes of all sessions of a reader, as stored.
///
/// # Errors
/// Whatever the database says.
pub async fn list_sessions(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<Vec<Ended>> {
    fetch_all!(
        tx,
        Ended,
        "SELECT token_hash, device_id FROM session WHERE reader_id = $1",
        reader
    )
}

/// Ends every session of a reader except one.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_other_sessions(
    tx: &mut Tx,
    reader: ReaderId,
    kept: &TokenHash,
) -> sqlx::Result<Vec<Ended>> {
    fetch_all!(
        tx,
        Ended,
        "DELETE FROM session WHERE reader_id = $1 AND token_hash <> $2 RETURNING token_hash, device_id",
        reader,
        kept.text()
    )
}

/// Ends every session of a reader.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_sessions(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<Vec<Ended>> {
    fetch_all!(
        tx,
        Ended,
        "DELETE FROM session WHERE reader_id = $1 RETURNING token_hash, device_id",
        reader
    )
}

/// Ends the session on one device of this reader.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_session_on(
    tx: &mut Tx,
    reader: ReaderId,
    device: DeviceId,
) -> sqlx::Result<Option<Ended>> {
    fetch_optional!(
        tx,
        Ended,
        "DELETE FROM session WHERE reader_id = $1 AND device_id = $2 RETURNING token_hash, device_id",
        reader,
        device
    )
}

/// The devices on which a reader is signed in and has been since `idle`, the last used first.
///
/// # Errors
/// Whatever the database says.
pub async fn list_devices(
    tx: &mut Tx,
    reader: ReaderId,
    idle: UnixMillis,
) -> sqlx::Result<Vec<Device>> {
    let now = tx.now();
    fetch_all!(
        tx,
        Device,
        "SELECT d.id, d.label, d.number, d.kind, d.first_seen_at, s.last_seen_at
         FROM session s JOIN device d ON d.id = s.device_id
         WHERE s.reader_id = $1 AND s.expires_at > $2 AND s.last_seen_at > $3
         ORDER BY s.last_seen_at DESC, d.id DESC LIMIT 200",
        reader,
        now,
        idle
    )
}

/// Whether this reader is signed in on this device by another session than this.
///
/// # Errors
/// Whatever the database says.
pub async fn has_other_session(
    tx: &mut Tx,
    reader: ReaderId,
    device: DeviceId,
    but: &TokenHash,
) -> sqlx::Result<bool> {
    let row = fetch_optional!(
        tx,
        (DeviceId,),
        "SELECT device_id FROM session WHERE reader_id = $1 AND device_id = $2 AND token_hash <> $3",
        reader,
        device,
        but.text()
    )?;
    Ok(row.is_some())
}

/// Whether this device of the reader was made in this transaction, and others were there before.
///
/// # Errors
/// Whatever the database says.
pub async fn is_further_device(
    tx: &mut Tx,
    reader: ReaderId,
    device: DeviceId,
) -> sqlx::Result<bool> {
    let now = tx.now();
    let row = fetch_optional!(
        tx,
        (DeviceId,),
        "SELECT o.id FROM device d JOIN device o ON o.reader_id = d.reader_id AND o.id <> d.id
         WHERE d.id = $2 AND d.reader_id = $1 AND d.first_seen_at = $3 LIMIT 1",
        reader,
        device,
        now
    )?;
    Ok(row.is_some())
}

/// How many devices of a reader were seen first since then.
///
/// # Errors
/// Whatever the database says.
pub async fn count_new_devices(
    tx: &mut Tx,
    reader: ReaderId,
    since: UnixMillis,
) -> sqlx::Result<i64> {
    let row = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM device WHERE reader_id = $1 AND first_seen_at > $2",
        reader,
        since
    )?;
    Ok(row.0)
}

/// Whether this is a device of this reader.
///
/// # Errors
/// Whatever the database says.
pub async fn has_device(tx: &mut Tx, reader: ReaderId, device: DeviceId) -> sqlx::Result<bool> {
    let row = fetch_optional!(
        tx,
        (DeviceId,),
        "SELECT id FROM device WHERE id = $2 AND reader_id = $1",
        reader,
        device
    )?;
    Ok(row.is_some())
}

/// Names a device of this reader; `false` if it is not theirs.
///
/// # Errors
/// Whatever the database says.
pub async fn set_label(
    tx: &mut Tx,
    reader: ReaderId,
    device: DeviceId,
    label: &str,
) -> sqlx::Result<bool> {
    let changed = execute!(
        tx,
        "UPDATE device SET label = $3, named_by_reader = TRUE, number = 1 WHERE id = $2 AND reader_id = $1",
        reader,
        device,
        label
    )?;
    number_device(tx, device).await?;
    Ok(changed == 1)
}

/// Gives a device a number that no other has which is called the same and on which its reader is signed in. It keeps its
/// own if it can.
pub(super) async fn number_device(tx: &mut Tx, device: DeviceId) -> sqlx::Result<()> {
    let taken = fetch_all!(
        tx,
        (i64,),
        "SELECT o.number FROM device d JOIN device o ON o.reader_id = d.reader_id AND o.label = d.label AND o.id <> d.id
         WHERE d.id = $1 AND EXISTS (SELECT 1 FROM session s WHERE s.device_id = o.id)",
        device
    )?;
    let taken: HashSet<i64> = taken.into_iter().map(|(number,)| number).collect();
    let own = fetch_optional!(
        tx,
        (i64,),
        "SELECT number FROM device WHERE id = $1",
        device
    )?;
    let Some((own,)) = own.filter(|(own,)| taken.contains(own)) else {
        return Ok(());
    };
    let free = (1..).find(|number| !taken.contains(number)).unwrap_or(own);
    execute!(
        tx,
        "UPDATE device SET number = $2 WHERE id = $1",
        device,
        free
    )?;
    Ok(())
}
