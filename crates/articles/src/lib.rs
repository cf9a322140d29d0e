//! Articles, topics, editions and pictures: what the newsroom makes and everybody may see of it.
//!
//! A list, a feed or a card shows headline, deck and lead; the restricted text is closed in [`Body`], which opens only
//! with an [`access::Pass`]. Deliberately not here: who may read (`access`), the article's page and
//! the wall (`reading`), running stories (`stories`).

mod archive;
mod batch;
mod catalog;
mod editions;
mod feeds;
mod images;
mod pages;
mod part;
mod publish;
mod refusal;
pub mod rules;
mod sections;
mod sidebars;
mod sitemap;
mod store;
mod translations;
mod when;

pub use archive::Position;
pub use batch::{Batch, PublishRun, Submission, names, publish_batch, settle};
pub use catalog::{Catalog, Entry, release, reload};
pub use editions::{EditionContext, Editions};
pub use images::{ImageTags, Images, PictureFault};
pub use pages::{CardView, edition_frame, quick, routes, shown};
pub use part::Articles;
pub use publish::{Change, Draft, Published, publish};
pub use refusal::{Error, Refusal, Result, TwinFault, quoted};
pub use rules::{
    Article, AuthorId, Body, Card, Correction, Edition, Headline, HeadlineFault, ImageId, Picture,
    Slug, SlugFault, Topic, TopicId, TranslationId,
};
pub use sections::{
    EditionDraft, TopicDraft, add_topic, find_edition_context, set_editions, set_topics,
};
pub use sidebars::{Sidebar, Sidebars};
pub use store::{
    delete_translation, find_article, find_by_slug, find_entry, insert_translation, list_cards,
    list_of_story, list_positions, list_translations, published_at,
};
pub use translations::{Joined, Member, join, parse_twin};
pub use when::When;

/// What pages of articles say.
pub const TEXTS: web::locale::Texts = &[
    ("en", include_str!("../locales/en/articles.ftl")),
    ("en", include_str!("../locales/en/refusals.ftl")),
    ("es", include_str!("../locales/es/articles.ftl")),
    ("es", include_str!("../locales/es/refusals.ftl")),
];
