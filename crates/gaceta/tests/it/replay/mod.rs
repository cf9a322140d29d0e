//! Two of everything: each identifier of one person, in the hands of all others, on every route and with every verb. Nothing
//! of that person may be said, and nothing of theirs may change.
//!
//! The identifiers are gathered from what each of them is sent (`harvest`), and tried wherever a route takes one (`tries`). A
//! new route takes part by itself. What looks like an open door and is meant stands in one table (`meant`). Deliberately
//! not here: what is behind the cut (`canary`), guessing passwords, and whoever has somebody's very cookie.

mod harvest;
mod judge;
mod meant;
mod open;
mod people;
mod places;
mod rounds;
mod tries;
mod world;

use std::num::NonZero;
use std::sync::Mutex;

use gaceta::router::routes;
use testing::TestPaper;
use web::Route;

use judge::Found;
use meant::MEANT;
use people::Role;
use rounds::replay;
use tries::VERBS;

/// Wrong answers that are shown.
const SHOWN: usize = 20;

async fn furnished() -> TestPaper {
    let mut paper = TestPaper::with(|config| {
        config.gate.sites = vec!["http://localhost:9000".parse().unwrap()];
        // Everybody comes from one network here, and the clock stands still.
        config.accounts.attempts_per_network = 1_000_000;
        config.accounts.attempts_per_account = 1_000_000;
        config.accounts.mails_per_network = 1_000_000;
        config.accounts.mails_per_address = 1_000_000;
        config.reading.calls_per_minute = 60_000;
    })
    .await;
    // Nobody waits for the mails that the forms ask for.
    paper.looks_for_jobs = false;
    paper
}

/// Each of these has a paper of their own; as many are tried at the same time as there are cores.
fn replay_by(
    roles: &[Role],
    furnish: impl Fn(&mut TestPaper) -> Vec<Route> + Sync,
    at: impl Fn(&str) -> bool + Sync,
) -> Found {
    let left = Mutex::new(roles.to_vec());
    let found = Mutex::new(Found::default());
    let work = || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        loop {
            let Some(who) = left.lock().unwrap().pop() else {
                return;
            };
            let one = runtime.block_on(async {
                let mut paper = furnished().await;
                let more = furnish(&mut paper);
                let mut routes = routes(&paper.app);
                routes.extend(more);
                replay(&paper, &routes, who, &at).await
            });
            found.lock().unwrap().add(one);
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores.min(roles.len()) {
            scope.spawn(work);
        }
    });
    found.into_inner().unwrap()
}

#[test]
#[ignore = "takes minutes: `cargo xtask doors` runs it"]
fn replay_of_everything_opens_nothing() {
    let found = replay_by(&Role::ALL, |_| Vec::new(), |_| true);
    println!(
        "doors: {} identifiers of {} people, each in the hands of all others, at {} paths with {} verbs: {} requests, {} of them not refused, {} wrong answers",
        found.identifiers,
        Role::ALL.len(),
        found.paths,
        VERBS.len(),
        found.requests,
        found.answered,
        found.wrong.len()
    );
    assert!(
        found.untried.is_empty(),
        "Nobody here is shown a form that posts to {:?}, so no field of it was tried: let somebody in `people.rs` have a page \
         with it; or, if a script posts it, give its message to `MESSAGES` in `tries.rs`.",
        found.untried
    );
    let shown: Vec<&String> = found.wrong.iter().take(SHOWN).collect();
    assert!(
        shown.is_empty(),
        "{} wrong answers; the first of them:\n{shown:#?}",
        found.wrong.len()
    );
    assert!(found.requests > 30_000 && found.answered > 5_000);
    let unused = (0..MEANT.len()).filter(|entry| !found.used.contains(entry));
    let unused: Vec<String> = unused.map(meant::tell).collect();
    assert!(unused.is_empty(), "nothing needs these: {unused:#?}");
}

/// Doors that stand open on purpose.
#[test]
fn replay_finds_open_doors() {
    let found = replay_by(&[Role::Guest, Role::Invited], open::add, |path| {
        open::DOORS.contains(&path)
    });
    let seen = |door: &&&str| found.wrong.iter().any(|wrong| wrong.contains(**door));
    let missed: Vec<_> = open::DOORS.iter().filter(|door| !seen(door)).collect();
    println!(
        "doors left open on purpose: {} of {} found",
        open::DOORS.len() - missed.len(),
        open::DOORS.len()
    );
    let shown: Vec<&String> = found.wrong.iter().take(SHOWN).collect();
    assert!(missed.is_empty(), "{missed:#?}; found was:\n{shown:#?}");
}
