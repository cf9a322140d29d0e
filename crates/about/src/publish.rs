//! Publishing what the paper says of itself, and taking it away.

use articles::{Slug, rules::Headline};
use base::db::Tx;
use base::lang::Lang;
use serde::{Deserialize, Serialize};

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
        outcomes.push(insert(&mut tx, draft).await?);
    }
    if outcomes.iter().all(Result::is_ok) {
        tx.commit().await?;
    }
    Ok(outcomes)
}

async fn insert(tx: &mut Tx, draft: &Draft) -> sqlx::Result<Result<Outcome, Refusal>> {
    let (slug, version) = match checked(tx, draft) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(Err(refusal)),
    };
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
            return Ok(Err(Refusal::Kept {
                slug: slug.to_string(),
                version: version.version,
                language: version.language,
            }));
        }
    }
    Ok(Ok(Outcome {
        is_new,
        path,
        version: version.version,
    }))
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

/// Takes a page away from its readers, or gives it back with all its versions; `false` if it was so before. Refused where
/// there is no such page, and for the terms, to which readers agreed.
///
/// # Errors
/// Whatever the database says.
pub async fn set_withdrawn(
    about: &About,
    page: &str,
    withdrawn: bool,
) -> sqlx::Result<Result<bool, Refusal>> {
    let slug = match parse(page) {
        Ok(_) if withdrawn && page == Required::Terms.as_str() => return Ok(Err(Refusal::Terms)),
        Ok(slug) => slug,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut tx = about.base.write().await?;
    if !store::has_page(&mut tx, &slug).await? {
        return Ok(Err(Refusal::NoPage(page.to_owned())));
    }
    let changed = store::set_withdrawn(&mut tx, &slug, withdrawn).await?;
    tx.commit().await?;
    Ok(Ok(changed))
}
