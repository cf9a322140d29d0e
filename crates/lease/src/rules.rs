//! Time, and the spans that decide when a device is *at rest*.
//!
//! Nothing here reads a clock. A [`Millis`] is handed in by the caller and comes from a clock that never runs
//! backwards and goes on through suspend (`CLOCK_BOOTTIME`); a wall clock would let a change of the date decide
//! who may read. All arithmetic saturates: a span too long is "for ever", never a wrap-around to "just now".

use std::time::Duration;

/// A span, or a moment on a monotonic clock, in milliseconds. Where the clock starts does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Millis {
    /// The start of the clock; as a span, nothing.
    pub const ZERO: Millis = Millis(0);
    /// Later than every moment; as a span, for ever.
    pub const MAX: Millis = Millis(u64::MAX);

    /// So many seconds.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Millis(seconds.saturating_mul(1_000))
    }

    /// The moment `span` later, [`Millis::MAX`] at most.
    #[must_use]
    pub const fn plus(self, span: Millis) -> Self {
        Millis(self.0.saturating_add(span.0))
    }

    /// The moment `span` earlier, or the span between two moments; [`Millis::ZERO`] at least.
    #[must_use]
    pub const fn minus(self, span: Millis) -> Self {
        Millis(self.0.saturating_sub(span.0))
    }
}

impl From<Duration> for Millis {
    /// Whole milliseconds, rounded down; [`Millis::MAX`] if they do not fit.
    fn from(span: Duration) -> Self {
        Millis(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
    }
}

/// How long each sign of life counts. Publishers may set every one of them; these defaults were chosen so that
/// one person who walks from phone to laptop never meets a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// Visible and focused: read on until this long after the last scroll, key, pointer or touch. 3 min.
    pub read_for: Millis,
    /// Visible but not focused: read on for this long since it was first seen so. 1 min.
    pub glance_for: Millis,
    /// A page was sent and no script of it has spoken: read on for this long. 2 min.
    pub sent_for: Millis,
    /// A page was sent: read on for this long, whatever its script says. 3 s.
    pub settle_for: Millis,
    /// No heartbeat for this long (they come each 30 s): the page is no longer there. 75 s.
    pub silent_for: Millis,
    /// The live stream broke and is not back after this long: counts as hidden. 15 s.
    pub stream_for: Millis,
    /// A `rest` that arrives sooner than this after a page was sent is the *previous* page saying goodbye, and
    /// leaves the new one alone. 2 s.
    pub late_rest_for: Millis,
    /// Takes of the last so many milliseconds are counted in [`Holder::swaps`](crate::Holder), and passes for
    /// [`passes`](Rules::passes). 10 min.
    pub swaps_in: Millis,
    /// So many silent passes within `swaps_in`, 16 at most; a further one needs a gesture. People walk from one device to
    /// another less often than that, and devices that take turns more often. 5.
    pub passes: u8,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            read_for: Millis(180_000),
            glance_for: Millis(60_000),
            sent_for: Millis(120_000),
            settle_for: Millis(3_000),
            silent_for: Millis(75_000),
            stream_for: Millis(15_000),
            late_rest_for: Millis(2_000),
            swaps_in: Millis(600_000),
            passes: 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_saturates_instead_of_wrapping() {
        assert_eq!(Millis::MAX.plus(Millis(1)), Millis::MAX);
        assert_eq!(Millis(5).minus(Millis(6)), Millis::ZERO);
        assert_eq!(Millis::from_secs(u64::MAX), Millis::MAX);
        assert_eq!(Millis::from(Duration::MAX), Millis::MAX);
        assert_eq!(Millis::from(Duration::from_micros(1_999)), Millis(1));
    }
}
