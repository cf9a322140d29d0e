//! Running stories: what runs for months, with dated and sourced events, people and their offices, figures, and all
//! articles about it; a short form stands beside each of those.
//!
//! Everything here is open to everybody: a story is written by hand and takes nothing from the text of an article.
//! Deliberately not here: the articles themselves, and which article belongs to a story (an article names its story).

mod pages;
mod part;
mod publish;
mod refusal;
mod rules;
mod store;
mod translations;

pub use pages::{Brief, brief, routes};
pub use part::Stories;
pub use publish::{
    Batch, EventDraft, FigureDraft, PersonDraft, StoryDraft, publish, publish_batch,
};
pub use refusal::{Error, Refusal};
pub use rules::{Event, Figure, Person, Story, StoryId};
pub use store::list_stories;

/// What pages of stories say.
pub const TEXTS: web::locale::Texts = &[
    ("en", include_str!("../locales/en/stories.ftl")),
    ("en", include_str!("../locales/en/refusals.ftl")),
    ("es", include_str!("../locales/es/stories.ftl")),
    ("es", include_str!("../locales/es/refusals.ftl")),
];
