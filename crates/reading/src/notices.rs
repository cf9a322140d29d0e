//! What an open page is told by itself: a stream of its own, as long as its session goes on (server-sent events).

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{Stream, StreamExt as _};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;

use super::message;
use super::watch::{referer, view};
use crate::Reading;
use base::config::Mode;
use base::time::Span;
use leases::{Listener, Notices};
use readers::Session;
use web::limits::Network;
use web::locale::Say;
use web::shares::Share;
use web::{Error, Query, Result};

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

#[derive(Debug, Deserialize)]
pub(crate) struct NoticesQuery {
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

pub(crate) async fn show_notices(
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
