//! The forms of the paper: each is looked up on the page it stands on, filled in, and posted by every visitor. Whoever
//! does not see it posts what another one saw.

use std::collections::BTreeMap;

use http::Method;
use testing::{Form, TestPaper};
use web::Route;

use super::doors::{self, Door, Known, form_of};
use super::visitors::{KNOWN, Visitor, Who, fresh, typed};
use super::{DOCUMENT, Found, NAVIGATE};

/// As a browser posts; as a script does; compressed; and nonsense, as a browser posts it.
pub const WAYS: [&[(&str, &str)]; 4] = [
    &[NAVIGATE, DOCUMENT],
    &[("accept", "application/json")],
    &[NAVIGATE, DOCUMENT, ("accept-encoding", "br, gzip")],
    &[NAVIGATE, DOCUMENT],
];
const NONSENSE: &str =
    "epoch=1.1&op=1&next=/en/2026-02-24/subscribers-1&email=x&password=y&emails=z&seat=0";

/// Forms that may be answered with 400 or 422 although they were filled in. None so far.
pub const MISREAD: &[&str] = &[];

/// What our script posts; there is no form for it.
const MESSAGES: [(&str, &str); 2] = [
    (
        "/reading/beat",
        r#"{"view":"7","seq":1,"epoch":null,"focused":true,"idle":0,"back":false}"#,
    ),
    ("/reading/rest", r#"{"view":"7","seq":2,"epoch":null}"#),
];

/// How a form was answered that was filled in and posted as a browser does it, for the first time.
pub struct Answered {
    pub route: &'static str,
    pub who: Who,
    pub status: u16,
    /// The visitor saw the form.
    pub own: bool,
}

pub struct Posted {
    pub routes: usize,
    pub answers: Vec<Answered>,
    pub found: Found,
}

/// A form, and where it stands.
struct Standing {
    page: &'static str,
    query: String,
    form: Form,
}

/// Where the form of each route stands, as the first visitor who sees it finds it.
async fn look_up(paper: &TestPaper, routes: &[Route]) -> BTreeMap<&'static str, Standing> {
    let mut known = Known::of(paper).await;
    let mut standing = BTreeMap::new();
    for who in Who::ALL {
        let visitor = Visitor::comes(paper, who).await;
        // Shown to the one who asked for it only.
        for start in ["/email/", "/sign-in/link/"] {
            let own = link_for(paper, start, &visitor).await;
            known.links.insert(start, own);
        }
        let pages = doors::pages(routes, &known);
        for Door { route: page, path } in &pages {
            let shown = visitor.browser.opens(path).await;
            for route in routes.iter().filter(|route| route.method == "POST") {
                if let Some(form) = form_of(route.path, &shown.text) {
                    let query = path.find('?').map_or("", |at| &path[at..]).to_owned();
                    let one = Standing { page, query, form };
                    standing.entry(route.path).or_insert(one);
                }
            }
        }
    }
    standing
}

impl Standing {
    /// The form as this visitor sees it, if at all.
    async fn seen_by(&self, visitor: &Visitor<'_>, known: &Known, route: &str) -> Option<Form> {
        for path in doors::fill(self.page, known) {
            let shown = visitor.browser.opens(&(path + &self.query)).await;
            let form = form_of(route, &shown.text);
            if form.is_some() {
                return form;
            }
        }
        None
    }
}

/// What is posted to a route.
enum Content<'a> {
    Form(&'a Standing),
    Message(&'a str),
}

impl Content<'_> {
    /// Whether the visitor sees it; where it is posted, and what.
    async fn of(
        &self,
        visitor: &Visitor<'_>,
        known: &Known,
        route: &str,
    ) -> (bool, String, String) {
        match self {
            Self::Message(body) => (true, route.to_owned(), (*body).to_owned()),
            Self::Form(standing) => {
                let seen = standing.seen_by(visitor, known, route).await;
                let own = seen.is_some();
                let form = seen.unwrap_or_else(|| standing.form.clone());
                let body = form.filled(|field| typed(route, field));
                (own, form.action, body)
            }
        }
    }
}

/// Posts all forms.
pub async fn post_all(paper: &TestPaper, routes: &[Route]) -> Posted {
    let standing = look_up(paper, routes).await;
    let mut known = Known::of(paper).await;
    let mut posted = Posted {
        routes: 0,
        answers: Vec::new(),
        found: Found::default(),
    };
    for route in routes.iter().filter(|route| route.method == "POST") {
        posted.routes += 1;
        let message = MESSAGES.iter().find(|(path, _)| *path == route.path);
        let content = match (standing.get(route.path), message) {
            (Some(form), None) => Content::Form(form),
            (None, Some((_, body))) => Content::Message(body),
            _ => panic!(
                "no visitor finds the form of {}: give one of them what it needs",
                route.path
            ),
        };
        for who in Who::ALL {
            let visitor = Visitor::comes(paper, who).await;
            if route.path == "/sign-in/code" {
                doors::asked_in(paper, &visitor.browser).await;
            }
            let mut links = known.links.iter_mut();
            if let Some((start, link)) = links.find(|(start, _)| route.path.starts_with(**start)) {
                *link = link_for(paper, start, &visitor).await;
            }
            post(&mut posted, &visitor, &known, route.path, &content).await;
        }
    }
    posted
}

/// Posts one form, in every way.
async fn post(
    posted: &mut Posted,
    visitor: &Visitor<'_>,
    known: &Known,
    route: &'static str,
    content: &Content<'_>,
) {
    let who = visitor.who;
    for (at, way) in WAYS.iter().enumerate() {
        visitor.other_device_reads_on().await;
        let (own, action, body) = content.of(visitor, known, route).await;
        let is_last = at == WAYS.len() - 1;
        let body = if is_last { NONSENSE } else { &body };
        let what = || format!("POST {action} as {who:?}, {way:?}");
        let browser = &visitor.browser;
        let answer = browser.send(Method::POST, &action, way, body).await;
        posted.found.search(&action, &answer, false, what);
        if at == 0 {
            posted.answers.push(Answered {
                route,
                who,
                status: answer.status.as_u16(),
                own,
            });
        }
        if let Some(next) = answer.headers.get("location") {
            let next = next.to_str().unwrap();
            // Whoever has just taken the lease may read.
            let seated = who.is_seated() || (who == Who::Elsewhere && route == "/reading/take");
            let after = browser.opens(next).await;
            let what = || format!("{next} after {}", what());
            posted.found.search(next, &after, seated, what);
        }
    }
}

/// A link for this visitor: an invitation to the account, if there is one without a seat, and else for somebody new.
async fn link_for(paper: &TestPaper, start: &'static str, visitor: &Visitor<'_>) -> String {
    if start == "/sign-in/link/" {
        return doors::asked_in(paper, &visitor.browser).await;
    }
    let own = !visitor.email.is_empty();
    let email = match start {
        "/invitation/" | "/email/" if own => visitor.email.clone(),
        "/email/" => format!("{KNOWN}@example.com"),
        _ => fresh(),
    };
    doors::mailed(paper, start, &email).await
}
