//! The open pages that want to be told when their device loses the lease.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;

use readers::{DeviceId, ReaderId};

/// What an open page is told.
#[derive(Clone, Copy, Debug)]
pub enum Notice {
    /// Another device has taken over. Which one it was is asked when the page is told: it may be another by then, and
    /// the queue of each page has room for dozens of these.
    Moved,
    /// The session or the seat has ended.
    Ended,
    /// Something changed at another node: the page should look whether it still has the lease.
    Recheck,
}

#[derive(Debug)]
struct Subscriber {
    device: DeviceId,
    view: u64,
    tell: mpsc::Sender<Notice>,
}

const SHARDS: usize = 64;
type Shard = Mutex<HashMap<ReaderId, Vec<Subscriber>>>;

/// All listening pages of this node.
#[derive(Debug)]
pub struct Notices {
    shards: Box<[Shard]>,
    secret: RandomState,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
            secret: RandomState::new(),
        }
    }
}

/// One page's place among the listeners. Dropped, it is gone.
#[derive(Debug)]
pub struct Listener {
    notices: Arc<Notices>,
    reader: ReaderId,
    view: u64,
    hear: mpsc::Receiver<Notice>,
}

impl Listener {
    /// The next notice; `None` when a newer stream of the same page has replaced this one.
    pub async fn next(&mut self) -> Option<Notice> {
        self.hear.recv().await
    }

    /// Whether a newer stream of the same page has taken its place.
    #[must_use]
    pub fn replaced(&self) -> bool {
        self.hear.is_closed()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hear.close();
        let mut shard = self.notices.shard(self.reader);
        if let Some(subscribers) = shard.get_mut(&self.reader) {
            subscribers
                .retain(|subscriber| subscriber.view != self.view || !subscriber.tell.is_closed());
            if subscribers.is_empty() {
                shard.remove(&self.reader);
            }
        }
    }
}

impl Notices {
    /// Listens for a page. A page that listens again replaces its earlier stream.
    #[must_use]
    pub fn listen(self: &Arc<Self>, reader: ReaderId, device: DeviceId, view: u64) -> Listener {
        // A notice that does not fit is one of several that say the same: ask again.
        let (tell, hear) = mpsc::channel(4);
        let mut shard = self.shard(reader);
        let subscribers = shard.entry(reader).or_default();
        subscribers.retain(|subscriber| subscriber.view != view);
        subscribers.push(Subscriber { device, view, tell });
        drop(shard);
        Listener {
            notices: Arc::clone(self),
            reader,
            view,
            hear,
        }
    }

    pub(super) fn moved(&self, reader: ReaderId, from: DeviceId) {
        self.tell(reader, Some(from), Notice::Moved);
    }

    pub(super) fn ended(&self, reader: ReaderId, device: DeviceId) {
        self.tell(reader, Some(device), Notice::Ended);
    }

    /// Tells all pages of a reader to look.
    pub fn recheck(&self, reader: ReaderId) {
        self.tell(reader, None, Notice::Recheck);
    }

    /// Tells all pages of all readers to look.
    pub fn recheck_all(&self) {
        let readers: Vec<ReaderId> = self
            .shards
            .iter()
            .flat_map(|shard| {
                let shard = shard
                    .lock()
                    .expect("nothing panics while it holds this lock");
                shard.keys().copied().collect::<Vec<_>>()
            })
            .collect();
        readers.into_iter().for_each(|reader| self.recheck(reader));
    }

    /// Tells the pages of one device of a reader, or all of them.
    fn tell(&self, reader: ReaderId, device: Option<DeviceId>, notice: Notice) {
        if let Some(subscribers) = self.shard(reader).get(&reader) {
            let told =
                |subscriber: &&Subscriber| device.is_none_or(|device| subscriber.device == device);
            for subscriber in subscribers.iter().filter(told) {
                // Full or closed: the page learns it from its next heartbeat.
                let _ = subscriber.tell.try_send(notice);
            }
        }
    }

    /// How many pages listen.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| {
                shard
                    .lock()
                    .expect("nothing panics while it holds this lock")
                    .values()
                    .map(Vec::len)
                    .sum::<usize>()
            })
            .sum()
    }

    /// Whether none listens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(
        &self,
        reader: ReaderId,
    ) -> std::sync::MutexGuard<'_, HashMap<ReaderId, Vec<Subscriber>>> {
        let at = usize::try_from(self.secret.hash_one(reader) % SHARDS as u64)
            .expect("less than the number of shards");
        self.shards[at]
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::id::Id;

    #[tokio::test]
    async fn a_page_is_told_and_one_that_went_is_forgotten() {
        let notices = Arc::new(Notices::default());
        let (reader, phone, laptop) = (Id::from_bits(1), Id::from_bits(2), Id::from_bits(3));
        let mut first = notices.listen(reader, phone, 10);
        let other = notices.listen(reader, laptop, 11);
        notices.ended(reader, phone);
        assert!(matches!(first.next().await, Some(Notice::Ended)));
        let mut again = notices.listen(reader, phone, 10);
        assert!(first.next().await.is_none(), "replaced");
        assert!(first.replaced() && !again.replaced());
        drop(first);
        notices.ended(reader, phone);
        assert!(
            matches!(again.next().await, Some(Notice::Ended)),
            "the old stream's end did not take the new one along"
        );
        drop((again, other));
        assert!(notices.is_empty());
    }
}
