//! What articles name of another feature: the running story.

use super::super::rules::Slug;
use base::db::{Tx, fetch_optional};

/// Whether the edition has a running story with this slug.
pub(crate) async fn has_story(tx: &mut Tx, edition: &Slug, story: &str) -> sqlx::Result<bool> {
    let row = fetch_optional!(
        tx,
        (String,),
        "SELECT slug FROM story WHERE edition = $1 AND slug = $2",
        edition.as_str(),
        story
    )?;
    Ok(row.is_some())
}
