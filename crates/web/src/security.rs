//! What happens to accounts, for the log of whoever runs the paper (OWASP ASVS 5.0, 16.3.1): each a line under the target
//! [`TARGET`], with the reader's identifier where it is known.
//!
//! No line holds an address, of mail or of a network, a name, a token or a password. Addresses stand there under
//! pseudonyms, made with the paper's key, so that lines about the same one can be put together. Deliberately not here:
//! what readers read.

use std::fmt::Display;

use base::Base;

use super::limits::Network;

/// Under what these lines are found.
pub const TARGET: &str = "gaceta::security";

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Signed in.
    SignedIn,
    /// Wrong password, or an address without an account.
    SignInFailed,
    /// Asked for a mail to sign in by.
    LinkAsked,
    /// Typed a code that was not the one in that mail.
    CodeFailed,
    /// Signed out here.
    SignedOut,
    /// Signed another device out.
    SignedOutOther,
    /// Signed all other devices out.
    SignedOutOthers,
    /// Did not know one of the devices, and signed all others out with the password.
    Secured,
    /// Gave the password again.
    Confirmed,
    /// Gave a wrong one.
    ConfirmFailed,
    /// Asked for an account.
    SignUpAsked,
    /// Proved an address, and has an account.
    SignedUp,
    /// Asked for a link to a new password.
    ResetAsked,
    /// Set a new password by a link; every session was ended.
    PasswordReset,
    /// Changed the password; other sessions were ended.
    PasswordChanged,
    /// Asked for a link to a new address.
    EmailAsked,
    /// Changed the address; other sessions were ended.
    EmailChanged,
    /// Brought the old address back by a link, with a new password; every session was ended.
    EmailRestored,
    /// Took along everything the paper has of them.
    Exported,
    /// Deleted the account.
    Deleted,
    /// Took a seat.
    SeatTaken,
    /// Took somebody's seat or invitation back.
    SeatRemoved,
    /// Gave a subscription to somebody.
    Granted,
}

impl Event {
    const fn name(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::SignInFailed => "sign-in-failed",
            Self::LinkAsked => "link-asked",
            Self::CodeFailed => "code-failed",
            Self::SignedOut => "signed-out",
            Self::SignedOutOther => "signed-out-other",
            Self::SignedOutOthers => "signed-out-others",
            Self::Secured => "secured",
            Self::Confirmed => "confirmed",
            Self::ConfirmFailed => "confirm-failed",
            Self::SignUpAsked => "sign-up-asked",
            Self::SignedUp => "signed-up",
            Self::ResetAsked => "reset-asked",
            Self::PasswordReset => "password-reset",
            Self::PasswordChanged => "password-changed",
            Self::EmailAsked => "email-asked",
            Self::EmailChanged => "email-changed",
            Self::EmailRestored => "email-restored",
            Self::Exported => "exported",
            Self::Deleted => "deleted",
            Self::SeatTaken => "seat-taken",
            Self::SeatRemoved => "seat-removed",
            Self::Granted => "granted",
        }
    }
}

/// Of whom this is known to be; what is not known is left out.
#[derive(Clone, Copy, Default)]
pub struct Who<'a> {
    /// Identifier of the reader.
    pub reader: Option<&'a (dyn Display + Sync)>,
    /// Mail address, as it was typed.
    pub address: Option<&'a str>,
    /// From where.
    pub network: Option<Network>,
}

impl<'a> Who<'a> {
    /// A reader.
    #[must_use]
    pub fn reader(id: &'a (dyn Display + Sync)) -> Self {
        Self {
            reader: Some(id),
            ..Self::default()
        }
    }

    /// Somebody who typed this address.
    #[must_use]
    pub fn address(address: &'a str) -> Self {
        Self {
            address: Some(address),
            ..Self::default()
        }
    }

    /// Whose address is this.
    #[must_use]
    pub fn at(self, address: &'a str) -> Self {
        Self {
            address: Some(address),
            ..self
        }
    }

    /// From there.
    #[must_use]
    pub fn from(self, network: Network) -> Self {
        Self {
            network: Some(network),
            ..self
        }
    }
}

/// Writes the line.
pub fn note(base: &Base, event: Event, who: Who<'_>) {
    let key = &base.secret;
    let address = who
        .address
        .map(|address| key.pseudonym("log of addresses", &address.trim().to_lowercase()));
    let network = who
        .network
        .map(|network| key.pseudonym("log of networks", &format!("{network:?}")));
    tracing::info!(
        target: TARGET,
        event = event.name(),
        reader = who.reader.map(tracing::field::display),
        address,
        network,
    );
}
