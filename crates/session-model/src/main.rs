//! Prints what the checker saw; `cargo xtask model` runs it. Ends with 1 if a property does not hold, or if something left out
//! on purpose breaks none.

use std::process::ExitCode;

use session_model::judge::{Rules, SEEN};
use session_model::mutant::{ALL, Mutant};
use session_model::run::explore;

fn main() -> ExitCode {
    let (mut well, mut seen) = (true, Vec::new());
    for bounds in ALL {
        let report = explore(Rules {
            bounds,
            mutant: None,
        });
        let (about, states, depth) = (bounds.about, report.states, report.depth);
        println!("{about}: {states} states, depth {depth}");
        for (name, way) in &report.broken {
            println!("    BROKEN {name}\n    {way:?}");
        }
        well &= report.complete && report.broken.is_empty();
        seen.extend(report.seen);
    }
    for name in SEEN {
        let was = seen.contains(&name);
        println!("    {} {name}", if was { "seen " } else { "NEVER" });
        well &= was;
    }
    for mutant in Mutant::ALL {
        let (bounds, breaks) = (mutant.bounds(), mutant.breaks());
        let report = explore(Rules {
            bounds,
            mutant: Some(mutant),
        });
        let found = report.broken.iter().find(|(name, _)| *name == breaks);
        match found {
            Some((_, way)) => println!("{mutant:?} breaks: {breaks}\n    {way:?}"),
            None => println!("{mutant:?} GOES UNNOTICED, and must break: {breaks}"),
        }
        well &= found.is_some();
    }
    if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
