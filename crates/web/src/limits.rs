//! Rate limits: a token bucket for each key (GCRA), which refills evenly. A limit either refuses what goes beyond it
//! ([`Limit::count`]), or says by how much it was overdrawn and leaves the rest to the caller ([`Limit::charge`]).
//!
//! Keys are hashed with a secret of the process, so no address of a mail or network stands in memory. Deliberately not
//! here: how many of something one client holds at a time ([`crate::shares`]).

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, MutexGuard};

use super::{Error, Result};
use base::time::{Clock, Span};

pub use crate::network::Network;

/// So many in a span for each key.
pub struct Limit {
    /// When the bucket of a key is full again, monotonic milliseconds (the theoretical arrival time of GCRA). A key that is
    /// not here has a full one.
    full_at: Mutex<HashMap<u64, u64>>,
    /// How long it takes to refill one, milliseconds.
    one: u64,
    /// How long it takes to refill all, milliseconds.
    all: u64,
    clock: Clock,
    secret: RandomState,
}

impl std::fmt::Debug for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limit")
    }
}

impl Limit {
    /// `count` in `per`, at least one; all of them may come at once, then they refill evenly.
    #[must_use]
    pub fn new(count: u32, per: Span, clock: &Clock) -> Self {
        let count = u64::from(count.max(1));
        let one = (per.0 / count).max(1);
        Self {
            full_at: Mutex::default(),
            one,
            all: one.saturating_mul(count),
            clock: clock.clone(),
            secret: RandomState::new(),
        }
    }

    /// `count` an hour.
    #[must_use]
    pub fn an_hour(count: u32, clock: &Clock) -> Self {
        Self::new(count, Span::minutes(60), clock)
    }

    /// Counts one for `key`.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the time until the next is allowed; then nothing was counted.
    pub fn count(&self, key: impl Hash) -> Result<()> {
        let (key, now) = (self.secret.hash_one(key), self.clock.mono().0);
        let mut buckets = self.buckets();
        let full_at = self.one_less(&buckets, key, now);
        let room_until = now.saturating_add(self.all);
        if full_at > room_until {
            return Err(Error::TooMany(Span(full_at - room_until)));
        }
        buckets.insert(key, full_at);
        Ok(())
    }

    /// Counts one for `key` even where nothing is left, and gives by how many the bucket is overdrawn now: `most` at most,
    /// so that whoever overdraws it for hours has not done so for days.
    pub fn charge(&self, key: impl Hash, most: u32) -> u32 {
        let (key, now) = (self.secret.hash_one(key), self.clock.mono().0);
        let mut buckets = self.buckets();
        let room_until = now.saturating_add(self.all);
        let lowest = room_until.saturating_add(self.one.saturating_mul(most.into()));
        let full_at = self.one_less(&buckets, key, now).min(lowest);
        buckets.insert(key, full_at);
        let over = full_at.saturating_sub(room_until).div_ceil(self.one);
        u32::try_from(over).unwrap_or(most)
    }

    /// Takes back one that was counted for `key`.
    pub fn give_back(&self, key: impl Hash) {
        let key = self.secret.hash_one(key);
        if let Some(full_at) = self.buckets().get_mut(&key) {
            *full_at = full_at.saturating_sub(self.one);
        }
    }

    /// Forgets keys whose bucket is full again.
    pub fn forget_full(&self) {
        let now = self.clock.mono().0;
        self.buckets().retain(|_, full_at| *full_at > now);
    }

    fn one_less(&self, buckets: &HashMap<u64, u64>, key: u64, now: u64) -> u64 {
        let full_at = buckets.get(&key).copied().unwrap_or(now);
        full_at.max(now).saturating_add(self.one)
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<u64, u64>> {
        self.full_at
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::time::UnixMillis;

    fn two_an_hour() -> (Clock, Limit) {
        let clock = Clock::fixed(UnixMillis(1_000_000));
        let limit = Limit::an_hour(2, &clock);
        (clock, limit)
    }

    #[test]
    fn a_bucket_empties_and_refills_for_each_key() {
        let (clock, limit) = two_an_hour();
        assert!(limit.count("a").is_ok() && limit.count("a").is_ok());
        assert!(matches!(limit.count("a"), Err(Error::TooMany(wait)) if wait == Span::minutes(30)));
        assert!(limit.count("b").is_ok());
        clock.advance(Span::minutes(30));
        assert!(limit.count("a").is_ok());
    }

    #[test]
    fn what_is_given_back_can_be_had_again_and_no_more() {
        let (_, limit) = two_an_hour();
        for _ in 0..50 {
            assert!(limit.count("a").is_ok());
            limit.give_back("a");
        }
        assert!(limit.count("a").is_ok() && limit.count("a").is_ok());
        assert!(limit.count("a").is_err());
        limit.give_back("a");
        assert!(limit.count("a").is_ok());
        assert!(limit.count("a").is_err());
    }

    #[test]
    fn an_overdraft_grows_to_its_end_and_is_paid_back() {
        let (clock, limit) = two_an_hour();
        let over: Vec<u32> = (0..7).map(|_| limit.charge("a", 3)).collect();
        assert_eq!(over, [0, 0, 1, 2, 3, 3, 3]);
        assert_eq!(limit.charge("b", 3), 0);
        limit.give_back("a");
        assert_eq!(limit.charge("a", 3), 3);
        clock.advance(Span::minutes(60));
        assert_eq!(limit.charge("a", 3), 2);
        clock.advance(Span::minutes(180));
        limit.forget_full();
        assert!(limit.buckets().is_empty(), "no key is kept for longer");
    }
}
