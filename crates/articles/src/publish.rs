//! Publishing: a draft is checked as a whole, then written in one transaction; publishing it again changes it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use markup::Document;
use serde::{Deserialize, Serialize};

use super::catalog::Entry;
use super::images::{PictureFault, Pictures, Prepared, prepare_all};
use super::refusal::{Refusal, Result};
use super::rules::{
    Article, AuthorId, Body, Correction, FREE_PARAGRAPHS, Headline, Picture, Slug, Topic, byline,
};
use super::sections::{find_edition_context, given};
use super::store;
use super::translations::{connect, parse_twin};
use super::when::When;
use crate::Articles;
use access::Access;
use base::db::Tx;
use base::time::UnixMillis;

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
    /// When.
    pub at: When,
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
    /// First published. Before that moment nobody sees it.
    pub published: When,
    /// Last changed; without it the moment of publishing again.
    #[serde(default)]
    pub updated: Option<When>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// It was not there before.
    New,
    /// It was, and is different now.
    Changed,
    /// Nothing was different.
    Same,
}

/// What came of publishing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// What it did.
    pub change: Change,
    /// The address of what was published, from the root.
    pub path: String,
    /// `EDITION/SLUG` of what it says it is a translation of, if that is not there yet. The two are linked as soon as it is.
    pub missing: Option<String>,
    /// When nobody is to see it before.
    pub held_until: Option<jiff::Timestamp>,
}

/// Publishes a draft with the text `document` and the pictures that text and draft name, by their names there.
///
/// # Errors
/// Names what is wrong with the draft; then nothing is changed.
pub async fn publish(
    articles: &Articles,
    draft: &Draft,
    document: Document,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<Published> {
    let mut pictures = prepare_all(articles, &[files]).await;
    let pictures = pictures.pop().expect("one answer for one article")?;
    let mut tx = articles.base.write().await?;
    let mut found = Found::default();
    let (published, written) =
        write(articles, &mut tx, &mut found, draft, document, &pictures).await?;
    tx.commit().await?;
    written.announce(articles);
    Ok(published)
}

/// What was looked up in a transaction.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By edition and slug.
    topics: HashMap<(Slug, String), Topic>,
    /// By name.
    authors: HashMap<String, AuthorId>,
}

/// What was written and is still to be told to the memory of this process, once it is on disk.
#[derive(Debug)]
pub(super) struct Written {
    /// The article's line in the table of contents, and those of articles whose translations are others now.
    entries: Vec<(String, Entry)>,
    pictures: Vec<Arc<Prepared>>,
}

impl Written {
    /// Tells it.
    pub(super) fn announce(self, articles: &Articles) {
        self.pictures
            .iter()
            .for_each(|one| articles.images.set(one));
        for (path, entry) in self.entries {
            let edition = entry.edition.clone();
            articles
                .catalog
                .set(&path, entry, articles.base.clock.now());
            articles.sidebars.changed(&edition);
        }
    }
}

/// Writes one article in a transaction that somebody else commits.
pub(super) async fn write(
    articles: &Articles,
    tx: &mut Tx,
    found: &mut Found,
    draft: &Draft,
    document: Document,
    pictures: &Pictures,
) -> Result<(Published, Written)> {
    let context = find_edition_context(articles, &draft.edition)?;
    let slug: Slug = draft.slug.parse()?;
    let twin = parse_twin(articles, &context.edition.slug, &draft.translation_of)?;
    let document = with_stored_pictures(document, pictures, draft.access);
    let before = store::find_by_slug(tx, &context.edition.slug, &slug).await?;
    let topics = find_topics(tx, &mut found.topics, &draft.topics, &context).await?;
    let mut article = assemble(
        tx,
        draft,
        &context,
        slug,
        document,
        pictures,
        before.as_ref(),
    )?;
    article.topics = topics;
    check_story(tx, &article).await?;
    let mut change = match &before {
        None => Change::New,
        Some(before) if same(before, &article) => Change::Same,
        Some(_) => Change::Changed,
    };
    let mut written = Written {
        entries: Vec::new(),
        pictures: Vec::new(),
    };
    if change != Change::Same {
        for prepared in &pictures.fresh {
            store::insert_image(tx, prepared.id, prepared.size, &prepared.files).await?;
        }
        let authors = find_authors(tx, &mut found.authors, &article.byline).await?;
        store::set_article(tx, &article, &authors).await?;
        written.pictures.clone_from(&pictures.fresh);
        let entry = Entry::of(&article);
        written.entries.push((article.path.clone(), entry));
    }
    let connected = connect(tx, &article, before.is_none(), twin).await?;
    for id in connected.changed {
        if id == article.id && change == Change::Same {
            change = Change::Changed;
        }
        // Behind the article's own line, so that of two the newer is told last.
        written.entries.extend(store::find_line(tx, id).await?);
    }
    let published = Published {
        change,
        held_until: (article.published_at > tx.now()).then(|| article.published_at.timestamp()),
        path: article.path,
        missing: connected.missing,
    };
    Ok((published, written))
}

async fn check_story(tx: &mut Tx, article: &Article) -> Result<()> {
    let Some(story) = &article.story else {
        return Ok(());
    };
    if !store::has_story(tx, &article.edition, story).await? {
        return Err(Refusal::NoStory {
            edition: article.edition.clone(),
            story: story.clone(),
        }
        .into());
    }
    Ok(())
}

async fn find_authors(
    tx: &mut Tx,
    found: &mut HashMap<String, AuthorId>,
    names: &[String],
) -> sqlx::Result<Vec<AuthorId>> {
    let mut authors = Vec::new();
    for name in names {
        let id = match found.get(name) {
            Some(id) => *id,
            None => store::find_or_insert_author(tx, name).await?,
        };
        found.insert(name.clone(), id);
        authors.push(id);
    }
    Ok(authors)
}

/// Names pictures by their stored identifier, and cuts a restricted text whose author set no cut.
fn with_stored_pictures(mut document: Document, pictures: &Pictures, access: Access) -> Document {
    document.map_images(|image| {
        if let Some(id) = pictures.ids.get(&image.src) {
            image.src = id.to_string();
        }
    });
    if access != Access::Open {
        // A text too short for that is closed as a whole: without a cut all of it would be free.
        if !document.cut_after(FREE_PARAGRAPHS) {
            document.blocks.insert(0, markup::Block::Cut);
        }
    }
    document
}

/// The article, still without its topics.
fn assemble(
    tx: &Tx,
    draft: &Draft,
    context: &super::editions::EditionContext,
    slug: Slug,
    document: Document,
    pictures: &Pictures,
    before: Option<&Article>,
) -> Result<Article, Refusal> {
    let headline: Headline = draft.headline.parse().map_err(Refusal::Headline)?;
    let picture = picture(draft.image.as_ref(), pictures)?;
    let moment = |when: When| when.at(&context.zone);
    let published = moment(draft.published);
    let published_at = UnixMillis::from(published);
    let updated = draft.updated.map(moment);
    if updated.is_some_and(|updated| updated < published) {
        return Err(Refusal::UpdatedBefore);
    }
    let day = jiff::ZonedDateTime::new(published, context.zone.clone()).date();
    let id = before.map_or_else(|| tx.new_id(), |before| before.id);
    let updated_at = match (updated, before) {
        (Some(at), _) => at.into(),
        (None, Some(_)) => tx.now(),
        (None, None) => published_at,
    };
    Ok(Article {
        id,
        path: before.map_or_else(
            || format!("/{}/{day}/{slug}", context.edition.slug),
            |before| before.path.clone(),
        ),
        edition: context.edition.slug.clone(),
        slug,
        kicker: given(&draft.kicker),
        headline: headline.into_string(),
        deck: draft.deck.trim().to_owned(),
        byline: byline(&draft.byline),
        dateline: draft.dateline.clone(),
        access: draft.access,
        story: given(&draft.story),
        picture,
        body: Body::new(id, document),
        pinned: draft.pinned,
        published_at,
        updated_at,
        revision: before.map_or(1, |before| before.revision + 1),
        topics: Vec::new(),
        corrections: draft
            .correction
            .iter()
            .map(|one| Correction {
                at: moment(one.at).into(),
                note: one.text.clone(),
            })
            .collect(),
    })
}

async fn find_topics(
    tx: &mut Tx,
    found: &mut HashMap<(Slug, String), Topic>,
    names: &[String],
    context: &super::editions::EditionContext,
) -> Result<Vec<Topic>> {
    let mut topics: Vec<Topic> = Vec::new();
    for name in names {
        if topics.iter().any(|topic| topic.slug.as_str() == name) {
            // Named twice is named.
            continue;
        }
        let topic_slug: Slug = name.parse()?;
        let place = (context.edition.slug.clone(), name.clone());
        let topic = match found.get(&place) {
            Some(topic) => Some(topic.clone()),
            None => store::find_topic(tx, &context.edition.slug, &topic_slug).await?,
        };
        let topic = topic.ok_or_else(|| no_topic(name, context))?;
        found.insert(place, topic.clone());
        topics.push(topic);
    }
    Ok(topics)
}

fn no_topic(name: &str, context: &super::editions::EditionContext) -> Refusal {
    Refusal::NoTopic {
        edition: context.edition.slug.clone(),
        asked: name.to_owned(),
        topics: context
            .topics
            .iter()
            .map(|one| one.slug.to_string())
            .collect(),
    }
}

fn picture(image: Option<&PictureDraft>, pictures: &Pictures) -> Result<Option<Picture>, Refusal> {
    match image {
        None => Ok(None),
        Some(image) => {
            let refused = |fault| Refusal::Picture {
                file: image.file.clone(),
                fault,
            };
            let id = pictures
                .ids
                .get(&image.file)
                .ok_or_else(|| refused(PictureFault::Missing))?;
            if image.alt.trim().is_empty() {
                return Err(refused(PictureFault::NoAlt));
            }
            Ok(Some(Picture {
                image: *id,
                alt: image.alt.clone(),
                caption: image.caption.clone(),
                place: image.place.clone(),
                date: given(&image.date),
                credit: image.credit.clone(),
                agency: image.agency.clone(),
            }))
        }
    }
}

/// Whether readers would see any difference.
fn same(before: &Article, after: &Article) -> bool {
    let key = |a: &Article| {
        let texts = [&a.headline, &a.deck, &a.dateline].map(Clone::clone);
        let topics: Vec<_> = a.topics.iter().map(|topic| topic.id).collect();
        (
            texts,
            (a.kicker.clone(), a.story.clone()),
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
