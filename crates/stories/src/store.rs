//! SQL of running stories.

use super::rules::{Event, Figure, Person, Story, StoryId};
use articles::{Member, Slug, TranslationId};
use base::db::{Tx, execute, fetch_all, fetch_optional, row};
use base::time::UnixMillis;

row! {
    struct StoryRow {
        id: StoryId,
        title: String,
        summary: String,
        known: String,
        updated_at: UnixMillis,
    }
}

row!(Event: day, day_text, title, text, source);
row!(Person: name, office, note);
row!(Figure: value, label, source);

/// The story with this slug in this edition.
///
/// # Errors
/// Whatever the database says.
pub async fn find_story(tx: &mut Tx, edition: &str, slug: &str) -> sqlx::Result<Option<Story>> {
    let row = fetch_optional!(
        tx,
        StoryRow,
        "SELECT id, title, summary, known, updated_at FROM story WHERE edition = $1 AND slug = $2",
        edition,
        slug
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    let known = serde_json::from_str(&row.known);
    Ok(Some(Story {
        id: row.id,
        edition: edition.to_owned(),
        slug: slug.to_owned(),
        title: row.title,
        summary: row.summary,
        known: known.map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        updated_at: row.updated_at,
        events: list_events(tx, row.id).await?,
        people: list_people(tx, row.id).await?,
        figures: list_figures(tx, row.id).await?,
    }))
}

/// Edition, slug and name of all stories.
///
/// # Errors
/// Whatever the database says.
pub async fn list_stories(tx: &mut Tx) -> sqlx::Result<Vec<(String, String, String)>> {
    fetch_all!(
        tx,
        (String, String, String),
        "SELECT edition, slug, title FROM story ORDER BY edition, slug"
    )
}

async fn list_events(tx: &mut Tx, story: StoryId) -> sqlx::Result<Vec<Event>> {
    fetch_all!(
        tx,
        Event,
        "SELECT day, day_text, title, text, source FROM story_event WHERE story_id = $1 ORDER BY place",
        story
    )
}

async fn list_people(tx: &mut Tx, story: StoryId) -> sqlx::Result<Vec<Person>> {
    fetch_all!(
        tx,
        Person,
        "SELECT name, office, note FROM story_person WHERE story_id = $1 ORDER BY place",
        story
    )
}

async fn list_figures(tx: &mut Tx, story: StoryId) -> sqlx::Result<Vec<Figure>> {
    fetch_all!(
        tx,
        Figure,
        "SELECT value, label, source FROM story_figure WHERE story_id = $1 ORDER BY place",
        story
    )
}

/// Inserts the story, or changes the one with the same identifier. Its translations stay.
///
/// # Errors
/// Whatever the database says.
pub async fn set_story(tx: &mut Tx, story: &Story) -> sqlx::Result<()> {
    let known = serde_json::Value::from(story.known.clone()).to_string();
    execute!(
        tx,
        "INSERT INTO story (id, edition, slug, title, summary, known, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, summary = excluded.summary, known = excluded.known,
             updated_at = excluded.updated_at",
        story.id,
        story.edition.as_str(),
        story.slug.as_str(),
        story.title.as_str(),
        story.summary.as_str(),
        known,
        story.updated_at
    )?;
    set_events(tx, story).await?;
    set_people(tx, story).await?;
    set_figures(tx, story).await
}

async fn set_events(tx: &mut Tx, story: &Story) -> sqlx::Result<()> {
    execute!(tx, "DELETE FROM story_event WHERE story_id = $1", story.id)?;
    for (place, event) in (0_i64..).zip(&story.events) {
        execute!(
            tx,
            "INSERT INTO story_event (story_id, place, day, day_text, title, text, source)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            story.id,
            place,
            event.day.as_str(),
            event.day_text.as_deref(),
            event.title.as_str(),
            event.text.as_str(),
            event.source.as_str()
        )?;
    }
    Ok(())
}

async fn set_people(tx: &mut Tx, story: &Story) -> sqlx::Result<()> {
    execute!(tx, "DELETE FROM story_person WHERE story_id = $1", story.id)?;
    for (place, person) in (0_i64..).zip(&story.people) {
        execute!(
            tx,
            "INSERT INTO story_person (story_id, place, name, office, note) VALUES ($1, $2, $3, $4, $5)",
            story.id,
            place,
            person.name.as_str(),
            person.office.as_str(),
            person.note.as_str()
        )?;
    }
    Ok(())
}

async fn set_figures(tx: &mut Tx, story: &Story) -> sqlx::Result<()> {
    execute!(tx, "DELETE FROM story_figure WHERE story_id = $1", story.id)?;
    for (place, figure) in (0_i64..).zip(&story.figures) {
        execute!(
            tx,
            "INSERT INTO story_figure (story_id, place, value, label, source) VALUES ($1, $2, $3, $4, $5)",
            story.id,
            place,
            figure.value.as_str(),
            figure.label.as_str(),
            figure.source.as_str()
        )?;
    }
    Ok(())
}

row! {
    struct MemberRow {
        id: StoryId,
        edition: String,
        slug: String,
        translation_id: Option<TranslationId>,
    }
}

/// The story and those that are the same in other editions, each with its slug.
///
/// # Errors
/// Whatever the database says.
pub async fn list_set(
    tx: &mut Tx,
    edition: &str,
    slug: &str,
) -> sqlx::Result<Vec<(Member<StoryId>, String)>> {
    let rows = fetch_all!(
        tx,
        MemberRow,
        "SELECT o.id, o.edition, o.slug, o.translation_id
         FROM story s JOIN story o ON o.id = s.id OR o.translation_id = s.translation_id
         WHERE s.edition = $1 AND s.slug = $2 ORDER BY o.edition",
        edition,
        slug
    )?;
    let member = |row: MemberRow| {
        let edition = Slug::edition(&row.edition);
        let member = Member {
            id: row.id,
            edition: edition.map_err(|error| sqlx::Error::Decode(error.into()))?,
            set: row.translation_id,
        };
        Ok((member, row.slug))
    };
    rows.into_iter().map(member).collect()
}

/// Stories that said they are a translation of this one, `EDITION/SLUG`, before it was there: edition and slug.
///
/// # Errors
/// Whatever the database says.
pub async fn list_wanting(tx: &mut Tx, name: &str) -> sqlx::Result<Vec<(String, String)>> {
    fetch_all!(
        tx,
        (String, String),
        "SELECT edition, slug FROM story WHERE translation_wanted = $1 ORDER BY id",
        name
    )
}

/// Which story this one is a translation of, while that one is not there; `None` when there is nothing to wait for.
///
/// # Errors
/// Whatever the database says.
pub async fn set_wanted(
    tx: &mut Tx,
    edition: &str,
    slug: &str,
    wanted: Option<&str>,
) -> sqlx::Result<()> {
    execute!(
        tx,
        "UPDATE story SET translation_wanted = $3 WHERE edition = $1 AND slug = $2 AND translation_wanted IS DISTINCT FROM $3",
        edition,
        slug,
        wanted
    )?;
    Ok(())
}

/// Puts a story into a set, or takes it out of the one it is in.
///
/// # Errors
/// Whatever the database says.
pub async fn set_translation(
    tx: &mut Tx,
    id: StoryId,
    set: Option<TranslationId>,
) -> sqlx::Result<()> {
    execute!(
        tx,
        "UPDATE story SET translation_id = $2 WHERE id = $1",
        id,
        set
    )?;
    Ok(())
}
