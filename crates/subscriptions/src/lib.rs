//! What is paid for: plans, subscriptions, seats, invitations, terms.
//!
//! A seat entitles one reader to read; on which device is the business of `leases`. Deliberately not here: cards and
//! invoices, which come with payment.

mod admins;
mod change;
pub mod ends;
mod grant;
pub mod invite;
pub mod mails;
mod part;
mod plans;
pub mod rules;
mod seats;
pub mod store;

pub use admins::{AdminRefusal, add_admin, drop_admin};
pub use change::{can_resume, change};
pub use grant::{Grant, Granted, end_of, grant, last_day, seat};
pub use part::Subscriptions;
pub use plans::{add_plan, change_plan};
pub use rules::{By, Change, CompanyName, Plan, PlanSlug, Plans, Reason, Refusal};
pub use seats::Seats;

/// What invitations and other mails say.
pub const TEXTS: web::locale::Texts = &[
    ("en", include_str!("../locales/en/subscriptions.ftl")),
    ("es", include_str!("../locales/es/subscriptions.ftl")),
];
