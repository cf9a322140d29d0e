//! The part of a running paper that decides what of an article a visitor gets, and sends it.

use std::sync::Arc;

use articles::Articles;
use base::Base;
use leases::Leases;
use readers::Readers;
use stories::Stories;
use subscriptions::Subscriptions;
use web::Site;
use web::shares::Shares;

use crate::renewal::Renewal;

/// All that a reading page is decided by and made of.
#[derive(Debug)]
pub struct Reading {
    /// Settings, clock, database.
    pub base: Arc<Base>,
    /// Finished pages.
    pub site: Arc<Site>,
    /// What is read.
    pub articles: Arc<Articles>,
    /// Stories beside it.
    pub stories: Arc<Stories>,
    /// Who reads.
    pub readers: Arc<Readers>,
    /// On which device.
    pub leases: Arc<Leases>,
    /// With which seat.
    pub subscriptions: Arc<Subscriptions>,
    /// Pages to be made anew.
    pub renewal: Renewal,
    /// Live streams of each network.
    pub(crate) streams: Arc<Shares>,
}

impl Reading {
    /// Over these parts.
    #[must_use]
    pub fn new(
        articles: &Arc<Articles>,
        stories: &Arc<Stories>,
        readers: &Arc<Readers>,
        leases: &Arc<Leases>,
        subscriptions: &Arc<Subscriptions>,
    ) -> Arc<Self> {
        Arc::new(Self {
            base: Arc::clone(&articles.base),
            site: Arc::clone(&articles.site),
            articles: Arc::clone(articles),
            stories: Arc::clone(stories),
            readers: Arc::clone(readers),
            leases: Arc::clone(leases),
            subscriptions: Arc::clone(subscriptions),
            renewal: Renewal::default(),
            streams: Shares::new(articles.base.config.reading.streams_per_client),
        })
    }
}
