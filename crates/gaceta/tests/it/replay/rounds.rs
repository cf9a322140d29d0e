//! One of them, with all identifiers of all others: every request, and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use http::{Method, StatusCode};
use testing::{Answer, Browser, TestPaper};
use web::Route;

use super::harvest::{Belongings, gather, said};
use super::meant::{self, may_change, may_see};
use super::people::{Role, Someone, assemble, says_name, sign_in};
use super::places::{Place, is_slow, places, stores};
use super::tries::{Trier, Try, secrets};
use super::world::{Change, World, portrait};

/// What came of it.
#[derive(Default)]
pub struct Found {
    pub requests: usize,
    /// Answers that were no error: a search among refusals finds nothing.
    pub answered: usize,
    pub identifiers: usize,
    pub paths: usize,
    pub wrong: BTreeSet<String>,
    /// What is posted to, and with which fields nobody knows.
    pub untried: BTreeSet<&'static str>,
    /// Entries of what is meant that were needed.
    pub used: BTreeSet<usize>,
}

impl Found {
    pub fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.answered += other.answered;
        self.identifiers = other.identifiers;
        self.paths = other.paths;
        self.wrong.extend(other.wrong);
        self.untried.extend(other.untried);
        self.used.extend(other.used);
    }
}

/// What is known of the answers so far.
struct Judge<'t> {
    trier: Trier<'t>,
    secrets: Vec<(Role, String, String)>,
    /// Lines in which nothing of anybody else is said.
    clean: HashSet<u64>,
    /// Whose identifiers need not be tried any more at a path with a verb: the path does not know the verb, and says so
    /// before anything reads an identifier.
    enough: HashSet<(Role, &'static str, Method)>,
    /// The same for a kind of them, where a path is declared to be closed to whoever tries, and said so.
    closed: HashSet<(Role, &'static str, Method, String)>,
    /// Of whom something was changed that is meant to be: their pages are different, too.
    touched: BTreeSet<Role>,
    /// What the one who tries has written into pages of their own.
    wrote: Vec<String>,
    found: Found,
}

/// Whether somebody is not let in.
fn is_refusal(answer: &Answer) -> bool {
    let to = answer.headers.get("location");
    let to = to.map_or(&b""[..], |to| to.as_bytes());
    [401, 403].contains(&answer.status.as_u16()) || to.starts_with(b"/sign-in?")
}

/// As much of it as one wants to read.
fn brief(mut wrong: String) -> String {
    if let Some((end, _)) = wrong.char_indices().nth(600) {
        wrong.replace_range(end.., "..");
    }
    wrong
}

/// Where something was said, and with which kind of identifier.
struct Asked<'t> {
    at: &'t str,
    with: &'t str,
    sent: &'t [String],
}

impl Judge<'_> {
    /// Looks for what is another one's, line by line: most lines stand on many pages.
    fn search(&mut self, asked: &Asked<'_>, text: &str, what: impl Fn() -> String) {
        for line in text.lines() {
            let mut hasher = DefaultHasher::new();
            line.hash(&mut hasher);
            let hash = hasher.finish();
            if !self.clean.contains(&hash) && self.search_line(asked, line, &what) {
                self.clean.insert(hash);
            }
        }
    }

    /// Whether nothing of anybody else is said in it.
    fn search_line(&mut self, asked: &Asked<'_>, line: &str, what: &impl Fn() -> String) -> bool {
        let who = self.trier.who.role;
        let mut is_clean = true;
        for (whose, kind, word) in &self.secrets {
            // Of these whoever tries may hear at any time.
            if *whose == who || !line.contains(word.as_str()) || self.trier.who.has(word) {
                continue;
            }
            is_clean = false;
            let said_back = |sent: &String| sent.contains(word.as_str());
            if asked.sent.iter().chain(&self.wrote).any(said_back) {
                continue;
            }
            match may_see(who, asked.with, asked.at, (*whose, kind)) {
                Some(entry) => drop(self.found.used.insert(entry)),
                None => drop(self.found.wrong.insert(format!(
                    "{who:?} sees {kind} of {whose:?} with {:?}: {}",
                    asked.with,
                    what()
                ))),
            }
        }
        is_clean
    }

    /// Looks for changes of what is another one's.
    fn weigh(&mut self, place: &Place, with: &str, changes: Vec<Change>) {
        let who = self.trier.who.role;
        for change in changes.into_iter().filter(|change| change.whose != who) {
            match may_change(who, with, place.path, &change) {
                Some(entry) => {
                    self.found.used.insert(entry);
                    if meant::is_shown(entry) {
                        self.touched.insert(change.whose);
                    }
                }
                None => drop(self.found.wrong.insert(brief(format!(
                    "{who:?} changes something with {with:?} at {}: {change:?}",
                    place.path
                )))),
            }
        }
    }

    /// Sends a request, and looks at its answer.
    async fn send(
        &mut self,
        browser: &Browser<'_>,
        (place, whose): (&Place, Role),
        with: &str,
        one: &Try,
    ) {
        let key = (whose, place.path, one.method.clone());
        let of_kind = (whose, place.path, one.method.clone(), with.to_owned());
        if self.enough.contains(&key) || self.closed.contains(&of_kind) {
            return;
        }
        let navigates = [
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        let brief = [
            ("accept", "application/json"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let headers: &[(&str, &str)] = match one.method {
            Method::GET | Method::HEAD if one.navigates(place) => &navigates,
            Method::GET | Method::HEAD | Method::POST => &brief[..1],
            _ => &brief,
        };
        let answer = browser
            .send(one.method.clone(), &one.path, headers, &one.body)
            .await;
        self.found.requests += 1;
        let status = answer.status;
        // A page is asked for without its body once: what answers is the same.
        let no_verb = status == StatusCode::METHOD_NOT_ALLOWED;
        let slow = one.method == Method::POST && is_slow(place.path) && one.cookie.is_none();
        if no_verb || one.method == Method::HEAD || slow {
            self.enough.insert(key);
        }
        if place.is_closed_to(self.trier.who.role) && is_refusal(&answer) {
            self.closed.insert(of_kind);
        }
        let well = !status.is_client_error() && !status.is_server_error();
        self.found.answered += usize::from(well);
        if well && one.method == Method::POST && stores(place.path) {
            self.wrote.extend_from_slice(&one.sent);
        }
        let what = || {
            let (method, cookie) = (&one.method, &one.cookie);
            let cookie = cookie
                .as_ref()
                .map(|(name, _)| format!(" in cookie {name}"));
            format!("{method} {}{}", place.path, cookie.unwrap_or_default())
        };
        if status.is_server_error() {
            let who = self.trier.who.role;
            let wrong = format!("{who:?} is told {status} with {with:?}: {}", what());
            self.found.wrong.insert(wrong);
        }
        let asked = Asked {
            at: place.path,
            with,
            sent: &one.sent,
        };
        self.search(&asked, &said(&answer), what);
    }
}

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
    let mut judge = Judge {
        trier: Trier {
            who: &everybody[who as usize],
            everybody: &everybody,
        },
        secrets: secrets(&everybody),
        clean: HashSet::new(),
        enough: HashSet::new(),
        closed: HashSet::new(),
        touched: BTreeSet::new(),
        wrote: Vec::new(),
        found: Found::default(),
    };
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
        for whose in everybody.iter().filter(|one| one.role != who) {
            let (n, at) = (judge.found.requests, std::time::Instant::now());
            try_all(paper, &people, &mut world, &mut judge, (place, whose)).await;
            eprintln!(
                "TIME {who:?} {:?} {} {} {}",
                whose.role,
                place.path,
                judge.found.requests - n,
                at.elapsed().as_millis()
            );
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
        let tries = values.iter().enumerate();
        let tries: Vec<Try> = tries
            .flat_map(|(number, value)| {
                let is_first = number == 0;
                judge.trier.tries(place, whose, (kind, value), is_first)
            })
            .collect();
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
