//! Which pages a paper needs, and what is wrong with a draft.

use articles::rules::HeadlineFault;
use base::lang::Lang;

/// Pages that laws of the European Union ask of a paper that is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Required {
    /// What readers agree to.
    Terms,
    /// What is done with their data (GDPR, article 13).
    Privacy,
    /// Who owns the paper, and who pays for it (European Media Freedom Act, article 6).
    Owner,
    /// Who publishes it and how to reach them (e-Commerce Directive, article 5).
    Contact,
    /// For whom it works how well (European Accessibility Act, annex V).
    Accessibility,
    /// How mistakes are corrected (Journalism Trust Initiative).
    Corrections,
}

impl Required {
    /// Every one of them, in the order in which they are listed.
    pub const ALL: [Self; 6] = [
        Self::Terms,
        Self::Privacy,
        Self::Owner,
        Self::Contact,
        Self::Accessibility,
        Self::Corrections,
    ];

    /// Its name in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terms => "terms",
            Self::Privacy => "privacy",
            Self::Owner => "owner",
            Self::Contact => "contact",
            Self::Accessibility => "accessibility",
            Self::Corrections => "corrections",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.as_str() == slug)
    }
}

/// Longest name of a version, in characters.
pub const MAX_VERSION: usize = 40;
/// Longest text, in bytes of Markdown.
pub const MAX_BODY: usize = 500_000;

/// Why nothing was published or withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What was written as the name of the page.
    Slug(String),
    /// The title is not as it should be.
    Title(HeadlineFault),
    /// The version is empty, too long or of several lines.
    Version,
    /// There is no text.
    Empty,
    /// The text is longer than [`MAX_BODY`].
    Long,
    /// That version is there in that language, with another text.
    Kept {
        /// Of the page.
        slug: String,
        /// Which version.
        version: String,
        /// In which language.
        language: Lang,
    },
    /// There is no page of that name.
    NoPage(String),
    /// The terms cannot be withdrawn.
    Terms,
}
