//! `cargo xtask gen`: files that the program itself can write are written by it, so they cannot drift.
//!
//! Each row of [`FILES`] names a file and the command whose output it is. `--check` compares and writes nothing; it is a
//! step of `cargo xtask test`. Deliberately not here: built assets, which are made by hand-run tools and only embedded.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use crate::child::{self, Ended};
use crate::root;

/// A file, and the arguments of `gaceta` that print it.
struct Generated {
    path: &'static str,
    arguments: &'static [&'static str],
}

const FILES: &[Generated] = &[Generated {
    path: "gaceta.toml",
    arguments: &["init", "--print-config"],
}];

/// The task.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => bail!("`cargo xtask gen` takes --check and nothing else"),
    };
    let stale = go(check)?;
    for path in &stale {
        println!("{path}: {}", if check { "stale" } else { "written" });
    }
    Ok(!check || stale.is_empty())
}

/// `--check` as a step of `cargo xtask test`.
pub fn step() -> Ended {
    match go(true) {
        Ok(stale) if stale.is_empty() => Ended {
            trouble: None,
            count: child::Count::default(),
        },
        Ok(stale) => Ended::badly(format!(
            "stale: {}; please run `cargo xtask gen`",
            stale.join(", ")
        )),
        Err(error) => Ended::badly(format!("{error:#}")),
    }
}

/// Returns the files that were not as they should be; writes them unless `check`.
fn go(check: bool) -> anyhow::Result<Vec<&'static str>> {
    let build = root::cargo(&["build", "--bin", "gaceta"]);
    if let Some(trouble) = child::run(build, Duration::from_secs(30 * 60)).trouble {
        bail!("the binary was not built: {trouble}");
    }
    let binary = root::target().join("debug/gaceta");
    let mut stale = Vec::new();
    for file in FILES {
        let mut print = Command::new(&binary);
        print.args(file.arguments).current_dir(root::repository());
        let wanted = child::output(print).with_context(|| format!("cannot make {}", file.path))?;
        ensure!(!wanted.trim().is_empty(), "{} would be empty", file.path);
        let path = root::repository().join(file.path);
        if std::fs::read_to_string(&path).is_ok_and(|there| there == wanted) {
            continue;
        }
        if !check {
            std::fs::write(&path, wanted).with_context(|| format!("cannot write {}", file.path))?;
        }
        stale.push(file.path);
    }
    Ok(stale)
}
