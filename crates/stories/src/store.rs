//! SQL of running stories.

use super::rules::{Event, Figure, Person, Story, StoryId};
use base::db::{Tx, execute, fetch_all, fetch_optional};
use base::time::UnixMillis;

/// The story with this slug in this edition.
///
/// # Errors
/// Whatever the database says.
pub async fn find_story(tx: &mut Tx, edition: &str, slug: &str) -> sqlx::Result<Option<Story>> {
    let row = fetch_optional!(
        tx,
        (StoryId, String, String, String, String, UnixMillis),
        "SELECT id, title, summary, known, translation, updated_at FROM story WHERE edition = $1 AND slug = $2",
        edition,
        slug
    )?;
    let Some((id, title, summary, known, translation, updated_at)) = row else {
        return Ok(None);
    };
    let known =
        serde_json::from_str(&known).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(Some(Story {
        id,
        edition: edition.to_owned(),
        slug: slug.to_owned(),
        title,
        summary,
        known,
        translation,
        updated_at,
        events: list_events(tx, id).await?,
        people: list_people(tx, id).await?,
        figures: list_figures(tx, id).await?,
    }))
}

async fn list_events(tx: &mut Tx, story: StoryId) -> sqlx::Result<Vec<Event>> {
    let rows = fetch_all!(
        tx,
        (String, Option<String>, String, String, String),
        "SELECT day, day_text, title, text, source FROM story_event WHERE story_id = $1 ORDER BY place",
        story
    )?;
    Ok(rows
        .into_iter()
        .map(|(day, day_text, title, text, source)| Event {
            day,
            day_text,
            title,
            text,
            source,
        })
        .collect())
}

async fn list_people(tx: &mut Tx, story: StoryId) -> sqlx::Result<Vec<Person>> {
    let rows = fetch_all!(
        tx,
        (String, String, String),
        "SELECT name, office, note FROM story_person WHERE story_id = $1 ORDER BY place",
        story
    )?;
    Ok(rows
        .into_iter()
        .map(|(name, office, note)| Person { name, office, note })
        .collect())
}

async fn list_figures(tx: &mut Tx, story: StoryId) -> sqlx::Result<Vec<Figure>> {
    let rows = fetch_all!(
        tx,
        (String, String, String),
        "SELECT value, label, source FROM story_figure WHERE story_id = $1 ORDER BY place",
        story
    )?;
    Ok(rows
        .into_iter()
        .map(|(value, label, source)| Figure {
            value,
            label,
            source,
        })
        .collect())
}

/// Inserts the story, or changes the one with the same identifier.
///
/// # Errors
/// Whatever the database says.
pub async fn set_story(tx: &mut Tx, story: &Story) -> sqlx::Result<()> {
    let known = serde_json::Value::from(story.known.clone()).to_string();
    execute!(
        tx,
        "INSERT INTO story (id, edition, slug, title, summary, known, translation, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, summary = excluded.summary, known = excluded.known,
             translation = excluded.translation, updated_at = excluded.updated_at",
        story.id,
        story.edition.as_str(),
        story.slug.as_str(),
        story.title.as_str(),
        story.summary.as_str(),
        known,
        story.translation.as_str(),
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
