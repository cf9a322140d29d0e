//! `cargo xtask e2e`: the journeys of `e2e/` in a real browser, against the binary as it is built here.
//!
//! It builds, provides Node, its packages and Chromium, and says by environment where things are: `GACETA_BIN`,
//! `GACETA_WORKLOAD` (fills the paper of two nodes), `GACETA_SCREENS` (pictures for people go there), `CHROMIUM`, `GACETA_TEST_POSTGRES`. Deliberately not here: the journeys themselves.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use drive::child::{self, Ended};
use drive::postgres::Postgres;
use drive::{paper, provision, root};

const LIMIT: Duration = Duration::from_secs(20 * 60);

/// The task.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let release = match arguments {
        [] => false,
        [flag] if flag == "--release" => true,
        _ => bail!("`cargo xtask e2e` takes --release and nothing else"),
    };
    let postgres = Postgres::start()?;
    Ok(step(release, &postgres).told("browser"))
}

/// The same as a step of `cargo xtask test`.
pub fn step(release: bool, postgres: &Postgres) -> Ended {
    match prepare(release, postgres) {
        Ok(command) => child::run(command, LIMIT),
        Err(error) => Ended::badly(format!("{error:#}")),
    }
}

fn prepare(release: bool, postgres: &Postgres) -> anyhow::Result<Command> {
    let folder = root::repository().join("e2e");
    let journeys = folder.join("run.mjs");
    ensure!(
        journeys.is_file(),
        "there is no e2e/run.mjs, so nothing was tried in a browser"
    );
    provision::need(&[&provision::NODE, &provision::CHROMIUM])?;
    provision::need_node_packages(&folder)?;
    let profile = if release { "release" } else { "dev" };
    let binary = paper::build(profile)?;
    let workload = paper::build_workload(profile)?;
    let screens = root::repository().join("target/screens");
    std::fs::create_dir_all(&screens).context("cannot make the folder for pictures")?;
    let mut command = Command::new(provision::NODE.get()?);
    command
        .arg(journeys)
        .current_dir(&folder)
        .env("GACETA_BIN", binary)
        .env("GACETA_WORKLOAD", workload)
        .env("GACETA_SCREENS", screens)
        .env("GACETA_TEST_POSTGRES", postgres.url())
        .env("CHROMIUM", provision::CHROMIUM.get()?);
    Ok(command)
}
