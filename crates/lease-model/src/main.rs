//! `cargo xtask model`: runs the model check and prints what it saw. Ends with 1 if a promise is broken, or if something left
//! out on purpose breaks none.

use std::process::ExitCode;
use std::time::Duration;

use lease_model::bounds;
use lease_model::history::{self, Done};
use lease_model::mutant::{Kind, Mutant};
use lease_model::run::{self, Report, Verdict};
use lease_model::step::Rules;
use lease_model::words::Bounds;
use stateright::Expectation;

/// For one run. Each is over long before; this is for a machine that has much else to do.
const LIMIT: Duration = Duration::from_secs(240);

const USAGE: &str = "\
cargo xtask model                     all bounds, all mutants
cargo xtask model NAME=NUMBER ...     one run of your own: devices wishes ticks faults disasters copies on_way stale_for
cargo xtask model judge FILE          a history of `cargo xtask chaos`
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let well = if words.is_empty() {
        everything()
    } else if let [judge, file] = &words[..]
        && judge == "judge"
    {
        judge_file(file)
    } else if let Some(bounds) = by_hand(&words) {
        promises(&[bounds])
    } else {
        print!("{USAGE}");
        false
    };
    if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn everything() -> bool {
    println!("crates/lease, model-checked: every order of events within bounds\n");
    let kept = promises(&bounds::FULL);
    let mut noticed = 0;
    for mutant in Mutant::ALL {
        noticed += usize::from(notices(mutant));
    }
    let all = Mutant::ALL.len();
    println!("\n{} of {all} counterexamples found", noticed);
    kept && noticed == all
}

/// Judges a history. Its first line has D and grace, in milliseconds.
fn judge_file(file: &str) -> bool {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            println!("cannot read {file}: {error}");
            return false;
        }
    };
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let numbers: Vec<u64> = first
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect();
    let done: Option<Vec<Done>> = lines.map(Done::read).collect();
    let (&[stale_for, grace], Some(done)) = (&numbers[..], done) else {
        println!("{file} is no history");
        return false;
    };
    // Many operations of one reader are followed one into the other.
    let judge = move || history::judge(&done, stale_for * 1_000, grace * 1_000);
    let judging = std::thread::Builder::new().stack_size(1 << 30).spawn(judge);
    let found = judging.map(std::thread::JoinHandle::join);
    let Ok(Ok(found)) = found else {
        println!("the judge gave up");
        return false;
    };
    println!(
        "{} operations on the register ({} without an answer), {} takes that moved it, {} generations",
        found.operations, found.unknown, found.moved, found.generations
    );
    println!("{} full texts and heartbeats", found.served);
    let seconds = |micros: u64| micros as f64 / 1e6;
    println!(
        "greatest staleness {:.3} s while the database could be reached, {:.3} s while it could not",
        seconds(found.stale[0]),
        seconds(found.stale[1])
    );
    for violation in found.violations.iter().take(20) {
        println!("{violation}");
    }
    println!("violations: {}", found.violations.len());
    found.violations.is_empty()
}

/// Bounds from `name=number` words.
fn by_hand(words: &[String]) -> Option<Bounds> {
    let mut bounds = Bounds {
        about: "by hand",
        ..bounds::QUICK
    };
    for word in words {
        let (name, number) = word.split_once('=')?;
        let number: u8 = number.parse().ok()?;
        match name {
            "devices" => bounds.devices = number.clamp(1, 3),
            "wishes" => bounds.wishes = number,
            "ticks" => bounds.ticks = number.into(),
            "faults" => bounds.faults = number,
            "disasters" => bounds.disasters = number,
            "copies" => bounds.copies = number,
            "on_way" => bounds.on_way = number.into(),
            "stale_for" => bounds.stale_for = number.into(),
            _ => return None,
        }
    }
    Some(bounds)
}

/// Nothing left out: every promise is kept within all these bounds, and what should be possible is, within some.
fn promises(all: &[Bounds]) -> bool {
    let mut well = true;
    let mut seen = std::collections::BTreeMap::new();
    let mut states = 0;
    for &bounds in all {
        let rules = Rules {
            bounds,
            mutant: None,
        };
        let report = run::explore(rules, LIMIT);
        headline(bounds.about, &report);
        println!("    {}", within(&bounds));
        states += report.states;
        well &= report.complete;
        for verdict in &report.verdicts {
            let (fulfilled, words) = judged(verdict, report.complete);
            let possible = verdict.expectation == Expectation::Sometimes;
            well &= fulfilled || possible;
            if possible {
                *seen.entry(verdict.name).or_insert(false) |= fulfilled;
            } else {
                println!("    {words:<10} {}", verdict.name);
            }
            if !fulfilled && !possible {
                story(verdict, &rules);
            }
        }
    }
    println!("\n{states} states in all. What can happen, and was seen:");
    for (name, seen) in &seen {
        println!("    {:<10} {name}", if *seen { "seen" } else { "NEVER" });
    }
    println!();
    well && seen.values().all(|&seen| seen)
}

/// Whether leaving this out breaks what it must break.
fn notices(mutant: Mutant) -> bool {
    let rules = Rules {
        bounds: bounds::of_mutant(mutant),
        mutant: Some(mutant),
    };
    let report = run::explore(rules, LIMIT);
    let what = match mutant.kind() {
        Kind::Named => "mutant",
        Kind::Further => "further mutant",
        Kind::NotPromised => "not promised",
    };
    println!();
    headline(&format!("{what}: {}", mutant.says()), &report);
    let found = report.broken().find(|v| v.name == mutant.breaks());
    let Some(verdict) = found else {
        println!(
            "    NO COUNTEREXAMPLE, and there must be one against {}",
            mutant.breaks()
        );
        return false;
    };
    println!("    breaks {}", verdict.name);
    story(verdict, &rules);
    true
}

fn headline(title: &str, report: &Report) {
    println!("{title}");
    println!(
        "    {} states, {} steps between them, depth {}, {:.1} s{}",
        report.states,
        report.steps,
        report.depth,
        report.took.as_secs_f64(),
        if report.complete {
            ""
        } else {
            ": NOT COMPLETE, out of time"
        }
    );
}

fn within(b: &Bounds) -> String {
    let insistent = if b.insistent {
        ", and one device that asks until it reads"
    } else {
        ""
    };
    format!(
        "{} devices, {} nodes; wishes {}, faults {}, disasters {}, ticks {}; D = {}; {} requests on their way at once{insistent}",
        b.devices,
        lease_model::state::NODES,
        b.wishes,
        b.faults,
        b.disasters,
        b.ticks,
        b.stale_for,
        b.on_way
    )
}

fn judged(verdict: &Verdict, complete: bool) -> (bool, &'static str) {
    match (&verdict.expectation, verdict.found.is_some()) {
        (Expectation::Sometimes, found) => (found, if found { "seen" } else { "not seen" }),
        (_, true) => (false, "BROKEN"),
        (Expectation::Always, false) if complete => (true, "always"),
        (Expectation::Eventually, false) if complete => (true, "eventually"),
        (_, false) => (false, "so far"),
    }
}

fn story(verdict: &Verdict, rules: &Rules) {
    let Some(actions) = &verdict.found else {
        return;
    };
    for line in run::tell(&run::shorten(actions.clone(), rules), rules) {
        println!("{line}");
    }
}
