//! Readers: a list to search in, and the file of one of them. Looking changes nothing.
//!
//! Deliberately not here: what they read, which nobody of the paper sees.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::Staff;
use crate::words::{Happening, happened, plan_and_company};
use base::db::Tx;
use leases::EventKind;
use readers::{ReaderId, labels, shown_email, store as accounts};
use subscriptions::store;
use web::error::encode;
use web::locale::Say;
use web::view::{Frame, SHOWN, cut, personal};
use web::{Error, Path, Query, Result, Site};

/// Changes of the device being read on that are shown.
const LEASES: i64 = 20;

struct Row {
    id: String,
    name: String,
    email: String,
    since: String,
}

#[derive(Template)]
#[template(path = "admin/readers.html")]
struct ReadersPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    rows: Vec<Row>,
    q: String,
    /// Query of the next page, or empty.
    next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    q: String,
    after: String,
}

pub(super) async fn show_readers(
    State(site): State<Arc<Site>>,
    Staff(session): Staff,
    Query(query): Query<ListQuery>,
) -> Result {
    let say = Say::new(session.language);
    let zone = site.zone(session.language);
    let mut tx = site.base.read().await?;
    let mut found = accounts::search_readers(&mut tx, &query.q, &query.after, SHOWN + 1).await?;
    drop(tx);
    let next = cut(&mut found).map_or(String::new(), |last| {
        format!("q={}&after={}", encode(&query.q), encode(&last.email))
    });
    let rows = found.into_iter().map(|reader| Row {
        id: reader.id.to_string(),
        name: reader.name,
        email: shown_email(&reader.email),
        since: say.date(reader.created_at, &zone),
    });
    personal(&ReadersPage {
        frame: Frame::unlisted(&site, say, "admin-readers-title"),
        say,
        tab: "readers",
        rows: rows.collect(),
        q: query.q,
        next,
    })
}

/// A subscription that a reader owns or has a seat on.
struct Entitlement {
    id: String,
    plan: String,
    why: String,
    until: String,
    /// Whose it is, if it is somebody else's.
    host: String,
    runs: bool,
    happened: Vec<Happening>,
}

struct DeviceRow {
    name: String,
    seen: String,
}

struct LeaseRow {
    when: String,
    what: &'static str,
    to: String,
}

#[derive(Template)]
#[template(path = "admin/reader.html")]
struct ReaderPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    name: String,
    email: String,
    language: String,
    entitlements: Vec<Entitlement>,
    devices: Vec<DeviceRow>,
    leases: Vec<LeaseRow>,
}

const fn lease_key(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Opened => "admin-lease-opened",
        EventKind::Passed => "admin-lease-passed",
        EventKind::Taken => "admin-lease-taken",
        EventKind::Released => "admin-lease-released",
        EventKind::Shown => "admin-lease-shown",
        EventKind::WouldShow => "admin-lease-would-show",
    }
}

/// What a reader reads on, or read on, and what happened to it.
async fn entitlements_of(
    tx: &mut Tx,
    say: Say,
    zone: &TimeZone,
    id: ReaderId,
) -> sqlx::Result<Vec<Entitlement>> {
    let plans = store::list_plans(tx).await?;
    let now = tx.now();
    let mut entitlements = Vec::new();
    for of in store::list_of_reader(tx, id).await? {
        let events = store::list_events(tx, of.id).await?;
        let happened = happened(tx, say, zone, &plans, &events).await?;
        entitlements.push(Entitlement {
            id: of.id.to_string(),
            plan: plan_and_company(&plans, &of.plan, of.company_name.as_deref(), say),
            why: say.say(&format!("reason-{}", of.reason)),
            until: say.day(subscriptions::last_day(of.ends_at)),
            host: if of.owner == id {
                String::new()
            } else {
                shown_email(&of.email)
            },
            runs: of.ends_at > now,
            happened,
        });
    }
    Ok(entitlements)
}

/// What happened to a reader's lease lately.
async fn leases_of(
    tx: &mut Tx,
    say: Say,
    zone: &TimeZone,
    id: ReaderId,
) -> sqlx::Result<Vec<LeaseRow>> {
    let log = leases::store::list_events(tx, id, LEASES).await?;
    let mut leases = Vec::with_capacity(log.len());
    for event in log {
        let to = match event.to_device {
            None => None,
            Some(device) => accounts::find_device(tx, device).await?,
        };
        leases.push(LeaseRow {
            when: say.moment(event.happened_at, zone),
            what: lease_key(event.kind),
            to: to.map_or(String::new(), |device| {
                labels::name(&device, say).into_owned()
            }),
        });
    }
    Ok(leases)
}

pub(super) async fn show_reader(
    State(site): State<Arc<Site>>,
    Staff(session): Staff,
    Path(id): Path<ReaderId>,
) -> Result {
    let say = Say::new(session.language);
    let zone = site.zone(session.language);
    let base = &site.base;
    let mut tx = base.read().await?;
    let reader = accounts::find_reader(&mut tx, id).await?;
    let reader = reader.ok_or(Error::NotFound)?;
    let entitlements = entitlements_of(&mut tx, say, &zone, id).await?;
    let now = tx.now();
    let idle = now.minus(base.config.accounts.idle_for);
    let devices = accounts::list_devices(&mut tx, id, idle).await?;
    let leases = leases_of(&mut tx, say, &zone, id).await?;
    drop(tx);
    let seen = |device: &readers::Device| DeviceRow {
        name: labels::name(device, say).into_owned(),
        seen: say.with(
            "devices-seen",
            "span",
            say.span(now.since(device.last_seen_at)),
        ),
    };
    let email = shown_email(&reader.email);
    let mut frame = Frame::unlisted(&site, say, "admin-reader-title");
    frame.title = say.with("admin-reader-of", "email", email.as_str());
    personal(&ReaderPage {
        frame,
        say,
        tab: "",
        name: reader.name,
        email,
        language: Say::new(reader.language).say("language-name"),
        entitlements,
        devices: devices.iter().map(seen).collect(),
        leases,
    })
}
