//! Makes the variants of an article's page. No byte of them depends on who reads.

use std::sync::Arc;

use askama::Template;
use http::{HeaderMap, HeaderValue};
use markup::{Document, Html, ImageTag};

use super::dateline::dated_from;
use super::head::{frame, translations};
use super::pages::ACCESS;
use super::variant::{Variant, key};
use crate::Reading;
use access::{Access, Pass};
use articles::rules::Correction;
use articles::{self, Article, Card, Entry, ImageTags, Picture, Topic};
use base::time::{Span, UnixMillis};
use web::locale::Say;
use web::pages::{Draft, Encoding, Keep, Page};
use web::view::{Alternate, Frame};
use web::{Error, Result};

/// The calendar month of the edition's time zone, such as `2026-02`.
#[must_use]
pub fn month(reading: &Reading, entry: &Entry) -> String {
    let zone = reading
        .articles
        .editions
        .find(entry.edition.as_str())
        .map_or(jiff::tz::TimeZone::UTC, |context| context.zone.clone());
    reading
        .base
        .clock
        .now()
        .zoned(&zone)
        .strftime("%Y-%m")
        .to_string()
}

/// Makes the page, unless memory has it by now. The variants with the whole text need the pass that opens it.
///
/// `None` if the newsroom has changed for whom the article is since `entry` was looked up: what was decided holds no
/// longer, the catalog knows the new rule now, and the caller decides again.
///
/// # Errors
/// [`Error::NotFound`] if the article is gone, or whatever the database says.
pub async fn make(
    reading: &Reading,
    entry: &Entry,
    (variant, encoding): (Variant, Encoding),
    pass: Option<&Pass>,
) -> Result<Option<Arc<Page>>> {
    let sidebar = reading.articles.sidebars.beside(&entry.edition).await?;
    let key = key(entry, variant, sidebar.generation);
    let make = write_page(reading, entry, variant, pass, &sidebar.cards);
    match reading.site.pages.find_or_make(key, encoding, make).await {
        Ok(page) => Ok(Some(page)),
        Err(Unmade::Changed) => Ok(None),
        Err(Unmade::Failed(error)) => Err(error),
    }
}

/// Why there is no page.
enum Unmade {
    /// The article is for others than it was.
    Changed,
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Unmade {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

async fn write_page(
    reading: &Reading,
    entry: &Entry,
    variant: Variant,
    pass: Option<&Pass>,
    cards: &[Card],
) -> std::result::Result<Draft, Unmade> {
    let article = articles::find_article(&mut reading.base.read().await?, entry.id)
        .await?
        .ok_or(Error::NotFound)?;
    if article.access != entry.access {
        reading
            .articles
            .catalog
            .set(&article.path, Entry::of(&article), reading.base.clock.now());
        return Err(Unmade::Changed);
    }
    let related = Related::of(reading, &article, cards).await?;
    let keep = if variant == Variant::Open {
        Keep::Public
    } else {
        Keep::Private
    };
    let text = write(reading, &article, variant, pass, related)?;
    let says = HeaderMap::from_iter([(ACCESS, HeaderValue::from_static(variant.access()))]);
    Ok(Draft::html(keep, text).with(&says))
}

/// What stands around the text.
struct Related {
    latest: Vec<Card>,
    recommended: Vec<Card>,
    /// Of the same text in other editions.
    translations: Vec<Alternate>,
    story: Option<stories::Brief>,
}

impl Related {
    async fn of(reading: &Reading, article: &Article, cards: &[Card]) -> Result<Self> {
        let latest = cards
            .iter()
            .filter(|card| card.id != article.id)
            .take(6)
            .cloned()
            .collect();
        let recommended = articles::rules::recommended(cards, article, 3);
        Ok(Self {
            latest,
            recommended,
            translations: translations(reading, article).await?,
            story: match &article.story {
                Some(story) => {
                    stories::brief(&reading.stories, article.edition.as_str(), story).await?
                }
                None => None,
            },
        })
    }
}

#[derive(Template)]
#[template(path = "reading/article.html")]
struct ArticlePage<'a> {
    frame: Frame,
    say: Say,
    article: &'a Article,
    picture: Option<(ImageTags, &'a Picture)>,
    published: String,
    updated: Option<String>,
    taken: String,
    corrections: Vec<(&'a Correction, String)>,
    text: String,
    restricted: bool,
    wall: bool,
    signed_in: bool,
    path: &'a str,
    latest: Vec<(Card, String)>,
    recommended: Vec<(Card, Option<ImageTags>)>,
    translations: Vec<Alternate>,
    topics: &'a [Topic],
    story: Option<stories::Brief>,
    beat_every: Span,
    silent_for: Span,
}

fn write(
    reading: &Reading,
    article: &Article,
    variant: Variant,
    pass: Option<&Pass>,
    related: Related,
) -> Result<String> {
    let context = reading
        .articles
        .editions
        .find(article.edition.as_str())
        .ok_or(Error::NotFound)?;
    let say = Say::new(context.edition.language);
    let text = body_html(reading, say, article, variant, pass)?;
    let text = dated_from(text, &article.dateline);
    let picture = picture(reading, article);
    let frame = frame(
        reading,
        &context,
        article,
        variant,
        picture.as_ref().map(|(tags, _)| tags),
        &related.translations,
    );
    let moment = |at: UnixMillis| say.moment(at, &context.zone);
    let dated = |card: Card| {
        let at = moment(card.published_at);
        (card, at)
    };
    let page = ArticlePage {
        say,
        article,
        published: moment(article.published_at),
        updated: (article.updated_at > article.published_at).then(|| moment(article.updated_at)),
        taken: taken(say, article.picture.as_ref()),
        corrections: article
            .corrections
            .iter()
            .map(|one| (one, moment(one.at)))
            .collect(),
        text,
        restricted: article.access != Access::Open,
        wall: matches!(variant, Variant::Wall | Variant::Unseated),
        signed_in: variant == Variant::Unseated,
        path: &article.path,
        latest: related.latest.into_iter().map(dated).collect(),
        recommended: related
            .recommended
            .into_iter()
            .map(|card| {
                let tags = card.image.and_then(|id| reading.articles.images.tags(id));
                (card, tags)
            })
            .collect(),
        translations: related.translations,
        topics: &article.topics,
        story: related.story,
        picture,
        frame,
        beat_every: reading.base.config.reading.beat_every,
        silent_for: reading.base.config.reading.silent_for,
    };
    Ok(page.render()?)
}

/// The lead picture, if its files are there.
fn picture<'a>(reading: &Reading, article: &'a Article) -> Option<(ImageTags, &'a Picture)> {
    let about = article.picture.as_ref()?;
    Some((reading.articles.images.tags(about.image)?, about))
}

/// The date of a picture in words; an odd one as it was written.
fn taken(say: Say, picture: Option<&Picture>) -> String {
    let date = picture.and_then(|picture| picture.date.as_deref());
    let date = date.unwrap_or_default();
    date.parse::<jiff::civil::Date>()
        .map_or_else(|_| date.to_owned(), |day| say.day(day))
}

/// The text, as far as the variant shows it. Without a pass there is only the lead.
fn body_html(
    reading: &Reading,
    say: Say,
    article: &Article,
    variant: Variant,
    pass: Option<&Pass>,
) -> Result<String> {
    let whole: Option<&Document> = match variant {
        Variant::Open | Variant::Full | Variant::Watched => {
            let pass =
                pass.ok_or_else(|| Error::internal("a whole text was asked for without a pass"))?;
            Some(
                article
                    .body
                    .open(pass)
                    .ok_or_else(|| Error::internal("a pass for another article"))?,
            )
        }
        Variant::Lead | Variant::Wall | Variant::Unseated => None,
    };
    let blocks = whole.map_or_else(|| article.body.lead(), |document| &document.blocks);
    Ok(markup::render(
        blocks,
        &Html {
            image: &|image| {
                let tags = reading.articles.images.tags(image.src.parse().ok()?)?;
                Some(ImageTag {
                    src: tags.src,
                    srcset: tags.srcset,
                    sizes: "(min-width:64rem) 39rem, 100vw".into(),
                    width: u32::try_from(tags.width).ok()?,
                    height: u32::try_from(tags.height).ok()?,
                })
            },
            first_id: 1,
            own_host: reading
                .base
                .config
                .site
                .public_url
                .split("://")
                .nth(1)
                .unwrap_or(""),
            table_label: &say.say("article-table"),
        },
    ))
}
