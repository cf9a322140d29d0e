//! The requests, and what is wrong with an answer.

use http::Method;
use testing::{Browser, TestPaper, encode};

use super::people::{ARTICLE, Ada, MARK, Other};

pub const VERBS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// Names of fields that forms of the paper have, or that somebody may hope for; never a password.
const FIELDS: [&str; 16] = [
    "id",
    "seat",
    "device",
    "session",
    "reader",
    "owner",
    "subscription",
    "token",
    "epoch",
    "op",
    "view",
    "email",
    "emails",
    "label",
    "name",
    "next",
];

/// What came of it.
#[derive(Default)]
pub struct Found {
    pub tried: usize,
    pub wrong: Vec<String>,
}

/// A request of somebody who has an identifier of hers.
struct Try<'t> {
    who: Other,
    verb: Method,
    path: String,
    body: String,
    what: &'static str,
    value: &'t str,
    /// It is sent as this cookie, too.
    cookie: Option<&'static str>,
}

/// The path with the identifier in each of its parameters by turns; what else it asks for is there.
fn filled(route: &str, value: &str) -> Vec<String> {
    let segments: Vec<&str> = route.split('/').collect();
    let usual = |segment: &str| match segment {
        "{edition}" => "en".to_owned(),
        "{day}" => "2026-02-24".to_owned(),
        "{slug}" => ARTICLE.rsplit('/').next().unwrap_or_default().to_owned(),
        "{topic}" => "water".to_owned(),
        "sitemap-{name}" => "sitemap-1.xml".to_owned(),
        parameter if parameter.contains('{') => value.to_owned(),
        literal => literal.to_owned(),
    };
    let mut paths = Vec::new();
    for (at, _) in segments
        .iter()
        .enumerate()
        .filter(|(_, segment)| segment.contains('{'))
    {
        let one = segments.iter().enumerate().map(|(other, segment)| {
            if other == at {
                encode(value)
            } else {
                usual(segment)
            }
        });
        paths.push(one.collect::<Vec<_>>().join("/"));
    }
    if paths.is_empty() {
        paths.push(route.to_owned());
    }
    paths
}

/// Everything that can be tried with one identifier behind one route.
fn tries<'t>(who: Other, route: &str, (what, value): (&'static str, &'t str)) -> Vec<Try<'t>> {
    let pairs: Vec<String> = FIELDS
        .iter()
        .map(|name| format!("{name}={}", encode(value)))
        .collect();
    let form = pairs.join("&");
    let mut all = Vec::new();
    for path in filled(route, value) {
        for verb in VERBS {
            let has_body = !matches!(verb, Method::GET | Method::HEAD | Method::OPTIONS);
            let one = |path: String, cookie| Try {
                who,
                verb: verb.clone(),
                path,
                body: if has_body {
                    form.clone()
                } else {
                    String::new()
                },
                what,
                value,
                cookie,
            };
            all.push(one(path.clone(), None));
            if verb == Method::GET {
                all.push(one(format!("{path}?{form}"), None));
            }
            // Whoever has the very cookie is her, as far as anybody can tell.
            for cookie in ["session", "device", "proof"]
                .into_iter()
                .filter(|cookie| *cookie != what)
            {
                if matches!(verb, Method::GET | Method::POST) {
                    all.push(one(path.clone(), Some(cookie)));
                }
            }
        }
    }
    all
}

/// What is wrong with the answer by itself.
async fn fault(
    paper: &TestPaper,
    one: &Try<'_>,
    browser: &Browser<'_>,
    ada: &Ada<'_>,
) -> Option<String> {
    let alone = one.cookie.map(|name| {
        let browser = paper.guest();
        browser.set_cookie(name, one.value);
        browser
    });
    let browser = alone.as_ref().unwrap_or(browser);
    let answer = browser
        .send(one.verb.clone(), &one.path, &[], &one.body)
        .await;
    let text = answer.text.to_lowercase();
    let headers = format!("{:?}", answer.headers).to_lowercase();
    // What they wrote themselves may be said back to them.
    let own = one.value.contains(MARK);
    let is_link = ada
        .links
        .iter()
        .any(|link| one.path.starts_with(link.as_str()));
    let by_staff = one.who == Other::Staff && one.path.starts_with("/admin");
    let says = (text.contains(MARK) || headers.contains(MARK)) && !own && !is_link && !by_staff;
    let broke = answer.status.is_server_error();
    (says || broke).then(|| {
        let Try {
            who,
            verb,
            path,
            what,
            cookie,
            ..
        } = one;
        format!(
            "{verb} {path} by {who:?} with her {what}, as cookie {cookie:?}: {}",
            answer.status
        )
    })
}

/// Everything, behind each of these routes, by everybody else.
pub async fn try_all(paper: &TestPaper, ada: &Ada<'_>, routes: &[&str]) -> Found {
    let mut found = Found::default();
    for who in Other::ALL {
        let email = who.settles(paper, ada).await;
        let mut browser = who.on_a_device(paper, &email).await;
        let mut before = ada.portrait(paper).await;
        for route in routes {
            for (what, value) in &ada.identifiers {
                for one in tries(who, route, (what, value)) {
                    found.tried += 1;
                    found.wrong.extend(fault(paper, &one, &browser, ada).await);
                    if who != Other::Guest && browser.cookie("session").is_none() {
                        // Signed themselves out.
                        browser = who.on_a_device(paper, &email).await;
                    }
                }
            }
            let after = ada.portrait(paper).await;
            for (old, new) in before.iter().zip(&after).filter(|(old, new)| old != new) {
                found.wrong.push(format!(
                    "{route} by {who:?} changed something of hers: {old}\nis now: {new}"
                ));
            }
            before = after;
        }
    }
    found
}
