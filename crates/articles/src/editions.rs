//! The editions and their topics, in memory: every page's masthead needs them.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::tz::TimeZone;

use super::rules::{Edition, Topic};
use super::store;
use base::db::Tx;
use base::secret::TokenHash;

/// One edition with what its pages need.
#[derive(Clone, Debug)]
pub struct EditionContext {
    /// The edition.
    pub edition: Edition,
    /// Names it among finished pages.
    pub subject: u128,
    /// Its time zone.
    pub zone: TimeZone,
    /// Its topics, in the order of the masthead.
    pub topics: Vec<Topic>,
}

/// All editions, in the publisher's order.
#[derive(Debug, Default)]
pub struct Editions(ArcSwap<Vec<Arc<EditionContext>>>);

impl Editions {
    /// Reads them again after a change.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn load(&self, tx: &mut Tx) -> sqlx::Result<()> {
        let mut contexts = Vec::new();
        for edition in store::list_editions(tx).await? {
            let topics = store::list_topics(tx, &edition.slug).await?;
            let zone = TimeZone::get(&edition.timezone).unwrap_or(TimeZone::UTC);
            let hash = TokenHash::of(edition.slug.as_str()).0;
            let subject = hash[..16].try_into().map_or(0, u128::from_be_bytes);
            contexts.push(Arc::new(EditionContext {
                edition,
                subject,
                zone,
                topics,
            }));
        }
        self.0.store(Arc::new(contexts));
        Ok(())
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> Arc<Vec<Arc<EditionContext>>> {
        self.0.load_full()
    }

    /// The one with this first part of the address.
    #[must_use]
    pub fn find(&self, slug: &str) -> Option<Arc<EditionContext>> {
        self.0
            .load()
            .iter()
            .find(|context| context.edition.slug.as_str() == slug)
            .cloned()
    }
}
