//! All of it, in every test run: the properties, and every mutant.

use session_model::judge::{Rules, SEEN};
use session_model::mutant::{ALL, Mutant};
use session_model::run::explore;

#[test]
fn every_property_holds_and_what_can_happen_does() {
    let mut seen = Vec::new();
    for bounds in ALL {
        let report = explore(Rules {
            bounds,
            mutant: None,
        });
        assert!(report.complete, "{}: out of time", bounds.about);
        assert!(report.broken.is_empty(), "{}: {report:?}", bounds.about);
        seen.extend(report.seen);
    }
    for name in SEEN {
        assert!(seen.contains(&name), "never seen: {name}");
    }
}

#[test]
fn every_mutant_is_noticed() {
    for mutant in Mutant::ALL {
        let bounds = mutant.bounds();
        let report = explore(Rules {
            bounds,
            mutant: Some(mutant),
        });
        let mut broken = report.broken.iter().map(|(name, _)| *name);
        assert!(
            broken.any(|name| name == mutant.breaks()),
            "{mutant:?} goes unnoticed: {report:?}"
        );
    }
}
