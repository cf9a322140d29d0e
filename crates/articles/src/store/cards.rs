//! Lists of articles: headline, deck and picture, never the text.

use std::collections::HashMap;

use super::super::rules::{Card, ImageId, Slug, TopicId};
use super::broken;
use access::{Access, ArticleId};
use base::db::{Tx, fetch_all, fetch_one};
use base::time::UnixMillis;

type Row = (
    ArticleId,
    String,
    Option<String>,
    String,
    String,
    Access,
    Option<ImageId>,
    Option<String>,
    String,
    bool,
    UnixMillis,
    UnixMillis,
    String,
);

fn card(row: Row) -> sqlx::Result<Card> {
    let (
        id,
        path,
        kicker,
        headline,
        deck,
        access,
        image,
        alt,
        story,
        pinned,
        published_at,
        updated_at,
        byline,
    ) = row;
    let byline = serde_json::from_str(&byline).map_err(broken)?;
    let topics = Vec::new();
    Ok(Card {
        id,
        path,
        kicker: kicker.unwrap_or_default(),
        headline,
        deck,
        access,
        image,
        alt: alt.unwrap_or_default(),
        story,
        pinned,
        published_at,
        updated_at,
        byline,
        topics,
    })
}

/// How many articles an edition has, in all or of one topic.
///
/// # Errors
/// Whatever the database says.
pub async fn count_articles(
    tx: &mut Tx,
    edition: &Slug,
    topic: Option<TopicId>,
) -> sqlx::Result<i64> {
    let count = match topic {
        None => fetch_one!(
            tx,
            (i64,),
            "SELECT COUNT(*) FROM article WHERE edition = $1",
            edition.as_str()
        )?,
        Some(topic) => fetch_one!(
            tx,
            (i64,),
            "SELECT COUNT(*) FROM article_topic WHERE topic_id = $1",
            topic
        )?,
    };
    Ok(count.0)
}

/// The newest articles of an edition, in all or of one topic, with their topics.
///
/// # Errors
/// Whatever the database says.
pub async fn list_cards(
    tx: &mut Tx,
    edition: &Slug,
    topic: Option<TopicId>,
    count: i64,
    skip: i64,
) -> sqlx::Result<Vec<Card>> {
    let rows = match topic {
        None => fetch_all!(
            tx,
            Row,
            "SELECT id, path, kicker, headline, deck, access, image_id, image_alt, story, pinned, published_at, updated_at, byline
             FROM article WHERE edition = $1 ORDER BY published_at DESC, id DESC LIMIT $2 OFFSET $3",
            edition.as_str(),
            count,
            skip
        )?,
        Some(topic) => fetch_all!(
            tx,
            Row,
            "SELECT a.id, a.path, a.kicker, a.headline, a.deck, a.access, a.image_id, a.image_alt, a.story, a.pinned,
                    a.published_at, a.updated_at, a.byline
             FROM article a JOIN article_topic t ON t.article_id = a.id
             WHERE t.topic_id = $1 ORDER BY a.published_at DESC, a.id DESC LIMIT $2 OFFSET $3",
            topic,
            count,
            skip
        )?,
    };
    with_topics(tx, edition, rows).await
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
    let rows = fetch_all!(
        tx,
        Row,
        "SELECT id, path, kicker, headline, deck, access, image_id, image_alt, story, pinned, published_at, updated_at, byline
         FROM article WHERE edition = $1 AND story = $2 ORDER BY published_at DESC, id DESC LIMIT $3",
        edition.as_str(),
        story,
        count
    )?;
    with_topics(tx, edition, rows).await
}

/// Cards of these rows, newest first, with their topics.
async fn with_topics(tx: &mut Tx, edition: &Slug, rows: Vec<Row>) -> sqlx::Result<Vec<Card>> {
    let mut cards = rows
        .into_iter()
        .map(card)
        .collect::<sqlx::Result<Vec<_>>>()?;
    let Some(oldest) = cards.last().map(|card| card.published_at) else {
        return Ok(cards);
    };
    let links = fetch_all!(
        tx,
        (ArticleId, TopicId, String),
        "SELECT l.article_id, l.topic_id, t.name
         FROM article a JOIN article_topic l ON l.article_id = a.id JOIN topic t ON t.id = l.topic_id
         WHERE a.edition = $1 AND a.published_at >= $2 ORDER BY l.place",
        edition.as_str(),
        oldest
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
