//! The words of the model: who and what there is, what may happen, and within which bounds.

use lease::Epoch;

/// A moment, in few steps. Spans of the model (D, at rest) are a step or two.
pub type Tick = u64;

/// One of the reader's devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Device(pub u8);

impl std::fmt::Display for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(["the phone", "the laptop", "the tablet"][usize::from(self.0 % 3)])
    }
}

/// What a device wants of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wish {
    /// A navigation to a full text.
    Open,
    /// *Read here*, under a message that showed this epoch.
    Take(Epoch),
    /// A heartbeat of the open page.
    Touch,
    /// The page was hidden.
    Rest,
}

/// A request on its way; any node may get it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Request {
    /// Who sent it.
    pub device: Device,
    /// What it wants.
    pub wish: Wish,
    /// The id of this operation, and the number of this message of the page.
    pub op: u64,
    /// The epoch in the cookie.
    pub shows: Option<Epoch>,
}

/// A full text that was granted and is not yet sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Page {
    /// Which node makes it.
    pub node: usize,
    /// For whom.
    pub device: Device,
    /// Under which epoch it was granted.
    pub epoch: Epoch,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A person, or the script of a page, does something.
    Ask(Device, Wish),
    /// A request arrives.
    Arrive {
        /// Which of those on their way.
        which: usize,
        /// Where.
        node: usize,
        /// A copy of it stays on its way.
        twice: bool,
        /// What the node answers is lost.
        unanswered: bool,
    },
    /// A request is lost.
    Lose(usize),
    /// The first byte of a granted page is due.
    Send(usize),
    /// A node puts a mark into its stream.
    Mark(usize),
    /// The next piece of news reaches a node.
    Hear(usize),
    /// A node crashes and starts again, with nothing.
    Crash(usize),
    /// A node dies for good.
    Die(usize),
    /// The standby catches up, and tonight's backup is made.
    Copy,
    /// The standby is promoted; what it had not got is lost.
    Failover,
    /// The backup is restored, and every node started again.
    Restore,
    /// Time passes.
    Tick,
}

/// How much may happen at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// What this set of bounds looks at, in a few words.
    pub about: &'static str,
    /// Devices of the reader.
    pub devices: u8,
    /// Things that persons and pages do.
    pub wishes: u8,
    /// Steps of time.
    pub ticks: Tick,
    /// Messages lost, doubled, or left without an answer; nodes crashed.
    pub faults: u8,
    /// Failovers and restores.
    pub disasters: u8,
    /// Times that standby and backup are brought up to date.
    pub copies: u8,
    /// Requests on their way at one time, and as many pages in the making.
    pub on_way: usize,
    /// D.
    pub stale_for: Tick,
    /// The laptop does not give up until it reads: for what must come about in the end.
    pub insistent: bool,
}
