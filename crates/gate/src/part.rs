//! What the gate asks.

use std::sync::Arc;

use axum::extract::FromRef;
use base::Base;
use leases::Leases;
use readers::Readers;
use reading::Reading;
use subscriptions::Subscriptions;
use web::Site;
use web::pages::Forms;

use crate::script;

/// The parts that an answer to another site depends on; a handler takes those it needs.
#[derive(Clone, Debug, FromRef)]
pub struct Gate {
    pub(crate) base: Arc<Base>,
    pub(crate) site: Arc<Site>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) leases: Arc<Leases>,
    pub(crate) subscriptions: Arc<Subscriptions>,
    pub(crate) reading: Arc<Reading>,
    /// For pages of other sites.
    pub(crate) script: Arc<Forms>,
}

impl Gate {
    /// To what is read.
    #[must_use]
    pub fn new(reading: &Arc<Reading>) -> Arc<Self> {
        Arc::new(Self {
            base: Arc::clone(&reading.base),
            site: Arc::clone(&reading.site),
            readers: Arc::clone(&reading.readers),
            leases: Arc::clone(&reading.leases),
            subscriptions: Arc::clone(&reading.subscriptions),
            reading: Arc::clone(reading),
            script: Arc::new(script::finished(&reading.base.config.reading)),
        })
    }
}
