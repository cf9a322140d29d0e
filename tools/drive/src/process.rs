//! A server: a process in a group of its own, whose output is kept in a file, ended when it is dropped.
//!
//! Deliberately not here: programs that run to their end (see [`crate::child`]).

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use std::os::unix::process::CommandExt as _;

use anyhow::bail;

use crate::guard::Guard;
use crate::{child, port};

/// One that was started.
pub struct Running {
    child: Child,
    guard: Option<Guard>,
}

impl Running {
    /// Starts it; what it says is appended to `log`.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(mut command: Command, log: &Path) -> anyhow::Result<Running> {
        let file = std::fs::File::options()
            .create(true)
            .append(true)
            .open(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .process_group(0)
            .spawn()?;
        let guard = Some(Guard::of_group(child.id())?);
        Ok(Running { child, guard })
    }

    /// The same, and waits until it listens on all of `ports`. Its log is made anew.
    ///
    /// # Errors
    /// When it ends before that, or takes longer than a minute; with its log.
    pub fn listening(command: Command, log: &Path, ports: &[u16]) -> anyhow::Result<Running> {
        let program = command.get_program().to_string_lossy().into_owned();
        let _ = std::fs::remove_file(log);
        let begun = Instant::now();
        let mut running = Running::start(command, log)?;
        while !ports.iter().copied().all(port::is_open) {
            if running.ended()?.is_some() || begun.elapsed() > Duration::from_secs(60) {
                let said = std::fs::read_to_string(log).unwrap_or_default();
                bail!("{program} does not start: {said}");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(running)
    }

    /// Its number, which is that of its group, too.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn ended(&mut self) -> std::io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        let _ = self.child.kill();
    }

    /// Stands still (SIGSTOP), or goes on (SIGCONT).
    ///
    /// # Errors
    /// When it is gone.
    pub fn freeze(&self, still: bool) -> anyhow::Result<()> {
        let signal = if still { "STOP" } else { "CONT" };
        let mut kill = Command::new("kill");
        kill.args(["-s", signal, &self.id().to_string()]);
        child::output(kill).map(drop)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(guard) = self.guard.take() {
            guard.end(&mut self.child);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_server_that_ends_at_once_says_why() {
        let log = std::env::temp_dir().join(format!("drive-process-{}", std::process::id()));
        let port = port::free().unwrap();
        let started = Running::listening(shell("echo no ink"), &log, &[port]);
        let message = started.err().unwrap().to_string();
        assert!(message.contains("no ink"), "{message}");
        std::fs::remove_file(log).unwrap();
    }

    #[test]
    fn a_server_is_gone_when_it_is_dropped() {
        let log = std::env::temp_dir().join(format!("drive-dropped-{}", std::process::id()));
        let running = Running::start(shell("sleep 600 & sleep 600"), &log).unwrap();
        let folder = format!("/proc/{}", running.id());
        assert!(Path::new(&folder).exists());
        drop(running);
        assert!(!Path::new(&folder).exists());
        std::fs::remove_file(log).unwrap();
    }
}
