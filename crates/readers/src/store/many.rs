//! Very many readers at once, for papers that are measured: a few statements for a whole row of numbers.
//!
//! What hangs together has the same number in the end of its identifier, so nothing has to be asked back. Deliberately not
//! here: anything that a real paper calls.

use base::db::{Tx, insert_rows};
use base::secret::TokenHash;
use base::time::UnixMillis;

/// A row of numbers, from the first to the one before `end`.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// The first.
    pub start: i64,
    /// The one after the last.
    pub end: i64,
}

/// Identifiers of readers end with twelve digits: their number.
pub const READER: &str = "01980000-0000-7000-8000-";

impl Numbers {
    /// Each of them, with what its identifiers end with.
    pub fn each(self) -> impl Iterator<Item = (i64, String)> {
        (self.start..self.end).map(|number| (number, format!("{number:012}")))
    }
}

/// `readerN@bench.test` for each number, with a password that matches nothing.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_numbered_readers(tx: &mut Tx, numbers: Numbers) -> sqlx::Result<()> {
    let now = tx.now();
    let rows: Vec<_> = numbers.each().collect();
    insert_rows!(
        tx,
        "INSERT INTO reader (id, email, name, password, language, terms_version, terms_accepted_at, created_at) VALUES",
        &rows,
        |(number, end)| (
            format!("{READER}{end}"),
            format!("reader{number}@bench.test"),
            "Reader",
            "-",
            "en",
            "",
            now,
            now
        )
    )?;
    Ok(())
}

/// One more device for each of these readers, signed in until `expires_at` with these tokens, in the order of their
/// numbers. `devices` is how the identifiers of these devices begin.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_numbered_sessions(
    tx: &mut Tx,
    numbers: Numbers,
    devices: &str,
    tokens: &[TokenHash],
    expires_at: UnixMillis,
) -> sqlx::Result<()> {
    let now = tx.now();
    let rows: Vec<_> = numbers.each().zip(tokens).collect();
    insert_rows!(
        tx,
        "INSERT INTO device (id, reader_id, cookie_hash, label, kind, named_by_reader, first_seen_at, last_seen_at) VALUES",
        &rows,
        |((number, end), _)| (
            format!("{devices}{end}"),
            format!("{READER}{end}"),
            format!("{devices}{number}"),
            "Firefox",
            "computer",
            false,
            now,
            now
        )
    )?;
    insert_rows!(
        tx,
        "INSERT INTO session (token_hash, reader_id, device_id, created_at, last_seen_at, expires_at, confirmed_at) VALUES",
        &rows,
        |((_, end), token)| (
            token.text(),
            format!("{READER}{end}"),
            format!("{devices}{end}"),
            now,
            now,
            expires_at,
            now
        )
    )?;
    Ok(())
}
