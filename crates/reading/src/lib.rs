//! The reading page and what stands in its place: the wall, the device message; and the open page's talk with the server.
//!
//! A request for an article is: cookie -> session -> seat -> lease -> finished bytes, all from memory. Deliberately not
//! here: the decision itself (`access`) and the lease (`leases`).

mod dateline;
mod head;
pub mod message;
mod meter;
mod notices;
mod pages;
mod part;
pub mod place;
mod render;
mod renewal;
mod variant;
pub mod visitor;
mod watch;

pub use pages::{ACCESS, Occasion, quick, routes};
pub use part::Reading;
pub use renewal::Renewal;

/// What the reading page, the wall and the device message say.
pub const TEXTS: web::locale::Texts = &[
    ("en", include_str!("../locales/en/reading.ftl")),
    ("es", include_str!("../locales/es/reading.ftl")),
];
