//! Who a reader is, parsed at the door.

mod code;
mod email;
mod password;

use std::fmt;

use base::db::text_enum;
use base::id::Id;
use base::lang::Lang;
use base::time::UnixMillis;

pub use self::code::{code_from, code_of, grouped};
pub use self::email::{Email, shown_email, visible};
pub use self::password::{MAX_PASSWORD, PasswordFault, check_password};

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

/// The longest name of a reader, characters.
pub const MAX_NAME: usize = 80;
/// The longest name of a device, characters.
pub const MAX_LABEL: usize = 60;

/// A name of a person or a device as it is kept: one line without spaces at its ends, and empty if nothing of it is to be
/// seen. `None` if it is longer than `longest` characters or holds characters that are not to be seen, but for the joiners
/// that belong to how words and emoji are written.
#[must_use]
pub fn one_line(text: &str, longest: usize) -> Option<&str> {
    let text = text.trim();
    if text
        .chars()
        .all(|c| c.is_whitespace() || email::is_ignorable(c))
    {
        return Some("");
    }
    // Marks that turn the direction of writing could make a page say something else.
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    (text.chars().count() <= longest && !text.chars().any(hidden)).then_some(text)
}

/// A person with an account.
#[derive(Clone)]
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

/// Neither address nor hash of the password.
impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reader {}", self.id)
    }
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
    /// What the reader calls it, or what its browser says it is; empty if that says nothing. See `crate::labels::name`.
    pub label: String,
    /// Tells it from the reader's other devices of the same label: 1, 2 ..
    pub number: i64,
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
    fn names_are_one_visible_line() {
        for (text, kept) in [
            ("  Ana Ruiz ", Some("Ana Ruiz")),
            ("", Some("")),
            ("Ana\nBcc: x", None),
            ("a\u{202e}b", None),
            ("👩\u{200d}💻 de Pilar", Some("👩\u{200d}💻 de Pilar")),
            ("می\u{200c}خوانم", Some("می\u{200c}خوانم")),
            // Nothing is to be seen of these.
            ("\u{200d} \u{3164}", Some("")),
            ("éééé", Some("éééé")),
            ("ééééé", None),
        ] {
            let longest = if text.contains('é') { 4 } else { 20 };
            assert_eq!(one_line(text, longest), kept, "{text:?}");
        }
    }
}
