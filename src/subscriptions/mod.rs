//! What is paid for: plans, subscriptions, seats, invitations, terms.
//!
//! A seat entitles one reader to read; on which device is the business of `leases`. Deliberately not here: cards and
//! invoices, which come with payment.

mod grant;
pub mod invite;
mod pages;
pub mod rules;
mod seats;
pub mod store;

pub use grant::{Grant, Granted, end_of, grant, seat};
pub use pages::routes;
pub use rules::Plan;
pub use seats::Seats;
