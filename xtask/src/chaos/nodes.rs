//! Nodes: processes of the paper, each with a port, a directory and a wire of its own.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::clock::Clock;
use super::cluster::{Cluster, free_port};
use super::wire::Wire;
use crate::bench::http::Client;
use crate::child;
use crate::guard::Guard;

/// A node, running or not.
pub struct Node {
    pub port: u16,
    pub wire: Wire,
    pub clock: Clock,
    url: String,
    binary: PathBuf,
    dir: PathBuf,
    running: Option<(Child, Guard)>,
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
            port: free_port()?,
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
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.dir.join("log"))?;
        let mut command = Command::new(&self.binary);
        command
            .arg("serve")
            .current_dir(&self.dir)
            .env("GACETA_SERVER__LISTEN", format!("127.0.0.1:{}", self.port))
            .env(
                "GACETA_SITE__PUBLIC_URL",
                format!("http://127.0.0.1:{}", self.port),
            )
            .env("GACETA_DATABASE__DIR", &self.dir)
            .env("GACETA_DATABASE__URL", &self.url)
            .env("GACETA_MAIL__TRANSPORT", "memory")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0);
        for name in READING {
            command.env(format!("GACETA_READING__{name}"), "2d");
        }
        self.clock.rule(&mut command);
        let child = command.spawn()?;
        let guard = Guard::of_group(child.id())?;
        self.running = Some((child, guard));
        Ok(())
    }

    pub fn kill(&mut self) {
        if let Some((mut child, guard)) = self.running.take() {
            let _ = child.kill();
            guard.end(&mut child);
        }
    }

    /// Stands still, or goes on.
    pub fn freeze(&self, still: bool) -> anyhow::Result<()> {
        if let Some((child, _)) = &self.running {
            let signal = if still { "STOP" } else { "CONT" };
            let mut kill = Command::new("kill");
            kill.args(["-s", signal, &child.id().to_string()]);
            child::output(kill)?;
        }
        Ok(())
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
