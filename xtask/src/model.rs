//! `cargo xtask model`: the model check of `crates/lease`; `cargo xtask loom`: its locks in every order of threads.
//!
//! Deliberately not here: the model, which is `crates/lease-model`, and its checker, which nobody else needs to build.

use std::time::Duration;

use crate::child::{self, Ended};
use crate::root;

/// The whole takes three minutes; a machine with much else to do gets more.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// Hands `arguments` on; true if every promise is kept, and everything left out on purpose is noticed.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let mut command = root::cargo(&["run", "--quiet", "-p", "lease-model", "--"]);
    command.args(arguments);
    let ended = child::run(command, LIMIT);
    if let Some(trouble) = &ended.trouble {
        println!("model: {trouble}");
    }
    Ok(ended.trouble.is_none())
}

/// The task: locks of the engine, checked.
pub fn loom() -> anyhow::Result<bool> {
    let ended = loom_step();
    if let Some(trouble) = &ended.trouble {
        println!("loom: {trouble}");
    }
    Ok(ended.trouble.is_none())
}

/// The same as a step of `cargo xtask test`. In a folder of its own: with this flag everything is another program.
pub fn loom_step() -> Ended {
    let mut command = root::cargo(&["test", "-p", "lease", "--test", "loom"]);
    command.env("RUSTFLAGS", "--cfg loom");
    command.env("CARGO_TARGET_DIR", root::target().join("loom"));
    child::run(command, LIMIT)
}
