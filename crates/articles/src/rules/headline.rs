//! Headlines: one line that people see as it is written.

use std::fmt;
use std::str::FromStr;

/// Most characters of a headline.
pub const MAX_HEADLINE: usize = 300;

/// The headline of an article or the name of a running story: one line, not empty, of at most [`MAX_HEADLINE`] characters,
/// without any that nobody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline(String);

/// Why a text is no headline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadlineFault {
    /// There is nothing in it.
    Empty,
    /// It has more than [`MAX_HEADLINE`] characters.
    TooLong,
    /// It has an end of line, or another character that is not seen.
    Unseen,
}

impl Headline {
    /// The headline closest to a text that was written elsewhere: what cannot stand in one is left out, and what is too
    /// long is cut. `None` if nothing is left.
    #[must_use]
    pub fn mended(text: &str) -> Option<Self> {
        let seen: String = text
            .chars()
            .map(|one| if one.is_whitespace() { ' ' } else { one })
            .filter(|one| !is_unseen(*one))
            .collect();
        let mut line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = line.char_indices().nth(MAX_HEADLINE) {
            line.truncate(end);
            line.pop();
            line.truncate(line.trim_end().len());
            line.push('\u{2026}');
        }
        line.parse().ok()
    }

    /// As it is shown.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl FromStr for Headline {
    type Err = HeadlineFault;

    fn from_str(text: &str) -> Result<Self, HeadlineFault> {
        let text = text.trim();
        if text.chars().any(is_unseen) {
            return Err(HeadlineFault::Unseen);
        }
        match text.chars().count() {
            0 => Err(HeadlineFault::Empty),
            1..=MAX_HEADLINE => Ok(Self(text.to_owned())),
            _ => Err(HeadlineFault::TooLong),
        }
    }
}

impl fmt::Display for Headline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Control characters, ends of lines, and default-ignorable code points (Unicode 17, `DerivedCoreProperties.txt`) but for
/// the two joiners, without which Persian and several languages of India cannot be spelled.
fn is_unseen(one: char) -> bool {
    let ignorable = matches!(one,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    ignorable || one.is_control() || matches!(one, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_is_one_line_that_is_seen() {
        let well: Headline = " The wells \u{fb}f M\u{e9}xico ".parse().unwrap();
        assert_eq!(well.to_string(), "The wells \u{fb}f M\u{e9}xico");
        assert!(
            "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}"
                .parse::<Headline>()
                .is_ok()
        );
        assert!("\u{f1}".repeat(MAX_HEADLINE).parse::<Headline>().is_ok());
        for (bad, fault) in [
            ("", HeadlineFault::Empty),
            (" \n", HeadlineFault::Empty),
            ("one\ntwo", HeadlineFault::Unseen),
            ("one\u{2028}two", HeadlineFault::Unseen),
            ("a\u{200b}b", HeadlineFault::Unseen),
            ("a\u{202e}b", HeadlineFault::Unseen),
            ("\u{feff}a", HeadlineFault::Unseen),
            ("a\u{7}b", HeadlineFault::Unseen),
        ] {
            assert_eq!(bad.parse::<Headline>(), Err(fault), "{bad:?}");
        }
        let long = "x".repeat(MAX_HEADLINE + 1);
        assert_eq!(long.parse::<Headline>(), Err(HeadlineFault::TooLong));
    }

    #[test]
    fn a_headline_from_elsewhere_is_mended() {
        let mended = |text: &str| Headline::mended(text).map(Headline::into_string);
        assert_eq!(
            mended(" A\n b\u{200b}c\u{2028}d\u{0} ").as_deref(),
            Some("A bc d")
        );
        assert_eq!(mended("\u{200b} \u{ad}"), None);
        let words = "word ".repeat(100);
        let cut = mended(&words).unwrap();
        assert!(
            cut.ends_with("word\u{2026}") && cut.chars().count() <= MAX_HEADLINE,
            "{cut}"
        );
        let whole = "x".repeat(MAX_HEADLINE);
        assert_eq!(mended(&whole), Some(whole));
    }
}
