//! Publishing: a draft is checked as a whole, then written in one transaction; publishing it again changes it.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use markup::Document;
use serde::{Deserialize, Serialize};

use super::catalog::Entry;
use super::images::{self, Prepared};
use super::rules::{Article, Body, Correction, Edition, FREE_PARAGRAPHS, Picture, Slug, Topic};
use super::store;
use crate::App;
use crate::access::Access;
use crate::base::lang::Lang;
use crate::base::time::UnixMillis;

/// An edition as the publisher writes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditionDraft {
    /// First part of its addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Language of its texts.
    pub language: Lang,
    /// Language tag of its pages.
    pub locale: String,
    /// Time zone of its dates.
    pub timezone: String,
    /// Title of its front page.
    pub title: String,
    /// One line about it.
    #[serde(default)]
    pub tagline: String,
}

/// A topic as the publisher writes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicDraft {
    /// Last part of its address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// The same topic in another edition, `EDITION/SLUG`.
    #[serde(default)]
    pub same_as: String,
}

/// The lead picture of a draft.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureDraft {
    /// File beside the article.
    pub file: String,
    /// What is seen.
    pub alt: String,
    /// Caption.
    #[serde(default)]
    pub caption: String,
    /// Where.
    #[serde(default)]
    pub place: String,
    /// When, `YYYY-MM-DD`.
    #[serde(default)]
    pub date: String,
    /// Photographer or source.
    #[serde(default)]
    pub credit: String,
    /// Agency.
    #[serde(default)]
    pub agency: String,
}

/// A correction of a draft.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionDraft {
    /// When, RFC 3339.
    pub at: jiff::Timestamp,
    /// What was wrong.
    pub text: String,
}

/// An article as the newsroom hands it in: the front matter of `gaceta publish`, the text and the pictures beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Headline.
    pub headline: String,
    /// Deck.
    #[serde(default)]
    pub deck: String,
    /// Authors.
    #[serde(default)]
    pub byline: Vec<String>,
    /// Dateline.
    #[serde(default)]
    pub dateline: String,
    /// First published, RFC 3339.
    pub published: jiff::Timestamp,
    /// Last changed, RFC 3339; without it the moment of publishing again.
    #[serde(default)]
    pub updated: Option<jiff::Timestamp>,
    /// Slug of the edition.
    pub edition: String,
    /// Slug of the article.
    pub slug: String,
    /// Slugs of topics, the main one first.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Whom it is for. There is no default: an article without a rule is not published.
    pub access: Access,
    /// Slug of the running story.
    #[serde(default)]
    pub story: String,
    /// `EDITION/SLUG` of its translation.
    #[serde(default)]
    pub translation_of: String,
    /// Label above the headline.
    #[serde(default)]
    pub kicker: String,
    /// Stays first on the front page.
    #[serde(default)]
    pub pinned: bool,
    /// Lead picture.
    #[serde(default)]
    pub image: Option<PictureDraft>,
    /// Corrections.
    #[serde(default)]
    pub correction: Vec<CorrectionDraft>,
}

/// What publishing did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Published {
    /// A new article at this address.
    New(String),
    /// A changed one.
    Changed(String),
    /// Nothing was different.
    Same(String),
}

/// Writes the list of editions, in this order.
///
/// # Errors
/// Names what is wrong; then nothing is changed.
pub async fn set_editions(app: &App, drafts: &[EditionDraft]) -> anyhow::Result<()> {
    let mut tx = app.write().await?;
    for (place, draft) in (0..).zip(drafts) {
        let slug = Slug::edition(&draft.slug).map_err(anyhow::Error::msg)?;
        TimeZone::get(&draft.timezone).map_err(|_| {
            anyhow::anyhow!(
                "edition {slug}: {:?} is no time zone; write one such as \"Europe/Madrid\"",
                draft.timezone
            )
        })?;
        let edition = Edition {
            slug,
            name: draft.name.clone(),
            language: draft.language,
            locale: draft.locale.clone(),
            timezone: draft.timezone.clone(),
            title: draft.title.clone(),
            tagline: draft.tagline.clone(),
        };
        store::set_edition(&mut tx, &edition, place).await?;
    }
    app.editions.load(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes topics of an edition, in this order.
///
/// # Errors
/// Names what is wrong; then nothing is changed.
pub async fn set_topics(app: &App, edition: &str, drafts: &[TopicDraft]) -> anyhow::Result<()> {
    let room = find_room(app, edition)?;
    let mut tx = app.write().await?;
    for (place, draft) in (0..).zip(drafts) {
        let topic = Topic {
            id: tx.new_id(),
            edition: room.edition.slug.clone(),
            slug: draft.slug.parse().map_err(anyhow::Error::msg)?,
            name: draft.name.clone(),
            description: draft.description.clone(),
            same_as: draft.same_as.clone(),
        };
        store::set_topic(&mut tx, &topic, place).await?;
    }
    tx.commit().await?;
    app.editions.load(&mut app.read().await?).await?;
    app.shelf.changed(&room.edition.slug);
    Ok(())
}

fn find_room(app: &App, edition: &str) -> anyhow::Result<std::sync::Arc<super::editions::Room>> {
    app.editions.find(edition).ok_or_else(|| {
        let all = app.editions.all();
        let names: Vec<&str> = all.iter().map(|room| room.edition.slug.as_str()).collect();
        anyhow::anyhow!(
            "there is no edition {edition:?}; the paper has: {}",
            names.join(", ")
        )
    })
}

/// Publishes a draft with the text `document` and the pictures that text and draft name, by their names there.
///
/// # Errors
/// Names what is wrong with the draft; then nothing is changed.
pub async fn publish(
    app: &App,
    draft: &Draft,
    document: Document,
    files: &BTreeMap<String, Vec<u8>>,
) -> anyhow::Result<Published> {
    let room = find_room(app, &draft.edition)?;
    let slug: Slug = draft.slug.parse().map_err(anyhow::Error::msg)?;
    anyhow::ensure!(
        !draft.headline.trim().is_empty(),
        "the article has no headline"
    );
    if !draft.story.is_empty() {
        draft
            .story
            .parse::<Slug>()
            .map_err(|error| anyhow::anyhow!("story: {error}"))?;
    }
    let pictures = prepare_all(files).await?;
    let document = with_stored_pictures(document, &pictures, draft.access);
    let mut tx = app.write().await?;
    let before = store::find_by_slug(&mut tx, &room.edition.slug, &slug).await?;
    let article = assemble(
        &mut tx,
        draft,
        &room,
        slug,
        document,
        &pictures,
        before.as_ref(),
    )
    .await?;
    if before.as_ref().is_some_and(|before| same(before, &article)) {
        return Ok(Published::Same(article.path));
    }
    for prepared in pictures.values() {
        store::insert_image(&mut tx, prepared.id, prepared.size, &prepared.files).await?;
    }
    store::set_article(&mut tx, &article).await?;
    tx.commit().await?;
    pictures
        .values()
        .for_each(|prepared| app.images.set(prepared));
    let entry = Entry {
        id: article.id,
        edition: article.edition.clone(),
        access: article.access,
        revision: article.revision.unsigned_abs(),
    };
    app.catalog.set(&article.path, entry);
    app.shelf.changed(&article.edition);
    Ok(if before.is_some() {
        Published::Changed(article.path)
    } else {
        Published::New(article.path)
    })
}

async fn prepare_all(
    files: &BTreeMap<String, Vec<u8>>,
) -> anyhow::Result<BTreeMap<String, Prepared>> {
    let files = files.clone();
    tokio::task::spawn_blocking(move || {
        files
            .iter()
            .map(|(name, bytes)| {
                let prepared =
                    images::prepare(bytes).map_err(|error| anyhow::anyhow!("{name}: {error}"))?;
                Ok((name.clone(), prepared))
            })
            .collect()
    })
    .await?
}

/// Names pictures by their stored identifier, and cuts a restricted text whose author set no cut.
fn with_stored_pictures(
    mut document: Document,
    pictures: &BTreeMap<String, Prepared>,
    access: Access,
) -> Document {
    document.map_images(|image| {
        if let Some(prepared) = pictures.get(&image.src) {
            image.src = prepared.id.to_string();
        }
    });
    if access != Access::Open {
        document.cut_after(FREE_PARAGRAPHS);
    }
    document
}

async fn assemble(
    tx: &mut crate::base::db::Tx,
    draft: &Draft,
    room: &super::editions::Room,
    slug: Slug,
    document: Document,
    pictures: &BTreeMap<String, Prepared>,
    before: Option<&Article>,
) -> anyhow::Result<Article> {
    let topics = find_topics(tx, &draft.topics, room).await?;
    let picture = picture(draft.image.as_ref(), pictures)?;
    let published_at = UnixMillis::from(draft.published);
    let day = jiff::ZonedDateTime::new(draft.published, room.zone.clone()).date();
    let id = before.map_or_else(|| tx.new_id(), |before| before.id);
    let updated_at = match (draft.updated, before) {
        (Some(at), _) => at.into(),
        (None, Some(_)) => tx.now(),
        (None, None) => published_at,
    };
    Ok(Article {
        id,
        path: before.map_or_else(
            || format!("/{}/{day}/{slug}", room.edition.slug),
            |before| before.path.clone(),
        ),
        edition: room.edition.slug.clone(),
        slug,
        kicker: draft.kicker.clone(),
        headline: draft.headline.trim().to_owned(),
        deck: draft.deck.trim().to_owned(),
        byline: draft.byline.clone(),
        dateline: draft.dateline.clone(),
        access: draft.access,
        story: draft.story.clone(),
        translation: draft.translation_of.clone(),
        picture,
        body: Body::new(id, document),
        pinned: draft.pinned,
        published_at,
        updated_at,
        revision: before.map_or(1, |before| before.revision + 1),
        topics,
        corrections: draft
            .correction
            .iter()
            .map(|one| Correction {
                at: one.at.into(),
                note: one.text.clone(),
            })
            .collect(),
    })
}

async fn find_topics(
    tx: &mut crate::base::db::Tx,
    names: &[String],
    room: &super::editions::Room,
) -> anyhow::Result<Vec<Topic>> {
    let mut topics = Vec::new();
    for name in names {
        let topic_slug: Slug = name.parse().map_err(anyhow::Error::msg)?;
        let topic = store::find_topic(tx, &room.edition.slug, &topic_slug).await?;
        topics.push(topic.ok_or_else(|| {
            anyhow::anyhow!("edition {} has no topic {name:?}", room.edition.slug)
        })?);
    }
    Ok(topics)
}

fn picture(
    image: Option<&PictureDraft>,
    pictures: &BTreeMap<String, Prepared>,
) -> anyhow::Result<Picture> {
    match image {
        None => Ok(Picture::default()),
        Some(image) => {
            let prepared = pictures
                .get(&image.file)
                .ok_or_else(|| anyhow::anyhow!("the picture {:?} is missing", image.file))?;
            anyhow::ensure!(
                !image.alt.trim().is_empty(),
                "the picture {:?} needs an `alt` text: say what is seen",
                image.file
            );
            Ok(Picture {
                image: Some(prepared.id),
                alt: image.alt.clone(),
                caption: image.caption.clone(),
                place: image.place.clone(),
                date: image.date.clone(),
                credit: image.credit.clone(),
                agency: image.agency.clone(),
            })
        }
    }
}

/// Whether readers would see any difference.
fn same(before: &Article, after: &Article) -> bool {
    let key = |a: &Article| {
        let texts = [
            &a.kicker,
            &a.headline,
            &a.deck,
            &a.dateline,
            &a.story,
            &a.translation,
        ]
        .map(Clone::clone);
        let topics: Vec<_> = a.topics.iter().map(|topic| topic.id).collect();
        (
            texts,
            a.byline.clone(),
            a.access,
            a.picture.clone(),
            a.body.stored(),
            a.pinned,
            a.published_at,
            topics,
            a.corrections.clone(),
        )
    };
    key(before) == key(after)
}
