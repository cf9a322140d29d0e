//! Which page of an article somebody gets, and whether memory has it finished.

use std::sync::Arc;

use crate::Reading;
use articles::Entry;
use web::pages::{Encoding, Page, PageKey};

/// What is shown of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variant {
    /// All of an open article.
    Open,
    /// All of a restricted one, without watching the lease (metered, or the rule is off).
    Full,
    /// All of a restricted one, watching the lease.
    Watched,
    /// The free part.
    Lead,
    /// The free part, and how to subscribe.
    Wall,
    /// The same for those who are signed in, and have no seat.
    Unseated,
}

impl Variant {
    const fn name(self) -> &'static str {
        match self {
            Self::Open => "article-open",
            Self::Full => "article-full",
            Self::Watched => "article-watched",
            Self::Lead => "article-lead",
            Self::Wall => "article-wall",
            Self::Unseated => "article-unseated",
        }
    }
}

impl Variant {
    /// What the visitor got, in one word.
    pub(crate) const fn access(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Full | Self::Watched => "full",
            Self::Lead => "lead",
            Self::Wall | Self::Unseated => "wall",
        }
    }
}

/// The finished page, if memory has it. Whoever asks for it has decided that the visitor may have this variant.
#[must_use]
pub fn find(
    reading: &Reading,
    entry: &Entry,
    variant: Variant,
    encoding: Encoding,
) -> Option<Arc<Page>> {
    let sidebar = reading.articles.sidebars.known(&entry.edition)?;
    reading
        .site
        .pages
        .find(&key(entry, variant, sidebar.now), encoding)
}

/// The same with what stood beside it a short while ago; to be shown while [`make`] is at it.
#[must_use]
pub fn find_before(
    reading: &Reading,
    entry: &Entry,
    variant: Variant,
    encoding: Encoding,
) -> Option<Arc<Page>> {
    let before = reading.articles.sidebars.known(&entry.edition)?.before?;
    reading
        .site
        .pages
        .find(&key(entry, variant, before), encoding)
}

pub(crate) fn key(entry: &Entry, variant: Variant, sidebar: u64) -> PageKey {
    PageKey {
        variant: variant.name(),
        subject: entry.id.0,
        revision: (entry.revision, sidebar),
    }
}
