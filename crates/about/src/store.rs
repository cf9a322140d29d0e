//! SQL of what the paper says of itself.

use articles::Slug;
use base::db::{Tx, execute, fetch_all, fetch_optional, row};
use base::lang::Lang;
use base::time::UnixMillis;

row! {
    /// One version of a page in one language.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Version {
        /// Its number or name.
        pub version: String,
        /// Its language.
        pub language: Lang,
        /// What stands above it.
        pub title: String,
        /// Markdown.
        pub body: String,
        /// In force from.
        pub published_at: UnixMillis,
    }
}

row! {
    /// A page in a list, as its newest version in force has it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Listed {
        /// Its name in addresses.
        pub slug: String,
        /// Of which version.
        pub version: String,
        /// The language of this version.
        pub language: Lang,
        /// What stands above it.
        pub title: String,
        /// When it was withdrawn.
        pub withdrawn_at: Option<UnixMillis>,
    }
}

/// The version of the terms in force, to which readers agree.
///
/// # Errors
/// Whatever the database says.
pub async fn find_terms_version(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    let now = tx.now();
    let row = fetch_optional!(
        tx,
        (String,),
        "SELECT version FROM about_version WHERE slug = 'terms' AND published_at <= $1 ORDER BY published_at DESC, version DESC LIMIT 1",
        now
    )?;
    Ok(row.map(|row| row.0))
}

/// The newest version of a page in force, in that language if there is one, else in another; `None` where it was withdrawn.
///
/// # Errors
/// Whatever the database says.
pub async fn find_newest(
    tx: &mut Tx,
    slug: &Slug,
    language: Lang,
) -> sqlx::Result<Option<Version>> {
    let now = tx.now();
    fetch_optional!(
        tx,
        Version,
        "SELECT version, language, title, body, published_at FROM about_version v
         WHERE slug = $1 AND published_at <= $3 AND NOT EXISTS (SELECT 1 FROM about_withdrawn w WHERE w.slug = v.slug)
         ORDER BY CASE WHEN language = $2 THEN 0 ELSE 1 END, published_at DESC, version DESC LIMIT 1",
        slug.as_str(),
        language,
        now
    )
}

/// A version of a page, in that language if there is one, else in another; `None` where it was withdrawn.
///
/// # Errors
/// Whatever the database says.
pub async fn find_version(
    tx: &mut Tx,
    slug: &Slug,
    version: &str,
    language: Lang,
) -> sqlx::Result<Option<Version>> {
    fetch_optional!(
        tx,
        Version,
        "SELECT version, language, title, body, published_at FROM about_version v
         WHERE slug = $1 AND version = $2 AND NOT EXISTS (SELECT 1 FROM about_withdrawn w WHERE w.slug = v.slug)
         ORDER BY CASE WHEN language = $3 THEN 0 ELSE 1 END LIMIT 1",
        slug.as_str(),
        version,
        language
    )
}

/// A version of a page in that language, also one of a page that was withdrawn.
///
/// # Errors
/// Whatever the database says.
pub async fn find_any(
    tx: &mut Tx,
    slug: &Slug,
    version: &str,
    language: Lang,
) -> sqlx::Result<Option<Version>> {
    fetch_optional!(
        tx,
        Version,
        "SELECT version, language, title, body, published_at FROM about_version WHERE slug = $1 AND version = $2 AND language = $3",
        slug.as_str(),
        version,
        language
    )
}

/// Versions of a page in that language and when they came or come into force, newest first; a hundred at most.
///
/// # Errors
/// Whatever the database says.
pub async fn list_versions(
    tx: &mut Tx,
    slug: &Slug,
    language: Lang,
) -> sqlx::Result<Vec<(String, UnixMillis)>> {
    fetch_all!(
        tx,
        (String, UnixMillis),
        "SELECT version, published_at FROM about_version WHERE slug = $1 AND language = $2 ORDER BY published_at DESC, version DESC LIMIT 100",
        slug.as_str(),
        language
    )
}

/// Every page in every language it is in, as its newest version in force there has it; withdrawn ones too.
///
/// # Errors
/// Whatever the database says.
pub async fn list_pages(tx: &mut Tx) -> sqlx::Result<Vec<Listed>> {
    let now = tx.now();
    fetch_all!(
        tx,
        Listed,
        "SELECT v.slug, v.version, v.language, v.title, w.withdrawn_at FROM about_version v LEFT JOIN about_withdrawn w ON w.slug = v.slug
         WHERE v.published_at <= $1 AND NOT EXISTS (
            SELECT 1 FROM about_version n WHERE n.slug = v.slug AND n.language = v.language AND n.published_at <= $1
            AND (n.published_at > v.published_at OR (n.published_at = v.published_at AND n.version > v.version)))
         ORDER BY v.slug, v.language",
        now
    )
}

/// Adds a version of a page; one that is there stays as it is, and then this is `false`.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_version(tx: &mut Tx, slug: &Slug, version: &Version) -> sqlx::Result<bool> {
    let inserted = execute!(
        tx,
        "INSERT INTO about_version (slug, version, language, title, body, published_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (slug, version, language) DO NOTHING",
        slug.as_str(),
        version.version.as_str(),
        version.language,
        version.title.as_str(),
        version.body.as_str(),
        version.published_at
    )?;
    Ok(inserted == 1)
}

/// Whether there is such a page in any version, also one that is still to come.
///
/// # Errors
/// Whatever the database says.
pub async fn has_page(tx: &mut Tx, slug: &Slug) -> sqlx::Result<bool> {
    let row = fetch_optional!(
        tx,
        (String,),
        "SELECT slug FROM about_version WHERE slug = $1 LIMIT 1",
        slug.as_str()
    )?;
    Ok(row.is_some())
}

/// Takes a page away, or gives it back; `false` if it was so before.
///
/// # Errors
/// Whatever the database says.
pub async fn set_withdrawn(tx: &mut Tx, slug: &Slug, withdrawn: bool) -> sqlx::Result<bool> {
    let now = tx.now();
    let changed = if withdrawn {
        execute!(
            tx,
            "INSERT INTO about_withdrawn (slug, withdrawn_at) VALUES ($1, $2) ON CONFLICT (slug) DO NOTHING",
            slug.as_str(),
            now
        )?
    } else {
        execute!(
            tx,
            "DELETE FROM about_withdrawn WHERE slug = $1",
            slug.as_str()
        )?
    };
    Ok(changed == 1)
}
