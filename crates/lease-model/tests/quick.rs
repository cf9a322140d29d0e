//! The small part of the model check, in every test run: the promises in a small world, and every mutant.

use std::time::Duration;

use lease_model::bounds::{self, DISASTER, INSISTENT, QUICK};
use lease_model::mutant::{Kind, Mutant};
use lease_model::run::{explore, shorten, tell};
use lease_model::step::Rules;
use lease_model::words::Bounds;

/// Nothing here takes a minute; a machine with much else to do gets more.
const LIMIT: Duration = Duration::from_secs(300);

fn keeps_every_promise(bounds: Bounds) {
    let rules = Rules {
        bounds,
        mutant: None,
    };
    let report = explore(rules, LIMIT);
    if let Some(verdict) = report.broken().next() {
        let actions = shorten(verdict.found.clone().unwrap_or_default(), &rules);
        panic!("{}\n{}", verdict.name, tell(&actions, &rules).join("\n"));
    }
    assert!(report.complete, "{report:?}");
    assert!(
        report.states > 10_000,
        "this world is too small to say anything"
    );
}

#[test]
fn every_promise_is_kept_in_a_small_world() {
    keeps_every_promise(QUICK);
}

#[test]
fn and_when_the_store_is_lost_or_restored() {
    keeps_every_promise(Bounds {
        ticks: 1,
        ..DISASTER
    });
}

#[test]
fn who_does_not_give_up_reads_in_the_end() {
    keeps_every_promise(Bounds {
        wishes: 1,
        ..INSISTENT
    });
}

fn is_noticed(kind: Kind) {
    for mutant in Mutant::ALL.into_iter().filter(|m| m.kind() == kind) {
        let rules = Rules {
            bounds: bounds::of_mutant(mutant),
            mutant: Some(mutant),
        };
        let report = explore(rules, LIMIT);
        let found = report.broken().find(|v| v.name == mutant.breaks());
        let found = found.and_then(|verdict| verdict.found.clone());
        let actions = found.unwrap_or_else(|| panic!("{mutant:?} goes unnoticed: {report:?}"));
        let shorter = shorten(actions.clone(), &rules);
        assert!(shorter.len() <= actions.len());
        assert!(tell(&shorter, &rules).len() >= shorter.len());
    }
}

#[test]
fn each_of_the_six_mutants_of_the_design_is_noticed() {
    is_noticed(Kind::Named);
}

#[test]
fn the_further_mutants_are_noticed() {
    is_noticed(Kind::Further);
}
