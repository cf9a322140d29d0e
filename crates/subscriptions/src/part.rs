//! The part of a running paper that knows who has a seat.

use std::sync::Arc;

use base::Base;
use leases::Leases;
use readers::ReaderId;

use crate::seats::Seats;
use crate::store;

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

    /// Whether to lead this reader to a subscription, and not to the plans: they read on one, or look after one.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn is_subscriber(&self, reader: ReaderId) -> sqlx::Result<bool> {
        if self.seats.active(reader).await? {
            return Ok(true);
        }
        store::manages_any(&mut self.base.read().await?, reader).await
    }

    /// After a commit that changed what these readers have a seat on: asks the database anew, and frees the lease of whoever may
    /// not read any more.
    pub(crate) async fn seats_changed(&self, readers: &[ReaderId]) {
        for reader in readers {
            self.seats.forget(*reader);
        }
        for reader in readers {
            // Who may still read is not known if the database does not answer now; then the lease is free for whoever may.
            if !self.seats.active(*reader).await.unwrap_or(false) {
                self.leases.free(*reader).await;
            }
        }
    }
}
