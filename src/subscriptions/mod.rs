//! What is paid for: plans, subscriptions, seats, invitations, terms.
//!
//! A seat entitles one reader to read; on which device is the business of `leases`. Deliberately not here: cards and
//! invoices, which come with payment.

mod seats;
pub mod store;

pub use seats::Seats;
