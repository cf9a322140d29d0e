//! SQL of authors and of which articles they wrote.

use super::super::rules::AuthorId;
use access::ArticleId;
use base::db::{Tx, execute, fetch_optional};
use base::fold::fold;

/// Two authors may share a name; an article that names one means the first.
async fn find_author(tx: &mut Tx, name: &str) -> sqlx::Result<Option<AuthorId>> {
    let row = fetch_optional!(
        tx,
        (AuthorId,),
        "SELECT id FROM author WHERE name = $1 ORDER BY created_at, id LIMIT 1",
        name
    )?;
    Ok(row.map(|row| row.0))
}

/// The author with this name; a new one if there is none.
pub(crate) async fn find_or_insert_author(tx: &mut Tx, name: &str) -> sqlx::Result<AuthorId> {
    let mut number = 1;
    loop {
        if let Some(id) = find_author(tx, name).await? {
            return Ok(id);
        }
        let (id, now): (AuthorId, _) = (tx.new_id(), tx.now());
        let slug = match fold(name) {
            Some(stem) if number == 1 => stem,
            Some(stem) => format!("{stem}-{number}"),
            None => id.to_string(),
        };
        // The slug may be another author's with nearly the same name, or this one's, made on another node just now.
        let made = execute!(
            tx,
            "INSERT INTO author (id, slug, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (slug) DO NOTHING",
            id,
            slug,
            name,
            now
        )?;
        if made == 1 {
            return Ok(id);
        }
        number += 1;
    }
}

/// Who wrote this article, in this order, as it is now.
pub(super) async fn set_authors(
    tx: &mut Tx,
    article: ArticleId,
    authors: &[AuthorId],
) -> sqlx::Result<()> {
    for (place, author) in (0_i64..).zip(authors) {
        execute!(
            tx,
            "INSERT INTO article_author (article_id, author_id, place) VALUES ($1, $2, $3)",
            article,
            *author,
            place
        )?;
    }
    Ok(())
}
