//! `cargo xtask e2e`: the journeys of `e2e/` in a real browser, against the binary as it is built here, run by Node's own test
//! runner; with `--only NAME` those whose name contains it.
//!
//! It builds, provides Node, its packages and Chromium, and says by environment where things are: `GACETA_BIN`,
//! `GACETA_WORKLOAD` (fills the paper of two nodes), `GACETA_SCREENS` (pictures for people go there), `CHROMIUM`,
//! `GACETA_TEST_POSTGRES`. Deliberately not here: the journeys themselves.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use drive::child::{self, Ended};
use drive::postgres::Postgres;
use drive::{paper, provision, root};

const LIMIT: Duration = Duration::from_secs(20 * 60);
/// The journeys, and the tests of the page's module against a stand-in.
const FILES: [&str; 2] = ["journeys.test.mjs", "reader_module/reader.test.mjs"];

/// The task.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let (mut release, mut only) = (false, Vec::new());
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--release" => release = true,
            "--only" => only.push(words.next().context("--only needs a name")?.as_str()),
            _ => bail!("`cargo xtask e2e` takes --release and --only NAME, which may come again"),
        }
    }
    let postgres = Postgres::start()?;
    Ok(step(release, &postgres, &only).told("browser"))
}

/// The same as a step of `cargo xtask test`.
pub fn step(release: bool, postgres: &Postgres, only: &[&str]) -> Ended {
    match prepare(release, postgres, only) {
        Ok(command) => child::run(command, LIMIT).or_if_nothing_ran(),
        Err(error) => Ended::badly(format!("{error:#}")),
    }
}

fn prepare(release: bool, postgres: &Postgres, only: &[&str]) -> anyhow::Result<Command> {
    let folder = root::repository().join("e2e");
    provision::need(&[&provision::NODE, &provision::CHROMIUM])?;
    provision::need_node_packages(&folder)?;
    let profile = if release { "release" } else { "dev" };
    let binary = paper::build(profile)?;
    let workload = paper::build_workload(profile)?;
    let screens = root::repository().join("target/screens");
    std::fs::create_dir_all(&screens).context("cannot make the folder for pictures")?;
    let mut command = Command::new(provision::NODE.get()?);
    command
        // Its last lines are counted: `pass 12`, `fail 3`.
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(only.iter().map(|name| pattern(name)))
        .args(FILES)
        .current_dir(&folder)
        .env("GACETA_BIN", binary)
        .env("GACETA_WORKLOAD", workload)
        .env("GACETA_SCREENS", screens)
        .env("GACETA_TEST_POSTGRES", postgres.url())
        .env("CHROMIUM", provision::CHROMIUM.get()?);
    Ok(command)
}

/// Node takes a regular expression; a name is none.
fn pattern(name: &str) -> String {
    let mut pattern = String::from("--test-name-pattern=");
    for letter in name.chars() {
        if letter.is_ascii_punctuation() && letter != '-' {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_as_it_is() {
        let given = pattern("es: pages (all)");
        assert_eq!(given, "--test-name-pattern=es\\: pages \\(all\\)");
    }
}
