//! How a person is told why nothing was published or withdrawn.

use articles::quoted;
use articles::rules::{HeadlineFault, MAX_HEADLINE};
use web::locale::Say;

use crate::rules::{MAX_BODY, MAX_VERSION, Refusal};

impl Refusal {
    /// One sentence for a person: what is wrong, and how to mend it.
    #[must_use]
    pub fn say(&self, say: Say) -> String {
        match self {
            Self::Slug(text) => say.with("refusal-about-slug", "text", quoted(text)),
            Self::Title(HeadlineFault::Empty) => say.say("refusal-about-title-empty"),
            Self::Title(HeadlineFault::TooLong) => {
                say.with("refusal-about-title-long", "most", MAX_HEADLINE)
            }
            Self::Title(HeadlineFault::Unseen) => say.say("refusal-about-title-unseen"),
            Self::Version => say.with("refusal-about-version", "most", MAX_VERSION),
            Self::Empty => say.say("refusal-about-empty"),
            Self::Long => say.with("refusal-about-long", "most", MAX_BODY / 1000),
            Self::Kept {
                slug,
                version,
                language,
            } => say.with3(
                "refusal-about-kept",
                ("page", slug),
                ("version", version),
                ("language", language.as_str()),
            ),
            Self::NoPage(slug) => say.with("refusal-about-no-page", "page", quoted(slug)),
            Self::Terms => say.say("refusal-about-terms"),
        }
    }
}
