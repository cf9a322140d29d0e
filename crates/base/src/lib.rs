//! What every feature stands on: database, time, identity, configuration, mail, background jobs; and [`Base`], which
//! holds the running ones.
//!
//! No newspaper words here. A line belongs in `base` when it would make sense in any other web application.

pub mod address;
pub mod background;
pub mod blocking;
pub mod changes;
pub mod config;
pub mod db;
pub mod export;
pub mod fold;
pub mod id;
pub mod jobs;
pub mod lang;
pub mod lock;
pub mod mail;
pub mod memory;
mod part;
pub mod quality;
pub mod rng;
pub mod secret;
pub mod settings;
pub mod time;
pub mod zip;

pub use part::Base;

// For the macros of `db`, wherever they are expanded.
#[doc(hidden)]
pub use {serde, sqlx};
