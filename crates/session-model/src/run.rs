//! Runs of the checker.

#![allow(
    clippy::disallowed_methods,
    reason = "clippy.toml keeps the clock out of the application; this is the workshop and says whether a run came to its end"
)]

use std::time::{Duration, Instant};

use stateright::{Checker, Expectation, HasDiscoveries, Model};

use crate::judge::Rules;
use crate::world::Action;

/// What a run saw.
#[derive(Debug)]
pub struct Report {
    /// Every state within the bounds was seen.
    pub complete: bool,
    /// Different states.
    pub states: usize,
    /// The longest way from the first state, in steps.
    pub depth: usize,
    /// Properties that do not hold, each with the shortest way there.
    pub broken: Vec<(&'static str, Vec<Action>)>,
    /// What can happen, and was seen.
    pub seen: Vec<&'static str>,
}

/// Explores everything within the bounds of `rules`; with a mutant, until it breaks what it must break.
#[must_use]
pub fn explore(rules: Rules) -> Report {
    /// For one run. Each is over within seconds; this is for a machine that has much else to do.
    const LIMIT: Duration = Duration::from_secs(240);
    let until = match rules.mutant {
        Some(mutant) => HasDiscoveries::AnyOf([mutant.breaks()].into()),
        None => HasDiscoveries::All,
    };
    let begun = Instant::now();
    let checker = rules.checker().timeout(LIMIT).finish_when(until);
    let checker = checker.spawn_bfs().join();
    let complete = begun.elapsed() < LIMIT;
    let (mut broken, mut seen) = (Vec::new(), Vec::new());
    for (name, path) in checker.discoveries() {
        let property = rules.properties().into_iter().find(|one| one.name == name);
        match property.map(|property| property.expectation) {
            Some(Expectation::Sometimes) => seen.push(name),
            _ => broken.push((name, path.into_actions())),
        }
    }
    Report {
        complete,
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        broken,
        seen,
    }
}
