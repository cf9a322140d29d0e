//! Lists of articles: headline, deck and picture, never the text.

use std::collections::HashMap;
use std::fmt::Display;

use super::super::archive::Position;
use super::super::rules::{Card, ImageId, Slug, TopicId};
use super::article::names;
use super::{broken, readable};
use access::{Access, ArticleId};
use base::db::{Tx, fetch_all, fetch_in, row};
use base::time::UnixMillis;

/// The newest of an edition before a position.
const OF_EDITION: &str = "SELECT id, path, kicker, headline, CASE WHEN deck = '' THEN excerpt ELSE deck END AS deck, access, image_id, image_alt, story, pinned, published_at, updated_at,
       (SELECT string_agg(w.name, '\n' ORDER BY l.place)
        FROM article_author l JOIN author w ON w.id = l.author_id WHERE l.article_id = article.id) AS byline
     FROM article WHERE edition = $1 AND (published_at, id) < ($2, $3)
     ORDER BY published_at DESC, id DESC LIMIT $4";
/// The newest of a topic before a position.
const OF_TOPIC: &str = "SELECT a.id, a.path, a.kicker, a.headline,
     CASE WHEN a.deck = '' THEN a.excerpt ELSE a.deck END AS deck, a.access, a.image_id, a.image_alt, a.story, a.pinned,
     a.published_at, a.updated_at,
       (SELECT string_agg(w.name, '\n' ORDER BY l.place)
        FROM article_author l JOIN author w ON w.id = l.author_id WHERE l.article_id = a.id) AS byline
     FROM article_topic t JOIN article a ON a.id = t.article_id
     WHERE t.topic_id = $1 AND (t.published_at, t.article_id) < ($2, $3)
     ORDER BY t.published_at DESC, t.article_id DESC LIMIT $4";
/// Those of a topic from a position on.
const POSITIONS: &str = "SELECT published_at, article_id FROM article_topic
     WHERE topic_id = $1 AND (published_at, article_id) >= ($2, $3) AND published_at <= $4
     ORDER BY published_at, article_id LIMIT $5";
/// The newest of a running story.
const OF_STORY: &str = "SELECT id, path, kicker, headline, CASE WHEN deck = '' THEN excerpt ELSE deck END AS deck, access, image_id, image_alt, story, pinned, published_at, updated_at,
       (SELECT string_agg(w.name, '\n' ORDER BY l.place)
        FROM article_author l JOIN author w ON w.id = l.author_id WHERE l.article_id = article.id) AS byline
     FROM article WHERE edition = $1 AND story = $2 AND published_at <= $3 ORDER BY published_at DESC, id DESC LIMIT $4";

/// The newest of those that stay first.
const PINNED: &str = "SELECT id, path, kicker, headline, CASE WHEN deck = '' THEN excerpt ELSE deck END AS deck, access, image_id, image_alt, story, pinned, published_at, updated_at,
       (SELECT string_agg(w.name, '\n' ORDER BY l.place)
        FROM article_author l JOIN author w ON w.id = l.author_id WHERE l.article_id = article.id) AS byline
     FROM article WHERE edition = $1 AND pinned AND published_at <= $2 ORDER BY published_at DESC, id DESC LIMIT $3";

row! {
    struct CardRow {
        id: String,
        path: String,
        kicker: Option<String>,
        headline: String,
        deck: String,
        access: String,
        image_id: Option<String>,
        image_alt: Option<String>,
        story: Option<String>,
        pinned: bool,
        published_at: UnixMillis,
        updated_at: UnixMillis,
        byline: Option<String>,
    }
}

fn card(row: CardRow) -> sqlx::Result<Card> {
    let broken = |what: &dyn Display| broken(format!("article {}: {what}", row.path));
    let image = row.image_id.map(|id| id.parse::<ImageId>()).transpose();
    let image = image.map_err(|error| broken(&error))?;
    let access = row.access.parse::<Access>();
    let access = access.map_err(|error| broken(&error))?;
    let id = row.id.parse::<ArticleId>();
    let id = id.map_err(|error| broken(&error))?;
    Ok(Card {
        id,
        path: row.path,
        kicker: row.kicker.unwrap_or_default(),
        headline: row.headline,
        deck: row.deck,
        access,
        image,
        alt: row.image_alt.unwrap_or_default(),
        story: row.story,
        pinned: row.pinned,
        published_at: row.published_at,
        updated_at: row.updated_at,
        byline: names(row.byline),
        topics: Vec::new(),
    })
}

/// The newest articles that stay first, if they are published by now, with their topics.
///
/// # Errors
/// Whatever the database says.
pub(crate) async fn list_pinned(
    tx: &mut Tx,
    edition: &Slug,
    count: i64,
) -> sqlx::Result<Vec<Card>> {
    let now = tx.now();
    let rows = fetch_all!(tx, CardRow, PINNED, edition.as_str(), now, count)?;
    with_topics(tx, rows).await
}

/// The newest articles before a position, of a whole edition or of one topic, with their topics. What is held
/// back until later is not among them. Reads no more rows however old they are (keyset pagination).
///
/// # Errors
/// Whatever the database says.
pub async fn list_cards(
    tx: &mut Tx,
    edition: &Slug,
    topic: Option<TopicId>,
    before: Position,
    count: i64,
) -> sqlx::Result<Vec<Card>> {
    let before = if before.at > tx.now() {
        Position::after(tx.now())
    } else {
        before
    };
    let rows = match topic {
        None => fetch_all!(
            tx,
            CardRow,
            OF_EDITION,
            edition.as_str(),
            before.at,
            before.id,
            count
        )?,
        Some(topic) => fetch_all!(tx, CardRow, OF_TOPIC, topic, before.at, before.id, count)?,
    };
    with_topics(tx, rows).await
}

/// The positions of a topic's articles from this one on towards the newest.
///
/// # Errors
/// Whatever the database says.
pub async fn list_positions(
    tx: &mut Tx,
    topic: TopicId,
    from: Position,
    count: i64,
) -> sqlx::Result<Vec<Position>> {
    let now = tx.now();
    let rows = fetch_all!(
        tx,
        (UnixMillis, ArticleId),
        POSITIONS,
        topic,
        from.at,
        from.id,
        now,
        count
    )?;
    let position = |(at, id)| Position { at, id };
    Ok(rows.into_iter().map(position).collect())
}

/// The newest articles of a running story, with their topics.
///
/// # Errors
/// Whatever the database says.
pub async fn list_of_story(
    tx: &mut Tx,
    edition: &Slug,
    story: &str,
    count: i64,
) -> sqlx::Result<Vec<Card>> {
    let now = tx.now();
    let rows = fetch_all!(tx, CardRow, OF_STORY, edition.as_str(), story, now, count)?;
    with_topics(tx, rows).await
}

/// Cards of these rows, with their topics; see [`readable`].
async fn with_topics(tx: &mut Tx, rows: Vec<CardRow>) -> sqlx::Result<Vec<Card>> {
    let mut cards = readable(rows, card);
    let links = fetch_in!(
        tx,
        (ArticleId, TopicId, String),
        "SELECT l.article_id, l.topic_id, t.name FROM article_topic l JOIN topic t ON t.id = l.topic_id
         WHERE l.article_id IN",
        (),
        cards,
        |card| card.id,
        "ORDER BY l.place"
    )?;
    let by_article: HashMap<ArticleId, usize> = cards
        .iter()
        .enumerate()
        .map(|(n, card)| (card.id, n))
        .collect();
    for (article, topic, name) in links {
        if let Some(card) = by_article.get(&article).and_then(|n| cards.get_mut(*n)) {
            if card.kicker.is_empty() && card.topics.is_empty() {
                card.kicker = name;
            }
            card.topics.push(topic);
        }
    }
    Ok(cards)
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Row as _};

    use super::*;
    use base::db::{Db, Location};

    /// How the embedded engine answers a statement; `crates/gaceta/tests/it/archive.rs` counts what the other one reads.
    async fn plan(db: &Db, sql: &'static str) -> String {
        let Db::Sqlite { read, .. } = db else {
            unreachable!("the embedded engine");
        };
        let asked = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
        let steps = asked.fetch_all(read).await.unwrap();
        let steps: Vec<String> = steps.iter().map(|step| step.get("detail")).collect();
        steps.join("; ")
    }

    #[tokio::test]
    async fn a_list_is_one_range_of_an_index() {
        let dir = tempfile::tempdir().unwrap();
        let file = Location::File(dir.path().join("gaceta.db"));
        let db = Db::open(&file).await.unwrap();
        for (sql, range) in [
            (
                OF_EDITION,
                "article_by_edition (edition=? AND (published_at,id)<(?,?))",
            ),
            (
                OF_TOPIC,
                "article_topic_by_topic (topic_id=? AND (published_at,article_id)<(?,?))",
            ),
            (
                POSITIONS,
                "article_topic_by_topic (topic_id=? AND (published_at,article_id)>(?,?) AND published_at<?)",
            ),
            (
                OF_STORY,
                "article_by_story (edition=? AND story=? AND published_at<?)",
            ),
            (PINNED, "article_pinned (edition=? AND published_at<?)"),
        ] {
            let plan = plan(&db, sql).await;
            assert!(plan.contains(range), "{plan}");
            let sorted = plan.contains("TEMP B-TREE FOR ORDER BY");
            assert!(!sorted, "only the names of a byline are sorted: {plan}");
            assert!(!plan.contains("SCAN"), "nothing is read whole: {plan}");
        }
        db.close().await;
    }
}
