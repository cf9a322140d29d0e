//! What is broken, one thing after the other, and how long it takes until all is well again.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use super::cluster::Cluster;
use super::nodes::Node;
use super::readers::{Draws, World};

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Kill,
    Freeze,
    Cut,
    CutAll,
    Slow,
    Restart,
    Crash,
    PromoteSynchronous,
    PromoteAsynchronous,
    Restore,
}

impl Fault {
    /// In the order in which a short run takes them; afterwards they are drawn.
    pub const ALL: [Fault; 10] = [
        Fault::Kill,
        Fault::Cut,
        Fault::PromoteSynchronous,
        Fault::Freeze,
        Fault::Slow,
        Fault::Crash,
        Fault::PromoteAsynchronous,
        Fault::CutAll,
        Fault::Restart,
        Fault::Restore,
    ];
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Kill => "a node is killed (SIGKILL)",
            Fault::Freeze => "a node stands still (SIGSTOP)",
            Fault::Cut => "a node is cut off from the database",
            Fault::CutAll => "all nodes are cut off",
            Fault::Slow => "the wire of a node is slow",
            Fault::Restart => "PostgreSQL is restarted",
            Fault::Crash => "PostgreSQL crashes and starts again",
            Fault::PromoteSynchronous => "the standby is promoted, synchronous",
            Fault::PromoteAsynchronous => "the standby is promoted, asynchronous",
            Fault::Restore => "a backup is restored",
        })
    }
}

/// All that can be broken.
pub struct Stage<'a> {
    pub cluster: Cluster,
    pub nodes: Vec<Node>,
    pub world: &'a World,
    pub draws: Draws,
    /// From the end of each fault until every node was ready again.
    pub recovered: BTreeMap<Fault, Vec<Duration>>,
}

/// No node takes longer than this to be ready again.
const PATIENCE: Duration = Duration::from_secs(60);

impl Stage<'_> {
    /// Breaks something, mends it, and waits until all nodes are ready.
    pub fn suffer(&mut self, fault: Fault) -> anyhow::Result<()> {
        let some = usize::try_from(self.draws.below(self.nodes.len() as u64))?;
        let one: Vec<usize> = vec![some];
        let all: Vec<usize> = (0..self.nodes.len()).collect();
        // What takes long is prepared before anything is broken.
        match fault {
            Fault::PromoteSynchronous => self.cluster.follow(true)?,
            Fault::PromoteAsynchronous => self.cluster.follow(false)?,
            Fault::Restore => {
                self.cluster.back_up()?;
                std::thread::sleep(Duration::from_secs(3));
            }
            _ => {}
        }
        let whom = match fault {
            Fault::Kill | Fault::Freeze | Fault::Cut | Fault::Slow => one,
            _ => all,
        };
        let begun = self.now();
        for node in &whom {
            self.cuts(*node, |cuts| cuts.push((begun, u64::MAX)));
        }
        self.break_and_mend(fault, some)?;
        let mended = Instant::now();
        for node in &self.nodes {
            let after = node.ready_after(mended, PATIENCE)?;
            self.recovered.entry(fault).or_default().push(after);
        }
        let ended = self.now();
        for node in &whom {
            self.cuts(*node, |cuts| {
                if let Some(last) = cuts.last_mut() {
                    last.1 = ended;
                }
            });
        }
        Ok(())
    }

    fn break_and_mend(&mut self, fault: Fault, some: usize) -> anyhow::Result<()> {
        let seconds = Duration::from_secs;
        match fault {
            Fault::Kill => {
                self.nodes[some].kill();
                std::thread::sleep(seconds(1 + self.draws.below(3)));
                self.nodes[some].start()?;
            }
            Fault::Freeze => {
                self.nodes[some].freeze(true)?;
                std::thread::sleep(seconds(30));
                self.nodes[some].freeze(false)?;
            }
            Fault::Cut => {
                self.nodes[some].wire.cut(true);
                std::thread::sleep(seconds(5 + self.draws.below(10)));
                self.nodes[some].wire.cut(false);
            }
            Fault::CutAll => {
                self.nodes.iter().for_each(|node| node.wire.cut(true));
                std::thread::sleep(seconds(5 + self.draws.below(5)));
                self.nodes.iter().for_each(|node| node.wire.cut(false));
            }
            Fault::Slow => {
                self.nodes[some].wire.slow(50 + self.draws.below(400));
                std::thread::sleep(seconds(10));
                self.nodes[some].wire.slow(0);
            }
            Fault::Restart => self.cluster.restart(false)?,
            Fault::Crash => self.cluster.restart(true)?,
            Fault::PromoteSynchronous | Fault::PromoteAsynchronous => {
                self.cluster.promote()?;
                let port = self.cluster.port();
                self.nodes.iter().for_each(|node| node.wire.lead_to(port));
            }
            Fault::Restore => self.cluster.restore()?,
        }
        Ok(())
    }

    fn now(&self) -> u64 {
        u64::try_from(self.world.zero.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn cuts(&self, node: usize, with: impl FnOnce(&mut Vec<(u64, u64)>)) {
        if let Ok(mut cuts) = self.world.cuts[node].lock() {
            with(&mut cuts);
        }
    }
}
