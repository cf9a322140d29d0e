//! The part of a running paper that knows who has a seat.

use std::sync::Arc;

use base::Base;
use leases::Leases;

use crate::seats::Seats;

/// Who has a seat; a seat that is taken back frees the lease.
#[derive(Debug)]
pub struct Subscriptions {
    /// Settings, clock, database.
    pub base: Arc<Base>,
    /// Who has a seat.
    pub seats: Seats,
    pub(crate) leases: Arc<Leases>,
}

impl Subscriptions {
    /// Nobody's seat is in memory yet.
    #[must_use]
    pub fn new(leases: &Arc<Leases>) -> Arc<Self> {
        let base = leases.base();
        Arc::new(Self {
            base: Arc::clone(base),
            seats: Seats::new(base),
            leases: Arc::clone(leases),
        })
    }
}
