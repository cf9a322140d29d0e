//! `cargo xtask test`: everything, in order, with one line at the end; with `--only NAME,NAME` the steps of these names.
//!
//! A step that fails does not keep the next one from running: one run tells all there is to tell. What is missing fails
//! its step by name and never passes in silence. Deliberately not here: how a single step does its work.

use std::cell::OnceCell;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::bail;
use drive::child::{self, Count, Ended};
use drive::postgres::Postgres;
use drive::{provision, root};

use crate::{e2e, generate, instructions, judge, programs, room, tidy};

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

/// A step, and what it does.
struct Step {
    name: &'static str,
    kind: Kind,
    work: fn(&Stand) -> Ended,
}

const fn step(name: &'static str, kind: Kind, work: fn(&Stand) -> Ended) -> Step {
    Step { name, kind, work }
}

/// In this order.
const STEPS: &[Step] = &[
    step("room on the disk", Kind::Check, |_| ended(room::look())),
    step("formatting", Kind::Check, |_| formatting()),
    step("clippy", Kind::Check, |_| clippy()),
    step("tidy", Kind::Check, |_| tidy::step()),
    step("private PostgreSQL", Kind::Check, |stand| {
        ended(stand.postgres().map(drop))
    }),
    step("generated files are fresh", Kind::Check, |_| {
        generate::step()
    }),
    step(
        "servers to stand in front and to send by",
        Kind::Check,
        |_| {
            use provision::{AIOSMTPD, CADDY, NGINX, OPENSSL};
            ended(provision::need(&[&NGINX, &CADDY, &AIOSMTPD, &OPENSSL]))
        },
    ),
    step("Rust tests", Kind::RustTests, rust_tests),
    step("the paper on PostgreSQL", Kind::RustTests, on_postgres),
    step("locks in every order", Kind::RustTests, |_| {
        programs::loom().or_if_nothing_ran()
    }),
    step("canary", Kind::Check, |stand| canary(stand.postgres().ok())),
    step("judge of mail", Kind::Check, |_| judge::step()),
    step("doors", Kind::Check, |stand| doors(stand.postgres().ok())),
    step("instructions", Kind::Check, |_| instructions::step()),
    step("browser", Kind::Check, |stand| match stand.postgres() {
        Ok(postgres) => e2e::step(false, postgres, &[]),
        Err(error) => Ended::badly(format!("there is no PostgreSQL for the nodes: {error:#}")),
    }),
];

/// What several steps stand on.
#[derive(Default)]
struct Stand {
    postgres: OnceCell<Postgres>,
}

impl Stand {
    /// Started by the first step that asks for it.
    fn postgres(&self) -> anyhow::Result<&Postgres> {
        if let Some(postgres) = self.postgres.get() {
            return Ok(postgres);
        }
        let started = Postgres::start()?;
        Ok(self.postgres.get_or_init(|| started))
    }
}

fn ended(done: anyhow::Result<()>) -> Ended {
    match done {
        Ok(()) => Ended::well(),
        Err(error) => Ended::badly(format!("{error:#}")),
    }
}

/// Runs the steps; true if nothing failed.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let stand = Stand::default();
    let mut rows = Vec::new();
    for Step { name, kind, work } in chosen(arguments)? {
        println!("\n== {name}");
        let begun = Instant::now();
        let ended = work(&stand);
        if let Some(trouble) = &ended.trouble {
            println!("{name}: {trouble}");
        }
        rows.push(Row::new(name, *kind, ended, begun.elapsed()));
    }
    Ok(conclude(&rows))
}

/// The steps that are asked for, in the order of all.
fn chosen(arguments: &[String]) -> anyhow::Result<Vec<&'static Step>> {
    let names: Vec<String> = match arguments {
        [] => return Ok(STEPS.iter().collect()),
        [flag, names] if flag == "--only" => names.split(',').map(str::to_lowercase).collect(),
        _ => bail!("`cargo xtask test` takes --only NAME[,NAME] and nothing else"),
    };
    let named = |step: &Step, name: &String| step.name.to_lowercase().contains(name.trim());
    for name in &names {
        if name.trim().is_empty() || !STEPS.iter().any(|step| named(step, name)) {
            let all: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
            bail!("no step is called `{name}`; there are: {}", all.join(", "));
        }
    }
    let wanted = |step: &&Step| names.iter().any(|name| named(step, name));
    Ok(STEPS.iter().filter(wanted).collect())
}

/// `cargo xtask canary`.
pub fn canary_alone() -> anyhow::Result<bool> {
    Ok(canary(None).told("canary"))
}

/// `cargo xtask doors`.
pub fn doors_alone() -> anyhow::Result<bool> {
    Ok(doors(None).told("doors"))
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

fn rust_tests(stand: &Stand) -> Ended {
    // Without it they say themselves that it is missing, and fail.
    let postgres = stand.postgres().ok();
    let arguments = ["test", "--workspace", "--no-fail-fast"];
    child::run(tests(&arguments, postgres), minutes(30))
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
fn on_postgres(stand: &Stand) -> Ended {
    let postgres = match stand.postgres() {
        Ok(postgres) => postgres,
        Err(error) => return Ended::badly(format!("there is no PostgreSQL to run on: {error:#}")),
    };
    let mut command = tests(
        &["test", "-p", "gaceta", "--test", "it", "--no-fail-fast"],
        Some(postgres),
    );
    command.env("GACETA_TEST_ENGINE", "postgres");
    child::run(command, minutes(20)).or_if_nothing_ran()
}

/// What must never leave.
fn canary(postgres: Option<&Postgres>) -> Ended {
    aloud("canary", &[], postgres)
}

/// What the identifiers of one person open for others.
fn doors(postgres: Option<&Postgres>) -> Ended {
    aloud("replay", &["--include-ignored"], postgres)
}

/// Tests by name. They print what they looked at, so that one that looks at nothing is seen.
fn aloud(name: &str, more: &[&str], postgres: Option<&Postgres>) -> Ended {
    let arguments = ["test", "-p", "gaceta", "--test", "it", name, "--"];
    let mut command = tests(&arguments, postgres);
    command.arg("--nocapture").args(more);
    command.env("GACETA_CANARY_NUMBERS", "1");
    child::run(command, minutes(30)).or_if_nothing_ran()
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

    fn counted(trouble: bool, passed: u64, failed: u64) -> Ended {
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
    fn steps_are_chosen_by_name_in_their_own_order() {
        let chosen = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            chosen(&words).map(|steps| steps.iter().map(|step| step.name).collect::<Vec<_>>())
        };
        assert_eq!(chosen(&[]).unwrap().len(), STEPS.len());
        assert_eq!(
            chosen(&["--only", "canary,TIDY"]).unwrap(),
            ["tidy", "canary"]
        );
        let error = chosen(&["--only", "tidy,dance"]).unwrap_err().to_string();
        assert!(error.contains("`dance`") && error.contains("generated files are fresh"));
        assert!(chosen(&["--only", ""]).is_err() && chosen(&["tidy"]).is_err());
    }

    #[test]
    fn a_check_counts_itself_and_what_it_reports() {
        assert_eq!(count(Kind::Check, counted(false, 0, 0)), (1, 0));
        assert_eq!(count(Kind::Check, counted(false, 4, 0)), (5, 0));
        assert_eq!(count(Kind::Check, counted(true, 4, 2)), (4, 3));
    }

    #[test]
    fn rust_tests_count_what_ran_and_never_hide_a_broken_build() {
        assert_eq!(count(Kind::RustTests, counted(false, 10, 0)), (10, 0));
        assert_eq!(count(Kind::RustTests, counted(true, 9, 1)), (9, 1));
        assert_eq!(count(Kind::RustTests, counted(true, 0, 0)), (0, 1));
    }

    #[test]
    fn a_step_in_which_nothing_ran_is_no_success() {
        assert!(counted(false, 0, 0).or_if_nothing_ran().trouble.is_some());
        assert!(counted(false, 1, 0).or_if_nothing_ran().trouble.is_none());
    }
}
