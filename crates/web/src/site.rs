//! What every page needs of the paper as a whole: where its editions are and what they speak, the headers that stand on
//! every answer, and the cache of finished pages.
//!
//! Deliberately not here: what is in an edition (`articles`), which tells this part where its editions are.

use std::sync::Arc;

use arc_swap::ArcSwap;
use base::Base;
use base::lang::Lang;
use http::HeaderMap;
use jiff::tz::TimeZone;

use crate::headers;
use crate::pages::Pages;

/// An edition, as far as pages outside of it need to know it.
#[derive(Clone, Debug)]
pub struct EditionHome {
    /// First part of its addresses.
    pub slug: String,
    /// Language of its texts.
    pub language: Lang,
    /// Its time zone.
    pub zone: TimeZone,
}

/// The paper as a site.
#[derive(Debug)]
pub struct Site {
    /// Settings, clock, database.
    pub base: Arc<Base>,
    /// The headers of every answer: what browsers may do with it.
    pub fixed: HeaderMap,
    /// Finished pages.
    pub pages: Pages,
    editions: ArcSwap<Vec<EditionHome>>,
}

impl Site {
    /// A site without editions; whoever knows them sets them.
    #[must_use]
    pub fn new(base: &Arc<Base>) -> Arc<Self> {
        let fixed = headers::fixed(&base.config);
        Arc::new(Self {
            pages: Pages::new(base.config.pages.cache_bytes, fixed.clone()),
            fixed,
            base: Arc::clone(base),
            editions: ArcSwap::default(),
        })
    }

    /// The editions there are now, in the publisher's order.
    pub fn set_editions(&self, editions: Vec<EditionHome>) {
        self.editions.store(Arc::new(editions));
    }

    /// The language of the edition with this slug.
    #[must_use]
    pub fn language(&self, slug: &str) -> Option<Lang> {
        let editions = self.editions.load();
        let edition = editions.iter().find(|edition| edition.slug == slug)?;
        Some(edition.language)
    }

    /// Whether an edition has that language.
    #[must_use]
    pub fn has_language(&self, lang: Lang) -> bool {
        let editions = self.editions.load();
        editions.iter().any(|edition| edition.language == lang)
    }

    /// Path of the front page for readers of that language.
    #[must_use]
    pub fn home(&self, lang: Lang) -> String {
        self.of_language(lang, |edition| format!("/{}", edition.slug))
            .unwrap_or_else(|| "/".to_owned())
    }

    /// Time zone for dates on pages that belong to no edition.
    #[must_use]
    pub fn zone(&self, lang: Lang) -> TimeZone {
        self.of_language(lang, |edition| edition.zone.clone())
            .unwrap_or(TimeZone::UTC)
    }

    /// Something of the first edition in that language, or of the first one.
    fn of_language<T>(&self, lang: Lang, get: impl FnOnce(&EditionHome) -> T) -> Option<T> {
        let editions = self.editions.load();
        let same = editions.iter().find(|edition| edition.language == lang);
        same.or(editions.first()).map(get)
    }
}
