//! Addresses for search engines, over all editions.

use base::db::{Tx, fetch_all, fetch_one};
use base::time::UnixMillis;

/// A path and when what stands there last changed.
type Location = (String, Option<UnixMillis>);

/// How many articles the paper has published.
pub(crate) async fn count_all_articles(tx: &mut Tx) -> sqlx::Result<i64> {
    let now = tx.now();
    let row = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM article WHERE published_at <= $1",
        now
    )?;
    Ok(row.0)
}

/// Articles of all editions, oldest first. What is skipped is counted in the index alone.
pub(crate) async fn list_paths(tx: &mut Tx, count: i64, skip: i64) -> sqlx::Result<Vec<Location>> {
    let now = tx.now();
    fetch_all!(
        tx,
        Location,
        "SELECT path, updated_at FROM article
         WHERE (published_at, id) >= (SELECT published_at, id FROM article ORDER BY published_at, id LIMIT 1 OFFSET $2)
           AND published_at <= $3
         ORDER BY published_at, id LIMIT $1",
        count,
        skip,
        now
    )
}

/// Front pages, then topics, in the publisher's order.
pub(crate) async fn list_places(tx: &mut Tx, count: i64) -> sqlx::Result<Vec<Location>> {
    let now = tx.now();
    let fronts = fetch_all!(
        tx,
        Location,
        "SELECT '/' || e.slug, MAX(a.updated_at)
         FROM edition e LEFT JOIN article a ON a.edition = e.slug AND a.published_at <= $2
         GROUP BY e.slug, e.place ORDER BY e.place LIMIT $1",
        count,
        now
    )?;
    let left = count - i64::try_from(fronts.len()).unwrap_or(count);
    let topics = fetch_all!(
        tx,
        Location,
        "SELECT '/' || t.edition || '/topic/' || t.slug, MAX(a.updated_at)
         FROM topic t LEFT JOIN article_topic l ON l.topic_id = t.id LEFT JOIN article a ON a.id = l.article_id AND a.published_at <= $2
         GROUP BY t.edition, t.slug, t.place ORDER BY t.edition, t.place LIMIT $1",
        left,
        now
    )?;
    Ok(fronts.into_iter().chain(topics).collect())
}
