//! What the features need to speak HTTP: errors, extractors, forms, cookies, language, views, finished pages, limits,
//! security headers.
//!
//! Everything here stands below the features and names none of them; the list of all routes stands above, in `gaceta`.

pub mod address;
pub mod assets;
pub mod cookies;
pub mod detached;
pub mod early;
pub mod error;
pub mod extract;
pub mod form;
pub mod headers;
pub mod letter;
pub mod limits;
pub mod locale;
pub mod network;
pub mod pages;
pub mod route;
pub mod security;
pub mod shares;
mod site;
pub mod skeleton;
pub mod view;

pub use error::{Error, Result};
pub use extract::{Form, Language, Path, Query, Sent};
pub use route::{Names, Needs, Route, with_state};
pub use site::{EditionHome, Site};

/// What the frame of every page and of every mail says, dates, and errors.
pub const TEXTS: locale::Texts = &[
    ("en", include_str!("../locales/en/dates.ftl")),
    ("en", include_str!("../locales/en/errors.ftl")),
    ("en", include_str!("../locales/en/frame.ftl")),
    ("en", include_str!("../locales/en/mail.ftl")),
    ("es", include_str!("../locales/es/dates.ftl")),
    ("es", include_str!("../locales/es/errors.ftl")),
    ("es", include_str!("../locales/es/frame.ftl")),
    ("es", include_str!("../locales/es/mail.ftl")),
];
