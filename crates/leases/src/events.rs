//! The event log: who took over when, so that the message and support can explain themselves. Written in batches; the
//! lease never waits for it, and a crash may lose the last second of it.
//!
//! How much of it one reader causes is bounded: a message that is shown again within a minute is one event, and beyond
//! `[reading] events_per_reader` in an hour none is kept.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use lease::Epoch;

use super::store;
use base::Base;
use base::background::Taken;
use base::db::{is_away, text_enum};
use base::time::UnixMillis;
use readers::{DeviceId, ReaderId};

text_enum! {
    /// What happened.
    pub enum EventKind {
        /// Nobody had the lease.
        Opened = "opened",
        /// Its device was at rest.
        Passed = "passed",
        /// "Read here" was pressed.
        Taken = "taken",
        /// Sign-out, a new password, a removed seat.
        Released = "released",
        /// The device message was shown.
        Shown = "shown",
        /// It would have been, in the mode `observe`.
        WouldShow = "would_show",
    }
}

/// One line of the log.
#[derive(Clone, Debug)]
pub struct Event {
    /// Whose lease.
    pub reader: ReaderId,
    /// What happened.
    pub kind: EventKind,
    /// The device that had it.
    pub from: Option<DeviceId>,
    /// The device that has it, or wanted it.
    pub to: Option<DeviceId>,
    /// The epoch since then.
    pub epoch: Epoch,
    /// When.
    pub at: UnixMillis,
}

/// More events than this wait for a database that does not answer only at the price of memory: later ones are counted
/// and dropped.
const WAITING: usize = 100_000;
/// Milliseconds; days are counted in UTC.
const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

#[derive(Debug, Default)]
struct Queue {
    events: Vec<Event>,
    dropped: u64,
    /// The minute of `shown`, and the hour of `kept`.
    now: (i64, i64),
    /// Messages shown in this minute.
    shown: HashSet<(Option<DeviceId>, Epoch, EventKind)>,
    /// How many events of each reader were kept in this hour.
    kept: HashMap<ReaderId, u32>,
}

impl Queue {
    /// Whether this one is kept beside those before it.
    fn keeps(&mut self, event: &Event, most: u32) -> bool {
        let (minute, hour) = (event.at.0.div_euclid(MINUTE), event.at.0.div_euclid(HOUR));
        if minute != self.now.0 {
            self.shown = HashSet::new();
        }
        if hour != self.now.1 {
            self.kept = HashMap::new();
        }
        self.now = (minute, hour);
        let again = matches!(event.kind, EventKind::Shown | EventKind::WouldShow)
            && !self.shown.insert((event.to, event.epoch, event.kind));
        if again {
            return false;
        }
        let kept = self.kept.entry(event.reader).or_default();
        *kept = kept.saturating_add(1);
        *kept <= most
    }
}

/// Events that are being written, the first ones at the end.
type Portions = Vec<Vec<Event>>;

/// Events on their way to the database.
#[derive(Debug)]
pub struct Events {
    base: Arc<Base>,
    queue: Mutex<Queue>,
}

impl Events {
    pub(super) fn new(base: &Arc<Base>) -> Self {
        Self {
            base: Arc::clone(base),
            queue: Mutex::default(),
        }
    }

    pub(super) fn push(&self, event: Event) {
        let most = self.base.config.reading.events_per_reader;
        let mut queue = self.queue();
        if !queue.keeps(&event, most) {
            return;
        }
        if queue.events.len() < WAITING {
            queue.events.push(event);
        } else {
            queue.dropped += 1;
        }
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue().events.len()
    }

    /// Writes what waits, in one transaction; one step of background work. An event that cannot be written is dropped, and
    /// keeps back no other one: what fails as a whole is written by halves.
    ///
    /// # Errors
    /// When the database is away; the events wait on.
    pub async fn write(&self) -> sqlx::Result<()> {
        let mut taken = Taken::new(self.take(), |left| self.give_back(left));
        while let Some(events) = taken.get().last() {
            match self.insert(events).await {
                Ok(()) => drop(taken.get_mut().pop()),
                Err(error) if is_away(&error) => return Err(error),
                Err(error) => divide(taken.get_mut(), &error),
            }
        }
        taken.written();
        Ok(())
    }

    fn take(&self) -> Portions {
        let mut queue = self.queue();
        let dropped = std::mem::take(&mut queue.dropped);
        if dropped > 0 {
            tracing::warn!(
                dropped,
                "lease events were dropped, since the database did not take them"
            );
        }
        let events = std::mem::take(&mut queue.events);
        if events.is_empty() {
            Vec::new()
        } else {
            vec![events]
        }
    }

    /// What is left, because the database is away or nobody waits any more.
    fn give_back(&self, left: Portions) {
        let mut queue = self.queue();
        let left = left.into_iter().rev().flatten();
        let newer = std::mem::replace(&mut queue.events, left.collect());
        queue.events.extend(newer);
        queue.events.truncate(WAITING);
    }

    async fn insert(&self, events: &[Event]) -> sqlx::Result<()> {
        let mut tx = self.base.write().await?;
        store::insert_events(&mut tx, events).await?;
        let mut sums: BTreeMap<(i64, EventKind), i64> = BTreeMap::new();
        for event in events {
            let day = event.at.0.div_euclid(DAY);
            *sums.entry((day, event.kind)).or_default() += 1;
        }
        for ((day, kind), count) in sums {
            let day = UnixMillis(day * DAY).timestamp();
            let day = day.strftime("%Y-%m-%d").to_string();
            store::add_to_sum(&mut tx, &day, kind, count).await?;
        }
        tx.commit().await
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

/// Leaves the halves of the last portion, or nothing of a single event.
fn divide(portions: &mut Portions, error: &sqlx::Error) {
    let Some(mut events) = portions.pop() else {
        return;
    };
    if let [event] = events.as_slice() {
        tracing::error!(%error, ?event, "a lease event cannot be written, and is dropped");
        return;
    }
    let later = events.split_off(events.len() / 2);
    portions.extend([later, events]);
}

#[cfg(test)]
mod tests {
    use base::config::Config;
    use base::rng::Rng;
    use base::time::Clock;

    use super::*;

    #[test]
    fn one_reader_fills_the_log_neither_with_messages_nor_with_anything_else() {
        let mut queue = Queue::default();
        let event = |kind, to: u128, counter: u64, at: i64| Event {
            reader: ReaderId::from_bits(1),
            kind,
            from: None,
            to: Some(DeviceId::from_bits(to)),
            epoch: Epoch {
                generation: 1,
                counter,
            },
            at: UnixMillis(at),
        };
        let shown = |to, counter, at| event(EventKind::Shown, to, counter, at);
        assert!(queue.keeps(&shown(1, 1, 0), 9));
        for at in 1..59 {
            assert!(!queue.keeps(&shown(1, 1, at * 1_000), 9));
        }
        assert!(queue.keeps(&shown(2, 1, 59_000), 9), "another device");
        assert!(queue.keeps(&shown(1, 2, 59_000), 9), "another epoch");
        assert!(queue.keeps(&shown(1, 1, 60_000), 9), "another minute");
        for counter in 3..8 {
            assert!(queue.keeps(&event(EventKind::Taken, 1, counter, 61_000), 9));
        }
        assert!(
            !queue.keeps(&event(EventKind::Taken, 1, 8, 62_000), 9),
            "enough"
        );
        let other = Event {
            reader: ReaderId::from_bits(2),
            ..event(EventKind::Taken, 9, 1, 62_000)
        };
        assert!(queue.keeps(&other, 9), "another reader");
        assert!(
            queue.keeps(&event(EventKind::Taken, 1, 9, HOUR), 9),
            "another hour"
        );
    }

    #[tokio::test]
    async fn what_was_not_written_goes_back_in_its_order() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.database.dir = dir.path().to_owned();
        let clock = Clock::fixed(UnixMillis(0));
        let base = Base::open(config, clock, Rng::seeded(1)).await.unwrap();
        let events = Events::new(&base);
        let push = |at: i64| {
            events.push(Event {
                reader: ReaderId::from_bits(1),
                kind: EventKind::Taken,
                from: None,
                to: None,
                epoch: "1.1".parse().unwrap(),
                at: UnixMillis(at),
            });
        };
        (0..7).for_each(push);
        let mut taken = Taken::new(events.take(), |left| events.give_back(left));
        let error = sqlx::Error::RowNotFound;
        divide(taken.get_mut(), &error);
        assert_eq!(taken.get_mut().pop().unwrap().len(), 3, "written");
        divide(taken.get_mut(), &error);
        push(7);
        drop(taken);
        let left: Vec<i64> = events.queue().events.iter().map(|one| one.at.0).collect();
        assert_eq!(left, [3, 4, 5, 6, 7]);
        let mut taken = events.take();
        while !taken.is_empty() {
            divide(&mut taken, &error);
        }
        assert_eq!(events.waiting(), 0, "each by itself, and none could be");
    }
}
