//! Who a reader is, parsed at the door.

use std::fmt;
use std::str::FromStr;

use crate::base::db::text_enum;
use crate::base::id::Id;
use crate::base::lang::Lang;
use crate::base::time::UnixMillis;

/// Marks the identifiers of readers.
#[derive(Debug)]
pub struct ReaderKind;
/// Identifier of a reader.
pub type ReaderId = Id<ReaderKind>;

/// Marks the identifiers of devices.
#[derive(Debug)]
pub struct DeviceMark;
/// Identifier of a device of a reader.
pub type DeviceId = Id<DeviceMark>;

/// A mail address, in small letters. Whether it receives mail only a mail can show.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// As stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim().to_lowercase();
        let (name, host) = text.rsplit_once('@').ok_or(())?;
        let clean = |part: &str| {
            !part.is_empty()
                && !part
                    .chars()
                    .any(|c| c.is_whitespace() || c.is_control() || ",;<>()[]\\\":".contains(c))
        };
        let fine = text.len() <= 254
            && name.len() <= 64
            && clean(name)
            && clean(host)
            && !name.contains('@')
            && !name.starts_with('.')
            && !name.ends_with('.')
            && !name.contains("..")
            && host
                .split('.')
                .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
            && (host.contains('.') || host == "localhost");
        if fine { Ok(Self(text)) } else { Err(()) }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person with an account.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Identifier.
    pub id: ReaderId,
    /// Address, proven.
    pub email: String,
    /// How the paper addresses them; may be empty.
    pub name: String,
    /// Hash of the password (PHC string).
    pub password: String,
    /// Language of their account pages and mails.
    pub language: Lang,
}

text_enum! {
    /// What a device looks like, for its picture.
    pub enum DeviceKind {
        /// A phone.
        Phone = "phone",
        /// A tablet.
        Tablet = "tablet",
        /// Anything with a keyboard.
        Computer = "computer",
    }
}

/// A browser profile on which a reader has signed in.
#[derive(Clone, Debug)]
pub struct Device {
    /// Identifier.
    pub id: DeviceId,
    /// What the reader calls it, or what its browser says it is.
    pub label: String,
    /// What it looks like.
    pub kind: DeviceKind,
    /// Signed in first.
    pub first_seen_at: UnixMillis,
    /// Last request.
    pub last_seen_at: UnixMillis,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_small_letters_and_bad_ones_refused() {
        assert_eq!(
            " Ana.Ruiz@Example.COM ".parse::<Email>().unwrap().as_str(),
            "ana.ruiz@example.com"
        );
        for bad in [
            "",
            "a",
            "@b.c",
            "a@",
            "a@b",
            "a b@c.d",
            "a@b..c",
            "a\r\nBcc: x@y.z@c.d",
            "a@-b.c",
            ".a@b.c",
            "a@b.c,d@e.f",
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
    }
}
