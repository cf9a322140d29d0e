//! The languages the program speaks to readers. Editions may be many; each has one of these.
//!
//! Which ones there are is data: a line in [`LANGUAGES`], and a folder of that name in every `locales/`.

use std::fmt;
use std::str::FromStr;

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

    /// The first language of an `Accept-Language` header that we speak (RFC 9110, 12.5.4); weights decide, then order.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, u32)> = None;
        for part in header.split(',').take(20) {
            let mut fields = part.split(';');
            let tag = fields.next().unwrap_or("").trim();
            let weight = fields
                .find_map(|field| field.trim().strip_prefix("q="))
                .map_or(1000, |q| {
                    q.parse::<f32>()
                        .map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u32)
                });
            let primary = tag.split('-').next().unwrap_or("").to_ascii_lowercase();
            if let Ok(lang) = primary.parse::<Self>()
                && weight > best.map_or(0, |(_, weight)| weight)
            {
                best = Some((lang, weight));
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
        ] {
            assert_eq!(Lang::accepted(header), lang, "{header}");
        }
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
