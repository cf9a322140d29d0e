//! When more is asked than this machine can answer: who is refused, so that the others are served in time.
//!
//! Each thread measures how late it gets to its work. A thread that is late for a while refuses a share of the guests'
//! pages, then all of them, then a share of the subscribers', and fewer again when it is in time. A refusal is a finished
//! page with `Retry-After`, sent before anything is looked up. Never refused here: pages of the staff, forms, and what
//! open pages say (heartbeats, "read here"); those have limits of their own.
//! Deliberately not here: how many connections may be open (`connections`), how many passwords wait (`readers`).

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use lease::Millis;

use base::time::{Clock, Span};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Nobody we know.
    Guest,
    /// Somebody who is signed in.
    Reader,
    /// Somebody with a cookie that memory does not know: it may be worth nothing, and costs two look-ups in the database.
    Stranger,
}

/// All guests, in thousandths.
const ALL: u32 = 1_000;
/// Between two looks at how late the thread is, milliseconds.
const EVERY: u64 = 10;
/// So many strangers are looked up between two looks; more count as guests.
const STRANGERS: u32 = 2;
/// Milliseconds at twice `late_for` until one whole class is shed.
const FULL_IN: u64 = 1_000;

/// How many are refused: up to [`ALL`] for guests, and as many again for readers.
#[derive(Debug, Default)]
pub struct Pressure {
    level: AtomicU32,
    turn: AtomicU32,
    strangers: AtomicU32,
}

impl Pressure {
    /// Whether nobody is refused.
    #[must_use]
    pub fn none(&self) -> bool {
        self.level.load(Ordering::Relaxed) == 0
    }

    /// Whether this one is.
    #[must_use]
    pub fn refuses(&self, class: Class) -> bool {
        let level = self.level.load(Ordering::Relaxed);
        let share = match class {
            Class::Guest => level.min(ALL),
            Class::Stranger if self.strangers.fetch_add(1, Ordering::Relaxed) >= STRANGERS => {
                level.min(ALL)
            }
            Class::Reader | Class::Stranger => level.saturating_sub(ALL),
        };
        if share == 0 {
            return false;
        }
        // Steps of the golden section spread the refusals evenly, whatever the share.
        let turn = self.turn.fetch_add(2_654_435_769, Ordering::Relaxed);
        u64::from(turn) * u64::from(ALL) < u64::from(share) << 32
    }

    /// Sets it by hand: 0 refuses nobody, 1,000 all guests, 2,000 everybody.
    pub fn set(&self, level: u32) {
        self.level.store(level.min(2 * ALL), Ordering::Relaxed);
    }

    /// Watches the thread it runs on, for ever. It is late when it runs later than it asked for: others were before it.
    pub async fn watch(&self, clock: &Clock, late_for: Span) {
        let mut pulse = Pulse::new(clock.mono());
        loop {
            tokio::time::sleep(Duration::from_millis(EVERY)).await;
            let (late, since) = pulse.beat(clock.mono());
            self.strangers.store(0, Ordering::Relaxed);
            self.set(next(
                self.level.load(Ordering::Relaxed),
                late,
                since,
                late_for,
            ));
        }
    }
}

/// How late the last beats were. One long pause of the machine is nobody's queue: what counts is the least of three.
struct Pulse {
    at: Millis,
    last: [u64; 3],
}

impl Pulse {
    fn new(at: Millis) -> Self {
        Self { at, last: [0; 3] }
    }

    /// How late the thread is, and for how long that is the latest news, in milliseconds.
    fn beat(&mut self, now: Millis) -> (u64, u64) {
        let since = now.0.saturating_sub(self.at.0);
        self.at = now;
        self.last.rotate_left(1);
        self.last[2] = since.saturating_sub(EVERY);
        (self.last.into_iter().min().unwrap_or(0), since)
    }
}

/// The level after `since` milliseconds in which the thread was `late` by so many.
fn next(level: u32, late: u64, since: u64, late_for: Span) -> u32 {
    let most = late_for.0.max(1);
    let step = |excess: u64| {
        let step = excess.min(4 * most) * since.min(FULL_IN) * u64::from(ALL) / (most * FULL_IN);
        u32::try_from(step).unwrap_or(u32::MAX)
    };
    if late > most {
        level.saturating_add(step(late - most)).min(2 * ALL)
    } else {
        level.saturating_sub(step(most - late).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: Span = Span(100);

    fn refused(pressure: &Pressure, class: Class) -> usize {
        (0..1_000).filter(|_| pressure.refuses(class)).count()
    }

    #[test]
    fn guests_are_refused_before_readers_and_evenly() {
        let pressure = Pressure::default();
        for (level, guests, readers) in [
            (0, 0, 0),
            (1, 1, 0),
            (250, 250, 0),
            (1_000, 1_000, 0),
            (1_400, 1_000, 400),
            (2_000, 1_000, 1_000),
            (9_999, 1_000, 1_000),
        ] {
            pressure.set(level);
            assert_eq!(pressure.none(), level == 0);
            assert!(
                refused(&pressure, Class::Guest).abs_diff(guests) <= 2,
                "{level}"
            );
            assert!(
                refused(&pressure, Class::Reader).abs_diff(readers) <= 2,
                "{level}"
            );
        }
    }

    #[test]
    fn lateness_raises_it_within_seconds_and_punctuality_ends_it() {
        let mut level = 0;
        for _ in 0..4 {
            level = next(level, 300, 310, LATE);
        }
        let most = 2 * ALL;
        assert_eq!(level, most, "everybody, after 1.2 s of being 300 ms late");
        assert_eq!(next(0, 150, 160, LATE), 80, "a share of the guests");
        assert_eq!(next(500, 100, 110, LATE), 499);
        let mut passed = 0;
        while level > 0 {
            level = next(level, 1, 11, LATE);
            passed += 11;
        }
        assert!(
            (1_800..2_400).contains(&passed),
            "{passed} ms until nobody is refused"
        );
        // An odd setting refuses everybody who is not there at once; it does not panic.
        assert_eq!(next(0, u64::MAX, u64::MAX, Span(1)), 2 * ALL);
    }

    #[test]
    fn one_pause_is_not_a_queue_and_three_late_beats_are() {
        let mut pulse = Pulse::new(Millis(0));
        assert_eq!(pulse.beat(Millis(10)), (0, 10));
        assert_eq!(pulse.beat(Millis(2_000)), (0, 1_990));
        assert_eq!(pulse.beat(Millis(2_010)), (0, 10));
        let mut now = 2_010;
        let late: Vec<u64> = (0..4)
            .map(|_| {
                now += 150;
                pulse.beat(Millis(now)).0
            })
            .collect();
        assert_eq!(late, [0, 0, 140, 140]);
    }
}
