//! `cargo xtask bench`: every goal for speed and size, in one run, beside what it is held against in that same run.
//!
//! On a shared machine an absolute figure means nothing; a ratio within one run does. Servers keep to one core and whoever
//! asks them to another; runs are interleaved; a run with one error, or with a byte too many or too few, is not reported
//! at all. One file for each group of goals; this one puts them in order and prints the table.
//! Deliberately not here: how pages look to a browser (`e2e`), and micro-benchmarks, which stand beside the crates they
//! measure.

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "clippy.toml keeps clocks, sleeping and randomness out of the application; here real time is measured"
)]

mod against_nginx;
mod contention;
mod cpu;
mod crowd;
mod engine;
mod figures;
mod gate;
mod growth;
mod hall;
mod import;
mod list;
mod load;
mod memory;
mod notices;
mod open_loop;
mod options;
mod overload;
mod pages;
mod picks;
mod report;
mod scale;
mod servers;
mod stage;
mod start;
mod takes;
mod throttle;
mod weights;
mod wire;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use drive::{paper, provision, root};

use figures::Row;
use options::{HELP, Options};
use report::Report;
use stage::Stage;

/// A group of goals that are measured together.
struct Part {
    name: &'static str,
    goals: &'static [&'static str],
    run: fn(&Stage) -> anyhow::Result<Vec<Row>>,
}

const fn part(
    name: &'static str,
    goals: &'static [&'static str],
    run: fn(&Stage) -> anyhow::Result<Vec<Row>>,
) -> Part {
    Part { name, goals, run }
}

/// In the order in which they run.
const PARTS: &[Part] = &[
    part("pages", &["P1", "P3"], against_nginx::run),
    part("gate", &["P4"], gate::run),
    part("engine", &["P6", "P9"], engine::run),
    part("contention", &["P5"], contention::run),
    part("takes", &["P7"], takes::run),
    part("notices", &["P8", "P9"], notices::run),
    part("growth", &["P11"], growth::run),
    part("overload", &["P12"], overload::run),
    part("memory", &["P9"], memory::run),
    part("scale", &[], scale::run),
    part("start", &["P10"], start::run),
    part("import", &["P13"], import::run),
    part("weights", &["P14"], weights::run),
];

fn main() -> ExitCode {
    drive::main("bench", run)
}

/// True if all that was asked for could be measured.
fn run(arguments: &[String]) -> anyhow::Result<bool> {
    if arguments.iter().any(|word| word == "--help") {
        print!("{HELP}");
        return Ok(true);
    }
    let options = Options::read(arguments)?;
    if cfg!(debug_assertions) {
        println!(
            "what asks is slower here than what answers: `cargo xtask bench` builds both for release\n"
        );
    }
    provision::need(&[&provision::NGINX, &provision::WRK])?;
    let cores = std::thread::available_parallelism()?.get();
    ensure!(
        cores >= 2,
        "one core for the servers and one for whoever asks them are needed"
    );
    let binary = match &options.binary {
        Some(binary) => std::fs::canonicalize(binary)
            .with_context(|| format!("there is no {}", binary.display()))?,
        None => paper::build(&options.profile)?,
    };
    let mut report = Report::new(&options);
    let workload = paper::build_workload(&options.profile)?;
    let stage = Stage::new(options, binary, workload);
    let mut trouble = Vec::new();
    for part in PARTS {
        if !stage.options.wants(part.name, part.goals) {
            continue;
        }
        let begun = Instant::now();
        match (part.run)(&stage) {
            Ok(rows) => report.rows.extend(rows),
            // The others are still worth knowing.
            Err(error) => trouble.push(format!("{}: {error:#}", part.name)),
        }
        println!("{}: {:.0} s\n", part.name, begun.elapsed().as_secs_f64());
    }
    write(&report)?;
    for line in &trouble {
        println!("NOT MEASURED: {line}");
    }
    ensure!(
        !report.rows.is_empty() || !trouble.is_empty(),
        "no part and no workload is called `{}`",
        stage.options.only
    );
    Ok(trouble.is_empty())
}

fn write(report: &Report) -> anyhow::Result<()> {
    print!("{}", report.table());
    let target = root::repository().join("target");
    std::fs::create_dir_all(&target)?;
    std::fs::write(target.join("bench.json"), report.json())?;
    std::fs::write(target.join("bench.md"), report.markdown())?;
    println!("target/bench.json and target/bench.md are written.");
    Ok(())
}
