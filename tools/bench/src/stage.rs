//! What all parts share: the program, a folder to work in, the papers that were written already; and how long things take.
//!
//! Deliberately not here: the servers, which each part starts for itself.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};

use crate::options::Options;
use drive::{child, root};

/// Where everything happens.
pub struct Stage {
    pub options: Options,
    pub binary: PathBuf,
    /// What writes papers: `tools/workload`.
    pub workload: PathBuf,
    pub folder: PathBuf,
    paper: OnceCell<PathBuf>,
}

impl Stage {
    pub fn new(options: Options, binary: PathBuf, workload: PathBuf) -> Stage {
        Stage {
            options,
            binary,
            workload,
            folder: root::target().join("bench"),
            paper: OnceCell::new(),
        }
    }

    /// The paper that most parts read, written when it is asked for first.
    pub fn paper(&self) -> anyhow::Result<&Path> {
        if let Some(paper) = self.paper.get() {
            return Ok(paper);
        }
        let paper = self.write("data", self.options.readers, self.options.articles)?;
        Ok(self.paper.get_or_init(|| paper))
    }

    /// Has a paper written, by the functions of the paper itself.
    pub fn write(&self, name: &str, readers: usize, articles: usize) -> anyhow::Result<PathBuf> {
        let data = fresh(&self.folder.join(name))?;
        let mut fill = Command::new(&self.workload);
        fill.arg("fill")
            .arg("--dir")
            .arg(&data)
            .args(["--readers", &readers.to_string()])
            .args(["--articles", &articles.to_string()])
            .current_dir(&data);
        let begun = Instant::now();
        let ended = child::run(fill, Duration::from_secs(1200));
        if let Some(trouble) = ended.trouble {
            bail!("the paper was not written: {trouble}");
        }
        println!(
            "a paper with {readers} readers and {articles} articles, written in {:.1} s",
            begun.elapsed().as_secs_f64()
        );
        Ok(data)
    }
}

/// An empty folder.
pub fn fresh(folder: &Path) -> anyhow::Result<PathBuf> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
}

/// The core of the servers.
pub const SERVERS: &str = "0";
/// The core of whoever asks them, this program among them.
pub const ASKERS: &str = "1";

/// From here on this program keeps to these cores. Children that want others say so themselves.
pub fn keep_to(cores: &str) -> anyhow::Result<()> {
    let mut pin = Command::new("taskset");
    pin.args(["-a", "-p", "-c", cores, &std::process::id().to_string()]);
    child::output(pin).map(drop)
}

/// Lets this program and its children have `wanted` files open at once.
pub fn allow_open_files(wanted: usize) -> anyhow::Result<()> {
    let hard = raise_open_files(wanted)?;
    ensure!(
        hard >= wanted,
        "{wanted} open files are needed, {hard} are allowed; ask for fewer --pages"
    );
    Ok(())
}

/// The same as far as the system allows: how many it is, at most `wanted`.
pub fn raise_open_files(wanted: usize) -> anyhow::Result<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let mut words = line.unwrap_or_default().split_whitespace().skip(3);
    let mut number = || words.next().and_then(|word| word.parse::<usize>().ok());
    let (soft, hard) = (number().unwrap_or(0), number().unwrap_or(usize::MAX));
    if soft >= wanted {
        return Ok(wanted);
    }
    for most in [hard.max(wanted), hard] {
        let mut raise = Command::new("prlimit");
        raise.args(["--pid", &std::process::id().to_string()]);
        raise.arg(format!("--nofile={}:{most}", wanted.min(most)));
        if child::output(raise).is_ok() {
            return Ok(wanted.min(most));
        }
    }
    Ok(soft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_open_files_are_always_allowed() {
        allow_open_files(64).unwrap();
    }
}
