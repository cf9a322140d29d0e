//! One article with all that belongs to it.

use std::fmt::Display;

use markup::Document;

use super::super::catalog::Entry;
use super::super::rules::{Article, AuthorId, Body, Correction, ImageId, Picture, Slug, Topic};
use super::authors::set_authors;
use super::editions::{TopicRow, topic};
use super::translations::find_id;
use super::{broken, readable};
use access::{Access, ArticleId};
use base::db::{Tx, execute, fetch_all, fetch_optional, row};
use base::time::UnixMillis;

/// All that can be read; see [`readable`].
pub(crate) async fn list_entries(tx: &mut Tx) -> sqlx::Result<Vec<(String, Entry)>> {
    let rows = fetch_all!(
        tx,
        EntryRow,
        "SELECT path, id, edition, headline, deck, access, published_at, revision FROM article"
    )?;
    Ok(readable(rows, entry))
}

row! {
    pub(super) struct EntryRow {
        path: String,
        id: String,
        edition: String,
        headline: String,
        deck: String,
        access: String,
        published_at: UnixMillis,
        revision: i64,
    }
}

pub(super) fn entry(row: EntryRow) -> sqlx::Result<(String, Entry)> {
    let broken = |what: &dyn Display| broken(format!("article {}: {what}", row.path));
    let entry = Entry {
        id: row.id.parse().map_err(|error| broken(&error))?,
        edition: Slug::edition(&row.edition).map_err(|error| broken(&error))?,
        headline: row.headline.into(),
        deck: row.deck.into(),
        access: row.access.parse().map_err(|error: String| broken(&error))?,
        published_at: row.published_at,
        revision: row.revision.unsigned_abs(),
    };
    Ok((row.path, entry))
}

/// The line of one address, if it is published by now and can be read; see [`readable`].
///
/// # Errors
/// Whatever the database says.
pub async fn find_entry(tx: &mut Tx, path: &str) -> sqlx::Result<Option<Entry>> {
    let entry = find_stored_entry(tx, path).await?;
    Ok(entry.filter(|entry| entry.published_at <= tx.now()))
}

/// The same of what is held back until later as well.
pub(crate) async fn find_stored_entry(tx: &mut Tx, path: &str) -> sqlx::Result<Option<Entry>> {
    let row = fetch_optional!(
        tx,
        EntryRow,
        "SELECT path, id, edition, headline, deck, access, published_at, revision FROM article WHERE path = $1",
        path
    )?;
    let entries = readable(row.into_iter().collect(), entry);
    Ok(entries.into_iter().next().map(|(_, entry)| entry))
}

/// Slug and moment of publication (unix milliseconds) of up to `count` articles of an edition, from the slug `after` on.
///
/// # Errors
/// Whatever the database says.
pub async fn published_at(
    tx: &mut Tx,
    edition: &Slug,
    after: &str,
    count: i64,
) -> sqlx::Result<Vec<(String, i64)>> {
    fetch_all!(
        tx,
        (String, i64),
        "SELECT slug, published_at FROM article WHERE edition = $1 AND slug > $2 ORDER BY slug LIMIT $3",
        edition.as_str(),
        after,
        count
    )
}

/// The article with this slug in this edition.
///
/// # Errors
/// Whatever the database says.
pub async fn find_by_slug(
    tx: &mut Tx,
    edition: &Slug,
    slug: &Slug,
) -> sqlx::Result<Option<Article>> {
    match find_id(tx, edition, slug).await? {
        Some(id) => find_article(tx, id).await,
        None => Ok(None),
    }
}

row! {
    struct ArticleRow {
        edition: String,
        slug: String,
        path: String,
        kicker: Option<String>,
        headline: String,
        deck: String,
        byline: Option<String>,
        dateline: String,
        access: Access,
        story: Option<String>,
        image_id: Option<ImageId>,
        image_alt: Option<String>,
        image_caption: Option<String>,
        image_place: Option<String>,
        image_date: Option<String>,
        image_credit: Option<String>,
        image_agency: Option<String>,
        body: String,
        pinned: bool,
        published_at: UnixMillis,
        updated_at: UnixMillis,
        revision: i64,
    }
}

/// The article with its topics and corrections.
///
/// # Errors
/// Whatever the database says.
pub async fn find_article(tx: &mut Tx, id: ArticleId) -> sqlx::Result<Option<Article>> {
    let row = fetch_optional!(
        tx,
        ArticleRow,
        "SELECT edition, slug, path, kicker, headline, deck,
                (SELECT string_agg(w.name, '\n' ORDER BY l.place)
                 FROM article_author l JOIN author w ON w.id = l.author_id WHERE l.article_id = article.id) AS byline,
                dateline, access, story, image_id, image_alt, image_caption, image_place, image_date, image_credit,
                image_agency, body, pinned, published_at, updated_at, revision
         FROM article WHERE id = $1",
        id
    )?;
    let Some(row) = row else { return Ok(None) };
    let (topics, corrections) = list_belongings(tx, id).await?;
    Ok(Some(article(id, row, topics, corrections)?))
}

fn article(
    id: ArticleId,
    row: ArticleRow,
    topics: Vec<Topic>,
    corrections: Vec<Correction>,
) -> sqlx::Result<Article> {
    let document = Document::from_json(&row.body).map_err(broken)?;
    let picture = row.image_id.map(|image| Picture {
        image,
        alt: row.image_alt.unwrap_or_default(),
        caption: row.image_caption.unwrap_or_default(),
        place: row.image_place.unwrap_or_default(),
        date: row.image_date,
        credit: row.image_credit.unwrap_or_default(),
        agency: row.image_agency.unwrap_or_default(),
    });
    Ok(Article {
        id,
        edition: Slug::edition(&row.edition).map_err(broken)?,
        slug: row.slug.parse().map_err(broken)?,
        path: row.path,
        kicker: row.kicker,
        headline: row.headline,
        deck: row.deck,
        byline: names(row.byline),
        dateline: row.dateline,
        access: row.access,
        story: row.story,
        picture,
        body: Body::new(id, document),
        pinned: row.pinned,
        published_at: row.published_at,
        updated_at: row.updated_at,
        revision: row.revision,
        topics,
        corrections,
    })
}

/// Authors as `string_agg` gives them, one in a line.
pub(super) fn names(joined: Option<String>) -> Vec<String> {
    let lines = joined.as_deref().unwrap_or_default().lines();
    lines.map(str::to_owned).collect()
}

async fn list_belongings(
    tx: &mut Tx,
    id: ArticleId,
) -> sqlx::Result<(Vec<Topic>, Vec<Correction>)> {
    let topics = fetch_all!(
        tx,
        TopicRow,
        "SELECT t.id, t.edition, t.slug, t.name, t.description, t.translation_id
         FROM topic t JOIN article_topic a ON a.topic_id = t.id WHERE a.article_id = $1 ORDER BY a.place",
        id
    )?;
    let corrections = fetch_all!(
        tx,
        (UnixMillis, String),
        "SELECT corrected_at, note FROM correction WHERE article_id = $1 ORDER BY corrected_at",
        id
    )?;
    let topics = topics.into_iter().map(topic).collect::<sqlx::Result<_>>()?;
    let corrections = corrections
        .into_iter()
        .map(|(at, note)| Correction { at, note })
        .collect();
    Ok((topics, corrections))
}

/// Inserts the article, or changes the one with the same edition and slug. Its address, first date and translations stay.
pub(crate) async fn set_article(
    tx: &mut Tx,
    article: &Article,
    authors: &[AuthorId],
) -> sqlx::Result<()> {
    let picture = article.picture.as_ref();
    execute!(
        tx,
        "INSERT INTO article (id, edition, slug, path, kicker, headline, deck, excerpt, dateline, access, story,
             image_id, image_alt, image_caption, image_place, image_date, image_credit, image_agency, body, pinned,
             published_at, updated_at, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
         ON CONFLICT (id) DO UPDATE SET kicker = excluded.kicker, headline = excluded.headline, deck = excluded.deck,
             excerpt = excluded.excerpt, dateline = excluded.dateline, access = excluded.access, story = excluded.story, image_id = excluded.image_id, image_alt = excluded.image_alt,
             image_caption = excluded.image_caption, image_place = excluded.image_place, image_date = excluded.image_date,
             image_credit = excluded.image_credit, image_agency = excluded.image_agency, body = excluded.body,
             pinned = excluded.pinned, published_at = excluded.published_at, updated_at = excluded.updated_at,
             revision = excluded.revision",
        article.id,
        article.edition.as_str(),
        article.slug.as_str(),
        article.path.as_str(),
        article.kicker.as_deref(),
        article.headline.as_str(),
        article.deck.as_str(),
        article.excerpt(),
        article.dateline.as_str(),
        article.access,
        article.story.as_deref(),
        picture.map(|picture| picture.image),
        picture.map(|picture| picture.alt.as_str()),
        picture.map(|picture| picture.caption.as_str()),
        picture.map(|picture| picture.place.as_str()),
        picture.and_then(|picture| picture.date.as_deref()),
        picture.map(|picture| picture.credit.as_str()),
        picture.map(|picture| picture.agency.as_str()),
        article.body.stored(),
        article.pinned,
        article.published_at,
        article.updated_at,
        article.revision
    )?;
    set_belongings(tx, article).await?;
    set_authors(tx, article.id, authors).await
}

/// Its topics and corrections, as they are now.
async fn set_belongings(tx: &mut Tx, article: &Article) -> sqlx::Result<()> {
    // A new one has none; imports have very many new ones.
    if article.revision > 1 {
        remove_belongings(tx, article).await?;
    }
    for (place, topic) in (0_i64..).zip(&article.topics) {
        execute!(
            tx,
            "INSERT INTO article_topic (article_id, topic_id, place, published_at) VALUES ($1, $2, $3, $4)",
            article.id,
            topic.id,
            place,
            article.published_at
        )?;
    }
    for correction in &article.corrections {
        execute!(
            tx,
            "INSERT INTO correction (article_id, corrected_at, note) VALUES ($1, $2, $3)",
            article.id,
            correction.at,
            correction.note.as_str()
        )?;
    }
    Ok(())
}

async fn remove_belongings(tx: &mut Tx, article: &Article) -> sqlx::Result<()> {
    execute!(
        tx,
        "DELETE FROM article_topic WHERE article_id = $1",
        article.id
    )?;
    execute!(
        tx,
        "DELETE FROM correction WHERE article_id = $1",
        article.id
    )?;
    execute!(
        tx,
        "DELETE FROM article_author WHERE article_id = $1",
        article.id
    )?;
    Ok(())
}
