//! The page that stands in place of another site's page: why not, in one sentence, and the one way on.
//!
//! Caddy shows it under the address of that site, so it takes nothing from there and says where everything is
//! in full. Its few lines of style stand in it, by their hash; nothing else may load.

use std::sync::LazyLock;

use askama::Template;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, StatusCode, header};

use super::check::Refusal;
use base::Base;
use base::secret::TokenHash;
use web::locale::Say;
use web::view::{Frame, html};
use web::{Result, Site};

const STYLE: &str = include_str!("doorway.css");

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = STANDARD.encode(TokenHash::of(STYLE).0);
    HeaderValue::from_str(&format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ))
    .expect("base64 fits a header")
});

#[derive(Template)]
#[template(path = "gate/doorway.html")]
struct Doorway<'a> {
    say: Say,
    paper: &'a str,
    style: &'static str,
    title: String,
    text: String,
    act: String,
    to: &'a str,
}

/// The page with the way `to` go on.
pub fn page(base: &Base, say: Say, why: Refusal, status: StatusCode, to: &str) -> Result<Response> {
    let paper = base.config.site.name.as_str();
    let (title, text, act) = match why {
        Refusal::Guest => (
            say.say("gate-guest-title"),
            say.with("gate-guest-text", "paper", paper),
            say.say("sign-in"),
        ),
        Refusal::Wall => (
            say.say("gate-wall-title"),
            say.with("gate-wall-text", "paper", paper),
            say.say("gate-wall-act"),
        ),
        Refusal::Elsewhere => (
            say.say("message-title"),
            say.say("gate-elsewhere-text"),
            say.say("gate-elsewhere-act"),
        ),
        Refusal::Unasked => (
            say.say("gate-lead-title"),
            say.say("gate-lead-text"),
            say.say("gate-lead-act"),
        ),
    };
    let page = Doorway {
        say,
        paper,
        style: STYLE,
        title,
        text,
        act,
        to,
    };
    let mut response = html(status, page.render()?);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    Ok(response)
}

#[derive(Template)]
#[template(path = "gate/lost.html")]
struct Lost {
    frame: Frame,
    say: Say,
}

/// What stands where somebody was to be sent back to an address that is on no site of ours.
pub fn lost(site: &Site, say: Say) -> Result<Response> {
    let frame = Frame::unlisted(site, say, "gate-lost-title");
    let page = Lost { frame, say };
    Ok(html(StatusCode::BAD_REQUEST, page.render()?))
}
