//! SQL that finds readers by what somebody remembers of them, for those who run the paper.

use base::db::{Tx, fetch_all, fetch_one, row};
use base::time::UnixMillis;

use super::super::rules::ReaderId;

row! {
    /// A reader in a list.
    #[derive(Clone, Debug)]
    pub struct Found {
        /// Who.
        pub id: ReaderId,
        /// Their address, as stored.
        pub email: String,
        /// How they are called; may be empty.
        pub name: String,
        /// Since when they have an account.
        pub created_at: UnixMillis,
    }
}

/// The pattern of LIKE with ESCAPE '!' for what has this text in it, in small letters.
#[must_use]
pub fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.trim().to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// Readers whose address or name has this text in it, in the order of addresses, a page of them behind the address `after`.
/// Small and capital letters are the same where the database knows them to be; SQLite knows those of ASCII.
///
/// # Errors
/// Whatever the database says.
pub async fn search_readers(
    tx: &mut Tx,
    text: &str,
    after: &str,
    most: i64,
) -> sqlx::Result<Vec<Found>> {
    fetch_all!(
        tx,
        Found,
        "SELECT id, email, name, created_at FROM reader
         WHERE email > $1 AND (lower(email) LIKE $2 ESCAPE '!' OR lower(name) LIKE $2 ESCAPE '!')
         ORDER BY email LIMIT $3",
        after,
        contains(text),
        most
    )
}

/// How many have an account.
///
/// # Errors
/// Whatever the database says.
pub async fn count_readers(tx: &mut Tx) -> sqlx::Result<i64> {
    let row = fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM reader")?;
    Ok(row.0)
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn a_pattern_finds_only_what_was_typed() {
        for (text, pattern) in [("", "%%"), (" Ana ", "%ana%"), ("100%_!", "%100!%!_!!%")] {
            assert_eq!(contains(text), pattern);
        }
    }
}
