//! A moment as the newsroom writes it: exact, or as the clocks of the edition show it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// With its distance from UTC.
    Exact(Timestamp),
    /// By the clocks of the edition. A day is its beginning.
    Local(DateTime),
}

impl When {
    /// The moment, in the edition's time zone. A time that clocks skip is the one after it.
    #[must_use]
    pub fn at(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Exact(at) => at,
            // Beyond the years that there are stands the last moment.
            Self::Local(at) => zone.to_timestamp(at).unwrap_or(Timestamp::MAX),
        }
    }
}

impl From<Timestamp> for When {
    fn from(at: Timestamp) -> Self {
        Self::Exact(at)
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(at) = text.parse() {
            return Ok(Self::Exact(at));
        }
        text.parse().map(Self::Local).map_err(|_| {
            format!("{text:?} is no moment; write one such as 2026-02-25T10:00:00Z, or a day such as 2026-02-25")
        })
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(at) => at.fmt(f),
            Self::Local(at) => at.fmt(f),
        }
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_edition_is() {
        let zone = TimeZone::get("America/New_York").unwrap();
        for (text, at) in [
            ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z"),
            ("2024-05-01T10:00:00+02:00", "2024-05-01T08:00:00Z"),
            ("2024-05-01 10:00:00", "2024-05-01T14:00:00Z"),
            ("2024-05-01T10:00", "2024-05-01T14:00:00Z"),
            ("2024-05-01", "2024-05-01T04:00:00Z"),
        ] {
            let when: When = text.parse().unwrap();
            assert_eq!(when.at(&zone).to_string(), at, "{text}");
            assert_eq!(when.to_string().parse(), Ok(when));
        }
        for none in ["", "yesterday", "2024-13-01", "2024-05-01T25:00"] {
            assert!(none.parse::<When>().is_err(), "{none}");
        }
    }
}
