//! Makes one of our slugs out of an address, a name or a headline of another system.

use base::fold;
use unicode_normalization::UnicodeNormalization as _;

/// Folds to small ASCII letters, digits and single hyphens; `None` when nothing is left, as with Japanese.
#[must_use]
pub fn fold(text: &str) -> Option<String> {
    fold::fold(&decode(text))
}

/// The same, or a slug of the bytes of the text: always the same one for the same text.
#[must_use]
pub fn fold_or_bytes(text: &str) -> String {
    fold(text).unwrap_or_else(|| {
        let bytes: String = text
            .bytes()
            .take(24)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("t-{bytes}")
    })
}

/// The same, of bytes where letters would be lost: what differs in another script stays different.
#[must_use]
pub fn fold_whole(text: &str) -> String {
    let decoded = decode(text);
    // Letters that folding only takes accents from have a Latin letter in them.
    let lost = decoded.nfkd().any(|one| {
        one.is_alphanumeric() && !one.is_ascii() && fold::fold(&one.to_string()).is_none()
    });
    if !lost {
        return fold_or_bytes(text);
    }
    let hash = decoded
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    match fold::fold(&decoded) {
        Some(rest) => format!("t-{hash:016x}-{rest}"),
        None => fold_or_bytes(&decoded),
    }
}

/// Percent-encoded UTF-8 as text; anything else as it is.
fn decode(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_of_other_systems_become_ours() {
        for (from, to) in [
            ("hello-world", Some("hello-world")),
            (
                "El Ni\u{f1}o vuelve \u{2014} otra vez",
                Some("el-nino-vuelve-otra-vez"),
            ),
            ("ma%C3%B1ana", Some("manana")),
            ("100%", Some("100")),
            ("Gro\u{df}e 'Stra\u{df}e'", Some("grosse-strasse")),
            ("a\u{202e}b\u{200d}c", Some("abc")),
            ("--A__b--", Some("a-b")),
            ("\u{65e5}\u{672c}", None),
            ("", None),
        ] {
            assert_eq!(fold(from).as_deref(), to, "{from}");
        }
        assert_eq!(fold_or_bytes("\u{65e5}"), "t-e697a5");
        let long = fold(&"ab-".repeat(200)).unwrap();
        assert!(long.parse::<articles::Slug>().is_ok(), "{long}");
    }
}
