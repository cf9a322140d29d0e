//! The device message: a page of its own when a reader arrives, a fragment when an open page loses the lease.
//!
//! It is rendered only when it is due, in the reader's language, and kept by nobody. It names the other device and since
//! when; never what that device reads.

use askama::Template;
use axum::response::Response;
use http::{HeaderValue, StatusCode};
use lease::Holder;

use super::pages::ACCESS;
use crate::App;
use crate::articles;
use crate::leases::Leases;
use crate::readers::{Device, DeviceId, DeviceKind, Session, store};
use crate::web::locale::Say;
use crate::web::view::{Frame, html, personal};
use crate::web::{Error, Result};

/// After so many changes of device in a short while the offer to add a reader comes first.
const OFFER_FIRST: u8 = 3;

#[derive(Template)]
#[template(path = "reading/message.html")]
struct MessagePage {
    frame: Frame,
    say: Say,
    headline: String,
    deck: String,
    device: Device,
    since: String,
    epoch: String,
    op: u64,
    next: String,
    offer_first: bool,
}

/// The page that stands in place of the article. Headline and deck are everybody's; the text is not loaded.
pub async fn page(
    app: &App,
    session: &Session,
    holder: &Holder<DeviceId>,
    path: &str,
) -> Result<Response> {
    let entry = app.catalog.find(path).ok_or(Error::NotFound)?;
    let article = articles::find_article(&mut app.read().await?, entry.id)
        .await?
        .ok_or(Error::NotFound)?;
    respond(app, session, holder, (article.headline, article.deck), path).await
}

/// The same for a page of another site: of it no more is known than the site.
pub async fn outside(
    app: &App,
    session: &Session,
    holder: &Holder<DeviceId>,
    site: &str,
    back: &str,
) -> Result<Response> {
    respond(app, session, holder, (site.to_owned(), String::new()), back).await
}

async fn respond(
    app: &App,
    session: &Session,
    holder: &Holder<DeviceId>,
    (headline, deck): (String, String),
    next: &str,
) -> Result<Response> {
    let device = device(&mut app.read().await?, holder.device).await?;
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
            Leases::wall(app, holder.since),
            &app.editions.zone(session.language),
        ),
        epoch: holder.epoch.to_string(),
        op: app.rng.u64(),
        next: next.to_owned(),
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

async fn device(tx: &mut crate::base::db::Tx, id: DeviceId) -> Result<Device> {
    // A device that was deleted meanwhile has no name any more; the message is due all the same.
    Ok(store::find_device(tx, id).await?.unwrap_or_else(|| Device {
        id,
        label: "?".to_owned(),
        kind: DeviceKind::Computer,
        first_seen_at: crate::base::time::UnixMillis(0),
        last_seen_at: crate::base::time::UnixMillis(0),
    }))
}

#[derive(Template)]
#[template(path = "reading/moved.html")]
struct Moved {
    say: Say,
    device: Device,
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
    let device = device(&mut app.read().await?, holder.device).await?;
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
