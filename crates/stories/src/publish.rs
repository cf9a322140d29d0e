//! Publishing a story: a draft is checked as a whole, then written in one transaction; publishing it again changes it.

use serde::{Deserialize, Serialize};

use super::refusal::{Error, Refusal};
use super::rules::{Event, Figure, Person, Story, newest_first};
use super::store;
use super::translations::{Connected, connect};
use crate::Stories;
use articles::{Change, Headline, Published, Slug, find_edition_context, parse_twin, settle};
use base::db::Tx;

/// An event as the newsroom writes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventDraft {
    /// `YYYY-MM-DD`; an event without an exact day needs one to be sorted by.
    pub date: String,
    /// The day in words when it is not known exactly.
    #[serde(default)]
    pub date_text: String,
    /// What happened.
    pub title: String,
    /// A sentence or two about it.
    #[serde(default)]
    pub text: String,
    /// Who says so. There is no default: an event without a source is not published.
    pub source: String,
}

/// A person as the newsroom writes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonDraft {
    /// Name.
    pub name: String,
    /// Office.
    pub office: String,
    /// A sentence about it.
    #[serde(default)]
    pub note: String,
}

/// A figure as the newsroom writes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureDraft {
    /// As it is shown.
    pub value: String,
    /// What is counted.
    pub label: String,
    /// Who says so.
    pub source: String,
}

/// A story as the newsroom hands it in: one file in TOML.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoryDraft {
    /// Slug of the edition.
    pub edition: String,
    /// Slug of the story.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// What it is about.
    #[serde(default)]
    pub summary: String,
    /// `EDITION/SLUG` of the same story in another language.
    #[serde(default)]
    pub translation_of: String,
    /// What is known, and what is not.
    #[serde(default)]
    pub what_we_know: Vec<String>,
    /// Events. Those of one day are written the latest first.
    #[serde(default)]
    pub event: Vec<EventDraft>,
    /// People.
    #[serde(default)]
    pub person: Vec<PersonDraft>,
    /// Figures.
    #[serde(default)]
    pub figure: Vec<FigureDraft>,
}

/// Stories that are published together.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Batch {
    /// Stories.
    pub stories: Vec<StoryDraft>,
    /// Find out what would happen, and change nothing.
    pub dry_run: bool,
}

/// Publishes a story, or changes the one with the same edition and slug.
///
/// # Errors
/// Names what is wrong with the draft; then nothing is changed.
pub async fn publish(stories: &Stories, draft: &StoryDraft) -> Result<Published, Error> {
    let mut tx = stories.base.write().await?;
    let published = write(stories, &mut tx, draft).await?;
    tx.commit().await?;
    announce(stories, draft, &published);
    Ok(published)
}

/// Publishes a batch in one transaction and answers for each story in turn. Where one answer is an error, nothing is
/// changed.
///
/// # Errors
/// When the database fails; then nothing is changed.
pub async fn publish_batch(
    stories: &Stories,
    batch: &Batch,
) -> Result<Vec<Result<Published, Error>>, Error> {
    let mut tx = stories.base.write().await?;
    let mut answers = Vec::new();
    for draft in &batch.stories {
        answers.push(write(stories, &mut tx, draft).await);
    }
    let drafts = batch.stories.iter();
    let names = drafts.map(|draft| format!("{}/{}", draft.edition, draft.slug));
    settle(&names.collect(), answers.iter_mut().flatten());
    if batch.dry_run || answers.iter().any(Result::is_err) {
        return Ok(answers);
    }
    tx.commit().await?;
    for (draft, published) in batch.stories.iter().zip(answers.iter().flatten()) {
        announce(stories, draft, published);
    }
    Ok(answers)
}

/// Has the story's page, what stands beside its articles, and the pages of its translations made anew. After the commit,
/// never before.
fn announce(stories: &Stories, draft: &StoryDraft, published: &Published) {
    if published.change != Change::Same
        && let Some(context) = stories.articles.editions.find(&draft.edition)
    {
        stories.articles.sidebars.changed(&context.edition.slug);
    }
}

/// Writes one story in a transaction that somebody else commits.
async fn write(stories: &Stories, tx: &mut Tx, draft: &StoryDraft) -> Result<Published, Error> {
    let context = find_edition_context(&stories.articles, &draft.edition)?;
    let title = check(draft)?;
    let twin = parse_twin(
        &stories.articles,
        &context.edition.slug,
        &draft.translation_of,
    )?;
    let before = store::find_story(tx, &draft.edition, &draft.slug).await?;
    let mut story = Story {
        id: before
            .as_ref()
            .map_or_else(|| tx.new_id(), |story| story.id),
        edition: draft.edition.clone(),
        slug: draft.slug.clone(),
        title: title.into_string(),
        summary: draft.summary.trim().to_owned(),
        known: draft.what_we_know.clone(),
        updated_at: before.as_ref().map_or(tx.now(), |story| story.updated_at),
        events: draft.event.iter().map(event).collect(),
        people: draft.person.iter().map(person).collect(),
        figures: draft.figure.iter().map(figure).collect(),
    };
    newest_first(&mut story.events);
    let path = story.path();
    let mut change = match &before {
        None => Change::New,
        Some(before) if *before == story => Change::Same,
        Some(_) => Change::Changed,
    };
    if change != Change::Same {
        story.updated_at = tx.now();
        store::set_story(tx, &story).await?;
    }
    let Connected { changed, missing } = connect(tx, &story, twin).await?;
    if changed && change == Change::Same {
        change = Change::Changed;
    }
    Ok(Published {
        held_until: None,
        change,
        path,
        missing,
    })
}

/// Checks what can be checked without the paper; gives the title.
fn check(draft: &StoryDraft) -> Result<Headline, Refusal> {
    draft.slug.parse::<Slug>()?;
    let title = draft.title.parse().map_err(Refusal::Title)?;
    for event in &draft.event {
        let day: Result<jiff::civil::Date, _> = event.date.parse();
        if !day.is_ok_and(|day| day.to_string() == event.date) {
            return Err(Refusal::NoDay {
                event: event.title.clone(),
                date: event.date.clone(),
            });
        }
        if event.source.trim().is_empty() {
            return Err(Refusal::EventSource(event.title.clone()));
        }
    }
    match draft.figure.iter().find(|one| one.source.trim().is_empty()) {
        Some(figure) => Err(Refusal::FigureSource(figure.label.clone())),
        None => Ok(title),
    }
}

fn event(draft: &EventDraft) -> Event {
    Event {
        day: draft.date.clone(),
        day_text: (!draft.date_text.is_empty()).then(|| draft.date_text.clone()),
        title: draft.title.clone(),
        text: draft.text.clone(),
        source: draft.source.clone(),
    }
}

fn person(draft: &PersonDraft) -> Person {
    Person {
        name: draft.name.clone(),
        office: draft.office.clone(),
        note: draft.note.clone(),
    }
}

fn figure(draft: &FigureDraft) -> Figure {
    Figure {
        value: draft.value.clone(),
        label: draft.label.clone(),
        source: draft.source.clone(),
    }
}
