//! Feeds of an edition and of each topic: RSS 2.0 and Atom (RFC 4287).
//!
//! A feed is written from [`Card`]s, which hold no text of an article, so a restricted text cannot get into one.
//! Deliberately not here: podcasts, WebSub, and the texts of open articles; readers come to the paper for those.

use std::io::{self, Write};
use std::sync::Arc;

use axum::extract::State;
use http::HeaderMap;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::archive::Position;
use super::editions::EditionContext;
use super::pages::of_edition;
use super::rules::{Card, Topic};
use super::store;
use crate::Articles;
use base::time::UnixMillis;
use web::pages::{Draft, Encoding, Keep};
use web::{Error, Path, Result, Route};

/// Articles in a feed.
const LENGTH: i64 = 40;

/// The routes of feeds.
pub(super) fn routes() -> Vec<Route<Arc<Articles>>> {
    vec![
        Route::get("/{edition}/feed.xml", show_rss),
        Route::get("/{edition}/atom.xml", show_atom),
        Route::get("/{edition}/topic/{topic}/feed.xml", show_topic_rss),
        Route::get("/{edition}/topic/{topic}/atom.xml", show_topic_atom),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rss,
    Atom,
}

impl Kind {
    const fn file(self) -> &'static str {
        match self {
            Self::Rss => "feed.xml",
            Self::Atom => "atom.xml",
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
        }
    }
}

/// The kind of page a feed's file is.
pub(super) fn file(name: &str) -> Option<&'static str> {
    [Kind::Rss, Kind::Atom]
        .into_iter()
        .map(Kind::file)
        .find(|file| *file == name)
}

type OfTopic = Path<(String, String)>;

async fn show_rss(
    State(articles): State<Arc<Articles>>,
    Path(edition): Path<String>,
    headers: HeaderMap,
) -> Result {
    show(&articles, &edition, None, Kind::Rss, &headers).await
}

async fn show_atom(
    State(articles): State<Arc<Articles>>,
    Path(edition): Path<String>,
    headers: HeaderMap,
) -> Result {
    show(&articles, &edition, None, Kind::Atom, &headers).await
}

async fn show_topic_rss(
    State(articles): State<Arc<Articles>>,
    Path((edition, topic)): OfTopic,
    headers: HeaderMap,
) -> Result {
    show(&articles, &edition, Some(&topic), Kind::Rss, &headers).await
}

async fn show_topic_atom(
    State(articles): State<Arc<Articles>>,
    Path((edition, topic)): OfTopic,
    headers: HeaderMap,
) -> Result {
    show(&articles, &edition, Some(&topic), Kind::Atom, &headers).await
}

async fn show(
    articles: &Articles,
    edition: &str,
    topic: Option<&str>,
    kind: Kind,
    headers: &HeaderMap,
) -> Result {
    let context = articles.editions.find(edition).ok_or(Error::NotFound)?;
    let topic = match topic {
        None => None,
        Some(slug) => Some(
            context
                .topics
                .iter()
                .find(|topic| topic.slug.as_str() == slug)
                .ok_or(Error::NotFound)?,
        ),
    };
    let mut key = of_edition(articles, &context, kind.file());
    if let Some(topic) = topic {
        key.subject = topic.id.0;
    }
    let write = async {
        let id = topic.map(|topic| topic.id);
        let mut tx = articles.base.read().await?;
        let cards =
            store::list_cards(&mut tx, &context.edition.slug, id, Position::NEWEST, LENGTH).await?;
        let feed = Feed::of(articles, &context, topic, kind, &cards);
        let text = match kind {
            Kind::Rss => feed.rss(),
            Kind::Atom => feed.atom(),
        }
        .map_err(Error::internal)?;
        Ok::<_, Error>(Draft::text(kind.content_type(), Keep::Public, text))
    };
    let encoding = Encoding::wanted(headers);
    let page = articles
        .site
        .pages
        .find_or_make(key, encoding, write)
        .await?;
    Ok(page.respond(headers))
}

/// A feed before it is written. Addresses are absolute.
struct Feed<'a> {
    paper: &'a str,
    title: String,
    description: &'a str,
    site: &'a str,
    page: String,
    own: String,
    language: &'a str,
    topics: &'a [Topic],
    cards: &'a [Card],
}

type Xml = Writer<Vec<u8>>;

impl<'a> Feed<'a> {
    fn of(
        articles: &'a Articles,
        context: &'a EditionContext,
        topic: Option<&'a Topic>,
        kind: Kind,
        cards: &'a [Card],
    ) -> Self {
        let paper = &articles.base.config.site.name;
        let site = &articles.base.config.site.public_url;
        let (path, name, description) = match topic {
            None => (
                format!("/{}", context.edition.slug),
                &context.edition.name,
                &context.edition.tagline,
            ),
            Some(topic) => (topic.path(), &topic.name, &topic.description),
        };
        Self {
            paper,
            title: format!("{paper}: {name}"),
            description: description.as_ref().unwrap_or(name),
            site,
            own: format!("{site}{path}/{}", kind.file()),
            page: format!("{site}{path}"),
            language: &context.edition.locale,
            topics: &context.topics,
            cards,
        }
    }

    fn names<'b>(&'b self, card: &'b Card) -> impl Iterator<Item = &'b str> {
        card.topics.iter().filter_map(|id| {
            let topic = self.topics.iter().find(|topic| topic.id == *id)?;
            Some(topic.name.as_str())
        })
    }

    fn updated_at(&self) -> UnixMillis {
        self.cards
            .iter()
            .map(|card| card.updated_at)
            .max()
            .unwrap_or_default()
    }

    /// RSS 2.0 (rssboard.org), with authors as `dc:creator`, since its own `author` is an e-mail address.
    fn rss(&self) -> io::Result<String> {
        document(|xml| {
            xml.create_element("rss")
                .with_attributes([
                    ("version", "2.0"),
                    ("xmlns:atom", "http://www.w3.org/2005/Atom"),
                    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
                ])
                .write_inner_content(|xml| {
                    xml.create_element("channel")
                        .write_inner_content(|xml| self.rss_channel(xml))?;
                    Ok(())
                })?;
            Ok(())
        })
    }

    fn rss_channel(&self, xml: &mut Xml) -> io::Result<()> {
        element(xml, "title", &self.title)?;
        element(xml, "link", &self.page)?;
        element(xml, "description", self.description)?;
        element(xml, "language", self.language)?;
        element(xml, "lastBuildDate", &rfc822(self.updated_at()))?;
        xml.create_element("atom:link")
            .with_attributes([
                ("href", self.own.as_str()),
                ("rel", "self"),
                ("type", "application/rss+xml"),
            ])
            .write_empty()?;
        for card in self.cards {
            xml.create_element("item").write_inner_content(|xml| {
                element(xml, "title", &card.headline)?;
                element(xml, "link", &format!("{}{}", self.site, card.path))?;
                xml.create_element("guid")
                    .with_attribute(("isPermaLink", "false"))
                    .write_text_content(BytesText::new(&urn(card)))?;
                element(xml, "pubDate", &rfc822(card.published_at))?;
                element(xml, "description", &as_html(summary(card)))?;
                for name in &card.byline {
                    element(xml, "dc:creator", name)?;
                }
                for name in self.names(card) {
                    element(xml, "category", name)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Atom, RFC 4287.
    fn atom(&self) -> io::Result<String> {
        document(|xml| {
            xml.create_element("feed")
                .with_attributes([
                    ("xmlns", "http://www.w3.org/2005/Atom"),
                    ("xml:lang", self.language),
                ])
                .write_inner_content(|xml| self.atom_feed(xml))?;
            Ok(())
        })
    }

    fn atom_feed(&self, xml: &mut Xml) -> io::Result<()> {
        element(xml, "id", &self.own)?;
        element(xml, "title", &self.title)?;
        element(xml, "subtitle", self.description)?;
        element(xml, "updated", &self.updated_at().rfc3339())?;
        author(xml, self.paper)?;
        link(xml, &self.own, "self")?;
        link(xml, &self.page, "alternate")?;
        for card in self.cards {
            xml.create_element("entry").write_inner_content(|xml| {
                element(xml, "id", &urn(card))?;
                element(xml, "title", &card.headline)?;
                link(xml, &format!("{}{}", self.site, card.path), "alternate")?;
                element(xml, "published", &card.published_at.rfc3339())?;
                element(xml, "updated", &card.updated_at.rfc3339())?;
                for name in &card.byline {
                    author(xml, name)?;
                }
                for name in self.names(card) {
                    xml.create_element("category")
                        .with_attribute(("term", clean(name).as_str()))
                        .write_empty()?;
                }
                element(xml, "summary", summary(card))?;
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// Readers of feeds show it; where nothing is free, the headline says what there is to say.
fn summary(card: &Card) -> &str {
    if card.deck.is_empty() {
        &card.headline
    } else {
        &card.deck
    }
}

/// Stays the same wherever the paper moves and however its addresses are written.
fn urn(card: &Card) -> String {
    format!("urn:uuid:{}", card.id)
}

/// A date as RSS wants it (RFC 822 with four digits of year).
fn rfc822(at: UnixMillis) -> String {
    at.timestamp()
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

/// An RSS description is HTML inside XML, so plain text is escaped once for HTML and once more as XML.
fn as_html(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// A whole XML document.
pub(super) fn document(fill: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<String> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.get_mut().write_all(b"\n")?;
    fill(&mut xml)?;
    String::from_utf8(xml.into_inner()).map_err(io::Error::other)
}

/// An element with nothing but text.
pub(super) fn element(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name)
        .write_text_content(BytesText::new(&clean(text)))?;
    Ok(())
}

fn author(xml: &mut Xml, name: &str) -> io::Result<()> {
    xml.create_element("author")
        .write_inner_content(|xml| element(xml, "name", name))?;
    Ok(())
}

fn link(xml: &mut Xml, href: &str, rel: &str) -> io::Result<()> {
    xml.create_element("link")
        .with_attributes([("href", href), ("rel", rel)])
        .write_empty()?;
    Ok(())
}

/// Without the control characters that XML 1.0 cannot hold, not even escaped.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n' | '\r') || !c.is_control())
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect()
}

#[cfg(test)]
mod tests;
