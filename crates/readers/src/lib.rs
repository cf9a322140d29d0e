//! People with an account: who they are, how they prove it, and on which devices they are signed in.
//!
//! A session is an opaque token in a cookie; the server keeps its hash. A device is a browser profile, known by a random
//! cookie and never by a fingerprint; signing in on it ends its earlier session. Deliberately not here: what a reader
//! may read (`subscriptions`, `access`) and where (`leases`).

pub mod confirm;
mod devices;
pub mod extract;
pub mod labels;
pub mod letters;
mod limits;
mod part;
pub mod passwords;
pub mod rules;
mod sessions;
pub mod store;

pub use confirm::ConfirmedForm;
pub use devices::Devices;
pub use extract::{Confirmed, SignedIn};
pub use limits::{Asker, Limits};
pub use part::Readers;
pub use rules::{Device, DeviceId, DeviceKind, Email, Reader, ReaderId, shown_email};
pub use sessions::{Recognized, Session, Sessions};

/// What the mails of accounts say, and the page that asks for the password again.
pub const TEXTS: web::locale::Texts = &[
    ("en", include_str!("../locales/en/readers.ftl")),
    ("es", include_str!("../locales/es/readers.ftl")),
];
