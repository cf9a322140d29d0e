//! Two of everything: each identifier of one person, in the hands of others, on every route and with every verb. Nothing of
//! that person may be said, and nothing of theirs may change.
//!
//! An identifier is tried in each parameter of a path, in the query, in each field of a form that the paper knows, and as a
//! cookie. Whoever has the link of a mail is meant to see whose it is (that page alone is excepted), and no more: the
//! links are tried like everything else. A new route takes part by itself. Deliberately not here: what is behind the cut
//! (`canary`), and guessing passwords.

mod people;
mod tries;

use gaceta::router::routes;
use testing::TestPaper;

use people::{Ada, Other};
use tries::{Found, VERBS, try_all};

async fn furnished() -> TestPaper {
    let mut paper = TestPaper::with(|config| {
        config.gate.sites = vec!["http://localhost:9000".parse().unwrap()];
        // Everybody comes from one network here.
        config.accounts.attempts_per_network = 1_000_000;
        config.accounts.attempts_per_account = 1_000_000;
        config.accounts.mails_per_address = 1_000_000;
    })
    .await;
    // Nobody waits for the mails that the forms ask for.
    paper.looks_for_jobs = false;
    paper
}

fn tell(what: &str, found: &Found, paths: usize, identifiers: usize) {
    println!(
        "{what}: {paths} routes, {} verbs, {identifiers} identifiers of one person in the hands of {} others: {} requests, {} wrong answers",
        VERBS.len(),
        Other::ALL.len(),
        found.tried,
        found.wrong.len()
    );
}

#[tokio::test]
async fn replay_of_everything_opens_nothing() {
    let paper = furnished().await;
    let ada = Ada::comes(&paper).await;
    let mut paths: Vec<&str> = routes(&paper.app).iter().map(|route| route.path).collect();
    paths.sort_unstable();
    paths.dedup();
    let found = try_all(&paper, &ada, &paths).await;
    tell("doors", &found, paths.len(), ada.identifiers.len());
    assert!(found.tried > 20_000, "{}", found.tried);
    assert!(found.wrong.is_empty(), "{:#?}", found.wrong);
}

/// Doors that stand open on purpose: one tells what a device is called, one signs a device out, one takes a seat back,
/// each for whoever knows its identifier, as a handler would that forgets whose it is.
#[tokio::test]
async fn replay_finds_an_open_door() {
    let mut paper = furnished().await;
    let doors = people::open_doors(&mut paper);
    let ada = Ada::comes(&paper).await;
    people::tell_doors(&ada);
    for door in doors {
        let found = try_all(&paper, &ada, &[door]).await;
        tell(door, &found, 1, ada.identifiers.len());
        assert!(
            !found.wrong.is_empty(),
            "{door} stands open, and nobody saw it"
        );
    }
}
