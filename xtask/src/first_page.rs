//! `cargo xtask first-page --base COMMIT`: from a clean clone to the first page, at another commit and here, one after the
//! other, so that both times are of one machine in one hour.
//!
//! Each is a clone with an empty target folder, started by the command that its own README tells first; crates are downloaded
//! before the clock starts. Deliberately not here: what is not committed, and how fast the paper is afterwards (`bench`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use drive::http::Client;
use drive::process::Running;
use drive::{child, port, provision, root};

/// A new clone takes at most this share of the time of the old one.
const GOAL: f64 = 0.5;
/// The slowest machine that we wait for.
const PATIENCE: Duration = Duration::from_secs(3600);

/// True if the goal is met.
pub fn run(words: &[String]) -> anyhow::Result<bool> {
    let [flag, base] = words else {
        bail!("`cargo xtask first-page` takes --base COMMIT");
    };
    ensure!(
        flag == "--base",
        "`cargo xtask first-page` takes --base COMMIT"
    );
    provision::need(&[&provision::GIT])?;
    let before = first_page(base)?;
    let now = first_page("HEAD")?;
    let ratio = now.as_secs_f64() / before.as_secs_f64();
    println!("\n{base}: {before:.0?}; HEAD: {now:.0?}; ratio {ratio:.2} (goal: at most {GOAL})");
    Ok(ratio <= GOAL)
}

fn first_page(commit: &str) -> anyhow::Result<Duration> {
    let clone = clone(commit)?;
    let port = port::free()?;
    let words = command_of(&std::fs::read_to_string(clone.join("README.md"))?)
        .with_context(|| format!("the README of {commit} tells no `cargo run`"))?;
    println!("{commit}: {}", words.join(" "));
    let mut fetch = cargo(&clone);
    fetch.args(["fetch", "--locked"]);
    child::output(fetch)?;
    let mut command = cargo(&clone);
    command.args(&words[1..]);
    command.arg("--dir").arg(clone.join("target/first-page"));
    command.args(["--listen", &format!("127.0.0.1:{port}")]);
    let begun = Instant::now();
    let log = clone.with_extension("log");
    let mut running = Running::start(command, &log)?;
    loop {
        let answer = Client::connect(port).and_then(|mut client| client.get("/en", &[]));
        if answer.is_ok_and(|answer| answer.status == 200) {
            break;
        }
        let ended = running.ended()?.is_some() || begun.elapsed() > PATIENCE;
        ensure!(!ended, "no page came; see {}", log.display());
        std::thread::sleep(Duration::from_millis(50));
    }
    let took = begun.elapsed();
    drop(running);
    // Gigabytes, which nobody needs again.
    std::fs::remove_dir_all(&clone)?;
    Ok(took)
}

/// What is committed there, in a folder of its own.
fn clone(commit: &str) -> anyhow::Result<PathBuf> {
    let all = root::target().join("first-page");
    let clone = all.join(commit);
    let _ = std::fs::remove_dir_all(&clone);
    let _ = std::fs::remove_file(clone.with_extension("log"));
    std::fs::create_dir_all(&all)?;
    let git = || {
        let mut git = Command::new("git");
        git.current_dir(root::repository());
        git
    };
    let mut number = git();
    number.args(["rev-parse", "--verify", &format!("{commit}^{{commit}}")]);
    let number = child::output(number)?;
    let mut copy = git();
    copy.args(["clone", "--quiet", "--no-checkout", "."])
        .arg(&clone);
    child::output(copy)?;
    let mut checkout = git();
    checkout
        .current_dir(&clone)
        .args(["checkout", "--quiet", number.trim()]);
    child::output(checkout)?;
    Ok(clone)
}

/// Cargo in that clone, with a target folder of its own.
fn cargo(clone: &Path) -> Command {
    let mut command = root::cargo(&[]);
    command.current_dir(clone).env_remove("CARGO_TARGET_DIR");
    command
}

/// The words of the first line that begins with `cargo run`.
fn command_of(readme: &str) -> Option<Vec<String>> {
    let lines = readme.lines().map(str::trim);
    let line = lines
        .into_iter()
        .find(|line| line.starts_with("cargo run"))?;
    let line = line.split('#').next()?;
    Some(line.split_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_of_a_readme_is_found() {
        let readme = "# Paper\n\nBuild with cargo run.\n\n```sh\ngit clone x\ncargo run --release -- demo   # some minutes\n```\n";
        let expected = ["cargo", "run", "--release", "--", "demo"];
        assert_eq!(command_of(readme).unwrap(), expected);
        assert!(command_of("nothing").is_none());
    }
}
