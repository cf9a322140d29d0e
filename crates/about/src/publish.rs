//! Publishing what the paper says of itself, and taking it away.

use articles::{Slug, rules::Headline};
use base::db::Tx;
use base::lang::Lang;
use serde::{Deserialize, Serialize};
use web::locale::Say;

use crate::rules::{MAX_BODY, MAX_VERSION, Refusal};
use crate::store::{self, Version};
use crate::{About, Required};

/// A page as its file has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Its name in addresses, such as `privacy`.
    pub page: String,
    /// Its language.
    pub language: Lang,
    /// What stands above it.
    pub title: String,
    /// Its number or name; the day in UTC if there is none.
    #[serde(default)]
    pub version: Option<String>,
    /// In force from; now if nothing is said.
    #[serde(default)]
    pub published: Option<jiff::Timestamp>,
    /// Markdown.
    #[serde(default)]
    pub body: String,
}

/// What became of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Whether it was not there before.
    pub is_new: bool,
    /// The address of the page, from the root.
    pub path: String,
    /// The version.
    pub version: String,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not as it should be.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Error {
    /// One sentence for a person.
    #[must_use]
    pub fn say(&self, say: Say) -> String {
        match self {
            Self::Refused(refusal) => refusal.say(say),
            Self::Database(error) => error.to_string(),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Publishes all of them or none; gives for each what became of it, or why none was published.
///
/// # Errors
/// Whatever the database says.
pub async fn publish(
    about: &About,
    drafts: &[Draft],
) -> sqlx::Result<Vec<Result<Outcome, Refusal>>> {
    let mut tx = about.base.write().await?;
    let mut outcomes = Vec::with_capacity(drafts.len());
    for draft in drafts {
        outcomes.push(match insert(&mut tx, draft).await {
            Ok(outcome) => Ok(outcome),
            Err(Error::Refused(refusal)) => Err(refusal),
            Err(Error::Database(error)) => return Err(error),
        });
    }
    if outcomes.iter().all(Result::is_ok) {
        tx.commit().await?;
    }
    Ok(outcomes)
}

async fn insert(tx: &mut Tx, draft: &Draft) -> Result<Outcome, Error> {
    let (slug, version) = checked(tx, draft)?;
    let path = format!("/about/{slug}?lang={}", version.language);
    let is_new = store::insert_version(tx, &slug, &version).await?;
    if !is_new {
        let kept = store::find_any(tx, &slug, &version.version, version.language).await?;
        // When it comes into force may not have been said this time.
        let is_same = kept.is_some_and(|kept| {
            let moment = draft.published.is_none() || kept.published_at == version.published_at;
            moment && kept.title == version.title && kept.body == version.body
        });
        if !is_same {
            return Err(Refusal::Kept {
                slug: slug.to_string(),
                version: version.version,
                language: version.language,
            }
            .into());
        }
    }
    Ok(Outcome {
        is_new,
        path,
        version: version.version,
    })
}

fn checked(tx: &Tx, draft: &Draft) -> Result<(Slug, Version), Refusal> {
    let slug = parse(&draft.page)?;
    let title: Headline = draft.title.parse().map_err(Refusal::Title)?;
    let now = tx.now();
    let version = match &draft.version {
        None => now.timestamp().strftime("%Y-%m-%d").to_string(),
        Some(version) => {
            let version = version.trim();
            let fits = (1..=MAX_VERSION).contains(&version.chars().count());
            if !fits || version.chars().any(char::is_control) {
                return Err(Refusal::Version);
            }
            version.to_owned()
        }
    };
    if draft.body.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    if draft.body.len() > MAX_BODY {
        return Err(Refusal::Long);
    }
    let version = Version {
        version,
        language: draft.language,
        title: title.to_string(),
        body: draft.body.trim_end().to_owned(),
        published_at: draft.published.map_or(now, Into::into),
    };
    Ok((slug, version))
}

fn parse(page: &str) -> Result<Slug, Refusal> {
    let slug = page.parse::<Slug>();
    slug.map_err(|_| Refusal::Slug(page.to_owned()))
}

/// Takes a page away from its readers, or gives it back with all its versions; `false` if it was so before.
///
/// # Errors
/// When there is no such page, or it is the terms, which readers agreed to; or whatever the database says.
pub async fn set_withdrawn(about: &About, page: &str, withdrawn: bool) -> Result<bool, Error> {
    let slug = parse(page)?;
    if withdrawn && page == Required::Terms.as_str() {
        return Err(Refusal::Terms.into());
    }
    let mut tx = about.base.write().await?;
    if !store::has_page(&mut tx, &slug).await? {
        return Err(Refusal::NoPage(page.to_owned()).into());
    }
    let changed = store::set_withdrawn(&mut tx, &slug, withdrawn).await?;
    tx.commit().await?;
    Ok(changed)
}
