//! What is wrong with an answer, or with what is different after it.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use http::{Method, StatusCode};
use testing::{Answer, Browser};

use super::harvest::{Belongings, said};
use super::meant::{self, may_change, may_see};
use super::people::Role;
use super::places::{Place, is_slow, stores, takes_words};
use super::tries::{Trier, Try, WORDS, secrets};
use super::world::Change;

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
pub struct Judge<'t> {
    pub trier: Trier<'t>,
    secrets: Vec<(Role, String, String)>,
    /// Lines in which nothing of anybody else is said.
    clean: HashSet<u64>,
    /// Whose identifiers need not be tried any more at a path with a verb: the path does not know the verb, and says so
    /// before anything reads an identifier.
    enough: HashSet<(Role, &'static str, Method)>,
    /// The same for a kind of them, where a path is declared to be closed to whoever tries, and said so.
    closed: HashSet<(&'static str, Method, String)>,
    /// Kinds that were typed where anything may be typed.
    typed: HashSet<(&'static str, String)>,
    /// Of whom something was changed that is meant to be: their pages are different, too.
    pub touched: BTreeSet<Role>,
    /// What the one who tries has written into pages of their own.
    wrote: Vec<String>,
    pub found: Found,
}

/// Whether somebody is not let in.
fn is_refusal(answer: &Answer) -> bool {
    let to = answer.headers.get("location");
    let to = to.map_or(&b""[..], |to| to.as_bytes());
    [401, 403].contains(&answer.status.as_u16()) || to.starts_with(b"/sign-in?")
}

/// As much of it as one wants to read.
pub fn brief(mut wrong: String) -> String {
    if let Some((end, _)) = wrong.char_indices().nth(600) {
        wrong.replace_range(end.., "..");
    }
    wrong
}

/// Where something was said, and with which kind of identifier.
pub struct Asked<'t> {
    pub at: &'t str,
    pub with: &'t str,
    pub sent: &'t [String],
}

impl<'t> Judge<'t> {
    pub fn of(who: &'t Belongings, everybody: &'t [Belongings]) -> Self {
        Self {
            trier: Trier { who, everybody },
            secrets: secrets(everybody),
            clean: HashSet::new(),
            enough: HashSet::new(),
            closed: HashSet::new(),
            typed: HashSet::new(),
            touched: BTreeSet::new(),
            wrote: Vec::new(),
            found: Found::default(),
        }
    }

    /// Whether this belongs in the fields here. Where anything may be typed, nothing is looked up but addresses and names of
    /// people: of other kinds one is enough.
    pub fn is_for_fields(&mut self, place: &Place, kind: &str, number: usize) -> bool {
        if !takes_words(place.path) {
            return true;
        }
        if WORDS.contains(&kind) {
            return number == 0;
        }
        self.typed.insert((place.path, kind.to_owned()))
    }

    /// Looks for what is another one's, line by line: most lines stand on many pages.
    pub fn search(&mut self, asked: &Asked<'_>, text: &str, what: impl Fn() -> String) {
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
    pub fn weigh(&mut self, place: &Place, with: &str, changes: Vec<Change>) {
        let who = self.trier.who.role;
        for change in changes.into_iter().filter(|change| change.whose != who) {
            match may_change(who, with, place.path, &change) {
                Some(entry) => {
                    self.found.used.insert(entry);
                    if change.table == "subscription" {
                        // It stands on the pages of whoever has a part in it.
                        self.touched.extend(Role::ALL);
                    } else if meant::is_shown(entry) {
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
    pub async fn send(
        &mut self,
        browser: &Browser<'_>,
        (place, whose): (&Place, Role),
        with: &str,
        one: &Try,
    ) {
        let key = (whose, place.path, one.method.clone());
        let of_kind = (place.path, one.method.clone(), with.to_owned());
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
