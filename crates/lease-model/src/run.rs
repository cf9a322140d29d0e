//! Runs of the checker, and their stories in plain words.

#![allow(
    clippy::disallowed_methods,
    reason = "clippy.toml keeps the clock out of the application; this is the workshop and says how long a run took"
)]

use std::time::{Duration, Instant};

use stateright::{Checker, Expectation, HasDiscoveries, Model};

use crate::model::World;
use crate::state::State;
use crate::step::{Rules, Story};
use crate::words::Action;

/// What became of one property.
#[derive(Debug)]
pub struct Verdict {
    /// Its name.
    pub name: &'static str,
    /// Always, sometimes or eventually.
    pub expectation: Expectation,
    /// The example or counterexample.
    pub found: Option<Vec<Action>>,
}

/// What a run saw.
#[derive(Debug)]
pub struct Report {
    /// Under these rules.
    pub rules: Rules,
    /// Different states.
    pub states: usize,
    /// Steps taken between them.
    pub steps: usize,
    /// The longest way from the first state, in steps.
    pub depth: usize,
    /// Every state within the bounds was seen.
    pub complete: bool,
    /// How long it took.
    pub took: Duration,
    /// Each property.
    pub verdicts: Vec<Verdict>,
}

impl Report {
    /// The counterexamples.
    pub fn broken(&self) -> impl Iterator<Item = &Verdict> {
        let fails = |v: &&Verdict| v.expectation.discovery_is_failure() && v.found.is_some();
        self.verdicts.iter().filter(fails)
    }
}

/// Explores everything within the bounds of `rules`; with a mutant, until it breaks what it must break.
#[must_use]
pub fn explore(rules: Rules, limit: Duration) -> Report {
    let begun = Instant::now();
    let world = World(rules);
    // One thread and breadth first: what is found is as short as can be. With all that is right, two go faster.
    let (threads, until) = match rules.mutant {
        Some(mutant) => (1, HasDiscoveries::AnyOf([mutant.breaks()].into())),
        None => (2, HasDiscoveries::All),
    };
    let checker = world.checker().threads(threads).timeout(limit);
    let checker = checker.finish_when(until).spawn_bfs().join();
    let took = begun.elapsed();
    let mut found = checker.discoveries();
    let verdicts: Vec<Verdict> = world
        .properties()
        .into_iter()
        .map(|property| Verdict {
            name: property.name,
            found: found.remove(property.name).map(|path| path.into_actions()),
            expectation: property.expectation,
        })
        .collect();
    Report {
        rules,
        states: checker.unique_state_count(),
        steps: checker.state_count(),
        depth: checker.max_depth(),
        complete: took < limit,
        took,
        verdicts,
    }
}

/// The state after `actions`, if every one of them could happen.
fn replay(actions: &[Action], rules: &Rules, story: &mut Story) -> Option<State> {
    let mut state = State::new(&rules.bounds);
    let mut possible = Vec::new();
    for &action in actions {
        possible.clear();
        state.actions(&rules.bounds, rules.mutant, &mut possible);
        if !possible.contains(&action) {
            return None;
        }
        state.step(action, rules, story);
    }
    Some(state)
}

/// Leaves out every step without which the same promise is still broken.
#[must_use]
pub fn shorten(mut actions: Vec<Action>, rules: &Rules) -> Vec<Action> {
    let end = |actions: &[Action]| {
        replay(actions, rules, &mut Story::default()).and_then(|state| state.judge.broken)
    };
    let Some(broken) = end(&actions) else {
        return actions;
    };
    let mut at = 0;
    while at < actions.len() {
        let mut fewer = actions.clone();
        fewer.remove(at);
        if end(&fewer) == Some(broken) {
            actions = fewer;
            at = 0;
        } else {
            at += 1;
        }
    }
    actions
}

/// The story of these actions in numbered lines.
#[must_use]
pub fn tell(actions: &[Action], rules: &Rules) -> Vec<String> {
    let mut story = Story(Some(Vec::new()));
    let end = replay(actions, rules, &mut story);
    let mut number = 0;
    let numbered = |line: String| {
        if line.starts_with(' ') {
            return format!("    {line}");
        }
        number += 1;
        format!("{number:>3}. {line}")
    };
    let told = story.0.unwrap_or_default();
    let mut lines: Vec<String> = told.into_iter().map(numbered).collect();
    let broken = end.and_then(|state| state.judge.broken);
    lines.extend(broken.map(|broken| format!("     => {}", broken.says())));
    lines
}
