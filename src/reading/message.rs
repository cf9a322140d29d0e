//! The device message: a page of its own when a reader arrives, a fragment when an open page loses the lease.
//!
//! It is rendered only when it is due, in the reader's language, and kept by nobody. It names the other device and since
//! when; never what that device reads.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use http::{HeaderValue, StatusCode};
use lease::Holder;

use super::pages::ACCESS;
use crate::App;
use crate::articles::Entry;
use crate::readers::{Device, DeviceId, Session};
use crate::web::Result;
use crate::web::locale::Say;
use crate::web::view::{Frame, html, personal};

/// After so many changes of device in a short while the offer to add a reader comes first.
const OFFER_FIRST: u8 = 3;

#[derive(Template)]
#[template(path = "reading/message.html")]
struct MessagePage<'a> {
    frame: Frame,
    say: Say,
    headline: &'a str,
    deck: &'a str,
    device: &'a Device,
    since: String,
    epoch: String,
    op: u64,
    next: &'a str,
    offer_first: bool,
}

/// The page that stands in place of the article. Headline and deck are everybody's; the text is not loaded.
pub fn page(
    app: &App,
    session: &Session,
    (holder, device): (&Holder<DeviceId>, &Device),
    entry: &Entry,
    path: &str,
) -> Result<Response> {
    let head = [&*entry.headline, &*entry.deck];
    respond(app, session, (holder, device), head, path)
}

/// The same for a page of another site: of it no more is known than the site.
pub async fn outside(
    app: &App,
    session: &Session,
    holder: &Holder<DeviceId>,
    site: &str,
    back: &str,
) -> Result<Response> {
    let device = app.devices.of(app, holder.device).await?;
    respond(app, session, (holder, &device), [site, ""], back)
}

fn respond(
    app: &App,
    session: &Session,
    (holder, device): (&Holder<DeviceId>, &Device),
    [headline, deck]: [&str; 2],
    next: &str,
) -> Result<Response> {
    let say = Say::new(session.language);
    let mut frame = Frame::new(app, session.language, say.say("message-title"));
    frame.index = false;
    let page = MessagePage {
        frame,
        say,
        headline,
        deck,
        device,
        since: say.since(
            app.leases.wall(app, holder.since),
            &app.editions.zone(session.language),
        ),
        epoch: holder.epoch.to_string(),
        op: app.rng.u64(),
        next,
        offer_first: holder.swaps >= OFFER_FIRST,
    };
    let mut response = personal(&page)?;
    response
        .headers_mut()
        .insert(ACCESS, HeaderValue::from_static("elsewhere"));
    Ok(response)
}

#[derive(Template)]
#[template(path = "reading/gate_lost.html")]
struct Lost {
    frame: Frame,
    say: Say,
}

/// What stands where somebody was to be sent back to an address that is on no site of ours.
pub fn lost(app: &App, say: Say) -> Result<Response> {
    let mut frame = Frame::new(app, say.lang, say.say("gate-lost-title"));
    frame.index = false;
    let page = Lost { frame, say };
    Ok(html(StatusCode::BAD_REQUEST, page.render()?))
}

#[derive(Template)]
#[template(path = "reading/moved.html")]
struct Moved {
    say: Say,
    device: Arc<Device>,
    epoch: String,
    op: u64,
    next: String,
    offer_first: bool,
}

/// What an open page shows when its device has lost the lease.
pub async fn moved(
    app: &App,
    session: &Session,
    holder: &Holder<DeviceId>,
    next: &str,
) -> Result<String> {
    let device = app.devices.of(app, holder.device).await?;
    let page = Moved {
        say: Say::new(session.language),
        device,
        epoch: holder.epoch.to_string(),
        op: app.rng.u64(),
        next: next.to_owned(),
        offer_first: holder.swaps >= OFFER_FIRST,
    };
    Ok(page.render()?)
}

#[derive(Template)]
#[template(path = "reading/ended.html")]
struct Ended {
    say: Say,
    next: String,
    query: String,
}

/// What an open page shows when the session or the seat has ended.
pub fn ended(say: Say, next: &str) -> Result<String> {
    Ok(Ended {
        say,
        next: next.to_owned(),
        query: crate::web::error::encode(next),
    }
    .render()?)
}
