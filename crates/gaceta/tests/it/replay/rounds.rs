//! One of them, with all identifiers of all others: every request, everywhere.

use std::collections::BTreeMap;

use http::Method;
use testing::{Browser, TestPaper};
use web::Route;

use super::harvest::{Belongings, gather};
use super::judge::{Asked, Found, Judge, brief};
use super::people::{Role, Someone, assemble, says_name, sign_in};
use super::places::{Place, knows_nobody, places};
use super::tries::Try;
use super::world::{World, portrait};

/// A paper for one of them alone: nobody trips over what another one has tried.
pub async fn replay(
    paper: &TestPaper,
    routes: &[Route],
    who: Role,
    at: impl Fn(&str) -> bool,
) -> Found {
    let people = assemble(paper).await;
    let mut everybody = gather(paper, routes, &people).await;
    let mut world = World::of(paper, &people).await;
    for one in &mut everybody {
        for (value, kind) in world.identifiers(one.role) {
            one.identifiers.entry(value).or_insert(kind);
        }
    }
    let mut judge = Judge::of(&everybody[who as usize], &everybody);
    judge.found.identifiers = everybody.iter().map(|one| one.identifiers.len()).sum();
    // Before anything is tried: what their own pages say of others.
    for (at, text) in &everybody[who as usize].harvest.pages {
        let asked = Asked {
            at,
            with: "",
            sent: &[],
        };
        judge.search(&asked, text, || format!("their own page {at}"));
    }
    let before = portraits(&people, &everybody, who).await;
    world.changed_rows(paper).await;
    world.changed_memory(paper, &people).await;
    let places = places(routes).into_iter().filter(|place| at(place.path));
    let places: Vec<Place> = places.collect();
    judge.found.paths = places.len();
    let untried = places.iter().filter(|place| judge.trier.is_untried(place));
    judge.found.untried = untried.map(|place| place.path).collect();
    for place in &places {
        if knows_nobody(place.path) && ![Role::Guest, Role::Seated].contains(&who) {
            continue;
        }
        for whose in everybody.iter().filter(|one| one.role != who) {
            try_all(paper, &people, &mut world, &mut judge, (place, whose)).await;
        }
    }
    let after = portraits(&people, &everybody, who).await;
    let pairs = before.iter().zip(&after).filter(|(old, new)| old != new);
    for ((whose, old), (_, new)) in pairs.filter(|(old, _)| !judge.touched.contains(&old.0)) {
        let differs = old.lines().zip(new.lines()).find(|(old, new)| old != new);
        let page = old.split(' ').next().unwrap_or_default();
        let wrong = format!("{who:?} changed a page of {whose:?}: {page}: {differs:?}");
        judge.found.wrong.insert(brief(wrong));
    }
    judge.found
}

/// Everything of one other person at one place.
async fn try_all(
    paper: &TestPaper,
    people: &[Someone<'_>],
    world: &mut World,
    judge: &mut Judge<'_>,
    (place, whose): (&Place, &Belongings),
) {
    let who = judge.trier.who;
    let browser = &people[who.role as usize].browsers[0];
    let mut by_kind: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (value, kind) in &whose.identifiers {
        if !who.has(value) {
            by_kind.entry(kind).or_default().push(value);
        }
    }
    let all = by_kind.iter();
    let all: Vec<(&str, &str)> = all
        .flat_map(|(kind, values)| values.iter().map(|value| (*value, *kind)))
        .collect();
    for (kind, values) in &by_kind {
        let mut tries = Vec::new();
        for (number, value) in values.iter().enumerate() {
            let in_fields = judge.is_for_fields(place, kind, number);
            tries.extend(judge.trier.tries(place, whose, (kind, value), in_fields));
        }
        send_all(
            paper,
            people,
            world,
            judge,
            (place, whose.role),
            (kind, &tries),
        )
        .await;
    }
    for (kind, one) in judge.trier.rounds(place, &all) {
        send_all(
            paper,
            people,
            world,
            judge,
            (place, whose.role),
            (kind, &[one]),
        )
        .await;
    }
    for one in judge.trier.as_they_are(place, whose) {
        let kind = all.iter().find(|(value, _)| one.path.contains(value));
        let kind = kind.map_or("a form or link", |(_, kind)| *kind);
        send_all(
            paper,
            people,
            world,
            judge,
            (place, whose.role),
            (kind, &[one]),
        )
        .await;
    }
    resume(browser, who, place).await;
    let mut changes = world.changed_rows(paper).await;
    changes.extend(world.changed_memory(paper, people).await);
    judge.weigh(place, "several", changes);
    put_right(paper, browser, who.role, place).await;
}

async fn send_all(
    paper: &TestPaper,
    people: &[Someone<'_>],
    world: &mut World,
    judge: &mut Judge<'_>,
    (place, whose): (&Place, Role),
    (kind, tries): (&str, &[Try]),
) {
    let who = judge.trier.who.role;
    let browser = &people[who as usize].browsers[0];
    for one in tries {
        match &one.cookie {
            None => judge.send(browser, (place, whose), kind, one).await,
            Some((name, value)) => {
                let copy = browser.at(paper);
                copy.set_cookie(name, value);
                judge.send(&copy, (place, whose), kind, one).await;
            }
        }
    }
    if place.posts {
        let mut changes = world.changed_rows(paper).await;
        if !changes.is_empty() {
            changes.extend(world.changed_memory(paper, people).await);
        }
        judge.weigh(place, kind, changes);
    }
}

/// Has a subscription go on that was ended: whoever was invited to it finds the invitation as it was.
async fn resume(browser: &Browser<'_>, who: &Belongings, place: &Place) {
    let ends = |at: &str| at == place.path && at.ends_with("/end");
    let mut forms = who.harvest.forms.iter();
    let ended = forms.find(|(_, (at, _))| ends(at));
    if let Some(subscription) = ended.and_then(|(action, _)| action.strip_suffix("/end")) {
        let resume = format!("{subscription}/resume");
        browser.send(Method::POST, &resume, &[], "").await;
    }
}

/// Signs in again whoever has signed out, and takes back another name.
async fn put_right(paper: &TestPaper, browser: &Browser<'_>, who: Role, place: &Place) {
    if who == Role::Guest {
        return;
    }
    let sessions = &paper.app.readers.sessions;
    if sessions.of(&browser.headers()).await.unwrap().is_none() {
        sign_in(browser, who).await;
    }
    if place.path == "/account" {
        says_name(browser, who).await;
    }
}

async fn portraits(
    people: &[Someone<'_>],
    everybody: &[Belongings],
    who: Role,
) -> Vec<(Role, String)> {
    let mut all = Vec::new();
    for someone in people.iter().filter(|someone| someone.role != who) {
        let links = everybody[someone.role as usize].harvest.links.keys();
        let links: Vec<String> = links
            .filter(|link| {
                let starts = [
                    "/email/",
                    "/invitation/",
                    "/proof/",
                    "/reset/",
                    "/restore/",
                    "/sign-in/link/",
                ];
                starts.iter().any(|start| link.starts_with(start))
            })
            .cloned()
            .collect();
        let seen = portrait(someone, &links).await.into_iter();
        all.extend(seen.map(|text| (someone.role, text)));
    }
    all
}
