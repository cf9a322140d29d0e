//! What the pages of the administration are made of.

use std::sync::Arc;

use axum::extract::FromRef;
use base::Base;
use readers::Readers;
use subscriptions::Subscriptions;
use web::Site;

/// The parts that these pages use; a handler takes those it needs.
#[derive(Clone, Debug, FromRef)]
pub struct Admin {
    pub(crate) base: Arc<Base>,
    pub(crate) site: Arc<Site>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) subscriptions: Arc<Subscriptions>,
}

impl Admin {
    /// Over these parts.
    #[must_use]
    pub fn new(
        site: &Arc<Site>,
        readers: &Arc<Readers>,
        subscriptions: &Arc<Subscriptions>,
    ) -> Self {
        Self {
            base: Arc::clone(&site.base),
            site: Arc::clone(site),
            readers: Arc::clone(readers),
            subscriptions: Arc::clone(subscriptions),
        }
    }
}
