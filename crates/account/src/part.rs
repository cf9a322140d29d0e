//! What the pages of an account are made of.

use std::sync::Arc;

use axum::extract::FromRef;
use base::Base;
use leases::Leases;
use readers::Readers;
use subscriptions::Subscriptions;
use web::Site;

/// The parts that pages of an account use; a handler takes those it needs.
#[derive(Clone, Debug, FromRef)]
pub struct Account {
    pub(crate) base: Arc<Base>,
    pub(crate) site: Arc<Site>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) leases: Arc<Leases>,
    pub(crate) subscriptions: Arc<Subscriptions>,
}

impl Account {
    /// Over these parts.
    #[must_use]
    pub fn new(
        site: &Arc<Site>,
        readers: &Arc<Readers>,
        leases: &Arc<Leases>,
        subscriptions: &Arc<Subscriptions>,
    ) -> Self {
        Self {
            base: Arc::clone(&site.base),
            site: Arc::clone(site),
            readers: Arc::clone(readers),
            leases: Arc::clone(leases),
            subscriptions: Arc::clone(subscriptions),
        }
    }
}
