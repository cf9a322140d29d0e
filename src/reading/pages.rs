//! The article's address: decides, and answers with a finished page.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use lease::Outcome;

use super::meter::Counted;
use super::render::{self, Variant};
use super::{message, watch};
use crate::App;
use crate::access::{Ask, Decision, Place, decide};
use crate::articles::Entry;
use crate::base::config::Mode;
use crate::leases::EventKind;
use crate::readers::Session;
use crate::web::{Error, Result, Route};

/// Says what the visitor got; for logs, caches and tests.
pub const ACCESS: HeaderName = HeaderName::from_static("gaceta-access");

/// The routes of reading.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut routes = vec![Route::get("/{edition}/{day}/{slug}", show_article)];
    routes.extend(watch::routes());
    routes
}

/// Whether a person opens this page now: a navigation, and no prefetch, preview or HEAD (Fetch Metadata, W3C).
fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &[u8]| {
        headers
            .get(name)
            .is_some_and(|have| have.as_bytes().starts_with(value))
    };
    let early = is("sec-purpose", b"prefetch")
        || is("purpose", b"prefetch")
        || is("x-purpose", b"preview")
        || is("x-moz", b"prefetch");
    let elsewhere = headers.contains_key("sec-fetch-mode") && !is("sec-fetch-mode", b"navigate");
    let framed = headers.contains_key("sec-fetch-dest") && !is("sec-fetch-dest", b"document");
    method == Method::GET && !early && !elsewhere && !framed
}

/// Where the lease of this seated reader is, after asking for it if this is a navigation.
fn place(
    app: &App,
    session: &Session,
    navigation: bool,
) -> (Place, Option<lease::Holder<crate::readers::DeviceId>>) {
    if app.config.reading.mode == Mode::Off {
        return (Place::Here, None);
    }
    if !navigation {
        let place = if app.leases.check(session).is_some() {
            Place::Here
        } else {
            Place::Unasked
        };
        return (place, None);
    }
    match app.leases.open(app, session, app.leases.next_op()) {
        Outcome::Held { .. } => (Place::Here, None),
        Outcome::Contended(holder) if app.config.reading.mode == Mode::Observe => {
            app.leases
                .shown(app, session, &holder, EventKind::WouldShow);
            app.leases
                .take(app, session, holder.epoch, app.leases.next_op());
            (Place::Here, None)
        }
        Outcome::Contended(holder) => (Place::Elsewhere, Some(holder)),
    }
}

/// How often one request decides: once, and again when the newsroom changes the article's rule in that moment.
const DECISIONS: usize = 3;

async fn show_article(
    State(app): State<Arc<App>>,
    Path(_): Path<(String, String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    let navigation = is_navigation(&method, &headers);
    for _ in 0..DECISIONS {
        let entry = app.catalog.find(uri.path()).ok_or(Error::NotFound)?;
        let shown = show(&app, &entry, navigation, uri.path(), &headers).await?;
        if let Some(response) = shown {
            return Ok(response);
        }
    }
    Err(anyhow::anyhow!("the rule of {} changes all the time", uri.path()).into())
}

/// Decides and answers; `None` if the rule of the article has changed meanwhile.
async fn show(
    app: &App,
    entry: &Entry,
    navigation: bool,
    path: &str,
    headers: &HeaderMap,
) -> Result<Option<Response>> {
    // Open to everybody: no cookie is looked at.
    if entry.access == crate::access::Access::Open {
        let ask = Ask {
            article: entry.id,
            access: entry.access,
            seat: None,
            meter: crate::access::Meter::Spent,
            navigation: false,
        };
        return answer(app, entry, &decide(&ask), headers).await;
    }
    let session = app.sessions.of(app, headers).await?;
    let seated = match &session {
        Some(session) => app.seats.active(app, session.reader).await?,
        None => false,
    };
    let (seat, holder) = match session.as_ref().filter(|_| seated) {
        Some(session) => {
            let (place, holder) = place(app, session, navigation);
            (Some(place), holder)
        }
        None => (None, None),
    };
    let counted = if entry.access == crate::access::Access::Metered {
        Some(Counted::of(app, headers, &render::month(app, entry)))
    } else {
        None
    };
    let free = if session.is_some() {
        app.config.meter.registered
    } else {
        app.config.meter.anonymous
    };
    let ask = Ask {
        article: entry.id,
        access: entry.access,
        seat,
        meter: counted
            .as_ref()
            .map_or(crate::access::Meter::Spent, |counted| {
                counted.ask(entry.id, free)
            }),
        navigation,
    };
    let decision = decide(&ask);
    if let (Decision::Elsewhere, Some(session), Some(holder)) = (decision, &session, holder) {
        app.leases.shown(app, session, &holder, EventKind::Shown);
        let page = message::page(app, session, &holder, path).await?;
        return Ok(Some(page));
    }
    let Some(mut response) = answer(app, entry, &decision, headers).await? else {
        return Ok(None);
    };
    if let (Decision::Metered(_, true), Some(counted)) = (decision, counted) {
        response
            .headers_mut()
            .append(header::SET_COOKIE, counted.with(app, entry.id));
    }
    Ok(Some(response))
}

/// The finished page of a decision.
async fn answer(
    app: &App,
    entry: &Entry,
    decision: &Decision,
    headers: &HeaderMap,
) -> Result<Option<Response>> {
    let (variant, pass, word) = match decision {
        Decision::Open(pass) => (Variant::Open, Some(pass), "open"),
        Decision::Seated(pass) if app.config.reading.mode == Mode::Off => {
            (Variant::Full, Some(pass), "full")
        }
        Decision::Seated(pass) => (Variant::Watched, Some(pass), "full"),
        Decision::Metered(pass, _) => (Variant::Full, Some(pass), "metered"),
        Decision::Lead | Decision::Elsewhere => (Variant::Lead, None, "lead"),
        Decision::Wall => (Variant::Wall, None, "wall"),
    };
    let Some(page) = render::page(app, entry, variant, pass).await? else {
        return Ok(None);
    };
    let mut response = page.respond(headers);
    response
        .headers_mut()
        .insert(ACCESS, HeaderValue::from_static(word));
    Ok(Some(response))
}
