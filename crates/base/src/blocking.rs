//! Work that computes for longer than a request thread may be held up: so much of it at a time, on threads of its own.
//!
//! A place belongs to the work and not to whoever asked for it. A client that hangs up drops the future that waits, and
//! the thread computes on; if the place were free then, asking and hanging up would start as much work as anybody likes.
//! So this is the only caller of `spawn_blocking`, which clippy bans elsewhere.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinError;

/// Places for work.
#[derive(Clone, Debug)]
pub struct Blocking {
    places: Arc<Semaphore>,
}

impl Blocking {
    /// At most `at_once` pieces of work at the same time, and at least one.
    #[must_use]
    pub fn new(at_once: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(at_once.max(1))),
        }
    }

    /// As many as there are cores.
    #[must_use]
    pub fn by_cores() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// Waits for a place and does the work. Dropped before the work began, it is not done; dropped later, it goes on and
    /// keeps its place until it is done.
    ///
    /// # Errors
    /// When the work panics.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that starts such work, with a place that belongs to it"
    )]
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::sync::mpsc::channel;
    use std::task::Poll;

    use super::*;

    /// Asks, and hangs up before there is an answer.
    async fn give_up(work: impl Future) {
        let mut work = pin!(work);
        poll_fn(|cx| {
            assert!(work.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_keeps_its_place_until_it_is_done() {
        let blocking = Blocking::new(1);
        let (begin, begun) = channel();
        let (end, ended) = channel::<()>();
        give_up(blocking.run(move || {
            begin.send(()).unwrap();
            ended.recv().unwrap();
        }))
        .await;
        begun.recv().unwrap();
        let (tell, told) = channel();
        for _ in 0..190 {
            let tell = tell.clone();
            give_up(blocking.run(move || tell.send(()).unwrap())).await;
        }
        end.send(()).unwrap();
        assert_eq!(blocking.run(|| 7).await.unwrap(), 7);
        drop(tell);
        assert_eq!(told.iter().count(), 0, "what did not begin is not done");
    }
}
