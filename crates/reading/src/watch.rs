//! The open page's talk with the server: heartbeats, going to rest, "read here". Deliberately not here: what the page
//! is told by itself ([`super::notices`]).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use lease::{Beat, Epoch, Millis, Op, Outcome};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{message, notices};
use crate::Reading;
use base::config::Mode;
use readers::{DeviceId, Session};
use web::locale::{self, Say};
use web::view::{local_path, see_other, way_on};
use web::{Error, Form, Result, Route};

/// The routes of an open page.
#[must_use]
pub fn routes() -> Vec<Route<Arc<Reading>>> {
    vec![
        Route::post("/reading/beat", submit_beat),
        Route::post("/reading/rest", submit_rest),
        Route::get_detached("/reading/notices", notices::show_notices),
        Route::post("/reading/take", submit_take),
    ]
}

/// What the script sends: JSON, of whatever type the request says it is. From a page of another site it comes as text,
/// since browsers ask for leave before they send JSON there, and a page that is being closed has no time for that.
type Said = std::result::Result<Bytes, BytesRejection>;

fn said<T: DeserializeOwned>(body: Said) -> Result<T> {
    serde_json::from_slice(&body?).map_err(|error| Error::BadRequest(error.to_string()))
}

#[derive(Debug, Deserialize)]
struct BeatBody {
    view: String,
    seq: u64,
    epoch: Option<String>,
    focused: bool,
    idle: u64,
    #[serde(default)]
    back: bool,
    reader: Option<String>,
}

/// What an open page is answered.
#[derive(Debug, Serialize)]
struct Answer {
    held: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<String>,
    /// Whose the page is; it says so from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    reader: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

fn lost_answer(message: String) -> Response {
    answer(&Answer {
        held: false,
        epoch: None,
        reader: None,
        message: Some(message),
    })
}

fn answer(answer: &impl Serialize) -> Response {
    let mut response = Json(answer).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Path of the page that speaks, from `Referer`; the front page if the browser does not say.
pub(crate) fn referer(reading: &Reading, headers: &HeaderMap) -> String {
    let text = headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let path = text
        .strip_prefix(&reading.base.config.site.public_url)
        .or_else(|| {
            text.splitn(4, '/')
                .nth(3)
                .and_then(|rest| text.get(text.len() - rest.len() - 1..))
        });
    local_path(path.unwrap_or("/")).to_owned()
}

/// The epoch of a page; a page that does not know its own yet sends none.
fn epoch(text: Option<&str>) -> Result<Option<Epoch>> {
    text.map(str::parse)
        .transpose()
        .map_err(|_| Error::BadRequest(format!("epoch {text:?}")))
}

pub(crate) fn view(text: &str) -> Result<u64> {
    text.parse()
        .map_err(|_| Error::BadRequest(format!("view {text:?} is no number")))
}

/// The session of an open page, which may say whose it is; or what it shows in place of its text. A page belongs to the
/// reader it was sent to: if somebody else signs in in its browser, it does not read for them.
async fn visit(
    reading: &Reading,
    headers: &HeaderMap,
    owner: Option<&str>,
    next: &str,
) -> Result<std::result::Result<Arc<Session>, String>> {
    let Some(session) = reading.readers.sessions.of(headers).await? else {
        let lang = locale::of_request(&reading.site, &http::Uri::default(), headers);
        return Ok(Err(message::ended(Say::new(lang), next)?));
    };
    reading.readers.sessions.count_call(&session)?;
    if owner.is_some_and(|owner| owner != message::page_owner(reading, &session)) {
        return Ok(Err(message::other(reading, &session, next).await?));
    }
    if !reading.subscriptions.seats.active(session.reader).await? {
        return Ok(Err(message::ended(Say::new(session.language), next)?));
    }
    Ok(Ok(session))
}

async fn submit_beat(
    State(reading): State<Arc<Reading>>,
    headers: HeaderMap,
    body: Said,
) -> Result {
    let body: BeatBody = said(body)?;
    if reading.base.config.reading.mode == Mode::Off {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let next = referer(&reading, &headers);
    let session = match visit(&reading, &headers, body.reader.as_deref(), &next).await? {
        Ok(session) => session,
        Err(message) => return Ok(lost_answer(message)),
    };
    let beat = Beat {
        view: view(&body.view)?,
        seq: body.seq,
        epoch: epoch(body.epoch.as_deref())?,
        focused: body.focused,
        idle_for: Millis(body.idle),
    };
    // A beat that is sent again is the same operation; views are drawn at random, so no two pages share one.
    let op = Op(beat.view.wrapping_add(beat.seq));
    let outcome = reading.leases.beat(&session, beat, body.back, op).await?;
    outcome_answer(&reading, &session, outcome, &next).await
}

async fn outcome_answer(
    reading: &Reading,
    session: &Session,
    outcome: Outcome<DeviceId>,
    next: &str,
) -> Result {
    let epoch = match outcome {
        Outcome::Held { epoch, .. } => Some(epoch.to_string()),
        // In the mode `observe` nothing is shown; the page goes on, so that it is known where somebody reads.
        Outcome::Contended(_) if reading.base.config.reading.mode == Mode::Observe => None,
        Outcome::Contended(holder) => {
            let text = message::moved(reading, session, &holder, next).await?;
            return Ok(lost_answer(text));
        }
    };
    Ok(answer(&Answer {
        held: true,
        epoch,
        reader: Some(message::page_owner(reading, session)),
        message: None,
    }))
}

#[derive(Debug, Deserialize)]
struct RestBody {
    view: String,
    seq: u64,
    epoch: Option<String>,
    reader: Option<String>,
}

/// Whose the page is that has spoken.
#[derive(Debug, Serialize)]
struct Owner {
    reader: String,
}

/// A page that begins hidden says this first, and learns whose it is.
async fn submit_rest(
    State(reading): State<Arc<Reading>>,
    headers: HeaderMap,
    body: Said,
) -> Result {
    let body: RestBody = said(body)?;
    let Some(session) = reading.readers.sessions.of(&headers).await? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    reading.readers.sessions.count_call(&session)?;
    let reader = message::page_owner(&reading, &session);
    if body.reader.is_none_or(|said| said == reader) {
        let epoch = epoch(body.epoch.as_deref())?;
        let view = view(&body.view)?;
        reading.leases.rest(&session, epoch, view, body.seq).await?;
    }
    Ok(answer(&Owner { reader }))
}

#[derive(Debug, Deserialize)]
struct TakeForm {
    epoch: String,
    op: u64,
    next: String,
    reader: Option<String>,
}

async fn submit_take(
    State(reading): State<Arc<Reading>>,
    headers: HeaderMap,
    Form(form): Form<TakeForm>,
) -> Result {
    let next = way_on(&reading.base.config, &form.next).to_owned();
    let script = headers
        .get(header::ACCEPT)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    let seen: Epoch = form
        .epoch
        .parse()
        .map_err(|_| Error::BadRequest(format!("epoch {:?}", form.epoch)))?;
    let session = match visit(&reading, &headers, form.reader.as_deref(), &next).await? {
        Ok(session) => session,
        Err(message) if script => return Ok(lost_answer(message)),
        Err(_) => return Ok(see_other(&next)),
    };
    let outcome = reading.leases.take(&session, seen, Op(form.op)).await?;
    if script {
        return outcome_answer(&reading, &session, outcome, &next).await;
    }
    // Taken or not, the article's own address answers next: with the text, or with the message as it is now.
    Ok(see_other(&next))
}
