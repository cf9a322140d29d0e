//! Nodes: processes of the paper, each with a port, a directory and a wire of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::ensure;
use drive::http::Client;
use drive::process::Running;
use drive::{paper, port};

use crate::clock::Clock;
use crate::cluster::Cluster;
use crate::wire::Wire;

/// A node, running or not.
pub struct Node {
    pub port: u16,
    pub wire: Wire,
    pub clock: Clock,
    url: String,
    binary: PathBuf,
    dir: PathBuf,
    running: Option<Running>,
}

/// No lease is at rest in these runs: so every change of holder is somebody's gesture, and can be judged.
const READING: [&str; 5] = [
    "READ_FOR",
    "GLANCE_FOR",
    "SENT_FOR",
    "SILENT_FOR",
    "STREAM_FOR",
];

impl Node {
    pub fn new(binary: &Path, dir: PathBuf, cluster: &Cluster) -> anyhow::Result<Node> {
        std::fs::create_dir_all(&dir)?;
        let wire = Wire::to(cluster.port())?;
        Ok(Node {
            port: port::free()?,
            url: cluster.url(wire.port),
            wire,
            clock: Clock::new(&dir)?,
            binary: binary.to_owned(),
            dir,
            running: None,
        })
    }

    /// Starts it and returns before it answers.
    pub fn start(&mut self) -> anyhow::Result<()> {
        let mut command = Command::new(&self.binary);
        paper::place(&mut command, self.port, &self.dir);
        command
            .arg("serve")
            .current_dir(&self.dir)
            .env("GACETA_DATABASE__URL", &self.url)
            .env("GACETA_MAIL__TRANSPORT", "memory");
        for name in READING {
            command.env(format!("GACETA_READING__{name}"), "2d");
        }
        self.clock.rule(&mut command);
        self.running = Some(Running::start(command, &self.dir.join("log"))?);
        Ok(())
    }

    pub fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.kill();
        }
    }

    /// Stands still, or goes on.
    pub fn freeze(&self, still: bool) -> anyhow::Result<()> {
        self.running
            .as_ref()
            .map_or(Ok(()), |running| running.freeze(still))
    }

    /// Whether a load balancer would send readers here.
    pub fn is_ready(&self) -> bool {
        let answer =
            Client::connect(self.port).and_then(|mut client| client.get("/health/ready", &[]));
        answer.is_ok_and(|answer| answer.status == 200)
    }

    /// How long it takes until it is ready, from `since` on.
    pub fn ready_after(&self, since: Instant, patience: Duration) -> anyhow::Result<Duration> {
        while !self.is_ready() {
            ensure!(
                since.elapsed() < patience,
                "the node at {} is not ready after {patience:?}",
                self.port
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(since.elapsed())
    }
}
