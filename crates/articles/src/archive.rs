//! The archive of a topic, newest first, by keyset pagination: a page is named by the article before which it begins.
//!
//! So its address shows the same articles for ever, whatever is published since, and a page of ten years ago costs what the
//! first one costs. Deliberately not here: numbers of pages, which would have to be counted; feeds (`feeds`).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;

use super::editions::EditionContext;
use super::pages::{CardView, edition_frame, shown};
use super::rules::{Card, Slug, Topic};
use super::store;
use crate::Articles;
use access::ArticleId;
use base::secret::TokenHash;
use base::time::UnixMillis;
use web::locale::Say;
use web::pages::{Draft, Encoding, Keep, PageKey};
use web::view::{Alternate, Frame};
use web::{Error, Path, Query, Result};

/// Where an article stands in a list by time. In an address: `MILLISECONDS.ID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// When it was published.
    pub at: UnixMillis,
    /// Which one, of those published in the same millisecond.
    pub id: ArticleId,
}

impl Position {
    /// Before this one stand all articles.
    pub const NEWEST: Self = Self::after(UnixMillis(i64::MAX));

    /// Before this one stand all articles that were published at this moment or earlier.
    #[must_use]
    pub const fn after(at: UnixMillis) -> Self {
        Self {
            at,
            id: ArticleId::from_bits(u128::MAX),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.0, self.id)
    }
}

impl FromStr for Position {
    type Err = ();

    /// Takes only what [`Display`](fmt::Display) writes: one position, one address.
    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let (at, id) = text.split_once('.').ok_or(())?;
        let position = Self {
            at: UnixMillis(at.parse().map_err(|_| ())?),
            id: id.parse().map_err(|_| ())?,
        };
        (position.to_string() == text).then_some(position).ok_or(())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ArchiveQuery {
    before: Option<String>,
    /// Of the time when pages had numbers, whose articles changed with every publication.
    page: Option<String>,
}

#[derive(Template)]
#[template(path = "articles/topic.html")]
struct TopicPage {
    frame: Frame,
    say: Say,
    topic: Topic,
    cards: Vec<CardView>,
    newer: Option<String>,
    older: Option<String>,
}

pub(super) async fn show_topic(
    State(articles): State<Arc<Articles>>,
    Path((edition, slug)): Path<(String, String)>,
    asked: Result<Query<ArchiveQuery>>,
    headers: HeaderMap,
) -> Result {
    let context = articles.editions.find(&edition).ok_or(Error::NotFound)?;
    let slug: Slug = slug.parse().map_err(|_| Error::NotFound)?;
    let topic = context.topics.iter().find(|topic| topic.slug == slug);
    let topic = topic.cloned().ok_or(Error::NotFound)?;
    let Query(asked) = asked.map_err(|_| Error::NotFound)?;
    if let Some(page) = asked.page {
        return numbered(&topic, &page);
    }
    let before = asked
        .before
        .map(|text| text.parse::<Position>().map_err(|()| Error::NotFound));
    let before = before.transpose()?;
    let key = key(&articles, &context, &topic, before);
    let encoding = Encoding::wanted(&headers);
    if let Some(page) = articles.site.pages.find(&key, encoding) {
        return Ok(page.respond(&headers));
    }
    let length = i64::try_from(articles.base.config.pages.archive_length).unwrap_or(20);
    let newer = match before {
        None => None,
        Some(before) => {
            let positions = positions(&articles, &topic, before, length).await?;
            if positions.first() != Some(&before) {
                // No article stands there (any more): the page has the address of the next newer one.
                return Ok(moved(StatusCode::FOUND, &path(&topic, positions.first())));
            }
            let all = i64::try_from(positions.len()).is_ok_and(|count| count <= length);
            Some(path(&topic, positions.last().filter(|_| !all)))
        }
    };
    let write = write_topic(&articles, &context, topic, before, newer, length);
    let page = articles
        .site
        .pages
        .find_or_make(key, encoding, write)
        .await?;
    Ok(page.respond(&headers))
}

/// A page by its number has no articles of its own: the archive begins here.
fn numbered(topic: &Topic, page: &str) -> Result {
    match page.parse::<u32>() {
        Ok(1..) => Ok(moved(StatusCode::MOVED_PERMANENTLY, &topic.path())),
        _ => Err(Error::NotFound),
    }
}

fn moved(status: StatusCode, to: &str) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    headers.insert(header::LOCATION, to);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, no-cache"),
    );
    response
}

/// The address of the page before this position, or of the first one.
fn path(topic: &Topic, before: Option<&Position>) -> String {
    match before {
        None => topic.path(),
        Some(before) => format!("{}?before={before}", topic.path()),
    }
}

fn key(
    articles: &Articles,
    context: &EditionContext,
    topic: &Topic,
    before: Option<Position>,
) -> PageKey {
    let generation = articles.sidebars.generation(&context.edition.slug);
    let (variant, subject) = match before {
        None => ("topic", topic.id.0),
        Some(before) => {
            let hash = TokenHash::of(&format!("{} {before}", topic.id)).0;
            let subject = hash[..16].try_into().map_or(0, u128::from_be_bytes);
            ("topic-before", subject)
        }
    };
    PageKey {
        variant,
        subject,
        revision: (generation, 0),
    }
}

/// From the article before which a page begins, one more than a page has.
async fn positions(
    articles: &Articles,
    topic: &Topic,
    from: Position,
    length: i64,
) -> Result<Vec<Position>> {
    let mut tx = articles.base.read().await?;
    Ok(store::list_positions(&mut tx, topic.id, from, length + 1).await?)
}

async fn write_topic(
    articles: &Articles,
    context: &EditionContext,
    topic: Topic,
    before: Option<Position>,
    newer: Option<String>,
    length: i64,
) -> Result<Draft> {
    let mut tx = articles.base.read().await?;
    let from = before.unwrap_or(Position::NEWEST);
    let edition = &context.edition.slug;
    let mut cards = store::list_cards(&mut tx, edition, Some(topic.id), from, length + 1).await?;
    drop(tx);
    if cards.is_empty() && before.is_some() {
        return Err(Error::NotFound);
    }
    let more = cards.len() > articles.base.config.pages.archive_length;
    cards.truncate(articles.base.config.pages.archive_length);
    let last = cards.last().filter(|_| more).map(|card| Position {
        at: card.published_at,
        id: card.id,
    });
    let older = last.map(|last| path(&topic, Some(&last)));
    let own = path(&topic, before.as_ref());
    let page = TopicPage {
        frame: frame(articles, context, &topic, &own),
        say: Say::new(context.edition.language),
        cards: cards
            .into_iter()
            .map(|card: Card| shown(articles, context, card))
            .collect(),
        topic,
        newer,
        older,
    };
    Ok(Draft::html(Keep::Public, page.render()?))
}

fn frame(articles: &Articles, context: &EditionContext, topic: &Topic, own: &str) -> Frame {
    let mut frame = edition_frame(articles, context, topic.name.clone());
    frame.description = topic.description.clone().unwrap_or_default();
    frame.feed = format!("{}/feed.xml", topic.path());
    frame
        .sections
        .iter_mut()
        .for_each(|link| link.current = link.href == topic.path());
    frame.canonical = format!("{}{own}", articles.base.config.site.public_url);
    frame.alternates = alternates(articles, topic);
    frame
}

/// The topic in all its editions, itself included; nothing if there is no other.
fn alternates(articles: &Articles, topic: &Topic) -> Vec<Alternate> {
    let Some(set) = topic.translation else {
        return Vec::new();
    };
    let all = articles.editions.all();
    let twins = all.iter().flat_map(|context| {
        let same = context
            .topics
            .iter()
            .filter(|twin| twin.translation == Some(set));
        same.map(|twin| Alternate {
            tag: context.edition.locale.clone(),
            href: format!("{}{}", articles.base.config.site.public_url, twin.path()),
            name: Say::new(context.edition.language).say("language-name"),
        })
    });
    twins.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_has_one_spelling() {
        let text = "1772020800000.0198c0de-0000-7000-8000-000000000001";
        assert_eq!(text.parse::<Position>().unwrap().to_string(), text);
        for bad in [
            "",
            "1772020800000",
            "1772020800000.",
            "x.0198c0de-0000-7000-8000-000000000001",
            "+1.0198c0de-0000-7000-8000-000000000001",
            "01.0198c0de-0000-7000-8000-000000000001",
            "1.0198C0DE-0000-7000-8000-000000000001",
            "1.0198c0de-0000-7000-8000-000000000001.2",
            "99999999999999999999.0198c0de-0000-7000-8000-000000000001",
        ] {
            assert!(bad.parse::<Position>().is_err(), "{bad}");
        }
    }
}
