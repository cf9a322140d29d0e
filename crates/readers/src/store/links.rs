//! SQL of mails by which a reader signs in: a link, and a code that is typed in the browser that asked. One of them, once.

use serde::{Deserialize, Serialize};

use super::super::rules::{Email, Reader};
use super::address::moved_from;
use super::proofs::Purpose;
use base::db::{Tx, execute, fetch_optional, row};
use base::secret::{Key, TokenHash};
use base::time::Span;

row! {
    /// A mail by which somebody may sign in.
    #[derive(Clone, Debug)]
    pub struct SignInLink {
        /// Hash of its token, as stored.
        token_hash: String,
        /// The address it was sent to.
        pub email: String,
        /// [`Asked`].
        payload: Option<String>,
        /// Hash of the cookie of the browser that asked.
        browser_hash: String,
        /// [`hash_of_code`].
        code_hash: Option<String>,
    }
}

/// What such a mail remembers of how it was asked for.
#[derive(Serialize, Deserialize)]
struct Asked {
    /// The reader's address and password of then; none if nobody here has the address.
    of: Option<String>,
    /// Where to go on to.
    next: String,
}

/// A code of eight digits would be found by trying all of them, so its hash takes the paper's key. It is of this mail alone.
fn hash_of_code(key: &Key, token_hash: &str, code: &str) -> String {
    key.pseudonym("code to sign in", &format!("{token_hash} {code}"))
}

impl SignInLink {
    /// Hash of its token.
    #[must_use]
    pub fn token(&self) -> Option<TokenHash> {
        TokenHash::from_text(&self.token_hash)
    }

    fn asked(&self) -> Option<Asked> {
        serde_json::from_str(self.payload.as_deref()?).ok()
    }

    /// Whether the reader still has the address and the password from when the mail was asked for.
    #[must_use]
    pub fn is_of(&self, reader: &Reader) -> bool {
        let of = self.asked().and_then(|asked| asked.of);
        self.email == reader.email && of.as_deref() == Some(&moved_from(reader))
    }

    /// Where to go on to.
    #[must_use]
    pub fn next(&self) -> String {
        self.asked().map(|asked| asked.next).unwrap_or_default()
    }

    /// Whether the browser with this cookie asked for it.
    #[must_use]
    pub fn is_for(&self, browser: &TokenHash) -> bool {
        self.browser_hash == browser.text()
    }

    /// Whether this is its code.
    #[must_use]
    pub fn has_code(&self, key: &Key, code: &str) -> bool {
        self.code_hash.as_deref() == Some(&hash_of_code(key, &self.token_hash, code))
    }
}

/// What is mailed to somebody who wants to sign in.
#[derive(Clone, Copy)]
pub struct Mailed<'a> {
    /// Hash of the token of the link.
    pub token: &'a TokenHash,
    /// The code, and the paper's key.
    pub code: (&'a str, &'a Key),
    /// Hash of the cookie of the browser that asked.
    pub browser: &'a TokenHash,
    /// Where to go on to.
    pub next: &'a str,
}

/// A new one, and the only one of its browser: of two that somebody asked for there, the newer mail counts. For an address that nobody
/// has it is kept too, and good for nothing.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_sign_in_link(
    tx: &mut Tx,
    mailed: Mailed<'_>,
    email: &Email,
    reader: Option<&Reader>,
    lasts_for: Span,
) -> sqlx::Result<()> {
    let now = tx.now();
    let (token, browser) = (mailed.token.text(), mailed.browser.text());
    let asked = Asked {
        of: reader.map(moved_from),
        next: mailed.next.to_owned(),
    };
    let payload =
        serde_json::to_string(&asked).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let (code, key) = mailed.code;
    execute!(
        tx,
        "DELETE FROM proof WHERE expires_at <= $1 OR (purpose = $2 AND browser_hash = $3)",
        now,
        Purpose::SignIn,
        browser.as_str()
    )?;
    execute!(
        tx,
        "INSERT INTO proof (token_hash, purpose, email, payload, browser_hash, code_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        token.as_str(),
        Purpose::SignIn,
        email.as_str(),
        payload,
        browser.as_str(),
        hash_of_code(key, &token, code),
        now,
        now.plus(lasts_for)
    )?;
    Ok(())
}

/// The one with this token, if it still works.
///
/// # Errors
/// Whatever the database says.
pub async fn find_sign_in_link(tx: &mut Tx, token: &TokenHash) -> sqlx::Result<Option<SignInLink>> {
    let now = tx.now();
    fetch_optional!(
        tx,
        SignInLink,
        "SELECT token_hash, email, payload, browser_hash, code_hash FROM proof
         WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3",
        token.text(),
        Purpose::SignIn,
        now
    )
}

/// The one that this browser asked for, if it still works.
///
/// # Errors
/// Whatever the database says.
pub async fn find_asked_here(tx: &mut Tx, browser: &TokenHash) -> sqlx::Result<Option<SignInLink>> {
    let now = tx.now();
    fetch_optional!(
        tx,
        SignInLink,
        "SELECT token_hash, email, payload, browser_hash, code_hash FROM proof
         WHERE browser_hash = $1 AND purpose = $2 AND expires_at > $3",
        browser.text(),
        Purpose::SignIn,
        now
    )
}

/// Counts a code that was typed in this browser, and gives the mail that it is compared with; `None` if there is none, or so many were
/// tried for it already. To be committed before it is compared, so that nobody tries uncounted.
///
/// # Errors
/// Whatever the database says.
pub async fn count_try(
    tx: &mut Tx,
    browser: &TokenHash,
    most: u32,
) -> sqlx::Result<Option<SignInLink>> {
    let now = tx.now();
    fetch_optional!(
        tx,
        SignInLink,
        "UPDATE proof SET tries = tries + 1 WHERE browser_hash = $1 AND purpose = $2 AND expires_at > $3 AND tries < $4
         RETURNING token_hash, email, payload, browser_hash, code_hash",
        browser.text(),
        Purpose::SignIn,
        now,
        i64::from(most)
    )
}
