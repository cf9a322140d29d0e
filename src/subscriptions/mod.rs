//! What is paid for: plans, subscriptions, seats, invitations, terms.
//!
//! A seat entitles one reader to read; on which device is the business of `leases`. Deliberately not here: cards and
//! invoices, which come with payment.

mod grant;
pub mod rules;
mod seats;
pub mod store;

pub use grant::{Grant, Granted, grant, seat};
pub use rules::Plan;
pub use seats::Seats;
