//! SQL of readers, their devices and sessions.

mod staff;

pub use staff::*;

use super::rules::{Device, DeviceId, DeviceKind, Email, Reader, ReaderId};
use base::db::{Tx, execute, execute_in, fetch_all, fetch_optional, row};
use base::lang::Lang;
use base::secret::TokenHash;
use base::time::UnixMillis;

mod account;
mod address;
mod links;
mod many;
mod own_data;
mod proofs;
mod restored;
mod search;

pub use account::*;
pub use address::*;
pub use links::*;
pub use many::*;
pub use own_data::*;
pub use proofs::*;
pub use restored::*;
pub use search::*;

row!(Device: id, label, number, kind, first_seen_at, last_seen_at);
row!(Reader: id, email, name, password, language);

/// The reader with this address.
///
/// # Errors
/// Whatever the database says.
pub async fn find_by_email(tx: &mut Tx, email: &Email) -> sqlx::Result<Option<Reader>> {
    fetch_optional!(
        tx,
        Reader,
        "SELECT id, email, name, password, language FROM reader WHERE email = $1",
        email.as_str()
    )
}

/// The reader with this identifier.
///
/// # Errors
/// Whatever the database says.
pub async fn find_reader(tx: &mut Tx, id: ReaderId) -> sqlx::Result<Option<Reader>> {
    fetch_optional!(
        tx,
        Reader,
        "SELECT id, email, name, password, language FROM reader WHERE id = $1",
        id
    )
}

/// A new reader with a proven address, who accepts this version of the `terms` now; `None` if the address is taken.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_reader(
    tx: &mut Tx,
    email: &Email,
    name: &str,
    password: &str,
    language: Lang,
    terms: Option<&str>,
) -> sqlx::Result<Option<ReaderId>> {
    let (id, now) = (tx.new_id(), tx.now());
    let accepted_at = terms.map(|_| now);
    let made = execute!(
        tx,
        "INSERT INTO reader (id, email, name, password, language, terms_version, terms_accepted_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email) DO NOTHING",
        id,
        email.as_str(),
        name,
        password,
        language,
        terms,
        accepted_at,
        now
    )?;
    Ok((made == 1).then_some(id))
}

/// The device of this reader in the browser with that cookie; known again, or new. Unless its reader named it, it is called
/// what its browser says today. Whoever calls forgets it in memory after the commit.
///
/// # Errors
/// Whatever the database says.
pub async fn set_device(
    tx: &mut Tx,
    reader: ReaderId,
    cookie: &TokenHash,
    label: &str,
    kind: DeviceKind,
) -> sqlx::Result<DeviceId> {
    let (id, now) = (tx.new_id::<super::rules::DeviceMark>(), tx.now());
    let row = fetch_optional!(
        tx,
        (DeviceId,),
        "INSERT INTO device (id, reader_id, cookie_hash, label, kind, named_by_reader, first_seen_at, last_seen_at)
         VALUES ($1, $2, $3, $4, $5, FALSE, $6, $6)
         ON CONFLICT (reader_id, cookie_hash) DO UPDATE SET last_seen_at = excluded.last_seen_at, kind = excluded.kind,
             label = CASE WHEN device.named_by_reader THEN device.label ELSE excluded.label END
         RETURNING id",
        id,
        reader,
        cookie.text(),
        label,
        kind,
        now
    )?;
    let device = row.map_or(id, |row| row.0);
    number_device(tx, device).await?;
    Ok(device)
}

/// Forgets the devices of a reader beyond the `kept` that were used last, and ends their sessions; gives those.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_surplus_devices(
    tx: &mut Tx,
    reader: ReaderId,
    kept: u32,
) -> sqlx::Result<Vec<Ended>> {
    let surplus = fetch_all!(
        tx,
        (DeviceId,),
        "SELECT id FROM device WHERE reader_id = $1 ORDER BY last_seen_at DESC, id DESC LIMIT 100 OFFSET $2",
        reader,
        i64::from(kept)
    )?;
    let mut ended = Vec::new();
    for (device,) in surplus {
        ended.extend(delete_session_on(tx, reader, device).await?);
        execute!(tx, "DELETE FROM device WHERE id = $1", device)?;
    }
    Ok(ended)
}

/// Ends every session in the browser with that cookie, whoever is signed in; gives their token hashes. Two who sign in
/// there at the same time do so one after the other.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_sessions_in_browser(
    tx: &mut Tx,
    cookie: &TokenHash,
) -> sqlx::Result<Vec<(String, ReaderId, DeviceId)>> {
    tx.lock(&cookie.text()).await?;
    fetch_all!(
        tx,
        (String, ReaderId, DeviceId),
        "DELETE FROM session WHERE device_id IN (SELECT id FROM device WHERE cookie_hash = $1) RETURNING token_hash, reader_id, device_id",
        cookie.text()
    )
}

/// A new session.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_session(
    tx: &mut Tx,
    token: &TokenHash,
    reader: ReaderId,
    device: DeviceId,
    expires_at: UnixMillis,
) -> sqlx::Result<()> {
    let now = tx.now();
    execute!(
        tx,
        "INSERT INTO session (token_hash, reader_id, device_id, created_at, last_seen_at, expires_at, confirmed_at)
         VALUES ($1, $2, $3, $4, $4, $5, $4)",
        token.text(),
        reader,
        device,
        now,
        expires_at
    )?;
    Ok(())
}

row! {
    /// What a session is, for the memory.
    #[derive(Clone, Debug)]
    pub struct SessionRow {
        /// Hash of its token, as stored.
        pub token_hash: String,
        /// Whose it is.
        pub reader_id: ReaderId,
        /// Where they are signed in.
        pub device_id: DeviceId,
        /// The reader's.
        pub language: Lang,
        /// Last request, as far as it was written down.
        pub last_seen_at: UnixMillis,
        /// Its end.
        pub expires_at: UnixMillis,
        /// Last proof of the password.
        pub confirmed_at: UnixMillis,
    }
}

/// The session with this token.
///
/// # Errors
/// Whatever the database says.
pub async fn find_session(tx: &mut Tx, token: &TokenHash) -> sqlx::Result<Option<SessionRow>> {
    fetch_optional!(
        tx,
        SessionRow,
        "SELECT s.token_hash, s.reader_id, s.device_id, r.language, s.last_seen_at, s.expires_at, s.confirmed_at
         FROM session s JOIN reader r ON r.id = s.reader_id WHERE s.token_hash = $1",
        token.text()
    )
}

/// Sessions used since `since`, in the order of their tokens as stored, from the one behind `after`.
///
/// # Errors
/// Whatever the database says.
pub async fn list_recent_sessions(
    tx: &mut Tx,
    after: &str,
    since: UnixMillis,
    length: i64,
) -> sqlx::Result<Vec<SessionRow>> {
    fetch_all!(
        tx,
        SessionRow,
        "SELECT s.token_hash, s.reader_id, s.device_id, r.language, s.last_seen_at, s.expires_at, s.confirmed_at
         FROM session s JOIN reader r ON r.id = s.reader_id WHERE s.token_hash > $1 AND s.last_seen_at > $2
         ORDER BY s.token_hash LIMIT $3",
        after,
        since,
        length
    )
}

/// Ends one session.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_session(tx: &mut Tx, token: &TokenHash) -> sqlx::Result<bool> {
    Ok(execute!(
        tx,
        "DELETE FROM session WHERE token_hash = $1",
        token.text()
    )? == 1)
}

/// These sessions were used just now, and so were their devices: a few statements for all of them, since after a start
/// everybody who is signed in is seen within minutes.
///
/// # Errors
/// Whatever the database says.
pub async fn set_seen(tx: &mut Tx, sessions: &[(TokenHash, DeviceId)]) -> sqlx::Result<()> {
    let now = tx.now();
    execute_in!(
        tx,
        "UPDATE session SET last_seen_at = $1 WHERE token_hash IN",
        (now),
        sessions,
        |(token, _)| token.text()
    )?;
    execute_in!(
        tx,
        "UPDATE device SET last_seen_at = $1 WHERE id IN",
        (now),
        sessions,
        |(_, device)| *device
    )?;
    Ok(())
}

/// The device with this identifier.
///
/// # Errors
/// Whatever the database says.
pub async fn find_device(tx: &mut Tx, id: DeviceId) -> sqlx::Result<Option<Device>> {
    fetch_optional!(
        tx,
        Device,
        "SELECT id, label, number, kind, first_seen_at, last_seen_at FROM device WHERE id = $1",
        id
    )
}

/// The device of the reader with this address in the browser with that cookie.
///
/// # Errors
/// Whatever the database says.
pub async fn find_known_device(
    tx: &mut Tx,
    email: &Email,
    cookie: &TokenHash,
) -> sqlx::Result<Option<DeviceId>> {
    let row = fetch_optional!(
        tx,
        (DeviceId,),
        "SELECT d.id FROM device d JOIN reader r ON r.id = d.reader_id WHERE r.email = $1 AND d.cookie_hash = $2",
        email.as_str(),
        cookie.text()
    )?;
    Ok(row.map(|row| row.0))
}

/// Devices used since then whose readers are signed in on another one, too, in the order of their identifiers, from the
/// one after `after`.
///
/// # Errors
/// Whatever the database says.
pub async fn list_recent_devices(
    tx: &mut Tx,
    after: DeviceId,
    since: UnixMillis,
    length: i64,
) -> sqlx::Result<Vec<Device>> {
    fetch_all!(
        tx,
        Device,
        "SELECT d.id, d.label, d.number, d.kind, d.first_seen_at, d.last_seen_at
         FROM session s JOIN device d ON d.id = s.device_id WHERE s.device_id > $1 AND s.last_seen_at > $2
         AND EXISTS (SELECT 1 FROM session o WHERE o.reader_id = s.reader_id AND o.device_id <> s.device_id)
         ORDER BY s.device_id LIMIT $3",
        after,
        since,
        length
    )
}
