//! The reading page and what stands in its place: the wall, the device message; and the open page's talk with the server.
//!
//! A request for an article is: cookie -> session -> seat -> lease -> finished bytes, all from memory. Deliberately not
//! here: the decision itself (`access`) and the lease (`leases`).

pub mod gate;
mod message;
mod meter;
mod pages;
mod place;
mod render;
mod renewal;
mod visitor;
mod watch;

pub use pages::{quick, routes};
pub use renewal::Renewal;
