//! Very many readers at once, for papers that are measured: one statement makes rows for a whole row of numbers.
//!
//! What hangs together has the same number in the end of its identifier, so nothing has to be asked back. Deliberately not
//! here: anything that a real paper calls.

use base::db::{Tx, execute};
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

/// `readerN@bench.test` for each number, with a password that matches nothing.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_numbered_readers(tx: &mut Tx, numbers: Numbers) -> sqlx::Result<()> {
    let now = tx.now();
    execute!(
        tx,
        "WITH RECURSIVE line (n) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT n + 1 FROM line WHERE n + 1 < $2)
         INSERT INTO reader (id, email, name, password, language, terms_version, terms_accepted_at, created_at)
         SELECT $3 || SUBSTR(CAST(1000000000000 + n AS TEXT), 2), 'reader' || CAST(n AS TEXT) || '@bench.test',
                'Reader', '-', 'en', NULL, NULL, $4 FROM line",
        numbers.start,
        numbers.end,
        READER,
        now
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
    execute!(
        tx,
        "WITH RECURSIVE line (n) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT n + 1 FROM line WHERE n + 1 < $2)
         INSERT INTO device (id, reader_id, cookie_hash, label, kind, named_by_reader, first_seen_at, last_seen_at)
         SELECT $3 || SUBSTR(CAST(1000000000000 + n AS TEXT), 2), $4 || SUBSTR(CAST(1000000000000 + n AS TEXT), 2),
                $3 || CAST(n AS TEXT), 'Firefox', 'computer', FALSE, $5, $5 FROM line",
        numbers.start,
        numbers.end,
        devices,
        READER,
        now
    )?;
    // Each hash has 43 characters; one text holds them all, since a statement has a fixed number of values.
    let hashes: String = tokens.iter().map(TokenHash::text).collect();
    execute!(
        tx,
        "WITH RECURSIVE line (n) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT n + 1 FROM line WHERE n + 1 < $2)
         INSERT INTO session (token_hash, reader_id, device_id, created_at, last_seen_at, expires_at, confirmed_at)
         SELECT SUBSTR($6, CAST((n - $1) * 43 + 1 AS INTEGER), 43), $4 || SUBSTR(CAST(1000000000000 + n AS TEXT), 2),
                $3 || SUBSTR(CAST(1000000000000 + n AS TEXT), 2), $5, $5, $7, $5 FROM line",
        numbers.start,
        numbers.end,
        devices,
        READER,
        now,
        hashes,
        expires_at
    )?;
    Ok(())
}
