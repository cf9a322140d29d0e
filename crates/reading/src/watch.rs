//! The open page's talk with the server: heartbeats, going to rest, live notices, "read here".

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use futures_util::stream::{Stream, StreamExt as _};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use lease::{Beat, Epoch, Millis, Op, Outcome};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::message;
use crate::Reading;
use base::config::Mode;
use base::time::Span;
use leases::{Listener, Notices};
use readers::{DeviceId, Session};
use web::limits::Network;
use web::locale::{self, Say};
use web::shares::Share;
use web::view::{local_path, see_other, way_on};
use web::{Error, Form, Query, Result, Route};

/// The routes of an open page.
#[must_use]
pub fn routes() -> Vec<Route<Arc<Reading>>> {
    vec![
        Route::post("/reading/beat", submit_beat),
        Route::post("/reading/rest", submit_rest),
        Route::get_detached("/reading/notices", show_notices),
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
fn referer(reading: &Reading, headers: &HeaderMap) -> String {
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

fn view(text: &str) -> Result<u64> {
    text.parse()
        .map_err(|_| Error::BadRequest(format!("view {text:?} is no number")))
}

/// The session of an open page, if it still has a seat.
async fn seated(reading: &Reading, headers: &HeaderMap) -> Result<Option<Arc<Session>>> {
    let Some(session) = reading.readers.sessions.of(headers).await? else {
        return Ok(None);
    };
    reading.readers.sessions.count_call(&session)?;
    Ok(reading
        .subscriptions
        .seats
        .active(session.reader)
        .await?
        .then_some(session))
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
struct NoticesQuery {
    view: String,
}

/// One page's stream: tells the engine when it opens and when it breaks.
struct Stay {
    reading: Arc<Reading>,
    session: Arc<Session>,
    listener: Listener,
    view: u64,
    next: String,
    _share: Share,
}

impl Drop for Stay {
    fn drop(&mut self) {
        // A page that has opened a newer stream is still there.
        if !self.listener.replaced() {
            let (reading, session, view) = (
                Arc::clone(&self.reading),
                Arc::clone(&self.session),
                self.view,
            );
            let tell = async move { tell_stream(&reading, &session, view, false).await };
            // The connection is gone; nobody waits for this. While the server stops there is no runtime any more.
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(tell);
            }
        }
    }
}

/// A stream that breaks or stands says how somebody is reading on, and no more: a page does not fail because of it.
async fn tell_stream(reading: &Reading, session: &Session, view: u64, open: bool) {
    if let Err(error) = reading.leases.stream(session, view, open).await {
        tracing::debug!(%error, "the state of a live stream was not noted");
    }
}

async fn show_notices(
    State(reading): State<Arc<Reading>>,
    Query(query): Query<NoticesQuery>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Result {
    let watched = reading.base.config.reading.mode != Mode::Off;
    let Some(session) = seated(&reading, &headers).await?.filter(|_| watched) else {
        // EventSource does not come back after 204 (HTML, server-sent events).
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let (view, next) = (view(&query.view)?, referer(&reading, &headers));
    let proxies = reading.base.config.server.proxies;
    let network = Network::of_request(from.map(|from| from.0.0), &headers, proxies);
    // The script tries again later, and later again.
    let share = reading.streams.take(network);
    let share = share.ok_or(Error::TooMany(Span::minutes(1)))?;
    let listener = Notices::listen(
        &reading.leases.notices,
        session.reader,
        session.device,
        view,
    );
    tell_stream(&reading, &session, view, true).await;
    let stay = Stay {
        reading,
        session,
        listener,
        view,
        next,
        _share: share,
    };
    // Well before the connection would count as silent.
    let quarter = stay.reading.base.config.server.idle_for.duration() / 4;
    let keep = KeepAlive::new().interval(quarter.min(Duration::from_secs(15)));
    // After a restart of the server its pages come back one by one, not all in the same second.
    let retry = Duration::from_millis(1000 + stay.reading.base.rng.u64() % 4000);
    let first = Ok(Event::default().retry(retry));
    let stream = futures_util::stream::iter([first]).chain(notices(stay));
    let mut response = Sse::new(stream).keep_alive(keep).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

/// What the page is told, for as long as its session goes on: with it the stream ends, on whichever node it stands.
fn notices(stay: Stay) -> impl Stream<Item = std::result::Result<Event, Infallible>> {
    futures_util::stream::unfold(Some(stay), |stay| async move {
        let mut stay = stay?;
        loop {
            let noticed = tokio::time::timeout(LOOK_EVERY, stay.listener.next()).await;
            if let Ok(None) = noticed {
                return None;
            }
            // In boxes: what makes a message takes 15 kB, and thousands of pages wait here without needing one.
            let sessions = &stay.reading.readers.sessions;
            match Box::pin(sessions.goes_on(stay.session.token)).await {
                Ok(true) if noticed.is_err() => {}
                Ok(true) => {
                    if let Some(text) = Box::pin(lost(&stay)).await {
                        return Some((Ok(event(&text)), Some(stay)));
                    }
                }
                Ok(false) => {
                    let text = Box::pin(signed_out(&stay)).await?;
                    return Some((Ok(event(&text)), None));
                }
                // Until it is known again, nothing is said.
                Err(_) => {}
            }
        }
    })
}

/// How often a stream looks by itself whether its session goes on. Mostly it is told; but not of one that ran out, or that
/// this node did not have in memory when another one ended it.
const LOOK_EVERY: Duration = Duration::from_secs(15);

fn event(text: &str) -> Event {
    let data = serde_json::json!({ "message": text }).to_string();
    Event::default().event("lost").data(data)
}

fn ended(stay: &Stay) -> Option<String> {
    message::ended(Say::new(stay.session.language), &stay.next).ok()
}

/// The message that ends the stream of a session that has ended; none if the same reader has signed in again on this
/// device: the page listens anew by itself.
async fn signed_out(stay: &Stay) -> Option<String> {
    let session = &stay.session;
    let mut tx = stay.reading.base.read().await.ok()?;
    let (reader, device, token) = (session.reader, session.device, &session.token);
    let again = readers::store::has_other_session(&mut tx, reader, device, token).await;
    if again.ok()? {
        return None;
    }
    ended(stay)
}

/// The message, if the page of a session that goes on has really lost the lease; a notice may come late, after the lease
/// came back. What cannot be known now the next heartbeat asks.
async fn lost(stay: &Stay) -> Option<String> {
    let reading = &stay.reading;
    let seats = &reading.subscriptions.seats;
    if reading.base.stopping() || !seats.active(stay.session.reader).await.ok()? {
        return ended(stay);
    }
    match reading.leases.holder(stay.session.reader).await.ok()? {
        Some(_) if reading.base.config.reading.mode == Mode::Observe => None,
        Some((holder, _)) if holder.device != stay.session.device => {
            message::moved(reading, &stay.session, &holder, &stay.next)
                .await
                .ok()
        }
        // Here; or freed, and whoever looks at a page next has it.
        _ => None,
    }
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
