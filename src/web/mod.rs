//! What the features need to speak HTTP: errors, cookies, language, views, finished pages, limits, security headers.
//!
//! `router` stands above the features and lists every route on one page, `connections` answers with it; everything else here stands below them and
//! names no feature.

pub mod assets;
pub mod connections;
pub mod cookies;
pub mod error;
pub mod headers;
pub mod limits;
pub mod locale;
pub mod mould;
pub mod pages;
pub mod pressure;
pub mod route;
pub mod router;
pub mod view;

pub use error::{Error, Result};
pub use route::Route;
