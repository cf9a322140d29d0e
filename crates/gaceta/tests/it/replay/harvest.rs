//! The identifiers of a person: what stands in their pages, forms, messages, cookies and mails, where a program reads it,
//! and on no page that everybody has.
//!
//! Each is of a kind, named by where it stands: the field, the parameter, the cookie. Deliberately not here: who may have
//! them (`meant`).

use std::collections::{BTreeMap, BTreeSet};

use base::mail::Mail;
use http::Method;
use testing::{Answer, Browser, Form, TestPaper, encode};
use web::{Names, Route};

use super::people::{ARTICLE, Role, Someone};

/// As the web server in front of another site asks.
const GATE: [(&str, &str); 3] = [
    ("x-forwarded-proto", "http"),
    ("x-forwarded-host", "localhost:9000"),
    ("x-forwarded-uri", "/some/page"),
];
pub const COOKIES: [&str; 4] = ["session", "device", "proof", "meter"];

/// What one visitor was sent.
#[derive(Default)]
pub struct Harvest {
    /// Value and kind.
    pub found: BTreeMap<String, String>,
    /// Forms, by where they post to, with the route of that.
    pub forms: BTreeMap<String, (&'static str, Form)>,
    /// Where those post to that stand on nobody else's pages.
    pub own_forms: BTreeSet<String>,
    /// Links, with their routes.
    pub links: BTreeMap<String, &'static str>,
    /// All that was sent, page by page: route and text.
    pub pages: Vec<(&'static str, String)>,
}

/// What is sent besides pages: with this view, as the script of the page draws one.
pub fn beat(view: u64) -> String {
    format!(r#"{{"view":"{view}","seq":1,"epoch":null,"focused":true,"idle":0,"back":false}}"#)
}

/// Addresses that take no parameter in their path.
fn plain<'r>(routes: &'r [Route]) -> impl Iterator<Item = &'static str> + 'r {
    let gets = routes.iter().filter(|route| route.method == "GET");
    gets.map(|route| route.path)
        .filter(|path| !path.contains('{'))
}

impl Harvest {
    /// All pages, in each of these browsers, with one of each kind that they lead to, and all mails with what they lead to.
    pub async fn of(
        known: (&[Route], &Names),
        browsers: &[Browser<'_>],
        mails: &[Mail],
        first_view: u64,
    ) -> Self {
        let (routes, names) = known;
        let mut all = Self::default();
        for (browser, view) in browsers.iter().zip(first_view..) {
            all.reads(names, browser, view).await;
            for path in plain(routes).chain(["/en"]) {
                let answer = browser.opens(path).await;
                all.answer(names, path, &answer);
            }
            all.follows(known, browser).await;
            let (cookies, view) = (COOKIES.iter(), view.to_string());
            let cookies: Vec<_> = cookies
                .filter_map(|name| Some((name, browser.cookie(name)?)))
                .collect();
            for (name, value) in cookies {
                all.take(&format!("cookie {name}"), &value);
            }
            all.take("view", &view);
        }
        for mail in mails {
            for link in mail.text.split(char::is_whitespace) {
                if let Some(path) = all.link(names, link) {
                    let answer = browsers[0].opens(&path).await;
                    all.answer(names, &path, &answer);
                }
            }
        }
        all
    }

    async fn reads(&mut self, names: &Names, browser: &Browser<'_>, view: u64) {
        let shown = browser.opens(ARTICLE).await;
        self.answer(names, ARTICLE, &shown);
        let beat = beat(view);
        let beat = browser.send(Method::POST, "/reading/beat", &[], &beat);
        self.answer(names, "/reading/beat", &beat.await);
        let notices = format!("/reading/notices?view={view}");
        self.answer(names, "/reading/notices", &browser.opens(&notices).await);
        let gate = browser.send(Method::GET, "/gate/check", &GATE, "").await;
        self.answer(names, "/gate/check", &gate);
    }

    /// Opens the pages with a parameter that the pages so far lead to, and those that they lead to. Of each route the one is
    /// kept that has most forms.
    async fn follows(&mut self, (routes, names): (&[Route], &Names), browser: &Browser<'_>) {
        let gets = routes.iter().filter(|route| route.method == "GET");
        let mut left: BTreeSet<&str> = gets
            .map(|route| route.path)
            .filter(|path| path.contains('{') && !path.starts_with("/{"))
            .collect();
        while let Some(route) = self.links.values().find(|route| left.contains(**route)) {
            let route = *route;
            left.remove(route);
            let links = self.links.iter().filter(|(_, at)| **at == route);
            let links: Vec<String> = links.map(|(link, _)| link.clone()).collect();
            let mut best: Option<(usize, String, Answer)> = None;
            for link in links {
                let answer = browser.opens(&link).await;
                let forms = Form::all(&answer.text).len();
                if best.as_ref().is_none_or(|(most, ..)| forms > *most) {
                    best = Some((forms, link, answer));
                }
            }
            if let Some((_, link, answer)) = best {
                self.answer(names, &link, &answer);
            }
        }
    }

    fn take(&mut self, kind: &str, value: &str) {
        if !value.is_empty() {
            let known = self.found.entry(value.to_owned());
            known.or_insert_with(|| kind.to_owned());
        }
    }

    fn answer(&mut self, names: &Names, path: &str, answer: &Answer) {
        for (name, value) in &answer.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            match name.as_str() {
                "location" => drop(self.link(names, &value)),
                "gaceta-reader" => self.take(name.as_str(), &value),
                _ => {}
            }
        }
        let at = names.find(path.split('?').next().unwrap_or_default());
        self.pages.push((at, said(answer)));
        self.text(names, &answer.text);
    }

    fn text(&mut self, names: &Names, text: &str) {
        let stream = text.lines().filter_map(|line| line.strip_prefix("data: "));
        for message in stream.chain([text]) {
            if let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(message) {
                for (name, value) in fields {
                    match value.as_str() {
                        Some(page) if name == "message" => self.text(names, page),
                        Some(value) => self.take(&name, value),
                        None => {}
                    }
                }
            }
        }
        for attribute in ["href=\"", "action=\"", "src=\""] {
            for rest in text.split(attribute).skip(1) {
                let link = rest.split('"').next().unwrap_or_default();
                self.link(names, &link.replace("&amp;", "&").replace("&#38;", "&"));
            }
        }
        for rest in text.split(" data-").skip(1) {
            if let Some((name, value)) = rest.split_once("=\"") {
                self.take(name, value.split('"').next().unwrap_or_default());
            }
        }
        for form in Form::all(text) {
            for field in &form.fields {
                self.take(&field.name, &field.value);
            }
            let at = names.find(form.action.split('?').next().unwrap_or_default());
            self.forms.insert(form.action.clone(), (at, form));
        }
    }

    /// What a link of ours carries in its path and its query; its path with the query.
    fn link(&mut self, names: &Names, link: &str) -> Option<String> {
        let link = link.strip_prefix("http://localhost:8080").unwrap_or(link);
        if !link.starts_with('/') {
            return None;
        }
        let (path, query) = link.split_once('?').unwrap_or((link, ""));
        let at = names.find(path);
        let route: Vec<&str> = at.split('/').collect();
        for (last, (name, value)) in route.iter().zip(path.split('/')).enumerate() {
            if name.starts_with('{') && !name.starts_with("{*") {
                self.take(&route[..=last].join("/"), &decode(value));
            }
        }
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let value = decode(value);
            self.link(names, &value);
            self.take(name, &value);
        }
        self.links.insert(link.to_owned(), at);
        Some(link.to_owned())
    }
}

/// All that was sent, headers too, out of its encoding.
pub fn said(answer: &Answer) -> String {
    let headers: String = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers + &answer.text
}

pub fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let coded = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let coded = coded.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, coded) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What belongs to one of them.
pub struct Belongings {
    pub role: Role,
    /// Value and kind.
    pub identifiers: BTreeMap<String, String>,
    pub harvest: Harvest,
}

impl Belongings {
    pub fn has(&self, value: &str) -> bool {
        self.identifiers.contains_key(value) || self.harvest.found.contains_key(value)
    }
}

/// Of everybody, what nobody without an account has, and no newcomer with a subscription either.
pub async fn gather(
    paper: &TestPaper,
    routes: &[Route],
    people: &[Someone<'_>],
) -> Vec<Belongings> {
    let names = Names::of(routes);
    let known = (routes, &names);
    let newcomer = paper.reader("newcomer", true).await.on("phone").await;
    let common = Harvest::of(known, &[paper.guest(), newcomer], &[], 6_000_000_000).await;
    let mut all = Vec::new();
    for someone in people {
        let view = 7_000_000_000 + 10 * someone.role as u64;
        let mut harvest = Harvest::of(known, &someone.browsers, &someone.mails, view).await;
        harvest
            .links
            .retain(|link, _| !common.links.contains_key(link));
        let is_own = |(action, (_, form)): &(&String, &(&str, Form))| {
            let values = form.fields.iter().map(|field| &field.value);
            let mut values = values.filter(|value| !value.is_empty());
            let is_common = common.forms.contains_key(action.as_str());
            !is_common || values.any(|value| !common.found.contains_key(value))
        };
        let own_forms = harvest.forms.iter().filter(is_own);
        harvest.own_forms = own_forms.map(|(action, _)| action.clone()).collect();
        // Words of the publisher's forms stand on pages for everybody.
        let is_public = |value: &String| {
            value.contains(' ') && common.pages.iter().any(|(_, text)| text.contains(value))
        };
        let mut identifiers = harvest.found.clone();
        identifiers.retain(|value, _| !is_public(value));
        // Epochs are short, and yet each is somebody's.
        identifiers.retain(|value, kind| kind == "epoch" || !common.found.contains_key(value));
        // Whoever has somebody's address on a page of theirs: it is the other one's.
        let role = someone.role;
        for other in Role::ALL {
            for address in other.addresses() {
                let is_known = identifiers.remove(&address).is_some() || address == role.email();
                if other == role && is_known {
                    identifiers.insert(address, "address".into());
                }
            }
        }
        identifiers.insert(role.name().into(), "name".into());
        if let Some(company) = role.company() {
            identifiers.insert(company.into(), "company".into());
        }
        all.push(Belongings {
            role,
            identifiers,
            harvest,
        });
    }
    // A short word that two of them have is nobody's own.
    let twice: Vec<String> = all
        .iter()
        .flat_map(|one| one.identifiers.keys().filter(|value| value.len() < 16))
        .filter(|value| all.iter().filter(|one| one.has(value)).count() > 1)
        .cloned()
        .collect();
    for one in &mut all {
        one.identifiers
            .retain(|value, kind| kind == "epoch" || !twice.contains(value));
    }
    all
}

/// The text of a query or form.
pub fn pairs<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let pairs = pairs.into_iter();
    let coded = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    coded.collect::<Vec<_>>().join("&")
}
