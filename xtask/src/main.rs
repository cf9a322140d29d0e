//! The tasks of the workshop: `cargo xtask <task>`.
//!
//! One plain program that never ships. It finds or installs what a task needs, runs the task, and leaves nothing behind.
//! Deliberately not here: anything the product does at run time, and any rule about the code that is not in [`tidy`].

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "clippy.toml keeps clocks, sleeping and randomness out of the application; the workshop measures real time"
)]

mod bench;
mod chaos;
mod child;
mod durability;
mod e2e;
mod generate;
mod guard;
mod instructions;
mod model;
mod postgres;
mod provision;
mod root;
mod simulate;
mod test;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test             everything, with one line at the end: how many passed, how many failed
cargo xtask tidy [--rules]   the rules of the house; --rules prints them with their reasons
cargo xtask e2e [--release]  journeys in a real browser
cargo xtask canary           what must never leave, over every route, with numbers
cargo xtask bench            every goal for speed and size, in one run; --help lists its options
cargo xtask chaos            three nodes and their database, broken on purpose under readers; --minutes N (5), --seed N
cargo xtask durability       a node over its own files, killed under load, its disk full or failing: what was acknowledged is there; --kills N (300)
cargo xtask loom             the locks of the engine in every order of threads
cargo xtask model            the engine of leases in every order of events, and what goes wrong if something is left out
cargo xtask simulate         many nodes in virtual time, thousands of seeds; --seeds N (5000), --from N
cargo xtask instructions [--keep]  what a page costs in instructions, against what it cost before; --keep notes it
cargo xtask gen [--check]    write generated files again; --check only says whether they are fresh
cargo xtask postgres         a private PostgreSQL for trying things by hand, until Enter is pressed
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let done = match task.as_str() {
        "test" => test::run(&rest),
        "tidy" => tidy::run(&rest),
        "e2e" => e2e::run(&rest),
        "canary" => test::canary_alone(),
        "bench" => bench::run(&rest),
        "chaos" => chaos::run(&rest),
        "durability" => durability::run(&rest),
        "loom" => model::loom(),
        "model" => model::run(&rest),
        "simulate" => simulate::run(&rest),
        "instructions" => instructions::run(&rest),
        "gen" => generate::run(&rest),
        "postgres" => postgres::by_hand(),
        "" | "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(true)
        }
        other => Err(anyhow::anyhow!("there is no task `{other}`\n\n{USAGE}")),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
