//! The part of a running paper that has its running stories.

use std::sync::Arc;

use articles::Articles;
use base::Base;
use web::Site;

/// Running stories; memory has their finished pages and nothing else of them.
#[derive(Debug)]
pub struct Stories {
    /// Settings, clock, database.
    pub base: Arc<Base>,
    pub(crate) site: Arc<Site>,
    pub(crate) articles: Arc<Articles>,
}

impl Stories {
    /// Over these articles.
    #[must_use]
    pub fn new(articles: &Arc<Articles>) -> Arc<Self> {
        Arc::new(Self {
            base: Arc::clone(&articles.base),
            site: Arc::clone(&articles.site),
            articles: Arc::clone(articles),
        })
    }
}
