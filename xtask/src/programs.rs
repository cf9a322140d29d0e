//! Programs of the workshop that are built when somebody asks for them: `tools/`, the model checker, the simulation.
//!
//! Deliberately not here: what any of them does; each says so itself, with `--help` or at its top.

use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;

use anyhow::bail;
use drive::child::{self, Ended};
use drive::root;

/// A tool of this name, built for release, in the place of this program.
pub fn tool(name: &str, words: &[String]) -> anyhow::Result<bool> {
    let mut command = root::cargo(&[
        "run",
        "--quiet",
        "--release",
        "-p",
        name,
        "--bin",
        name,
        "--",
    ]);
    command.args(words);
    instead(command)
}

/// The model check of `crates/lease`; with the word `sessions`, that of accounts.
pub fn model(words: &[String]) -> anyhow::Result<bool> {
    let (package, words) = match words {
        [first, rest @ ..] if first == "sessions" => ("session-model", rest),
        _ => ("lease-model", words),
    };
    let mut command = root::cargo(&["run", "--quiet", "-p", package, "--"]);
    command.args(words);
    instead(command)
}

/// The locks of `crates/lease` in every order of threads. In a folder of its own: with this flag everything is another
/// program.
pub fn loom() -> Ended {
    let mut command = root::cargo(&["test", "-p", "lease", "--test", "loom"]);
    command.env("RUSTFLAGS", "--cfg loom");
    command.env("CARGO_TARGET_DIR", root::target().join("loom"));
    child::run(command, Duration::from_secs(20 * 60))
}

const SIMULATE: &str = "\
cargo xtask simulate [--seeds N] [--from N]

  --seeds N   how many (5000); thirty or so a second
  --from N    the first of them (1)
";

/// Many nodes in virtual time, thousands of seeds; any of them can be run again by its number. The simulation is a test,
/// which runs a few seeds in `cargo xtask test`.
pub fn simulate(words: &[String]) -> anyhow::Result<bool> {
    let (mut seeds, mut from) = (5_000_u64, 1_u64);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let number = words.next().and_then(|word| word.parse::<u64>().ok());
        match (word.as_str(), number) {
            ("--seeds", Some(number)) => seeds = number,
            ("--from", Some(number)) => from = number,
            _ => bail!("{word} is no option\n\n{SIMULATE}"),
        }
    }
    let test = ["-p", "leases", "--lib", "simulation::"];
    let mut command = root::cargo(&["test", "--quiet"]);
    command.args(test);
    command.args(["--", "--nocapture", "--test-threads=1"]);
    command.env("GACETA_SIMULATE", format!("{from}+{seeds}"));
    instead(command)
}

/// This process becomes that program, so that its output, its end and Ctrl-C are its own.
fn instead(mut command: Command) -> anyhow::Result<bool> {
    Err(command.exec().into())
}
