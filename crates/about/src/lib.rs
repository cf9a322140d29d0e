//! What the paper says of itself: its terms, what it does with data, who owns it, how to reach it, and pages of its own.
//!
//! A text that was published stays as it was, under its version, since readers agreed to it; a change is a new version.
//! Deliberately not here: which version somebody accepted, which is in `readers` and `subscriptions`.

mod pages;
mod part;
mod publish;
mod refusal;
mod rules;
pub mod store;

pub use pages::routes;
pub use part::About;
pub use publish::{Draft, Outcome, publish, set_withdrawn};
pub use rules::{Refusal, Required};

/// What these pages say, and how drafts are refused.
pub const TEXTS: web::locale::Texts = &[
    ("en", include_str!("../locales/en/about.ftl")),
    ("es", include_str!("../locales/es/about.ftl")),
];
