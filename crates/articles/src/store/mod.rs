//! SQL of editions, topics, articles and pictures.

mod article;
mod authors;
mod cards;
mod editions;
mod images;
mod named;
mod paths;
mod translations;

pub use article::{find_article, find_by_slug, find_entry, published_at};
pub(super) use article::{find_stored_entry, list_entries, set_article};
pub(super) use authors::find_or_insert_author;
pub(super) use cards::list_pinned;
pub use cards::{list_cards, list_of_story, list_positions};
pub(super) use editions::{
    find_topic, list_editions, list_topic_set, list_topics, set_edition, set_topic,
    set_topic_translation,
};
pub(super) use images::{find_image_file, insert_image, list_image_widths};
pub(super) use named::has_story;
pub(super) use paths::{count_all_articles, list_paths, list_places};
pub use translations::{delete_translation, insert_translation, list_translations};
pub(super) use translations::{
    find_id, find_line, list_set, list_wanting, set_translation, set_wanted,
};

/// A row that our own checks would not have let in: the database was changed by other means.
fn broken(what: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Decode(what.to_string().into())
}

/// What can be read of these rows. One that cannot is logged and left out, as if it were not there: it takes neither the
/// others along nor a node that reads them anew.
fn readable<R, T>(rows: Vec<R>, read: impl Fn(R) -> sqlx::Result<T>) -> Vec<T> {
    let read = |row| {
        read(row)
            .inspect_err(|error| tracing::error!(%error, "a row cannot be read, and is left out"))
            .ok()
    };
    rows.into_iter().filter_map(read).collect()
}
