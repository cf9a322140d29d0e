//! Folds a text in any Latin script to small ASCII letters, digits and hyphens: what addresses are made of.

use unicode_normalization::UnicodeNormalization as _;

/// The longest that is made, bytes; room is left for a number behind it.
const LONGEST: usize = 120;

/// Folds to small ASCII letters, digits and single hyphens; `None` when nothing is left, as with Japanese.
#[must_use]
pub fn fold(text: &str) -> Option<String> {
    let mut out = String::new();
    for one in text.nfkd() {
        match one {
            'a'..='z' | '0'..='9' => out.push(one),
            'A'..='Z' => out.push(one.to_ascii_lowercase()),
            'ß' => out.push_str("ss"),
            'æ' | 'Æ' => out.push_str("ae"),
            'œ' | 'Œ' => out.push_str("oe"),
            'ø' | 'Ø' => out.push('o'),
            'ł' | 'Ł' => out.push('l'),
            'đ' | 'Đ' | 'ð' | 'Ð' => out.push('d'),
            'þ' | 'Þ' => out.push_str("th"),
            'ı' => out.push('i'),
            // Accents that were taken apart, quotes and invisible signs are inside words.
            '\'' | '\u{2019}' => {}
            _ if !one.is_ascii()
                && !one.is_alphanumeric()
                && !one.is_whitespace()
                && !matches!(one, '\u{2010}'..='\u{2015}') => {}
            _ if !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    out.truncate(LONGEST);
    let slug = out.trim_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}
