//! The languages the program speaks to readers. Editions may be many; each has one of these.
//!
//! Which ones there are is data: a line in [`LANGUAGES`], and a folder of that name in every `locales/`.

use std::fmt;
use std::str::FromStr;

use crate::quality::weighed;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What has to be known of a language beside its texts.
#[derive(Debug)]
pub struct Language {
    /// Its tag (BCP 47), which names its folder in `locales/`.
    pub tag: &'static str,
    /// Whether clocks show twelve hours and "AM" or "PM".
    pub twelve_hours: bool,
}

/// Every language with texts in `locales/`; the first stands in where none else is asked for.
pub const LANGUAGES: &[Language] = &[
    Language {
        tag: "en",
        twelve_hours: true,
    },
    Language {
        tag: "es",
        twelve_hours: false,
    },
];

/// One of [`LANGUAGES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lang(u8);

impl Lang {
    /// English.
    pub const EN: Self = Self(0);
    /// Spanish.
    pub const ES: Self = Self(1);
    /// How many there are.
    pub const COUNT: usize = LANGUAGES.len();

    /// Every one of them, in the order of [`LANGUAGES`].
    pub const ALL: &'static [Self] = &{
        let mut all = [Self(0); Self::COUNT];
        let mut number = 0;
        while number < Self::COUNT {
            all[number] = Self(number as u8);
            number += 1;
        }
        all
    };

    /// Its place in [`LANGUAGES`], for tables with an entry for each language.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// What has to be known of it.
    #[must_use]
    pub fn language(self) -> &'static Language {
        &LANGUAGES[self.index()]
    }

    /// Its tag, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.language().tag
    }

    /// The language we speak that the lines of `Accept-Language` want most (RFC 9110, 12.5.4); of equals the first.
    #[must_use]
    pub fn accepted<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let mut best: Option<(Self, u16)> = None;
        let members = lines.flat_map(|line| line.split(|byte| *byte == b','));
        for member in members.take(20) {
            let (tag, weight) = weighed(member);
            let primary = tag.split(|byte| *byte == b'-').next().unwrap_or(tag);
            let spoken = |lang: &&Self| lang.as_str().as_bytes().eq_ignore_ascii_case(primary);
            if let Some(lang) = Self::ALL.iter().find(spoken)
                && weight > best.map_or(0, |(_, weight)| weight)
            {
                best = Some((*lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Lang {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .iter()
            .copied()
            .find(|lang| lang.as_str() == text)
            .ok_or_else(|| {
                let tags: Vec<_> = LANGUAGES.iter().map(|language| language.tag).collect();
                format!("{text:?} is not one of {}", tags.join(", "))
            })
    }
}

impl Serialize for Lang {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

crate::text_column!(Lang);

#[cfg(test)]
mod tests {
    use super::Lang;

    const EN: Lang = Lang::EN;
    const ES: Lang = Lang::ES;

    #[test]
    fn the_heaviest_language_we_speak_wins() {
        for (header, lang) in [
            ("es-ES,es;q=0.9,en;q=0.8", Some(ES)),
            ("fr,en;q=0.5,es;q=0.7", Some(ES)),
            ("en-US", Some(EN)),
            ("ca, fr", None),
            ("", None),
            ("es;q=0, en;q=0.1", Some(EN)),
            ("*;q=x", None),
            ("es;Q=0, en;q=0.1", Some(EN)),
            ("es; q = 0.0, en;q=0.1", Some(EN)),
            ("ES-mx", Some(ES)),
        ] {
            let lines = [header.as_bytes()];
            assert_eq!(Lang::accepted(lines.into_iter()), lang, "{header}");
        }
    }
    #[test]
    fn all_lines_count_and_an_odd_byte_spoils_only_its_own_language() {
        let lines: [&[u8]; 2] = [b"fr, en;q=0.5, \xff\xfe", b"es;q=0.7"];
        assert_eq!(Lang::accepted(lines.into_iter()), Some(ES));
    }

    #[test]
    fn each_is_read_back_from_its_tag() {
        assert!(
            Lang::ALL
                .iter()
                .all(|lang| lang.as_str().parse() == Ok(*lang))
        );
        assert!("fr".parse::<Lang>().is_err());
    }
}
