//! The pages of the paper: every route that is asked with GET, with every value for its parameters that makes a
//! difference; and what the paper must have so that there is something behind them.

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use subscriptions::rules::Actor;
use subscriptions::{By, Change};
use testing::{Answer, Browser, CANARY, Form, TestPaper, encode};
use web::Route;

use super::visitors::{CODE, KNOWN, fresh, name};

/// One address.
#[derive(Clone, Debug)]
pub struct Door {
    /// The route it belongs to.
    pub route: &'static str,
    /// Path and query.
    pub path: String,
}

impl Door {
    pub fn new(route: &'static str, path: String) -> Self {
        Self { route, path }
    }
}

/// What a route is asked with besides its path; these come before the bare path.
const QUERIES: [(&str, &str); 10] = [
    ("/sign-in", "?next=/en/2026-02-24/subscribers-1"),
    ("/sign-in/done", "?next=/en/2026-02-24/subscribers-1"),
    ("/sign-up", "?next=/en/2026-02-24/subscribers-1"),
    ("/account/confirm", "?next=/en/2026-02-24/subscribers-1"),
    ("/reading/notices", "?view=1"),
    (
        "/gate/message",
        "?back=http://localhost:9000/en/2026-02-24/subscribers-1",
    ),
    ("/gate/check", "?denied=403"),
    ("/gate/check", "?denied=303"),
    ("/{edition}/story/{slug}", "?order=oldest"),
    ("/{edition}/topic/{topic}", "?page=2"),
];

/// Values that only this paper knows.
pub struct Known {
    /// Name of a picture's file.
    pub picture: String,
    /// Links that were mailed: `/proof/..`, `/invitation/..` and the others of [`LINKS`].
    pub links: BTreeMap<&'static str, String>,
    /// A reader whose subscription runs, and that subscription with one that was ended.
    pub reader: String,
    pub subscriptions: [String; 2],
}

/// How links begin that are mailed.
const LINKS: [&str; 6] = [
    "/proof/",
    "/invitation/",
    "/reset/",
    "/email/",
    "/restore/",
    "/sign-in/link/",
];

impl Known {
    /// With links that nobody has used yet, an invitation for somebody new among them.
    pub async fn of(paper: &TestPaper) -> Self {
        let mut links = BTreeMap::new();
        for start in LINKS {
            let email = match start {
                "/email/" => format!("{KNOWN}@example.com"),
                _ => fresh(),
            };
            links.insert(start, mailed(paper, start, &email).await);
        }
        let page = paper.guest().opens("/en/2026-02-24/open-told").await;
        let (_, rest) = page.text.split_once("src=\"/media/").unwrap();
        let (picture, _) = rest.split_once('"').unwrap();
        let (reader, runs) = kept(paper, KEPT).await;
        let (_, ended) = kept(paper, FORMER).await;
        Self {
            picture: picture.to_owned(),
            links,
            reader,
            subscriptions: [runs, ended],
        }
    }
}

/// Somebody whose subscription runs until somebody ends it, and somebody whose was ended.
const KEPT: &str = "kept";
const FORMER: &str = "former";

/// The reader of that name, and their subscription.
async fn kept(paper: &TestPaper, name: &str) -> (String, String) {
    let email = format!("{name}@example.com").parse().unwrap();
    let mut tx = paper.app.base.read().await.unwrap();
    let reader = readers::store::find_by_email(&mut tx, &email).await;
    let id = reader.unwrap().unwrap().id;
    let of = subscriptions::store::list_of_reader(&mut tx, id).await;
    (id.to_string(), of.unwrap()[0].id.to_string())
}

/// What the canary's paper has more than others: a running story, and articles of it with a picture.
pub async fn furnish(paper: &TestPaper) {
    let oven = include_bytes!("../../../demo/pictures/bread-oven.jpg");
    for edition in ["en", "es"] {
        paper.publish_story(edition, "a-story").await;
        for access in ["open", "metered", "subscribers"] {
            let text = format!("Free words.\n\n<!--more-->\n\n{CANARY}, told.\n");
            let front = format!(
                "headline = \"Told\"\npublished = \"2026-02-24T10:00:00Z\"\nedition = \"{edition}\"\n\
                 slug = \"{access}-told\"\ntopics = [\"water\"]\naccess = \"{access}\"\nstory = \"a-story\"\n\
                 image = {{ file = \"oven.jpg\", alt = \"An oven\" }}\n"
            );
            let draft = toml::from_str(&front).unwrap();
            let files = BTreeMap::from([("oven.jpg".to_owned(), oven.to_vec())]);
            let (document, _) = markup::Document::from_markdown(&text);
            articles::publish(&paper.app.articles, &draft, document, &files)
                .await
                .unwrap();
        }
    }
    paper.reader(KNOWN, false).await;
    paper.owner("host", "company", 1000).await;
    paper.owner(KEPT, "company", 3).await;
    paper.owner(FORMER, "company", 3).await;
    let (_, runs) = kept(paper, KEPT).await;
    let guest = paper.reader("kept-guest", false).await;
    let mut tx = paper.app.base.read().await.unwrap();
    let guest = readers::store::find_reader(&mut tx, guest.id).await;
    drop(tx);
    let (runs, by) = (runs.parse().unwrap(), Actor::Command);
    let guest = guest.unwrap().unwrap();
    let given = subscriptions::seat(&paper.app.subscriptions, runs, &guest, by).await;
    assert!(given.unwrap());
    let (_, former) = kept(paper, FORMER).await;
    let (change, by) = (Change::End, By::default());
    let ended = subscriptions::change(
        &paper.app.subscriptions,
        former.parse().unwrap(),
        &change,
        &by,
    );
    assert_eq!(ended.await.unwrap(), Ok(()));
}

/// Has a link mailed to somebody, and gives it.
pub async fn mailed(paper: &TestPaper, start: &'static str, email: &str) -> String {
    let form = format!("email={}&password=a+paper+now+and+then", encode(email));
    let answer = match start {
        "/proof/" => {
            paper
                .guest()
                .send(Method::POST, "/sign-up", &[], &form)
                .await
        }
        "/reset/" => {
            let form = format!("email={KNOWN}%40example.com");
            paper.guest().send(Method::POST, "/reset", &[], &form).await
        }
        "/sign-in/link/" => return asked_in(paper, &paper.guest()).await,
        // Of this reader, to a new address.
        "/email/" => move_to(&signed_in(paper, email).await, &fresh()).await,
        // Of somebody who has a new address already.
        "/restore/" => {
            let mover = signed_in(paper, &paper.reader(&name(), false).await.email).await;
            move_to(&mover, &fresh()).await;
            let link = paper.mailed_link("/email/").await;
            mover.send(Method::POST, &link, &[], "").await
        }
        _ => {
            let form = format!("emails={}", encode(email));
            let host = signed_in(paper, "host@example.com").await;
            host.send(Method::POST, "/account/seats/invite", &[], &form)
                .await
        }
    };
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{start}: {}",
        answer.text
    );
    paper.mailed_link(start).await
}

/// Has a mail sent to somebody, by which they may sign in in this browser; gives its link.
pub async fn asked_in(paper: &TestPaper, browser: &Browser<'_>) -> String {
    let person = paper.reader(&name(), false).await;
    let form = format!("email={}", encode(&person.email));
    browser
        .send(Method::POST, "/sign-in/link", &[], &form)
        .await;
    CODE.set(paper.mailed_code().await);
    paper.mailed_link("/sign-in/link/").await
}

async fn move_to(browser: &Browser<'_>, email: &str) -> Answer {
    let form = format!("email={}", encode(email));
    browser
        .send(Method::POST, "/account/email", &[], &form)
        .await
}

async fn signed_in<'a>(paper: &'a TestPaper, email: &str) -> Browser<'a> {
    let browser = paper.guest();
    let form = format!(
        "email={}&password={}",
        encode(email),
        encode(testing::PASSWORD)
    );
    browser.send(Method::POST, "/sign-in", &[], &form).await;
    browser
}

const STORIES: &[&str] = &["a-story"];
const ARTICLES: &[&str] = &[
    "subscribers-1",
    "subscribers-4",
    "subscribers-told",
    "metered-1",
    "metered-4",
    "metered-told",
    "open-1",
    "open-told",
];

/// Every address of this route. A parameter without a value fails the test, so no new route is forgotten.
pub fn fill(route: &str, known: &Known) -> Vec<String> {
    let token = known
        .links
        .iter()
        .find(|(start, _)| route.starts_with(**start));
    let token = token.map_or("", |(start, link)| &link[start.len()..]);
    let [runs, ended] = &known.subscriptions;
    let values: [(&str, &[&str]); 13] = [
        ("{edition}", &["en", "es"]),
        ("{day}", &["2026-02-24"]),
        ("{topic}", &["water"]),
        (
            "{token}",
            &[token, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
        ),
        ("{page}", &["terms", "privacy", "nothing"]),
        ("{version}", &["1"]),
        ("{plan}", &["premium"]),
        ("{reader}", &[&known.reader]),
        ("{subscription}", &[runs, ended]),
        ("{*name}", &["gaceta.css"]),
        ("{id}", &["00000000-0000-0000-0000-000000000000"]),
        ("sitemap-{name}", &["sitemap-1.xml"]),
        (
            "{name}",
            &[
                &known.picture,
                "00000000-0000-0000-0000-000000000000-480.jpg",
            ],
        ),
    ];
    let slugs = if route.contains("/story/") {
        STORIES
    } else {
        ARTICLES
    };
    let mut paths = vec![route.to_owned()];
    for (name, values) in values.into_iter().chain([("{slug}", slugs)]) {
        let with = |path: String| -> Vec<String> {
            if path.contains(name) {
                values
                    .iter()
                    .map(|value| path.replace(name, value))
                    .collect()
            } else {
                vec![path]
            }
        };
        paths = paths.into_iter().flat_map(with).collect();
    }
    assert!(
        paths.iter().all(|path| !path.contains('{')),
        "{route} has a parameter that the canary does not know"
    );
    paths
}

/// All addresses that are asked with GET.
pub fn pages(routes: &[Route], known: &Known) -> Vec<Door> {
    let mut doors = Vec::new();
    for route in routes.iter().filter(|route| route.method == "GET") {
        let query = QUERIES.iter().filter(|(asked, _)| *asked == route.path);
        for query in query.map(|(_, query)| *query).chain([""]) {
            let paths = fill(route.path, known).into_iter();
            doors.extend(paths.map(|path| Door::new(route.path, path + query)));
        }
    }
    doors
}

/// Whether an address belongs to this route.
pub fn is_of(route: &str, address: &str) -> bool {
    let path = address.split('?').next().unwrap_or("");
    let fits = |(one, other): (&str, &str)| one.starts_with('{') || one == other;
    route.split('/').count() == path.split('/').count()
        && route.split('/').zip(path.split('/')).all(fits)
}

/// The form on this page that posts to this route.
pub fn form_of(route: &str, html: &str) -> Option<Form> {
    Form::all(html)
        .into_iter()
        .find(|form| is_of(route, &form.action))
}
