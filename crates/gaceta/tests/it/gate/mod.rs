//! Forward auth: what a web server in front of another site is told, for every kind of visitor, and what readers meet.

mod check;
mod message;
mod script;

use base::config::Mode;
use http::Method;

use testing::{Answer, Browser, TestPaper};

/// The other site, on the same host as the paper of tests.
const SITE: &str = "http://localhost:9000";
/// A page there, and the same as a value of a query.
const PAGE: &str = "http://localhost:9000/1987/a?b=c";
const ENCODED: &str = "http%3A//localhost%3A9000/1987/a%3Fb%3Dc";

async fn gated(mode: Mode) -> TestPaper {
    TestPaper::with(|config| {
        config.gate.sites = vec![
            SITE.parse().unwrap(),
            "http://localhost/old".parse().unwrap(),
        ];
        config.reading.mode = mode;
    })
    .await
}

const NAVIGATION: [(&str, &str); 2] = [
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];

/// As Caddy asks.
const FORWARDED: [(&str, &str); 4] = [
    ("x-forwarded-method", "GET"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-host", "localhost:9000"),
    ("x-forwarded-uri", "/1987/a?b=c"),
];

async fn checks(browser: &Browser<'_>, query: &str, more: &[(&str, &str)]) -> Answer {
    let headers = [&FORWARDED[..], more].concat();
    let path = format!("/gate/check{query}");
    browser.send(Method::GET, &path, &headers, "").await
}

/// The same for somebody who opens the page.
async fn navigates(browser: &Browser<'_>, query: &str) -> Answer {
    checks(browser, query, &NAVIGATION).await
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer
        .headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}
