//! Who a reader is, parsed at the door.

use std::fmt;
use std::str::FromStr;

use base::db::text_enum;
use base::id::Id;
use base::lang::Lang;
use base::time::UnixMillis;
use lettre::message::Mailbox;

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

/// A mail address, in small letters, to which the library that sends our mail can send. Whether it receives mail only a
/// mail can show.
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
        if is_plain(&text) && is_sendable(&text) {
            Ok(Self(text))
        } else {
            Err(())
        }
    }
}

/// Our own rules: one address, without quotes, comments or a host in brackets, as people have them.
fn is_plain(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else {
        return false;
    };
    let clean = |part: &str| {
        !part.is_empty()
            && !part
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || ",;<>()[]\\\":".contains(c))
    };
    text.len() <= 254
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
        && (host.contains('.') || host == "localhost")
}

/// Whether a mail can be sent there: a mail is addressed to a mailbox, whose syntax is narrower still than an address's.
fn is_sendable(text: &str) -> bool {
    let mailbox = text.parse::<Mailbox>();
    mailbox.is_ok_and(|mailbox| mailbox.name.is_none() && mailbox.email.to_string() == text)
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a new password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordFault {
    /// Fewer characters than the setting asks for.
    TooShort,
    /// More characters than anyone types.
    TooLong,
    /// Among the first that anyone tries, or the address itself.
    TooCommon,
}

/// The longest password, characters. A bound, so that nobody makes us hash a book.
pub const MAX_PASSWORD: usize = 256;
/// The longest name of a reader, characters.
pub const MAX_NAME: usize = 80;
/// The longest name of a device, characters.
pub const MAX_LABEL: usize = 60;

/// The first passwords anyone tries, one a line, in small letters.
const COMMON: &str = include_str!("common_passwords.txt");

/// Whether a new password may be taken: long enough and not the first that anyone tries. What it is made of is free
/// (OWASP ASVS 5.0, 6.2.5).
///
/// # Errors
/// Says what is wrong.
pub fn check_password(password: &str, email: &str, shortest: usize) -> Result<(), PasswordFault> {
    let length = password.chars().count();
    if length < shortest {
        return Err(PasswordFault::TooShort);
    }
    if length > MAX_PASSWORD {
        return Err(PasswordFault::TooLong);
    }
    let small = password.to_lowercase();
    let one_character = small
        .chars()
        .next()
        .is_some_and(|first| small.chars().all(|c| c == first));
    if one_character || small == email.to_lowercase() || COMMON.lines().any(|line| line == small) {
        return Err(PasswordFault::TooCommon);
    }
    Ok(())
}

/// A name of a person or a device as it is kept: one line without spaces at its ends. `None` if it is longer than
/// `longest` characters or holds characters that are not to be seen.
#[must_use]
pub fn one_line(text: &str, longest: usize) -> Option<&str> {
    let text = text.trim();
    // Marks that turn the direction of writing could make a page say something else.
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    (text.chars().count() <= longest && !text.chars().any(hidden)).then_some(text)
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
    use proptest::prelude::*;

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
            // Of these only the library that sends knows that they are none.
            "a☕@b.example",
            &format!("a@{}.example", "b".repeat(64)),
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn an_address_that_is_taken_can_be_sent_to(
            text in prop_oneof![".{0,40}@.{0,40}", "[!-~ñé]{1,12}@[!-~ñé]{1,12}\\.[a-zñ-]{1,5}", "[a-z.'+_-]{1,70}@[a-z0-9.-]{1,80}"],
        ) {
            let address = text.trim().to_lowercase();
            match text.parse::<Email>() {
                Ok(email) => {
                    prop_assert_eq!(email.as_str(), &address);
                    prop_assert!(address.parse::<lettre::Address>().is_ok());
                    let mail = lettre::Message::builder()
                        .from("a@b.example".parse().unwrap())
                        .to(address.parse().unwrap())
                        .body(String::new());
                    let mail = mail.unwrap();
                    prop_assert_eq!(mail.envelope().to()[0].to_string(), address);
                }
                Err(()) => prop_assert!(
                    !is_plain(&address) || address.parse::<lettre::Address>().is_err(),
                    "{address} can be sent to",
                ),
            }
        }
    }

    #[test]
    fn a_new_password_is_long_enough_and_not_the_first_anyone_tries() {
        use PasswordFault::{TooCommon, TooLong, TooShort};
        let long = "ñ".repeat(128) + &"o".repeat(129);
        for (password, answer) in [
            ("", Err(TooShort)),
            ("ninechars", Err(TooShort)),
            ("ñandúñandú", Ok(())),
            ("one device at a time", Ok(())),
            (&long[..long.len() - 1], Ok(())),
            (&long, Err(TooLong)),
            ("password123", Err(TooCommon)),
            ("PassWord123", Err(TooCommon)),
            ("Contraseña123", Err(TooCommon)),
            ("qwertyuiop", Err(TooCommon)),
            ("kkkkkkkkkkkkkk", Err(TooCommon)),
            ("ANA@example.com", Err(TooCommon)),
        ] {
            assert_eq!(
                check_password(password, "ana@example.com", 10),
                answer,
                "{password}"
            );
        }
    }

    #[test]
    fn the_list_of_common_passwords_can_be_matched() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.len() >= 200);
        for line in &lines {
            assert_eq!(line.trim(), *line);
            assert_eq!(line.to_lowercase(), *line, "would never match");
            assert!(!line.is_empty());
        }
        let mut once = lines.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), lines.len(), "each stands there once");
    }

    #[test]
    fn names_are_one_visible_line() {
        for (text, kept) in [
            ("  Ana Ruiz ", Some("Ana Ruiz")),
            ("", Some("")),
            ("Ana\nBcc: x", None),
            ("a\u{202e}b", None),
            ("éééé", Some("éééé")),
            ("ééééé", None),
        ] {
            let longest = if text.contains('é') { 4 } else { 20 };
            assert_eq!(one_line(text, longest), kept, "{text:?}");
        }
    }
}
