//! P7: take-overs by two nodes over one PostgreSQL, beside a bare compare-and-set of a row by the same client library.
//!
//! `workload takes` does both, one after the other, in one process without HTTP. PostgreSQL waits for the system and not
//! for the disk (`fsync=off`): a disk would cost both the same and hide the difference.

use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::figures::{Row, Spread, Verdict};
use crate::stage::{Stage, fresh};
use drive::child;
use drive::postgres::{Postgres, SETTINGS};

/// Each is taken from once in a run; the message before must not be older than D by then.
const READERS: usize = 2_000;

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    println!("P7 take-overs over PostgreSQL");
    let postgres = Postgres::start_with(SETTINGS)?;
    let folder = fresh(&stage.folder.join("takes"))?;
    let url = format!("{}?sslmode=disable", postgres.url());
    let mut make = Command::new(&stage.workload);
    make.arg("fill").arg("--dir").arg(&folder);
    make.args(["--url", &url, "--articles", "1", "--devices", "2"]);
    make.args(["--readers", &READERS.to_string()])
        .current_dir(&folder);
    child::output(make).context("cannot make a paper on PostgreSQL")?;
    let mut take = Command::new(&stage.workload);
    take.arg("takes").arg("--dir").arg(&folder);
    take.args([
        "--url",
        &url,
        "--runs",
        &(stage.options.runs * 2).to_string(),
    ]);
    take.current_dir(&folder);
    let text = child::output(take)?;
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let mut numbers = line.split(' ').map(str::parse::<f64>);
        if let (Some(Ok(one)), Some(Ok(other))) = (numbers.next(), numbers.next()) {
            bare.push(one);
            ours.push(other);
        }
    }
    ensure!(!ours.is_empty(), "nothing was measured: {text}");
    let ratio = Spread::ratio(&ours, &bare);
    let say = |figures: &[f64]| Spread::of(figures.iter().copied()).text(0, " a second");
    let row = Row::new("P7", "take-over over PostgreSQL, two nodes", say(&ours))
        .beside(format!("bare compare-and-set {}", say(&bare)))
        .ratio(ratio)
        .judged(">= 0.8 x", Verdict::at_least(ratio.median, 0.8));
    Ok(vec![row])
}
