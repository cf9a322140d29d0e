//! Editions and their topics.

use super::super::rules::{Edition, Slug, Topic, TopicId, TranslationId};
use super::super::translations::Member;
use super::{broken, readable};
use base::db::{Tx, execute, fetch_all, fetch_optional, row};

row! {
    struct EditionRow {
        slug: String,
        name: String,
        language: String,
        locale: String,
        timezone: String,
        title: String,
        tagline: Option<String>,
    }
}

/// All that can be read; see [`readable`].
pub(crate) async fn list_editions(tx: &mut Tx) -> sqlx::Result<Vec<Edition>> {
    let rows = fetch_all!(
        tx,
        EditionRow,
        "SELECT slug, name, language, locale, timezone, title, tagline FROM edition ORDER BY place, slug"
    )?;
    let edition = |row: EditionRow| {
        Ok(Edition {
            slug: Slug::edition(&row.slug).map_err(broken)?,
            name: row.name,
            language: row.language.parse().map_err(broken)?,
            locale: row.locale,
            timezone: row.timezone,
            title: row.title,
            tagline: row.tagline,
        })
    };
    Ok(readable(rows, edition))
}

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

row! {
    pub(super) struct TopicRow {
        id: String,
        edition: String,
        slug: String,
        name: String,
        description: Option<String>,
        translation_id: Option<TranslationId>,
    }
}

pub(super) fn topic(row: TopicRow) -> sqlx::Result<Topic> {
    Ok(Topic {
        id: row.id.parse().map_err(broken)?,
        edition: Slug::edition(&row.edition).map_err(broken)?,
        slug: row.slug.parse().map_err(broken)?,
        name: row.name,
        description: row.description,
        translation: row.translation_id,
    })
}

/// All that can be read; see [`readable`].
pub(crate) async fn list_topics(tx: &mut Tx, edition: &Slug) -> sqlx::Result<Vec<Topic>> {
    let rows = fetch_all!(
        tx,
        TopicRow,
        "SELECT id, edition, slug, name, description, translation_id FROM topic WHERE edition = $1 ORDER BY place, slug",
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
        "SELECT id, edition, slug, name, description, translation_id FROM topic WHERE edition = $1 AND slug = $2",
        edition.as_str(),
        slug.as_str()
    )?;
    row.map(topic).transpose()
}

pub(crate) async fn set_topic(tx: &mut Tx, topic: &Topic, place: i64) -> sqlx::Result<()> {
    execute!(
        tx,
        "INSERT INTO topic (id, edition, slug, name, description, place) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (edition, slug) DO UPDATE SET name = excluded.name, description = excluded.description,
             place = excluded.place",
        topic.id,
        topic.edition.as_str(),
        topic.slug.as_str(),
        topic.name.as_str(),
        topic.description.as_deref(),
        place
    )?;
    Ok(())
}

/// The topic and those that are the same in other editions.
pub(crate) async fn list_topic_set(
    tx: &mut Tx,
    edition: &Slug,
    slug: &Slug,
) -> sqlx::Result<Vec<Member<TopicId>>> {
    let rows = fetch_all!(
        tx,
        (TopicId, String, Option<TranslationId>),
        "SELECT o.id, o.edition, o.translation_id
         FROM topic t JOIN topic o ON o.id = t.id OR o.translation_id = t.translation_id
         WHERE t.edition = $1 AND t.slug = $2 ORDER BY o.id",
        edition.as_str(),
        slug.as_str()
    )?;
    let member = |(id, edition, set): (_, String, _)| {
        let edition = Slug::edition(&edition).map_err(broken)?;
        Ok(Member { id, edition, set })
    };
    rows.into_iter().map(member).collect()
}

/// Puts a topic into a set, or takes it out of the one it is in.
pub(crate) async fn set_topic_translation(
    tx: &mut Tx,
    id: TopicId,
    set: Option<TranslationId>,
) -> sqlx::Result<()> {
    execute!(
        tx,
        "UPDATE topic SET translation_id = $2 WHERE id = $1",
        id,
        set
    )?;
    Ok(())
}
