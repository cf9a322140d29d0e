//! Subscriptions, seats and invitations; plans in the file beside. Pure.

mod event;
mod host;
mod plan;
mod seat;

use std::str::FromStr;

pub use self::event::*;
pub use self::host::host_name;
pub use self::plan::*;
pub use self::seat::*;
use base::db::text_enum;
use base::id::Id;
use base::lang::Lang;
use base::time::UnixMillis;
use readers::rules::{ReaderId, one_line};

/// Marks the identifiers of subscriptions.
#[derive(Debug)]
pub struct SubscriptionKind;
/// Identifier of a subscription.
pub type SubscriptionId = Id<SubscriptionKind>;

/// Marks the identifiers of seats.
#[derive(Debug)]
pub struct SeatKind;
/// Identifier of a seat.
pub type SeatId = Id<SeatKind>;

text_enum! {
    /// Where a subscription comes from.
    pub enum Provider {
        /// The paper gave it, by whatever arrangement.
        Granted = "granted",
    }
}

/// The longest name of a company, characters.
pub const MAX_COMPANY_NAME: usize = 120;

/// A text is no name of a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCompanyName;

/// What a company is called: one visible line of 1 to [`MAX_COMPANY_NAME`] characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyName(String);

impl CompanyName {
    /// What was typed into a field that may be left empty: then there is no name.
    ///
    /// # Errors
    /// When it is no name.
    pub fn typed(text: &str) -> Result<Option<Self>, NoCompanyName> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        text.parse().map(Some)
    }

    /// As stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CompanyName {
    type Err = NoCompanyName;

    fn from_str(text: &str) -> Result<Self, NoCompanyName> {
        let line = one_line(text, MAX_COMPANY_NAME).filter(|line| !line.is_empty());
        line.map(|line| Self(line.to_owned())).ok_or(NoCompanyName)
    }
}

/// What is paid for, or given.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// Identifier.
    pub id: SubscriptionId,
    /// Who owns it and invites.
    pub owner: ReaderId,
    /// Which plan.
    pub plan: PlanSlug,
    /// Name of the company.
    pub company_name: Option<String>,
    /// Seats, the owner's included.
    pub seats: i64,
    /// Why it can be read on.
    pub reason: Reason,
    /// Read on from.
    pub starts_at: UnixMillis,
    /// Read on until.
    pub ends_at: UnixMillis,
    /// Version of the terms that holds for it, and since when; none if the paper had none.
    pub terms: Option<(String, UnixMillis)>,
}

impl Subscription {
    /// Whether it has so many seats that somebody looks after them.
    #[must_use]
    pub const fn is_company(&self) -> bool {
        self.seats > FEW_SEATS
    }
}

text_enum! {
    /// Where a seat is on its way.
    pub enum SeatStatus {
        /// An invitation is under way; it may have run out.
        Invited = "invited",
        /// Its reader reads.
        Accepted = "accepted",
        /// Taken back.
        Removed = "removed",
    }
}

text_enum! {
    /// What the owner of a subscription is told about its end.
    pub enum EndNotice {
        /// It is near.
        Soon = "soon",
        /// It has come.
        Ended = "ended",
    }
}

/// A seat, as its owner sees it.
#[derive(Clone, Debug)]
pub struct Member {
    /// Which seat.
    pub seat: SeatId,
    /// Who has it; nobody yet for an invitation.
    pub reader: Option<ReaderId>,
    /// How they are called; may be empty.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Member or invitation.
    pub status: SeatStatus,
    /// Since when they read.
    pub accepted_at: Option<UnixMillis>,
    /// When the invitation runs out, if they were invited.
    pub expires_at: Option<UnixMillis>,
    /// Whether the mail of the invitation could not be delivered and is not tried again.
    pub is_undelivered: bool,
}

impl Member {
    /// Where the next part of a list goes on, for an address; [`Part::behind`] reads it.
    #[must_use]
    pub fn mark(&self) -> String {
        format!("{}.{}", self.seat, self.email)
    }
}

/// An invitation that can be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// To which subscription.
    pub subscription: SubscriptionId,
    /// Who is invited.
    pub email: String,
    /// Who invites, as [`host_name`] shows it.
    pub owner: String,
    /// Language of who invites.
    pub language: Lang,
}

/// A subscription as the publisher sees it in a list.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Which one.
    pub id: SubscriptionId,
    /// Its owner.
    pub owner: ReaderId,
    /// Address of the owner.
    pub email: String,
    /// Which plan.
    pub plan: PlanSlug,
    /// Name of the company.
    pub company_name: Option<String>,
    /// Seats, the owner's included.
    pub seats: i64,
    /// Seats with a reader.
    pub taken: i64,
    /// Why it can be read on.
    pub reason: Reason,
    /// When it ends.
    pub ends_at: UnixMillis,
    /// When it was made.
    pub created_at: UnixMillis,
}

text_enum! {
    /// Which subscriptions a list has.
    pub enum Filter {
        /// All of them.
        All = "all",
        /// Those that run.
        Running = "running",
        /// Those that have ended.
        Ended = "ended",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_is_called_by_one_visible_line() {
        let longest = "ñ".repeat(MAX_COMPANY_NAME);
        for (text, kept) in [
            ("", Ok(None)),
            (" ", Ok(None)),
            ("  Pozos, S. A. ", Ok(Some("Pozos, S. A."))),
            (longest.as_str(), Ok(Some(longest.as_str()))),
            (&(longest.clone() + "o"), Err(NoCompanyName)),
            ("Pozos\ndel Norte", Err(NoCompanyName)),
            ("Pozos\u{202e}", Err(NoCompanyName)),
        ] {
            let name = CompanyName::typed(text);
            let name = name
                .as_ref()
                .map(|name| name.as_ref().map(CompanyName::as_str));
            assert_eq!(name, kept.as_ref().copied(), "{text:?}");
        }
        assert!("".parse::<CompanyName>().is_err());
    }
}
