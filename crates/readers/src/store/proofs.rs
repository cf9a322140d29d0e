//! SQL of links in mails.

use super::super::rules::Email;
use base::db::{Tx, execute, fetch_optional, text_enum};
use base::secret::TokenHash;
use base::time::Span;

text_enum! {
    /// What a link in a mail is for.
    pub enum Purpose {
        /// To prove an address and make the account.
        SignUp = "sign_up",
        /// To set a new password.
        Reset = "reset",
    }
}

/// A link that works.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The address it was sent to.
    pub email: String,
    /// What was asked for, as JSON; nothing but a new password for a reset.
    pub payload: Option<String>,
    /// Hash of the cookie of the browser that asked.
    pub browser: String,
}

type ProofRow = (String, Option<String>, String);

fn proof((email, payload, browser): ProofRow) -> Proof {
    Proof {
        email,
        payload,
        browser,
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
    let row = fetch_optional!(
        tx,
        ProofRow,
        "SELECT email, payload, browser_hash FROM proof WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3",
        token.text(),
        purpose,
        now
    )?;
    Ok(row.map(proof))
}

/// Uses a link up: of many who try at once exactly one gets it. Other links of the same address and purpose go too.
///
/// # Errors
/// Whatever the database says.
pub async fn use_proof(
    tx: &mut Tx,
    token: &TokenHash,
    purpose: Purpose,
) -> sqlx::Result<Option<Proof>> {
    let now = tx.now();
    let row = fetch_optional!(
        tx,
        ProofRow,
        "DELETE FROM proof WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3 RETURNING email, payload, browser_hash",
        token.text(),
        purpose,
        now
    )?;
    if let Some((email, ..)) = &row {
        execute!(
            tx,
            "DELETE FROM proof WHERE email = $1 AND purpose = $2",
            email,
            purpose
        )?;
    }
    Ok(row.map(proof))
}
