//! `cargo xtask model`: the model check of `crates/lease`.
//!
//! Deliberately not here: the model, which is `crates/lease-model`, and its checker, which nobody else needs to build.

use std::time::Duration;

use crate::{child, root};

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
