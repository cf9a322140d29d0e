//! Mail addresses: one parser, and one spelling for each mailbox.
//!
//! Browsers send the host of an address now with its accents and now as an A-label, and pasted lists bring characters that
//! nobody sees. All of that ends here, so that an account is found however its address was typed. Deliberately not here:
//! whether anybody receives mail there, which only a mail can show.

use std::fmt;
use std::str::FromStr;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use lettre::message::Mailbox;
use unicode_normalization::UnicodeNormalization as _;

/// A mail address in its one spelling: small letters, composed (NFC), nothing invisible, the host as A-labels (UTS 46), and
/// taken by the library that sends our mail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// As stored, compared and sent to.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (name, host) = text.rsplit_once('@').ok_or(())?;
        let name = visible(name)
            .trim_start()
            .to_lowercase()
            .nfc()
            .collect::<String>();
        let text = format!("{name}@{}", ascii_host(host)?);
        if is_plain(&name, text.len()) && is_sendable(&text) {
            Ok(Self(text))
        } else {
            Err(())
        }
    }
}

/// As people know it, see [`shown_email`].
impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown_email(&self.0))
    }
}

/// A stored address as people know it: its host with accents.
#[must_use]
pub fn shown_email(email: &str) -> String {
    let with_accents = email.rsplit_once('@').and_then(|(name, host)| {
        let (host, result) = Uts46::new().to_unicode(
            host.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
        );
        result.is_ok().then(|| format!("{name}@{host}"))
    });
    with_accents.unwrap_or_else(|| email.to_owned())
}

/// A text without the characters that are not to be seen.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_ignorable(*c)).collect()
}

/// The host as A-labels. In some scripts a joiner inside a word tells it from another one, so those are left to UTS 46,
/// which knows where they may stand; anywhere else they were pasted in by accident.
fn ascii_host(host: &str) -> Result<String, ()> {
    let is_kept = |c: &char| !is_ignorable(*c) || is_joiner(*c);
    let with_joiners: String = host.chars().filter(is_kept).collect();
    let ascii = |host: &str| {
        let (host, hyphens) = (host.trim_end().as_bytes(), Hyphens::CheckFirstLast);
        let ascii = Uts46::new().to_ascii(host, AsciiDenyList::STD3, hyphens, DnsLength::Verify);
        ascii.map(std::borrow::Cow::into_owned).map_err(|_| ())
    };
    let host = ascii(&with_joiners).or_else(|()| ascii(&visible(host)))?;
    if host.contains('.') || host == "localhost" {
        Ok(host)
    } else {
        Err(())
    }
}

/// Our own rules: a name without quotes or comments, as people have them. `length` of the whole address in bytes (RFC 5321,
/// 4.5.3.1).
fn is_plain(name: &str, length: usize) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || ",;<>()[]\\\":@".contains(c);
    length <= 254
        && (1..=64).contains(&name.len())
        && !name.contains(odd)
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
}

/// Whether a mail can be sent there: a mail is addressed to a mailbox, whose syntax is narrower still than an address's.
fn is_sendable(text: &str) -> bool {
    let mailbox = text.parse::<Mailbox>();
    mailbox.is_ok_and(|mailbox| mailbox.name.is_none() && mailbox.email.to_string() == text)
}

/// U+200C and U+200D: part of how words and emoji are written.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether nothing is to be seen of this character: `Default_Ignorable_Code_Point` of Unicode 17.
pub(super) const fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_has_one_spelling_however_it_is_typed() {
        for (typed, kept) in [
            (" Ana.Ruiz@Example.COM ", "ana.ruiz@example.com"),
            (
                "lucia.vega@peluquería.example",
                "lucia.vega@xn--peluquera-n5a.example",
            ),
            (
                "lucia.vega@PELUQUERI\u{301}A.example",
                "lucia.vega@xn--peluquera-n5a.example",
            ),
            (
                "Lucia.Vega@xn--peluquera-n5a.example",
                "lucia.vega@xn--peluquera-n5a.example",
            ),
            ("josé@example.com", "josé@example.com"),
            ("jose\u{301}@example.com", "josé@example.com"),
            (
                "\u{202a}ana\u{200b}@exam\u{ad}ple.com\u{202c}",
                "ana@example.com",
            ),
            ("\u{feff} ana@example.com\u{a0}\u{2060}", "ana@example.com"),
            ("ana@exam\u{200d}ple.com", "ana@example.com"),
            // Without its joiner this is another host.
            ("a@نامه\u{200c}ای.example", "a@xn--mgba3gch31f060k.example"),
            ("ana@例え。example", "ana@xn--r8jz45g.example"),
            ("ana@localhost", "ana@localhost"),
        ] {
            let email = typed.parse::<Email>();
            assert_eq!(email.as_ref().map(Email::as_str), Ok(kept), "{typed:?}");
        }
    }

    #[test]
    fn an_address_is_shown_as_people_know_it() {
        for (stored, seen) in [
            (
                "lucia.vega@xn--peluquera-n5a.example",
                "lucia.vega@peluquería.example",
            ),
            ("ana@example.com", "ana@example.com"),
            ("ana@xn--zzzzzzzz9.example", "ana@xn--zzzzzzzz9.example"),
            ("", ""),
        ] {
            assert_eq!(shown_email(stored), seen);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "a",
            "@b.c",
            "a@",
            "a@b",
            "a b@c.d",
            "a @c.d",
            "a@ c.d",
            "a@b..c",
            "a@b.c.",
            "a\r\nBcc: x@y.z@c.d",
            "a@-b.c",
            ".a@b.c",
            "a@b.c,d@e.f",
            "a@b\u{202e}@c.d",
            "\u{200b}@b.example",
            "a@\u{200b}",
            "a@b_c.example",
            "a@[127.0.0.1]",
            "a@xn--zzzzzzzz9.example",
            // Of these only the library that sends knows that they are none.
            "a☕@b.example",
            &format!("a@{}.example", "b".repeat(64)),
            &format!("a@{}.example", "ñ".repeat(63)),
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn an_address_that_is_taken_is_in_its_one_spelling_and_can_be_sent_to(
            text in prop_oneof![
                ".{0,40}@.{0,40}",
                "[!-~ñé]{1,12}@[!-~ñé\u{200b}-\u{200f}]{1,12}\\.[a-zñ-]{1,5}",
                "[a-z.'+_-]{1,70}@[a-z0-9.-]{1,80}",
                "[a-zİΣßéẞ\u{301}\u{ad}]{1,9}@[a-zßςΣIİ\u{301}]{1,9}\\.[a-z]{2,5}",
            ],
        ) {
            if let Ok(email) = text.parse::<Email>() {
                prop_assert_eq!(email.as_str().parse::<Email>(), Ok(email.clone()));
                prop_assert_eq!(shown_email(email.as_str()).parse::<Email>(), Ok(email.clone()));
                prop_assert!(email.as_str().rsplit_once('@').is_some_and(|(_, host)| host.is_ascii()));
                let mail = lettre::Message::builder()
                    .from("a@b.example".parse().unwrap())
                    .to(email.as_str().parse().unwrap())
                    .body(String::new());
                let mail = mail.unwrap();
                prop_assert_eq!(mail.envelope().to()[0].to_string(), email.as_str());
            }
        }
    }
}
