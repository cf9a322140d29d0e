//! Shares: how many of something that all clients want one of them may hold at the same time, such as places in a queue,
//! connections or live streams. Unlike a rate limit a share counts what is held now, and whoever gives it back may have it
//! again.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, MutexGuard};

/// So many places for each key.
pub struct Shares {
    most: usize,
    held: Mutex<HashMap<u64, usize>>,
    secret: RandomState,
}

/// One place of a key; free again when this is dropped.
#[derive(Debug)]
pub struct Share {
    shares: Arc<Shares>,
    key: u64,
}

impl std::fmt::Debug for Shares {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shares")
    }
}

impl Shares {
    /// `most` places for each key, at least one.
    #[must_use]
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most: most.max(1),
            held: Mutex::default(),
            secret: RandomState::new(),
        })
    }

    /// A place for `key`; `None` if it holds all that it may.
    #[must_use]
    pub fn take(self: &Arc<Self>, key: impl Hash) -> Option<Share> {
        let key = self.secret.hash_one(key);
        let mut held = self.held();
        let count = held.entry(key).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        drop(held);
        Some(Share {
            shares: Arc::clone(self),
            key,
        })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<u64, usize>> {
        self.held
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.shares.held();
        if let Some(count) = held.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_holds_its_share_and_leaves_nothing_behind() {
        let shares = Shares::new(2);
        let (first, second) = (shares.take("a"), shares.take("a"));
        assert!(first.is_some() && second.is_some() && shares.take("a").is_none());
        assert!(shares.take("b").is_some());
        drop(first);
        let again = shares.take("a");
        assert!(again.is_some() && shares.take("a").is_none());
        drop((again, second));
        assert!(shares.held().is_empty());
    }
}
