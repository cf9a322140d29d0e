//! A PostgreSQL with a standby, whose machines may be lost: killed, restarted, promoted, restored from a backup.
//!
//! Each server is a folder and a port. What it writes reaches the operating system before it is acknowledged
//! (`synchronous_commit=on`) but not the disk (`fsync=off`): processes die here, machines do not.

use std::path::PathBuf;

use anyhow::Context as _;
use drive::postgres::{self, Home};
use drive::{child, port};

use crate::clock::Clock;

/// One server.
#[derive(Clone, Debug)]
struct Server {
    data: PathBuf,
    port: u16,
}

/// The primary, its standby, and a backup.
pub struct Cluster {
    home: Home,
    primary: Server,
    standby: Option<Server>,
    backup: Option<PathBuf>,
    made: u32,
    /// Of all its machines.
    pub clock: Clock,
}

/// So that another server can follow.
const FOLLOWED: &str =
    "-c wal_level=replica -c max_wal_senders=8 -c wal_keep_size=512MB -c wal_sender_timeout=5s";

impl Cluster {
    /// An empty primary, alone.
    pub fn start() -> anyhow::Result<Cluster> {
        let home = Home::make()?;
        let primary = Server {
            data: home.init()?,
            port: port::free()?,
        };
        let cluster = Cluster {
            clock: Clock::new(home.folder())?,
            home,
            primary,
            standby: None,
            backup: None,
            made: 0,
        };
        cluster.run(&cluster.primary)?;
        Ok(cluster)
    }

    /// Where the primary listens.
    pub fn port(&self) -> u16 {
        self.primary.port
    }

    /// The address of a database, at `port`.
    pub fn url(&self, port: u16) -> String {
        format!("{}?sslmode=disable", self.home.url(port))
    }

    /// Copies the primary into a standby that follows it; with `synchronous`, nothing is acknowledged that it has not got.
    pub fn follow(&mut self, synchronous: bool) -> anyhow::Result<()> {
        let data = self.copy(&["-R"])?;
        let standby = Server {
            data,
            port: port::free()?,
        };
        self.run(&standby)?;
        self.standby = Some(standby);
        self.set_synchronous(synchronous)
    }

    fn set_synchronous(&self, synchronous: bool) -> anyhow::Result<()> {
        let names = if synchronous { "*" } else { "" };
        self.sql(&format!(
            "ALTER SYSTEM SET synchronous_standby_names = '{names}'"
        ))?;
        self.sql("SELECT pg_reload_conf()")
    }

    /// Restarts the primary: in order, or as a crash would.
    pub fn restart(&self, crash: bool) -> anyhow::Result<()> {
        self.stop(&self.primary, if crash { "immediate" } else { "fast" })?;
        self.run(&self.primary)
    }

    /// The primary is gone; the standby takes its place. Nothing of the old one answers any more.
    pub fn promote(&mut self) -> anyhow::Result<()> {
        let standby = self.standby.take().context("there is no standby")?;
        self.stop(&self.primary, "immediate")?;
        let mut promote = self.home.command("pg_ctl");
        promote
            .args(["promote", "-w", "-t", "30", "-D"])
            .arg(&standby.data);
        child::output(promote).context("cannot promote the standby")?;
        self.throw_away(&self.primary)?;
        self.primary = standby;
        // It has nobody to wait for.
        self.set_synchronous(false)
    }

    /// Copies the primary for later.
    pub fn back_up(&mut self) -> anyhow::Result<()> {
        self.backup = Some(self.copy(&[])?);
        Ok(())
    }

    /// Everything since the backup is gone.
    pub fn restore(&mut self) -> anyhow::Result<()> {
        let backup = self.backup.take().context("there is no backup")?;
        if let Some(standby) = self.standby.take() {
            self.stop(&standby, "immediate")?;
            self.throw_away(&standby)?;
        }
        self.stop(&self.primary, "immediate")?;
        self.throw_away(&self.primary)?;
        self.primary.data = backup;
        self.run(&self.primary)?;
        self.set_synchronous(false)
    }

    /// A copy of the primary in a folder of its own.
    fn copy(&mut self, more: &[&str]) -> anyhow::Result<PathBuf> {
        self.made += 1;
        let data = self.home.folder().join(format!("data-{}", self.made));
        let mut copy = self.home.command("pg_basebackup");
        copy.args([
            "-h",
            "127.0.0.1",
            "-U",
            "gaceta",
            "-X",
            "stream",
            "-c",
            "fast",
        ]);
        copy.args(["-p", &self.primary.port.to_string(), "-D"])
            .arg(&data)
            .args(more);
        child::output(copy).context("cannot copy the primary")?;
        Ok(data)
    }

    fn run(&self, server: &Server) -> anyhow::Result<()> {
        let settings = format!("{} {FOLLOWED}", postgres::SETTINGS);
        let rule = |command: &mut _| self.clock.rule(command);
        self.home.start(&server.data, server.port, &settings, rule)
    }

    fn stop(&self, server: &Server, how: &str) -> anyhow::Result<()> {
        self.home.stop(&server.data, how)
    }

    /// A machine that nobody will start again; an hour would leave a hundred of them.
    fn throw_away(&self, server: &Server) -> anyhow::Result<()> {
        std::fs::remove_dir_all(&server.data).context("cannot remove an old server")
    }

    fn sql(&self, sql: &str) -> anyhow::Result<()> {
        let mut psql = self.home.command("psql");
        psql.args(["-qAtX", "-c", sql])
            .arg(self.url(self.primary.port));
        child::output(psql)?;
        Ok(())
    }
}
