//! Holds a server to a small share of its core, so that one generator can ask far more than it can answer.
//!
//! By a control group of its own where the system lets us make one (version 2 or 1), else by a busy neighbour on the same
//! core with more weight. Which of them it is stands in the table. Deliberately not here: any judgement.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

use crate::servers::Server;
use crate::stage::SERVERS;
use drive::guard::Guard;

/// The period in which the share is given, in microseconds: short, so that nobody waits long for the next.
const PERIOD: u32 = 10_000;

/// As long as it lives the server has its share and no more.
pub struct Throttle {
    pub how: String,
    _undo: Vec<Guard>,
    neighbour: Option<Child>,
}

/// Gives `server` so many hundredths of its core.
pub fn hold(server: &Server, percent: u32) -> anyhow::Result<Throttle> {
    match by_group(server.process(), percent) {
        Ok(throttle) => Ok(throttle),
        Err(error) => {
            println!("no control group ({error:#}): a busy neighbour instead");
            by_neighbour(server.process(), percent)
        }
    }
}

fn by_group(process: u32, percent: u32) -> anyhow::Result<Throttle> {
    let two = Path::new("/sys/fs/cgroup/cgroup.controllers");
    let newer = std::fs::read_to_string(two).is_ok_and(|list| list.contains("cpu"));
    let root = Path::new(if newer {
        "/sys/fs/cgroup"
    } else {
        "/sys/fs/cgroup/cpu"
    });
    let group = root.join(format!("gaceta-bench-{process}"));
    std::fs::create_dir(&group).with_context(|| format!("cannot make {}", group.display()))?;
    let undo = undo(root, &group, process)?;
    let write = |name: &str, text: String| {
        std::fs::write(group.join(name), text).with_context(|| format!("cannot write {name}"))
    };
    let quota = PERIOD * percent / 100;
    let how = if newer {
        let _ = std::fs::write(root.join("cgroup.subtree_control"), "+cpu");
        write("cpu.max", format!("{quota} {PERIOD}"))?;
        "control group v2"
    } else {
        write("cpu.cfs_period_us", PERIOD.to_string())?;
        write("cpu.cfs_quota_us", quota.to_string())?;
        "control group v1"
    };
    write("cgroup.procs", process.to_string())?;
    Ok(Throttle {
        how: format!("{percent} % of a core by {how}"),
        _undo: vec![undo],
        neighbour: None,
    })
}

/// Even if this program is killed, the group goes.
fn undo(root: &Path, group: &Path, process: u32) -> anyhow::Result<Guard> {
    let procs: PathBuf = root.join("cgroup.procs");
    let line = "echo $3 > \"$1\"; n=0; while [ $n -lt 50 ] && ! rmdir -- \"$2\"; do sleep 0.1; n=$((n+1)); done";
    let words = [procs.to_string_lossy(), group.to_string_lossy()];
    Ok(Guard::new(
        line,
        &[&words[0], &words[1], &process.to_string()],
    )?)
}

/// Weights of `nice`: 1024 at 0, and about a quarter more for each step down.
fn by_neighbour(process: u32, percent: u32) -> anyhow::Result<Throttle> {
    let share = f64::from(percent) / 100.0;
    let steps = ((1.0 - share) / share).ln() / 1.25_f64.ln();
    let nice = steps.round().clamp(0.0, 19.0).to_string();
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))?.flatten() {
        let mut command = Command::new("renice");
        command.args(["-n", &nice, "-p"]).arg(thread.file_name());
        drive::child::output(command)?;
    }
    let neighbour = Command::new("taskset")
        .args(["-c", SERVERS, "sh", "-c", "while :; do :; done"])
        .stdin(Stdio::null())
        .spawn()?;
    let end = Guard::new("kill -s KILL $1", &[&neighbour.id().to_string()])?;
    Ok(Throttle {
        how: format!("about {percent} % of a core beside a busy neighbour (nice {nice})"),
        _undo: vec![end],
        neighbour: Some(neighbour),
    })
}

impl Drop for Throttle {
    fn drop(&mut self) {
        if let Some(mut neighbour) = self.neighbour.take() {
            let _ = neighbour.kill();
            let _ = neighbour.wait();
        }
    }
}
