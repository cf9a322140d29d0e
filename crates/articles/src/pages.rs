//! Front pages and pictures.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

use super::archive::{self, Position};
use super::editions::EditionContext;
use super::images::ImageTags;
use super::rules::{Card, ImageId, Topic};
use super::{feeds, sitemap, store};
use crate::Articles;
use web::locale::{self, Say};
use web::pages::{Draft, Encoding, Keep, PageKey};
use web::view::{Alternate, Frame, Link};
use web::{Error, Path, Result, Route, with_state};

/// The routes of what everybody may see.
#[must_use]
pub fn routes(articles: &Arc<Articles>) -> Vec<Route> {
    let mut routes = vec![
        Route::get("/", show_home),
        Route::get("/{edition}", show_front),
        Route::get("/{edition}/topic/{topic}", archive::show_topic),
        Route::get("/media/{name}", show_picture),
    ];
    routes.extend(feeds::routes());
    routes.extend(sitemap::routes());
    with_state(routes, articles)
}

/// So many topics stand in the masthead; an imported paper may have hundreds, which its articles link to.
const MASTHEAD_TOPICS: usize = 12;

/// The frame of an edition's pages: its masthead and sections.
#[must_use]
pub fn edition_frame(articles: &Articles, context: &EditionContext, title: String) -> Frame {
    let mut frame = Frame::new(&articles.site, context.edition.language, title);
    frame.tag = context.edition.locale.clone();
    frame.home = format!("/{}", context.edition.slug);
    frame.sections = context
        .topics
        .iter()
        .take(MASTHEAD_TOPICS)
        .map(|topic| Link {
            href: topic.path(),
            text: topic.name.clone(),
            current: false,
        })
        .collect();
    frame
}

/// The bare address: on to the edition in the visitor's language.
async fn show_home(
    State(articles): State<Arc<Articles>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    use axum::response::IntoResponse as _;
    let home = articles
        .site
        .home(locale::of_request(&articles.site, &uri, &headers));
    let mut response = StatusCode::FOUND.into_response();
    let out = response.headers_mut();
    let to = if home == "/" {
        "/sign-in".to_owned()
    } else {
        home
    };
    out.insert(
        header::LOCATION,
        HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/sign-in")),
    );
    out.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    out.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    response
}

/// A card with its picture and date, ready for a list.
pub struct CardView {
    /// The card.
    pub card: Card,
    /// Its picture, if it has one.
    pub picture: Option<ImageTags>,
    /// When it was published, in words.
    pub at: String,
}

/// A card made ready for a list of this edition.
#[must_use]
pub fn shown(articles: &Articles, context: &EditionContext, card: Card) -> CardView {
    let say = Say::new(context.edition.language);
    let picture = card.image.and_then(|id| articles.images.tags(id));
    let at = say.moment(card.published_at, &context.zone);
    CardView { card, picture, at }
}

struct Section {
    topic: Topic,
    cards: Vec<CardView>,
}

#[derive(Template)]
#[template(path = "articles/front.html")]
struct FrontPage {
    frame: Frame,
    say: Say,
    tagline: String,
    lead: Option<CardView>,
    top: Vec<CardView>,
    sections: Vec<Section>,
    latest: Vec<CardView>,
}

/// Two articles share a row between them; more have a column each.
const fn half(count: usize) -> &'static str {
    if count == 2 { " half" } else { "" }
}

/// Articles beside the lead.
const TOP: usize = 3;
/// Pinned articles that are first, however old they are.
const PINNED: i64 = 1 + TOP as i64;
/// Articles in a section.
const SECTION: usize = 3;
/// Articles in the list of the latest.
const LATEST: usize = 8;

async fn show_front(
    State(articles): State<Arc<Articles>>,
    Path(edition): Path<String>,
    headers: HeaderMap,
) -> Result {
    let context = articles.editions.find(&edition).ok_or(Error::NotFound)?;
    let key = of_edition(&articles, &context, FRONT);
    let write = async {
        let mut tx = articles.base.read().await?;
        let edition = &context.edition.slug;
        let cards = store::list_cards(&mut tx, edition, None, Position::NEWEST, 80).await?;
        let pinned = store::list_pinned(&mut tx, edition, PINNED).await?;
        let html = front(&articles, &context, cards, pinned).render()?;
        Ok::<_, Error>(Draft::html(Keep::Public, html))
    };
    let encoding = Encoding::wanted(&headers);
    let page = articles
        .site
        .pages
        .find_or_make(key, encoding, write)
        .await?;
    Ok(page.respond(&headers))
}

/// The kind of page that front pages are.
const FRONT: &str = "front";

/// What a finished page of a whole edition is made from.
pub(super) fn of_edition(
    articles: &Articles,
    context: &EditionContext,
    variant: &'static str,
) -> PageKey {
    PageKey {
        variant,
        subject: context.subject,
        revision: (articles.sidebars.generation(&context.edition.slug), 0),
    }
}

/// The front page or a feed of an edition, if memory has it; for others `None`, and the router answers.
#[must_use]
pub fn quick(articles: &Articles, path: &str, headers: &HeaderMap) -> Option<Response> {
    let path = path.strip_prefix('/')?;
    let (edition, variant) = match path.split_once('/') {
        None => (path, FRONT),
        Some((edition, file)) => (edition, feeds::file(file)?),
    };
    let context = articles.editions.find(edition)?;
    let key = of_edition(articles, &context, variant);
    let page = articles.site.pages.find(&key, Encoding::wanted(headers))?;
    Some(page.respond(headers))
}

fn front(
    articles: &Articles,
    context: &EditionContext,
    mut cards: Vec<Card>,
    pinned: Vec<Card>,
) -> FrontPage {
    let first: Vec<_> = pinned.iter().map(|card| card.id).collect();
    cards.retain(|card| !first.contains(&card.id));
    cards.splice(0..0, pinned);
    let mut used = Vec::new();
    let mut rest = cards.iter();
    let lead = rest.next().cloned();
    let top: Vec<Card> = rest.by_ref().take(TOP).cloned().collect();
    used.extend(lead.iter().chain(&top).map(|card| card.id));
    let sections = context
        .topics
        .iter()
        .filter_map(|topic| {
            let of_topic: Vec<Card> = cards
                .iter()
                .filter(|card| card.topics.contains(&topic.id) && !used.contains(&card.id))
                .take(SECTION)
                .cloned()
                .collect();
            used.extend(of_topic.iter().map(|card| card.id));
            let cards: Vec<CardView> = of_topic
                .into_iter()
                .map(|card| shown(articles, context, card))
                .collect();
            (!cards.is_empty()).then(|| Section {
                topic: topic.clone(),
                cards,
            })
        })
        .collect();
    cards.sort_by_key(|card| std::cmp::Reverse(card.published_at));
    let say = Say::new(context.edition.language);
    let mut frame = edition_frame(articles, context, context.edition.name.clone());
    frame.description = context.edition.tagline.clone().unwrap_or_default();
    frame.feed = format!("/{}/feed.xml", context.edition.slug);
    frame.canonical = format!(
        "{}/{}",
        articles.base.config.site.public_url, context.edition.slug
    );
    frame.alternates = editions(articles);
    FrontPage {
        frame,
        say,
        tagline: context.edition.tagline.clone().unwrap_or_default(),
        lead: lead.map(|card| shown(articles, context, card)),
        top: top
            .into_iter()
            .map(|card| shown(articles, context, card))
            .collect(),
        sections,
        latest: cards
            .into_iter()
            .take(LATEST)
            .map(|card| shown(articles, context, card))
            .collect(),
    }
}

/// The front pages of all editions, as links between languages.
fn editions(articles: &Articles) -> Vec<Alternate> {
    articles
        .editions
        .all()
        .iter()
        .map(|context| Alternate {
            tag: context.edition.locale.clone(),
            href: format!(
                "{}/{}",
                articles.base.config.site.public_url, context.edition.slug
            ),
            name: Say::new(context.edition.language).say("language-name"),
        })
        .collect()
}

/// A picture: `/media/ID-WIDTH.jpg`. Its address changes with its content.
async fn show_picture(
    State(articles): State<Arc<Articles>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result {
    let (id, width) = name
        .strip_suffix(".jpg")
        .and_then(|stem| stem.rsplit_once('-'))
        .ok_or(Error::NotFound)?;
    let (id, width): (ImageId, i64) = (
        id.parse().map_err(|_| Error::NotFound)?,
        width.parse().map_err(|_| Error::NotFound)?,
    );
    let key = PageKey {
        variant: "picture",
        subject: id.0,
        revision: (width.unsigned_abs(), 0),
    };
    let write = async {
        let file = store::find_image_file(&mut articles.base.read().await?, id, width).await?;
        let file = file.ok_or(Error::NotFound)?;
        Ok::<_, Error>(Draft::asset("image/jpeg", file))
    };
    let encoding = Encoding::wanted(&headers);
    let page = articles
        .site
        .pages
        .find_or_make(key, encoding, write)
        .await?;
    Ok(page.respond(&headers))
}
