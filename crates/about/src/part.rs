//! The part of a running paper that has what it says of itself.

use std::sync::Arc;

use axum::extract::FromRef;
use base::Base;
use web::Site;

/// Pages about the paper; memory has nothing of them.
#[derive(Clone, Debug, FromRef)]
pub struct About {
    /// Settings, clock, database.
    pub base: Arc<Base>,
    pub(crate) site: Arc<Site>,
}

impl About {
    /// Of this paper.
    #[must_use]
    pub fn new(site: &Arc<Site>) -> Self {
        Self {
            base: Arc::clone(&site.base),
            site: Arc::clone(site),
        }
    }
}
