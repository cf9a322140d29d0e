//! SQL of links in mails.

use super::super::rules::{Email, Reader};
use super::find_by_email;
use base::db::{Tx, execute, fetch_all, fetch_optional, row, text_enum};
use base::secret::TokenHash;
use base::time::Span;

text_enum! {
    /// What a link in a mail is for.
    pub enum Purpose {
        /// To prove an address and make the account.
        SignUp = "sign_up",
        /// To set a new password.
        Reset = "reset",
        /// To sign in.
        SignIn = "sign_in",
        /// To prove the new address of a reader.
        NewEmail = "new_email",
        /// To bring the address back that a reader had before.
        OldEmail = "old_email",
    }
}

row! {
    /// A link that works.
    #[derive(Clone, Debug)]
    pub struct Proof {
        /// Hash of its token, as stored.
        token_hash: String,
        /// The address it was sent to.
        pub email: String,
        /// What was asked for, as JSON; for a reset [`replaced`].
        pub payload: Option<String>,
        /// Hash of the cookie of the browser that asked.
        pub browser_hash: String,
    }
}

/// A new link; also forgets links that are too old to work.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_proof(
    tx: &mut Tx,
    token: &TokenHash,
    purpose: Purpose,
    email: &Email,
    payload: Option<&str>,
    browser: &TokenHash,
    lasts_for: Span,
) -> sqlx::Result<()> {
    let now = tx.now();
    execute!(tx, "DELETE FROM proof WHERE expires_at <= $1", now)?;
    execute!(
        tx,
        "INSERT INTO proof (token_hash, purpose, email, payload, browser_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        token.text(),
        purpose,
        email.as_str(),
        payload,
        browser.text(),
        now,
        now.plus(lasts_for)
    )?;
    Ok(())
}

/// The link with this token, if it still works.
///
/// # Errors
/// Whatever the database says.
pub async fn find_proof(
    tx: &mut Tx,
    token: &TokenHash,
    purpose: Purpose,
) -> sqlx::Result<Option<Proof>> {
    let now = tx.now();
    fetch_optional!(
        tx,
        Proof,
        "SELECT token_hash, email, payload, browser_hash FROM proof WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3",
        token.text(),
        purpose,
        now
    )
}

/// Uses a link up: of many who try at once exactly one gets it. Other links of the same address and purpose go too, in one
/// statement: of two links that are used at the same moment one is void, and neither waits for the other.
///
/// # Errors
/// Whatever the database says.
pub async fn use_proof(
    tx: &mut Tx,
    token: &TokenHash,
    purpose: Purpose,
) -> sqlx::Result<Option<Proof>> {
    let (now, own) = (tx.now(), token.text());
    let rows = fetch_all!(
        tx,
        Proof,
        "DELETE FROM proof WHERE purpose = $2
         AND email = (SELECT email FROM proof WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3)
         RETURNING token_hash, email, payload, browser_hash",
        own.as_str(),
        purpose,
        now
    )?;
    Ok(rows.into_iter().find(|proof| proof.token_hash == own))
}

/// What a link to a new password remembers of the one (PHC string) that it is there to replace: after a change it is void.
#[must_use]
pub fn replaced(password: &str) -> String {
    TokenHash::of(password).text()
}

/// The reader to whom this link to a new password was sent, if it still works.
///
/// # Errors
/// Whatever the database says.
pub async fn find_reset(tx: &mut Tx, token: &TokenHash) -> sqlx::Result<Option<Reader>> {
    let Some(proof) = find_proof(tx, token, Purpose::Reset).await? else {
        return Ok(None);
    };
    let reader = match proof.email.parse() {
        Ok(email) => find_by_email(tx, &email).await?,
        Err(()) => None,
    };
    let is_for = |reader: &Reader| proof.payload.as_deref() == Some(&replaced(&reader.password));
    Ok(reader.filter(is_for))
}
