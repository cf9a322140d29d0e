//! Virtual time: tasks of one thread, woken in an order that only the seed decides.
//!
//! All that a task waits for is a [`World::sleep`](super::world::World) of so many milliseconds; when nobody can go on, the
//! clock jumps to the next of them. Two that wake in the same millisecond do so in the order in which they lay down.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use base::time::{Clock, Span};

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// Tasks that may go on, by number.
type Ready = Arc<Mutex<VecDeque<usize>>>;

struct Call {
    task: usize,
    ready: Ready,
}

impl Wake for Call {
    fn wake(self: Arc<Self>) {
        self.ready.lock().unwrap().push_back(self.task);
    }
}

/// Who sleeps: until when, lain down as which, and how to wake them.
struct Sleeper(u64, u64, Waker);

impl PartialEq for Sleeper {
    fn eq(&self, other: &Self) -> bool {
        (self.0, self.1) == (other.0, other.1)
    }
}
impl Eq for Sleeper {}
impl PartialOrd for Sleeper {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Sleeper {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}

/// The tasks, and the time.
pub(super) struct Executor {
    clock: Clock,
    begun: u64,
    laid: RefCell<u64>,
    sleepers: RefCell<BinaryHeap<Reverse<Sleeper>>>,
    born: RefCell<Vec<Task>>,
    ready: Ready,
}

impl Executor {
    pub(super) fn new(clock: Clock) -> Rc<Executor> {
        Rc::new(Executor {
            begun: clock.mono().0,
            clock,
            laid: RefCell::default(),
            sleepers: RefCell::default(),
            born: RefCell::default(),
            ready: Ready::default(),
        })
    }

    /// Milliseconds since the beginning.
    pub(super) fn now(&self) -> u64 {
        self.clock.mono().0 - self.begun
    }

    /// Begins a task.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.born.borrow_mut().push(Box::pin(task));
    }

    /// Waits.
    pub(super) async fn sleep(&self, milliseconds: u64) {
        let until = self.now() + milliseconds;
        let mut waiting = false;
        std::future::poll_fn(|cx| {
            if std::mem::replace(&mut waiting, true) {
                let over = self.now() >= until;
                return if over { Poll::Ready(()) } else { Poll::Pending };
            }
            let mut laid = self.laid.borrow_mut();
            *laid += 1;
            let sleeper = Sleeper(until, *laid, cx.waker().clone());
            self.sleepers.borrow_mut().push(Reverse(sleeper));
            Poll::Pending
        })
        .await;
    }

    /// Goes on until every task has ended, or for so long.
    pub(super) fn run(&self, milliseconds: u64) {
        let mut tasks: Vec<Option<Task>> = Vec::new();
        loop {
            for task in self.born.borrow_mut().drain(..) {
                self.ready.lock().unwrap().push_back(tasks.len());
                tasks.push(Some(task));
            }
            let next = self.ready.lock().unwrap().pop_front();
            if let Some(task) = next {
                let waker = Arc::new(Call {
                    task,
                    ready: Arc::clone(&self.ready),
                });
                let polled = tasks[task].as_mut().is_some_and(|future| {
                    let waker = Waker::from(waker);
                    let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
                    polled.is_ready()
                });
                if polled {
                    tasks[task] = None;
                }
                continue;
            }
            if !self.born.borrow().is_empty() {
                continue;
            }
            let Some(Reverse(Sleeper(until, _, waker))) = self.sleepers.borrow_mut().pop() else {
                return;
            };
            if until > milliseconds {
                return;
            }
            self.clock.advance(Span(until.saturating_sub(self.now())));
            waker.wake();
        }
    }
}
