//! `cargo xtask gen`: documents that follow from the sources are written from them, so they cannot drift.
//!
//! Each row of [`FILES`] names a document and what makes it. `--check` compares and writes nothing; it is a step of
//! `cargo xtask test`. Deliberately not here: fonts, pictures and scripts, which are made by hand-run tools.

mod routes;
mod settings;
mod tasks;

use anyhow::{Context as _, bail};
use drive::child::Ended;
use drive::root;

use crate::tidy::tree::Tree;

/// A document, and what makes it from the tree.
struct Generated {
    path: &'static str,
    make: fn(&Tree) -> anyhow::Result<String>,
}

const FILES: &[Generated] = &[
    Generated {
        path: "docs/routes.md",
        make: routes::document,
    },
    Generated {
        path: "docs/settings.md",
        make: settings::document,
    },
    Generated {
        path: "docs/tasks.md",
        make: tasks::document,
    },
];

const NOTE: &str = "<!-- Written by `cargo xtask gen`. Change the source, not this file. -->\n";

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
        Ok(stale) if stale.is_empty() => Ended::well(),
        Ok(stale) => Ended::badly(format!(
            "stale: {}; please run `cargo xtask gen`",
            stale.join(", ")
        )),
        Err(error) => Ended::badly(format!("{error:#}")),
    }
}

/// Returns the files that were not as they should be; writes them unless `check`.
fn go(check: bool) -> anyhow::Result<Vec<&'static str>> {
    let tree = Tree::read(root::repository())?;
    let mut stale = Vec::new();
    for file in FILES {
        let wanted = (file.make)(&tree).with_context(|| format!("cannot make {}", file.path))?;
        let there = tree.find(file.path).and_then(|file| file.text.as_deref());
        if there == Some(wanted.as_str()) {
            continue;
        }
        if !check {
            let path = root::repository().join(file.path);
            std::fs::create_dir_all(path.parent().context("a document stands in a folder")?)?;
            std::fs::write(&path, wanted).with_context(|| format!("cannot write {}", file.path))?;
        }
        stale.push(file.path);
    }
    Ok(stale)
}
