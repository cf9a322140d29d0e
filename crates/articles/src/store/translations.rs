//! SQL of articles that are the same text in several editions.

use super::super::catalog::Entry;
use super::super::rules::{Slug, TranslationId};
use super::super::translations::Member;
use super::article::{EntryRow, entry};
use super::broken;
use access::ArticleId;
use base::db::{Tx, execute, fetch_all, fetch_optional};

/// The article with this slug in this edition, by its identifier.
pub(crate) async fn find_id(
    tx: &mut Tx,
    edition: &Slug,
    slug: &Slug,
) -> sqlx::Result<Option<ArticleId>> {
    let row = fetch_optional!(
        tx,
        (ArticleId,),
        "SELECT id FROM article WHERE edition = $1 AND slug = $2",
        edition.as_str(),
        slug.as_str()
    )?;
    Ok(row.map(|row| row.0))
}

/// The article and those that are the same text in other editions, in the publisher's order of editions.
pub(crate) async fn list_set(tx: &mut Tx, id: ArticleId) -> sqlx::Result<Vec<Member<ArticleId>>> {
    let rows = fetch_all!(
        tx,
        (ArticleId, String, Option<TranslationId>),
        "SELECT o.id, o.edition, o.translation_id
         FROM article a JOIN article o ON o.id = a.id OR o.translation_id = a.translation_id
         JOIN edition e ON e.slug = o.edition WHERE a.id = $1 ORDER BY e.place, e.slug",
        id
    )?;
    let member = |(id, edition, set): (_, String, _)| {
        let edition = Slug::edition(&edition).map_err(broken)?;
        Ok(Member { id, edition, set })
    };
    rows.into_iter().map(member).collect()
}

/// Edition and address of the same text in other editions, where it is published by now, in the publisher's order of editions.
///
/// # Errors
/// Whatever the database says.
pub async fn list_translations(tx: &mut Tx, id: ArticleId) -> sqlx::Result<Vec<(String, String)>> {
    let now = tx.now();
    fetch_all!(
        tx,
        (String, String),
        "SELECT o.edition, o.path
         FROM article a JOIN article o ON o.translation_id = a.translation_id AND o.id <> a.id
         JOIN edition e ON e.slug = o.edition WHERE a.id = $1 AND o.published_at <= $2 ORDER BY e.place, e.slug",
        id,
        now
    )
}

/// Articles that said they are a translation of this one, before it was there.
pub(crate) async fn list_wanting(
    tx: &mut Tx,
    edition: &Slug,
    slug: &Slug,
) -> sqlx::Result<Vec<ArticleId>> {
    let rows = fetch_all!(
        tx,
        (ArticleId,),
        "SELECT id FROM article WHERE translation_wanted = $1 ORDER BY id",
        format!("{edition}/{slug}")
    )?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Which article this one is a translation of, while that one is not there; `None` when there is nothing to wait for.
pub(crate) async fn set_wanted(
    tx: &mut Tx,
    id: ArticleId,
    wanted: Option<&str>,
) -> sqlx::Result<()> {
    execute!(
        tx,
        "UPDATE article SET translation_wanted = $2 WHERE id = $1 AND translation_wanted IS DISTINCT FROM $2",
        id,
        wanted
    )?;
    Ok(())
}

/// Puts an article into a set, or takes it out of the one it is in. Its page changes, and so does its revision.
pub(crate) async fn set_translation(
    tx: &mut Tx,
    id: ArticleId,
    set: Option<TranslationId>,
) -> sqlx::Result<()> {
    execute!(
        tx,
        "UPDATE article SET translation_id = $2, revision = revision + 1 WHERE id = $1",
        id,
        set
    )?;
    Ok(())
}

/// A new set, still empty.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_translation(tx: &mut Tx) -> sqlx::Result<TranslationId> {
    let id = tx.new_id();
    execute!(tx, "INSERT INTO translation (id) VALUES ($1)", id)?;
    Ok(id)
}

/// Deletes a set that nothing is in any more.
///
/// # Errors
/// When something is.
pub async fn delete_translation(tx: &mut Tx, id: TranslationId) -> sqlx::Result<()> {
    execute!(tx, "DELETE FROM translation WHERE id = $1", id)?;
    Ok(())
}

/// The line of an article in the table of contents, with its address.
pub(crate) async fn find_line(tx: &mut Tx, id: ArticleId) -> sqlx::Result<Option<(String, Entry)>> {
    let row = fetch_optional!(
        tx,
        EntryRow,
        "SELECT path, id, edition, headline, deck, access, published_at, revision FROM article WHERE id = $1",
        id
    )?;
    row.map(entry).transpose()
}
