//! SQL of the terms, which every reader accepts by signing up. Their page stands beside the plans, in `subscriptions`.

use base::db::{Tx, execute, fetch_all, fetch_optional, row};
use base::lang::Lang;
use base::time::UnixMillis;

row! {
    /// One version of the terms in one language.
    #[derive(Clone, Debug)]
    pub struct Terms {
        /// Its number or name.
        pub version: String,
        /// Its language.
        pub language: Lang,
        /// Markdown.
        pub body: String,
        /// In force from.
        pub published_at: UnixMillis,
    }
}

/// The newest version of the terms.
///
/// # Errors
/// Whatever the database says.
pub async fn find_terms_version(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    let row = fetch_optional!(
        tx,
        (String,),
        "SELECT version FROM terms ORDER BY published_at DESC, version DESC LIMIT 1"
    )?;
    Ok(row.map(|row| row.0))
}

/// A version of the terms, in that language if there is one, else in another. `None` for the newest version.
///
/// # Errors
/// Whatever the database says.
pub async fn find_terms(
    tx: &mut Tx,
    version: Option<&str>,
    language: Lang,
) -> sqlx::Result<Option<Terms>> {
    match version {
        Some(version) => fetch_optional!(
            tx,
            Terms,
            "SELECT version, language, body, published_at FROM terms WHERE version = $1
             ORDER BY CASE WHEN language = $2 THEN 0 ELSE 1 END LIMIT 1",
            version,
            language
        ),
        None => fetch_optional!(
            tx,
            Terms,
            "SELECT version, language, body, published_at FROM terms
             ORDER BY CASE WHEN language = $1 THEN 0 ELSE 1 END, published_at DESC, version DESC LIMIT 1",
            language
        ),
    }
}

/// Versions in that language, newest first.
///
/// # Errors
/// Whatever the database says.
pub async fn list_terms(tx: &mut Tx, language: Lang) -> sqlx::Result<Vec<(String, UnixMillis)>> {
    fetch_all!(
        tx,
        (String, UnixMillis),
        "SELECT version, published_at FROM terms WHERE language = $1 ORDER BY published_at DESC, version DESC LIMIT 100",
        language
    )
}

/// A version of the terms; one that is there stays as it is, since readers have accepted it.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_terms(tx: &mut Tx, terms: &Terms) -> sqlx::Result<()> {
    execute!(
        tx,
        "INSERT INTO terms (version, language, body, published_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (version, language) DO NOTHING",
        terms.version.as_str(),
        terms.language,
        terms.body.as_str(),
        terms.published_at
    )?;
    Ok(())
}
