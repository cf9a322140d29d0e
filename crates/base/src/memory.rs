//! What is asked on every request, kept in memory in front of the database, and never older than the last change.
//!
//! A look-up that misses reads the database and keeps the answer, unless something was forgotten meanwhile: then what it
//! read may be old, and is used for this one request only. Whoever changes a row commits first and then calls
//! [`Memory::forget`].

use std::hash::Hash;
use std::sync::Mutex;

use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;

/// Answers of a look-up, bounded in number; the least used go first.
#[derive(Debug)]
pub struct Memory<K, V> {
    kept: Cache<K, V>,
    changes: Mutex<u64>,
}

/// Taken before the database is read; see [`Memory::ticket`].
#[derive(Clone, Copy, Debug)]
pub struct Ticket(u64);

/// How many answers there is room for from the beginning; more room is made when it is needed.
const ROOM: usize = 1_000;

impl<K: Eq + Hash + Clone, V: Clone> Memory<K, V> {
    /// Keeps up to `capacity` answers.
    #[must_use]
    pub fn new(capacity: u64) -> Self {
        Self {
            kept: Cache::with_weighter(ROOM, capacity, UnitWeighter),
            changes: Mutex::new(0),
        }
    }

    /// The answer, if it is kept.
    #[must_use]
    pub fn find(&self, key: &K) -> Option<V> {
        self.kept.get(key)
    }

    /// To be taken before the database is read for an answer that may be kept.
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        Ticket(*self.changes())
    }

    /// Keeps an answer unless anything changed since the ticket was taken.
    pub fn keep(&self, ticket: Ticket, key: K, value: V) {
        let changes = self.changes();
        if *changes == ticket.0 {
            self.kept.insert(key, value);
        }
    }

    /// Forgets one answer, and gives it; look-ups under way will not bring the old one back.
    pub fn forget(&self, key: &K) -> Option<V> {
        let mut changes = self.changes();
        *changes += 1;
        self.kept.remove(key).map(|(_, value)| value)
    }

    /// Forgets every answer of which `wanted` says so, and gives them; look-ups under way will not bring one back. It looks at
    /// all of them, and holds up nobody who asks meanwhile: with a million that takes a good part of a second.
    pub fn forget_where(&self, wanted: impl Fn(&V) -> bool) -> Vec<V> {
        // From here on nothing is kept that was read before: whatever has to go is there.
        *self.changes() += 1;
        let found: Vec<_> = self.iter().filter(|(_, value)| wanted(value)).collect();
        let forget = |(key, value)| {
            self.kept.remove(&key);
            value
        };
        found.into_iter().map(forget).collect()
    }

    /// All that is kept.
    pub fn iter(&self) -> impl Iterator<Item = (K, V)> {
        self.kept.iter()
    }

    /// Forgets all of them.
    pub fn forget_all(&self) {
        let mut changes = self.changes();
        *changes += 1;
        self.kept.clear();
    }

    fn changes(&self) -> std::sync::MutexGuard<'_, u64> {
        self.changes
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_read_before_a_change_is_not_kept() {
        let memory = Memory::new(10);
        let ticket = memory.ticket();
        memory.forget(&1);
        memory.keep(ticket, 1, "old");
        assert_eq!(memory.find(&1), None);
        memory.keep(memory.ticket(), 1, "new");
        assert_eq!(memory.find(&1), Some("new"));
        memory.forget(&1);
        assert_eq!(memory.find(&1), None);
    }

    #[test]
    fn answers_are_forgotten_by_what_they_say() {
        let memory = Memory::new(1_000);
        (0..100).for_each(|number| memory.keep(memory.ticket(), number, number % 3));
        let under_way = memory.ticket();
        let forgotten = memory.forget_where(|value| *value == 1);
        assert_eq!(forgotten, [1; 33]);
        memory.keep(under_way, 100, 1);
        assert!(memory.iter().all(|(_, value)| value != 1));
        assert_eq!(memory.iter().count(), 67);
    }
}
