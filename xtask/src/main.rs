//! The tasks of the workshop: `cargo xtask <task>`.
//!
//! One plain program that never ships and is quickly built. It finds or installs what a task needs, runs the task, and leaves
//! nothing behind. What takes minutes to run is a program of its own, which is started here ([`programs`]). Deliberately not
//! here: anything the product does at run time, and any rule about the code that is not in [`tidy`].

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "clippy.toml keeps clocks, sleeping and randomness out of the application; the workshop measures real time"
)]

mod e2e;
mod first_page;
mod generate;
mod instructions;
mod judge;
mod programs;
mod room;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::bail;
use drive::postgres::Postgres;

const USAGE: &str = "\
cargo xtask test [--only NAME,..]  everything, or steps by name, with one line at the end: how many passed, how many failed
cargo xtask tidy [--rules]   the rules of the house; --rules prints them with their reasons
cargo xtask e2e [--release]  journeys in a real browser; --only NAME for some of them
cargo xtask canary           what must never leave, over every route, with numbers
cargo xtask judge mail       mails of every kind, really sent, judged by a foreign parser and verifier
cargo xtask doors            every identifier of one person in the hands of all others, over every route, with numbers
cargo xtask bench            every goal for speed and size, in one run; --help lists its options
cargo xtask chaos            three nodes and their database, broken on purpose under readers; --minutes N (5), --seed N
cargo xtask durability       a node over its own files, killed under load, its disk full or failing: what was acknowledged is there; --kills N (300)
cargo xtask loom             the locks of the engine in every order of threads
cargo xtask model            the engine of leases in every order of events, and what goes wrong if something is left out
cargo xtask model sessions   the same of sessions, passwords, links and seats
cargo xtask simulate         many nodes in virtual time, thousands of seeds; --seeds N (5000), --from N
cargo xtask instructions [--keep]  what a page costs in instructions, against what it cost before; --keep notes it
cargo xtask first-page --base COMMIT  from a clean clone to the first page, there and here
cargo xtask gen [--check]    write generated files again; --check only says whether they are fresh
cargo xtask postgres         a private PostgreSQL for trying things by hand, until Enter is pressed
";

fn main() -> ExitCode {
    drive::main("xtask", run)
}

fn run(words: &[String]) -> anyhow::Result<bool> {
    let (task, rest) = match words {
        [] => ("help", words),
        [task, rest @ ..] => (task.as_str(), rest),
    };
    match task {
        "test" => test::run(rest),
        "tidy" => tidy::run(rest),
        "e2e" => e2e::run(rest),
        "canary" => test::canary_alone(),
        "doors" => test::doors_alone(),
        "bench" | "chaos" | "durability" => programs::tool(task, rest),
        "loom" => Ok(programs::loom().told(task)),
        "judge" => judge::run(rest),
        "model" => programs::model(rest),
        "simulate" => programs::simulate(rest),
        "instructions" => instructions::run(rest),
        "first-page" => first_page::run(rest),
        "gen" => generate::run(rest),
        "postgres" => postgres(),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(true)
        }
        other => bail!("there is no task `{other}`\n\n{USAGE}"),
    }
}

/// A cluster as tests have it, for a person.
fn postgres() -> anyhow::Result<bool> {
    let postgres = Postgres::start()?;
    println!("export GACETA_TEST_POSTGRES='{}'", postgres.url());
    println!("It is there until you press Enter.");
    std::io::stdin().read_line(&mut String::new())?;
    Ok(true)
}
