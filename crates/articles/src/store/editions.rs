//! Editions and their topics.

use super::super::rules::{Edition, Slug, Topic};
use super::{broken, readable};
use base::db::{Tx, execute, fetch_all, fetch_optional};

/// All that can be read; see [`readable`].
pub(crate) async fn list_editions(tx: &mut Tx) -> sqlx::Result<Vec<Edition>> {
    let rows = fetch_all!(
        tx,
        EditionRow,
        "SELECT slug, name, language, locale, timezone, title, tagline FROM edition ORDER BY place, slug"
    )?;
    let edition = |(slug, name, language, locale, timezone, title, tagline): EditionRow| {
        Ok(Edition {
            slug: Slug::edition(&slug).map_err(broken)?,
            name,
            language: language.parse().map_err(broken)?,
            locale,
            timezone,
            title,
            tagline,
        })
    };
    Ok(readable(rows, edition))
}

type EditionRow = (
    String,
    String,
    String,
    String,
    String,
    String,
    Option<String>,
);

pub(crate) async fn set_edition(tx: &mut Tx, edition: &Edition, place: i64) -> sqlx::Result<()> {
    execute!(
        tx,
        "INSERT INTO edition (slug, name, language, locale, timezone, title, tagline, place) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (slug) DO UPDATE SET name = excluded.name, language = excluded.language, locale = excluded.locale,
             timezone = excluded.timezone, title = excluded.title, tagline = excluded.tagline, place = excluded.place",
        edition.slug.as_str(),
        edition.name.as_str(),
        edition.language,
        edition.locale.as_str(),
        edition.timezone.as_str(),
        edition.title.as_str(),
        edition.tagline.as_deref(),
        place
    )?;
    Ok(())
}

/// A topic as it stands in a row.
pub(super) type TopicRow = (String, String, String, String, Option<String>, String);

pub(super) fn topic(
    (id, edition, slug, name, description, same_as): TopicRow,
) -> sqlx::Result<Topic> {
    let (edition, slug) = (
        Slug::edition(&edition).map_err(broken)?,
        slug.parse().map_err(broken)?,
    );
    Ok(Topic {
        id: id.parse().map_err(broken)?,
        edition,
        slug,
        name,
        description,
        same_as,
    })
}

/// All that can be read; see [`readable`].
pub(crate) async fn list_topics(tx: &mut Tx, edition: &Slug) -> sqlx::Result<Vec<Topic>> {
    let rows = fetch_all!(
        tx,
        TopicRow,
        "SELECT id, edition, slug, name, description, same_as FROM topic WHERE edition = $1 ORDER BY place, slug",
        edition.as_str()
    )?;
    Ok(readable(rows, topic))
}

pub(crate) async fn find_topic(
    tx: &mut Tx,
    edition: &Slug,
    slug: &Slug,
) -> sqlx::Result<Option<Topic>> {
    let row = fetch_optional!(
        tx,
        TopicRow,
        "SELECT id, edition, slug, name, description, same_as FROM topic WHERE edition = $1 AND slug = $2",
        edition.as_str(),
        slug.as_str()
    )?;
    row.map(topic).transpose()
}

pub(crate) async fn set_topic(tx: &mut Tx, topic: &Topic, place: i64) -> sqlx::Result<()> {
    execute!(
        tx,
        "INSERT INTO topic (id, edition, slug, name, description, same_as, place) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (edition, slug) DO UPDATE SET name = excluded.name, description = excluded.description,
             same_as = excluded.same_as, place = excluded.place",
        topic.id,
        topic.edition.as_str(),
        topic.slug.as_str(),
        topic.name.as_str(),
        topic.description.as_deref(),
        topic.same_as.as_str(),
        place
    )?;
    Ok(())
}
