//! Editions and topics as the publisher sets them up.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::editions::EditionContext;
use super::refusal::{Refusal, Result, TwinFault};
use super::rules::{Edition, Slug, Topic};
use super::store;
use super::translations::{join, parse_twin};
use crate::Articles;
use base::db::Tx;
use base::lang::Lang;

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

/// Writes the list of editions, in this order.
///
/// # Errors
/// Names what is wrong; then nothing is changed.
pub async fn set_editions(articles: &Articles, drafts: &[EditionDraft]) -> Result<()> {
    let mut tx = articles.base.write().await?;
    for (place, draft) in (0..).zip(drafts) {
        let slug = Slug::edition(&draft.slug)?;
        if TimeZone::get(&draft.timezone).is_err() {
            let (edition, zone) = (slug, draft.timezone.clone());
            return Err(Refusal::NoZone { edition, zone }.into());
        }
        let edition = Edition {
            slug,
            name: draft.name.clone(),
            language: draft.language,
            locale: draft.locale.clone(),
            timezone: draft.timezone.clone(),
            title: draft.title.clone(),
            tagline: given(&draft.tagline),
        };
        store::set_edition(&mut tx, &edition, place).await?;
    }
    tx.commit().await?;
    articles.load_editions().await?;
    // Every masthead names all editions.
    articles.changed_everywhere();
    Ok(())
}

/// Connects a topic that was just written with the same one in another edition; `false` if that is not there.
async fn connect_topic(
    tx: &mut Tx,
    topic: &Topic,
    twin: Option<&(Slug, Slug)>,
) -> sqlx::Result<bool> {
    let Some((edition, slug)) = twin else {
        return Ok(true);
    };
    let own = store::list_topic_set(tx, &topic.edition, &topic.slug).await?;
    let twin = store::list_topic_set(tx, edition, slug).await?;
    let me = own.iter().find(|one| one.edition == topic.edition);
    let (Some(me), false) = (me, twin.is_empty()) else {
        return Ok(false);
    };
    let Some(joined) = join(me.id, &own, &twin) else {
        return Ok(true);
    };
    for id in joined.alone {
        store::set_topic_translation(tx, id, None).await?;
    }
    let set = match joined.set {
        Some(set) => set,
        None => store::insert_translation(tx).await?,
    };
    for id in joined.together {
        store::set_topic_translation(tx, id, Some(set)).await?;
    }
    for set in joined.empty {
        store::delete_translation(tx, set).await?;
    }
    Ok(true)
}

/// Writes topics of an edition, in this order.
///
/// # Errors
/// Names what is wrong; then nothing is changed.
pub async fn set_topics(articles: &Articles, edition: &str, drafts: &[TopicDraft]) -> Result<()> {
    let context = find_edition_context(articles, edition)?;
    let mut tx = articles.base.write().await?;
    for (place, draft) in (0..).zip(drafts) {
        let topic = Topic {
            id: tx.new_id(),
            edition: context.edition.slug.clone(),
            slug: draft.slug.parse()?,
            name: draft.name.clone(),
            description: given(&draft.description),
            translation: None,
        };
        store::set_topic(&mut tx, &topic, place).await?;
        let twin = parse_twin(articles, &topic.edition, &draft.same_as)?;
        // One that is not there yet comes with the list of its edition, which names this one.
        connect_topic(&mut tx, &topic, twin.as_ref()).await?;
    }
    tx.commit().await?;
    articles.load_editions().await?;
    // Their pages name each other over all editions.
    articles.changed_everywhere();
    Ok(())
}

/// What was written into a field that may stay empty.
pub(super) fn given(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// The edition of that name.
///
/// # Errors
/// Names the editions that there are.
pub fn find_edition_context(
    articles: &Articles,
    edition: &str,
) -> Result<Arc<EditionContext>, Refusal> {
    let all = || articles.editions.all();
    articles
        .editions
        .find(edition)
        .ok_or_else(|| Refusal::NoEdition {
            asked: edition.to_owned(),
            editions: all()
                .iter()
                .map(|one| one.edition.slug.to_string())
                .collect(),
        })
}

/// Adds a topic behind the others. One that is there already stays as it is.
///
/// # Errors
/// Names what is wrong with it.
pub async fn add_topic(articles: &Articles, edition: &str, draft: &TopicDraft) -> Result<bool> {
    let context = find_edition_context(articles, edition)?;
    let mut tx = articles.base.write().await?;
    let fresh = insert_topic(articles, &mut tx, &context.edition.slug, draft).await?;
    tx.commit().await?;
    articles.load_editions().await?;
    // Their pages name each other over all editions.
    articles.changed_everywhere();
    Ok(fresh)
}

/// Inserts a topic behind the others; says whether it is new.
pub(super) async fn insert_topic(
    articles: &Articles,
    tx: &mut Tx,
    edition: &Slug,
    draft: &TopicDraft,
) -> Result<bool> {
    let slug: Slug = draft.slug.parse()?;
    if draft.name.trim().is_empty() {
        return Err(Refusal::TopicName(slug).into());
    }
    if store::find_topic(tx, edition, &slug).await?.is_some() {
        return Ok(false);
    }
    let place = store::list_topics(tx, edition).await?.len();
    let place = i64::try_from(place).unwrap_or(i64::MAX);
    let topic = Topic {
        id: tx.new_id(),
        edition: edition.clone(),
        slug,
        name: draft.name.trim().to_owned(),
        description: given(&draft.description),
        translation: None,
    };
    store::set_topic(tx, &topic, place).await?;
    let twin = parse_twin(articles, edition, &draft.same_as)?;
    if !connect_topic(tx, &topic, twin.as_ref()).await? {
        return Err(Refusal::Twin {
            text: draft.same_as.trim().to_owned(),
            fault: TwinFault::Missing {
                edition: edition.clone(),
                topic: topic.slug,
            },
        }
        .into());
    }
    Ok(true)
}
