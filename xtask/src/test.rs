//! `cargo xtask test`: everything, in order, with one line at the end.
//!
//! A step that fails does not keep the next one from running: one run tells all there is to tell. What is missing fails
//! its step by name and never passes in silence. Deliberately not here: how a single step does its work.

use std::process::Command;
use std::time::{Duration, Instant};

use drive::child::{self, Count, Ended};
use drive::postgres::Postgres;
use drive::{provision, root};

use crate::{e2e, generate, instructions, programs, tidy};

/// Real exports to import, where the machine has them; tests that need them say so when they skip.
const SAMPLES: &str = "../shared/imports";

/// One row of the table at the end.
struct Row {
    name: &'static str,
    count: Count,
    trouble: Option<String>,
    took: Duration,
}

/// How the result of a step becomes numbers.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// A check: one by itself, and whatever it counted.
    Check,
    /// Rust tests: what they counted; one failure if they could not even be built.
    RustTests,
}

/// Runs every step; true if nothing failed.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    anyhow::ensure!(
        arguments.is_empty(),
        "`cargo xtask test` takes no arguments"
    );
    let mut rows = Vec::new();
    let mut postgres = None;
    let mut step = |name, kind, work: &mut dyn FnMut() -> Ended| {
        println!("\n== {name}");
        let begun = Instant::now();
        let ended = work();
        if let Some(trouble) = &ended.trouble {
            println!("{name}: {trouble}");
        }
        rows.push(Row::new(name, kind, ended, begun.elapsed()));
    };

    step("formatting", Kind::Check, &mut formatting);
    step("clippy", Kind::Check, &mut clippy);
    step("tidy", Kind::Check, &mut tidy::step);
    step(
        "private PostgreSQL",
        Kind::Check,
        &mut || match Postgres::start() {
            Ok(started) => {
                postgres = Some(started);
                Ended::well()
            }
            Err(error) => Ended::badly(format!("{error:#}")),
        },
    );
    step(
        "generated files are fresh",
        Kind::Check,
        &mut generate::step,
    );
    step(
        "web servers to stand in front",
        Kind::Check,
        &mut || match provision::need(&[&provision::NGINX, &provision::CADDY]) {
            Ok(()) => Ended::well(),
            Err(error) => Ended::badly(format!("{error:#}")),
        },
    );
    step("Rust tests", Kind::RustTests, &mut || {
        let arguments = ["test", "--workspace", "--no-fail-fast"];
        rust_tests(&arguments, postgres.as_ref(), minutes(30))
    });
    step("the paper on PostgreSQL", Kind::RustTests, &mut || {
        on_postgres(postgres.as_ref())
    });
    step("locks in every order", Kind::RustTests, &mut || {
        programs::loom().or_if_nothing_ran()
    });
    step("canary", Kind::Check, &mut || canary(postgres.as_ref()));
    step("instructions", Kind::Check, &mut instructions::step);
    step("browser", Kind::Check, &mut || match &postgres {
        Some(postgres) => e2e::step(false, postgres),
        None => Ended::badly("there is no PostgreSQL for the nodes".to_owned()),
    });
    Ok(conclude(&rows))
}

/// `cargo xtask canary`.
pub fn canary_alone() -> anyhow::Result<bool> {
    Ok(canary(None).told("canary"))
}

fn formatting() -> Ended {
    if let Err(error) = provision::need_component("rustfmt") {
        return Ended::badly(format!("{error:#}"));
    }
    child::run(root::cargo(&["fmt", "--all", "--check"]), minutes(2))
}

fn clippy() -> Ended {
    if let Err(error) = provision::need_component("clippy") {
        return Ended::badly(format!("{error:#}"));
    }
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "-Dwarnings"];
    child::run(root::cargo(&arguments), minutes(30))
}

fn rust_tests(arguments: &[&str], postgres: Option<&Postgres>, limit: Duration) -> Ended {
    child::run(tests(arguments, postgres), limit)
}

fn tests(arguments: &[&str], postgres: Option<&Postgres>) -> Command {
    let mut command = root::cargo(arguments);
    if let Some(postgres) = postgres {
        command.env("GACETA_TEST_POSTGRES", postgres.url());
    }
    let samples = root::repository().join(SAMPLES);
    if std::env::var_os("GACETA_SAMPLES").is_none() && samples.is_dir() {
        command.env("GACETA_SAMPLES", samples);
    }
    command
}

/// The tests of the whole paper once more, on the other engine.
fn on_postgres(postgres: Option<&Postgres>) -> Ended {
    let Some(postgres) = postgres else {
        return Ended::badly("there is no PostgreSQL to run on".to_owned());
    };
    let mut command = tests(
        &["test", "-p", "gaceta", "--test", "it", "--no-fail-fast"],
        Some(postgres),
    );
    command.env("GACETA_TEST_ENGINE", "postgres");
    child::run(command, minutes(20)).or_if_nothing_ran()
}

/// What must never leave. The test prints what it looked at, so that a canary that looks at nothing is seen.
fn canary(postgres: Option<&Postgres>) -> Ended {
    let arguments = [
        "test",
        "-p",
        "gaceta",
        "--test",
        "it",
        "canary",
        "--",
        "--nocapture",
    ];
    let mut command = tests(&arguments, postgres);
    command.env("GACETA_CANARY_NUMBERS", "1");
    child::run(command, minutes(15)).or_if_nothing_ran()
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

impl Row {
    fn new(name: &'static str, kind: Kind, ended: Ended, took: Duration) -> Row {
        let mut count = ended.count;
        if ended.trouble.is_none() && kind == Kind::Check {
            count.passed += 1;
        }
        // A child that counted its failures has told of them; one that only ended badly has not.
        if ended.trouble.is_some() && (kind == Kind::Check || count.failed == 0) {
            count.failed += 1;
        }
        Row {
            name,
            count,
            trouble: ended.trouble,
            took,
        }
    }
}

/// Prints the table and the last line.
fn conclude(rows: &[Row]) -> bool {
    let mut total = Count::default();
    println!("\n  step                        passed  failed     time");
    for row in rows {
        total += row.count;
        let trouble = row.trouble.as_deref().unwrap_or_default();
        println!(
            "  {:<26} {:>7} {:>7} {:>6.1} s  {}",
            row.name,
            row.count.passed,
            row.count.failed,
            row.took.as_secs_f64(),
            trouble.lines().next().unwrap_or_default()
        );
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    total.failed == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(trouble: bool, passed: u64, failed: u64) -> Ended {
        Ended {
            trouble: trouble.then(|| "bad".to_owned()),
            count: Count { passed, failed },
        }
    }

    fn count(kind: Kind, ended: Ended) -> (u64, u64) {
        let row = Row::new("step", kind, ended, Duration::ZERO);
        (row.count.passed, row.count.failed)
    }

    #[test]
    fn a_check_counts_itself_and_what_it_reports() {
        assert_eq!(count(Kind::Check, ended(false, 0, 0)), (1, 0));
        assert_eq!(count(Kind::Check, ended(false, 4, 0)), (5, 0));
        assert_eq!(count(Kind::Check, ended(true, 4, 2)), (4, 3));
    }

    #[test]
    fn rust_tests_count_what_ran_and_never_hide_a_broken_build() {
        assert_eq!(count(Kind::RustTests, ended(false, 10, 0)), (10, 0));
        assert_eq!(count(Kind::RustTests, ended(true, 9, 1)), (9, 1));
        assert_eq!(count(Kind::RustTests, ended(true, 0, 0)), (0, 1));
    }

    #[test]
    fn a_step_in_which_nothing_ran_is_no_success() {
        assert!(ended(false, 0, 0).or_if_nothing_ran().trouble.is_some());
        assert!(ended(false, 1, 0).or_if_nothing_ran().trouble.is_none());
    }
}
