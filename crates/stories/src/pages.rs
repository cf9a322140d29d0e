//! The page of a story, and its short form beside an article.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::json;

use super::rules::{Event, EventOrder, Story, by_day};
use super::store;
use crate::Stories;
use articles::{self, Card, CardView, EditionContext};
use base::secret::TokenHash;
use web::locale::Say;
use web::pages::{Draft, Encoding, Keep, PageKey};
use web::view::{Alternate, Frame, json_ld};
use web::{Error, Path, Query, Result, Route, with_state};

/// Articles listed on a story's page; the rest is in the archives of its topics.
const ARTICLES: i64 = 200;
/// Events in the short form.
const BRIEF: usize = 3;

/// The routes of stories.
#[must_use]
pub fn routes(stories: &Arc<Stories>) -> Vec<Route> {
    let routes = vec![Route::get("/{edition}/story/{slug}", show_story)];
    with_state(routes, stories)
}

/// A day as it is shown, and as machines read it; nothing for those when the day is not known exactly.
struct Day {
    text: String,
    exact: Option<String>,
}

impl Day {
    fn of(say: Say, event: &Event) -> Self {
        if let Some(text) = &event.day_text {
            return Self {
                text: text.clone(),
                exact: None,
            };
        }
        let text = event
            .day
            .parse::<jiff::civil::Date>()
            .map_or_else(|_| event.day.clone(), |day| say.day(day));
        Self {
            text,
            exact: Some(event.day.clone()),
        }
    }
}

/// The short form: the newest events of a story, for the side of its articles; shows itself as HTML.
#[derive(Template)]
#[template(path = "stories/brief.html")]
pub struct Brief {
    /// Name of the story.
    pub title: String,
    /// Its address.
    pub path: String,
    events: Vec<(Day, String)>,
    say: Say,
}

/// The short form of the story with this slug; `None` if the edition has no such story.
///
/// # Errors
/// Whatever the database says.
pub async fn brief(stories: &Stories, edition: &str, slug: &str) -> Result<Option<Brief>> {
    let (Some(context), false) = (stories.articles.editions.find(edition), slug.is_empty()) else {
        return Ok(None);
    };
    let story = store::find_story(&mut stories.base.read().await?, edition, slug).await?;
    let say = Say::new(context.edition.language);
    Ok(story.map(|story| Brief {
        path: story.path(),
        events: story
            .events
            .iter()
            .take(BRIEF)
            .map(|event| (Day::of(say, event), event.title.clone()))
            .collect(),
        title: story.title,
        say,
    }))
}

#[derive(Debug, Deserialize)]
struct StoryQuery {
    order: Option<String>,
}

struct DayView<'a> {
    day: Day,
    events: Vec<&'a Event>,
}

#[derive(Template)]
#[template(path = "stories/story.html")]
struct StoryPage<'a> {
    frame: Frame,
    say: Say,
    story: &'a Story,
    updated: String,
    order: EventOrder,
    days: Vec<DayView<'a>>,
    articles: Vec<CardView>,
    translations: Vec<Alternate>,
}

async fn show_story(
    State(stories): State<Arc<Stories>>,
    Path((edition, slug)): Path<(String, String)>,
    Query(asked): Query<StoryQuery>,
    headers: HeaderMap,
) -> Result {
    let context = stories
        .articles
        .editions
        .find(&edition)
        .ok_or(Error::NotFound)?;
    let order = match asked.order.as_deref() {
        Some("oldest") => EventOrder::Oldest,
        _ => EventOrder::Newest,
    };
    let key = key(&stories, &edition, &slug, order);
    let write = write_story(&stories, &context, &slug, order);
    let encoding = Encoding::wanted(&headers);
    let page = stories
        .site
        .pages
        .find_or_make(key, encoding, write)
        .await?;
    Ok(page.respond(&headers))
}

async fn write_story(
    stories: &Stories,
    context: &EditionContext,
    slug: &str,
    order: EventOrder,
) -> Result<Draft> {
    let mut tx = stories.base.read().await?;
    let edition = context.edition.slug.as_str();
    let story = store::find_story(&mut tx, edition, slug)
        .await?
        .ok_or(Error::NotFound)?;
    let cards = articles::list_of_story(&mut tx, &context.edition.slug, slug, ARTICLES).await?;
    let set = store::list_set(&mut tx, edition, slug).await?;
    drop(tx);
    let set = set
        .iter()
        .map(|(one, slug)| (one.edition.as_str(), slug.as_str()));
    let all: Vec<_> = set
        .filter_map(|(edition, slug)| alternate(stories, edition, slug))
        .collect();
    let html = write(stories, context, &story, order, cards, all)?;
    Ok(Draft::html(Keep::Public, html))
}

/// A story's page changes with every publication in its edition, and in the others, where its translation is.
/// Publishing a story counts as one.
fn key(stories: &Stories, edition: &str, slug: &str, order: EventOrder) -> PageKey {
    let hash = TokenHash::of(&format!("{edition}/story/{slug}")).0;
    let all = stories.articles.editions.all();
    let generations = all
        .iter()
        .map(|context| stories.articles.sidebars.generation(&context.edition.slug));
    PageKey {
        variant: match order {
            EventOrder::Newest => "story",
            EventOrder::Oldest => "story-oldest",
        },
        subject: u128::from_be_bytes(hash[..16].try_into().expect("sixteen of thirty-two bytes")),
        revision: (generations.sum(), 0),
    }
}

fn write(
    stories: &Stories,
    context: &EditionContext,
    story: &Story,
    order: EventOrder,
    cards: Vec<Card>,
    all: Vec<Alternate>,
) -> Result<String> {
    let say = Say::new(context.edition.language);
    let site = &stories.base.config.site.public_url;
    let mut frame = articles::edition_frame(&stories.articles, context, story.title.clone());
    frame.description = story.summary.clone();
    frame.canonical = format!("{site}{}", story.path());
    frame.feed = format!("/{}/feed.xml", context.edition.slug);
    let others = all.iter().filter(|one| one.href != frame.canonical);
    let translations: Vec<_> = others.cloned().collect();
    if !translations.is_empty() {
        frame.alternates = all;
    }
    frame.json_ld = structured(stories, story, &frame, &cards);
    let days = by_day(&story.events, order)
        .into_iter()
        .map(|events| DayView {
            day: Day::of(say, events[0]),
            events,
        })
        .collect();
    let page = StoryPage {
        updated: say.moment(story.updated_at, &context.zone),
        articles: cards
            .into_iter()
            .map(|card| articles::shown(&stories.articles, context, card))
            .collect(),
        frame,
        say,
        story,
        order,
        days,
        translations,
    };
    Ok(page.render()?)
}

fn alternate(stories: &Stories, edition: &str, slug: &str) -> Option<Alternate> {
    let context = stories.articles.editions.find(edition)?;
    Some(Alternate {
        tag: context.edition.locale.clone(),
        href: format!(
            "{}{}",
            stories.base.config.site.public_url,
            super::rules::path(edition, slug)
        ),
        name: Say::new(context.edition.language).say("language-name"),
    })
}

/// Structured data: a `CollectionPage` with the story's articles (schema.org).
fn structured(stories: &Stories, story: &Story, frame: &Frame, cards: &[Card]) -> String {
    let url = &stories.base.config.site.public_url;
    let parts: Vec<_> = cards
        .iter()
        .map(|card| {
            json!({
                "@type": "NewsArticle",
                "headline": card.headline,
                "url": format!("{url}{}", card.path),
                "datePublished": card.published_at.rfc3339(),
            })
        })
        .collect();
    json_ld(&json!({
        "@context": "https://schema.org",
        "@type": "CollectionPage",
        "name": story.title,
        "description": story.summary,
        "url": frame.canonical,
        "inLanguage": frame.tag,
        "dateModified": story.updated_at.rfc3339(),
        "publisher": {"@type": "NewsMediaOrganization", "name": stories.base.config.site.name, "url": url},
        "hasPart": parts,
    }))
}

#[cfg(test)]
mod tests;
