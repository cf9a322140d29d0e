//! The only place that reads a clock. Everything else is handed an instant, so tests can stand still.
//!
//! Two clocks: wall time in unix milliseconds for what is stored and shown, and a monotonic clock that runs through
//! suspend (`CLOCK_BOOTTIME`) for spans; a lease must not come to rest because somebody set the date.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment of wall time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// Later by `span`.
    #[must_use]
    pub fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add_unsigned(span.0))
    }

    /// Earlier by `span`.
    #[must_use]
    pub fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub_unsigned(span.0))
    }

    /// The span from `before` to this; nothing if that is later.
    #[must_use]
    pub fn since(self, before: Self) -> Span {
        Span(self.0.saturating_sub(before.0).max(0).unsigned_abs())
    }

    /// The same moment for the calendar; out of range moments become the epoch.
    #[must_use]
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// The same moment in a time zone.
    #[must_use]
    pub fn zoned(self, zone: &jiff::tz::TimeZone) -> jiff::ZonedDateTime {
        jiff::ZonedDateTime::new(self.timestamp(), zone.clone())
    }

    /// RFC 3339 in UTC, as in feeds and structured data.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

impl From<jiff::Timestamp> for UnixMillis {
    fn from(at: jiff::Timestamp) -> Self {
        Self(at.as_millisecond())
    }
}

/// A span in milliseconds, written in configuration as `500ms`, `30s`, `3m`, `2h`, `30d`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub u64);

impl Span {
    /// Whole seconds.
    #[must_use]
    pub const fn seconds(n: u64) -> Self {
        Self(n * 1_000)
    }

    /// Whole minutes.
    #[must_use]
    pub const fn minutes(n: u64) -> Self {
        Self::seconds(n * 60)
    }

    /// Whole days of 24 hours.
    #[must_use]
    pub const fn days(n: u64) -> Self {
        Self::seconds(n * 86_400)
    }

    /// The same for timers of the standard library.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("ms", 1),
    ("m", 60_000),
    ("s", 1_000),
];

impl std::str::FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let factor = UNITS
            .iter()
            .find(|(name, _)| *name == unit.trim())
            .map(|(_, factor)| *factor);
        match (number.parse::<u64>().ok(), factor) {
            (Some(number), Some(factor)) => number
                .checked_mul(factor)
                .map(Self)
                .ok_or_else(|| format!("{text:?} is too long a span")),
            _ => Err(format!(
                "{text:?} is not a span; write a number and ms, s, m, h or d, such as \"3m\""
            )),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let whole = ["d", "h", "m", "s", "ms"]
            .iter()
            .filter_map(|unit| UNITS.iter().find(|(name, _)| name == unit))
            .find(|(_, factor)| self.0.is_multiple_of(*factor));
        match whole {
            Some((unit, factor)) => write!(f, "{}{unit}", self.0 / factor),
            None => write!(f, "{}ms", self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Where time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clocks.
    System,
    /// A clock that moves only when a test moves it.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at` until [`Clock::advance`].
    #[must_use]
    pub fn fixed(at: UnixMillis) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.0)))
    }

    /// Wall time.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the wall clock"
    )]
    pub fn now(&self) -> UnixMillis {
        match self {
            Self::System => {
                let since = std::time::SystemTime::now()
                    .duration_since(std::time::UNIX_EPOCH)
                    .unwrap_or_default();
                UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Fixed(at) => UnixMillis(at.load(Ordering::Relaxed)),
        }
    }

    /// The monotonic clock that runs through suspend, in milliseconds.
    #[must_use]
    pub fn mono(&self) -> lease::Millis {
        match self {
            Self::System => {
                let at = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
                lease::Millis(
                    at.tv_sec.unsigned_abs() * 1_000 + at.tv_nsec.unsigned_abs() / 1_000_000,
                )
            }
            Self::Fixed(at) => lease::Millis(at.load(Ordering::Relaxed).unsigned_abs()),
        }
    }

    /// Waits. On a fixed clock nobody waits: it is that much later then, which a test can see.
    pub async fn sleep(&self, span: Span) {
        match self {
            Self::System => tokio::time::sleep(span.duration()).await,
            Self::Fixed(_) => {
                self.advance(span);
                tokio::task::yield_now().await;
            }
        }
    }

    /// Moves a fixed clock on. Does nothing to the machine's clock.
    pub fn advance(&self, span: Span) {
        if let Self::Fixed(at) = self {
            at.fetch_add(i64::try_from(span.0).unwrap_or(i64::MAX), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written() {
        for (text, millis) in [
            ("0s", 0),
            ("250ms", 250),
            ("30s", 30_000),
            ("3m", 180_000),
            ("2h", 7_200_000),
            ("30d", 2_592_000_000),
        ] {
            assert_eq!(text.parse::<Span>(), Ok(Span(millis)), "{text}");
        }
        assert_eq!(Span(180_000).to_string(), "3m");
        assert_eq!(Span(0).to_string(), "0s");
        assert_eq!(Span(90_500).to_string(), "90500ms");
        for bad in [
            "",
            "3",
            "m",
            "3 weeks",
            "-1s",
            "99999999999999999999d",
            "18446744073709551615d",
        ] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }
}
