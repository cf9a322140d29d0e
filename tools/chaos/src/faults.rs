//! What is broken, one thing after the other, and how long it takes until all is well again.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use drive::draws::Draws;

use crate::cluster::Cluster;
use crate::nodes::Node;
use crate::readers::World;

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
    RestoreOlder,
    NodeClock,
    DatabaseClock,
}

impl Fault {
    /// In the order in which a short run takes them; afterwards they are drawn.
    pub const ALL: [Fault; 13] = [
        Fault::Kill,
        Fault::Cut,
        Fault::PromoteSynchronous,
        Fault::Freeze,
        Fault::Slow,
        Fault::Crash,
        Fault::PromoteAsynchronous,
        Fault::CutAll,
        Fault::DatabaseClock,
        Fault::Restart,
        Fault::Restore,
        Fault::NodeClock,
        Fault::RestoreOlder,
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
            Fault::RestoreOlder => "one from before a failover is restored",
            Fault::NodeClock => "the clock of a node is set",
            Fault::DatabaseClock => "the clock of the database is set",
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
            Fault::RestoreOlder => {
                self.cluster.back_up()?;
                self.cluster.follow(false)?;
            }
            _ => {}
        }
        let whom = match fault {
            Fault::Kill | Fault::Freeze | Fault::Cut | Fault::Slow | Fault::NodeClock => one,
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
            Fault::PromoteSynchronous | Fault::PromoteAsynchronous => self.promote()?,
            Fault::Restore => self.cluster.restore()?,
            Fault::RestoreOlder => {
                self.promote()?;
                std::thread::sleep(seconds(3));
                self.cluster.restore()?;
            }
            Fault::NodeClock => {
                let off = self.wrong();
                self.nodes[some].clock.set(off)?;
                std::thread::sleep(seconds(8));
                self.nodes[some].clock.set(0)?;
            }
            Fault::DatabaseClock => {
                let off = self.wrong();
                self.cluster.clock.set(off)?;
                std::thread::sleep(seconds(8));
                // What is restarted meanwhile reads the wrong one from the beginning.
                self.cluster.restart(true)?;
                std::thread::sleep(seconds(2));
                self.cluster.clock.set(0)?;
            }
        }
        Ok(())
    }

    fn promote(&mut self) -> anyhow::Result<()> {
        self.cluster.promote()?;
        let port = self.cluster.port();
        self.nodes.iter().for_each(|node| node.wire.lead_to(port));
        Ok(())
    }

    /// Up to an hour too early or too late, seconds.
    fn wrong(&mut self) -> i64 {
        let off = i64::try_from(10 + self.draws.below(3_600)).unwrap_or(10);
        if self.draws.below(2) == 0 { off } else { -off }
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
