//! SQL of a reader's address: the link that proves a new one, and the link that brings the old one back.

use super::super::rules::{Email, Reader, ReaderId};
use super::proofs::{Purpose, replaced};
use base::db::{Tx, execute, fetch_optional};
use base::secret::TokenHash;
use base::time::Span;

/// A link about the address of a reader.
#[derive(Clone, Debug)]
pub struct AddressProof {
    /// Whose address it is about.
    pub reader: ReaderId,
    /// The address it was sent to, which is theirs once it is used.
    pub email: String,
    payload: Option<String>,
}

impl AddressProof {
    /// Whether the reader still has the address and the password from before the link to a new one was asked for.
    #[must_use]
    pub fn is_of(&self, reader: &Reader) -> bool {
        self.reader == reader.id && self.payload.as_deref() == Some(&moved_from(reader))
    }
}

/// What a link to a new address, or one to sign in by, remembers of the reader it was asked for: after a change of address or
/// password it is void.
pub(super) fn moved_from(reader: &Reader) -> String {
    format!("{} {}", replaced(&reader.email), replaced(&reader.password))
}

/// A new link that proves `email`, the new address of this reader. For an address that somebody has (`is_free` is false) it
/// is kept too, and good for nothing.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_new_address(
    tx: &mut Tx,
    token: &TokenHash,
    reader: &Reader,
    email: &Email,
    is_free: bool,
    lasts_for: Span,
) -> sqlx::Result<()> {
    let payload = is_free.then(|| moved_from(reader));
    let about = (Purpose::NewEmail, reader.id, email.as_str());
    insert(tx, token, about, payload.as_deref(), lasts_for).await
}

/// A new link that brings `email` back, the address this reader had before.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_old_address(
    tx: &mut Tx,
    token: &TokenHash,
    reader: ReaderId,
    email: &str,
    lasts_for: Span,
) -> sqlx::Result<()> {
    insert(
        tx,
        token,
        (Purpose::OldEmail, reader, email),
        None,
        lasts_for,
    )
    .await
}

async fn insert(
    tx: &mut Tx,
    token: &TokenHash,
    (purpose, reader, email): (Purpose, ReaderId, &str),
    payload: Option<&str>,
    lasts_for: Span,
) -> sqlx::Result<()> {
    let now = tx.now();
    execute!(
        tx,
        "INSERT INTO proof (token_hash, purpose, email, reader_id, payload, browser_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $1, $6, $7)",
        token.text(),
        purpose,
        email,
        reader,
        payload,
        now,
        now.plus(lasts_for)
    )?;
    Ok(())
}

/// The link with this token, if it still works.
///
/// # Errors
/// Whatever the database says.
pub async fn find_address_proof(
    tx: &mut Tx,
    token: &TokenHash,
    purpose: Purpose,
) -> sqlx::Result<Option<AddressProof>> {
    let now = tx.now();
    let row = fetch_optional!(
        tx,
        (ReaderId, String, Option<String>),
        "SELECT reader_id, email, payload FROM proof
         WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3 AND reader_id IS NOT NULL",
        token.text(),
        purpose,
        now
    )?;
    Ok(row.map(|(reader, email, payload)| AddressProof {
        reader,
        email,
        payload,
    }))
}

/// Gives a reader another address. Every link that was mailed about one of the two addresses is void, and every link to
/// a further address. `false` if somebody else has it.
///
/// # Errors
/// Whatever the database says.
pub async fn set_email(tx: &mut Tx, reader: &Reader, email: &str) -> sqlx::Result<bool> {
    execute!(
        tx,
        "DELETE FROM proof WHERE (email = $1 AND purpose <> $3) OR (email = $2 AND purpose <> $3) OR (reader_id = $4 AND purpose <> $3)",
        reader.email.as_str(),
        email,
        Purpose::OldEmail,
        reader.id
    )?;
    let changed = execute!(
        tx,
        "UPDATE reader SET email = $2 WHERE id = $1",
        reader.id,
        email
    );
    match changed {
        Ok(changed) => Ok(changed == 1),
        Err(sqlx::Error::Database(said)) if said.is_unique_violation() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Voids every link that brings an older address of this reader back.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_old_addresses(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<()> {
    execute!(
        tx,
        "DELETE FROM proof WHERE reader_id = $1 AND purpose = $2",
        reader,
        Purpose::OldEmail
    )?;
    Ok(())
}
