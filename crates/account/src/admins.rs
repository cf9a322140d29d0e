//! Who looks after a company: its owner, and others whom they ask to; and what all of them did about its seats, to be read and
//! to be taken along as CSV.
//!
//! Only somebody who reads on it can be asked: of others it would be told whether they have an account. Whoever looks after
//! it may give up their own seat afterwards.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse as _;
use futures_util::stream::{self, TryStreamExt as _};
use http::header;
use serde::Deserialize;

use crate::managed::{Managed, plan_name, required};
use base::Base;
use base::export::{Sheet, moment};
use base::time::UnixMillis;
use readers::{Confirmed, ConfirmedForm, Email, ReaderId, Session, SignedIn, shown_email};
use subscriptions::rules::{SeatEvent, SeatEventId, SubscriptionId};
use subscriptions::{Subscriptions, store};
use web::form::{Faults, refused};
use web::locale::Say;
use web::view::{Frame, SHOWN, cut, personal, see_other};
use web::{Query, Result, Site};

/// So many are read at a time for the file.
const PORTION: i64 = 1_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OfQuery {
    done: String,
    of: String,
    after: String,
}

struct AdminRow {
    reader: String,
    name: String,
    email: String,
    about: String,
    is_owner: bool,
}

#[derive(Template)]
#[template(path = "account/admins.html")]
struct AdminsPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    seated: bool,
    of: SubscriptionId,
    plan: String,
    rows: Vec<AdminRow>,
    done: &'static str,
    faults: Faults,
    email: String,
}

async fn page(site: &Site, session: &Session, managed: &Managed) -> Result<AdminsPage> {
    let (say, of) = (Say::new(session.language), &managed.of);
    let zone = site.zone(session.language);
    let owner = managed.owner(&site.base).await?;
    let admins = store::list_admins(&mut site.base.read().await?, of.id).await?;
    let mut rows = vec![AdminRow {
        reader: owner.id.to_string(),
        name: owner.name,
        email: shown_email(&owner.email),
        about: say.say("admins-owner"),
        is_owner: true,
    }];
    rows.extend(admins.into_iter().map(|admin| AdminRow {
        reader: admin.reader.to_string(),
        name: admin.name,
        email: shown_email(&admin.email),
        about: say.with("admins-since", "day", say.date(admin.since, &zone)),
        is_owner: false,
    }));
    Ok(AdminsPage {
        frame: Frame::unlisted(site, say, "admins-title"),
        say,
        tab: "seats",
        seated: true,
        of: of.id,
        plan: plan_name(&site.base, say, of).await?,
        rows,
        done: "",
        faults: Faults::default(),
        email: String::new(),
    })
}

pub(super) async fn show_admins(
    State(site): State<Arc<Site>>,
    SignedIn(session): SignedIn,
    Query(query): Query<OfQuery>,
) -> Result {
    let managed = required(&site.base, &session, &query.of).await?;
    let done = match query.done.as_str() {
        "added" => "admins-done-added",
        "removed" => "admins-done-removed",
        _ => "",
    };
    personal(&AdminsPage {
        done,
        ..page(&site, &session, &managed).await?
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct AddForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    of: String,
}

pub(super) async fn submit_add(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    ConfirmedForm(session, form): ConfirmedForm<AddForm>,
) -> Result {
    let managed = required(&site.base, &session, &form.of).await?;
    let say = Say::new(session.language);
    let fault = match form.email.parse::<Email>() {
        Err(()) => say.say("fault-email"),
        Ok(email) => {
            match subscriptions::add_admin(&subscriptions, managed.of.id, &email, session.reader)
                .await?
            {
                Ok(()) => return Ok(see_other(&back(&managed, "added"))),
                Err(refusal) => refusal.say(say),
            }
        }
    };
    refused(&AdminsPage {
        faults: Faults::one("email", fault),
        email: form.email,
        ..page(&site, &session, &managed).await?
    })
}

fn back(managed: &Managed, done: &str) -> String {
    format!("/account/seats/admins?done={done}&of={}", managed.of.id)
}

#[derive(Debug, Deserialize)]
pub(super) struct DropForm {
    reader: ReaderId,
    #[serde(default)]
    of: String,
}

pub(super) async fn submit_drop(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    ConfirmedForm(session, form): ConfirmedForm<DropForm>,
) -> Result {
    let managed = required(&site.base, &session, &form.of).await?;
    let reader = form.reader;
    let dropped =
        subscriptions::drop_admin(&subscriptions, managed.of.id, reader, session.reader).await?;
    match dropped {
        // Whoever leaves sees this page no more.
        Ok(()) if reader == session.reader => Ok(see_other("/account/subscription")),
        Ok(()) => Ok(see_other(&back(&managed, "removed"))),
        Err(refusal) => {
            let say = Say::new(session.language);
            refused(&AdminsPage {
                faults: Faults::one("people", refusal.say(say)),
                ..page(&site, &session, &managed).await?
            })
        }
    }
}

struct LogRow {
    when: String,
    what: String,
    who: String,
    about: String,
}

#[derive(Template)]
#[template(path = "account/seat_log.html")]
struct LogPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    seated: bool,
    of: SubscriptionId,
    plan: String,
    rows: Vec<LogRow>,
    /// Query of the next page, or empty.
    next: String,
}

/// Who did it, as the company may know: of the paper's people nobody.
fn who(event: &SeatEvent, say: Say) -> String {
    match (&event.who, event.is_by_paper) {
        (_, true) => say.say("seat-log-paper"),
        (Some(email), false) => shown_email(email),
        (None, false) => say.say("seat-log-gone"),
    }
}

fn marked(text: &str) -> Option<(UnixMillis, SeatEventId)> {
    let (at, id) = text.split_once('.')?;
    Some((UnixMillis(at.parse().ok()?), id.parse().ok()?))
}

pub(super) async fn show_log(
    State(site): State<Arc<Site>>,
    SignedIn(session): SignedIn,
    Query(query): Query<OfQuery>,
) -> Result {
    let managed = required(&site.base, &session, &query.of).await?;
    let (say, of) = (Say::new(session.language), managed.of.id);
    let zone = site.zone(session.language);
    let mut tx = site.base.read().await?;
    let before = marked(&query.after);
    let mut events = store::list_seat_events(&mut tx, of, before, SHOWN + 1).await?;
    drop(tx);
    let next = cut(&mut events).map_or(String::new(), |last| {
        format!("of={of}&after={}.{}", last.at.0, last.id)
    });
    let row = |event: &SeatEvent| LogRow {
        when: say.moment(event.at, &zone),
        what: say.say(&format!("seat-done-{}", event.what)),
        who: who(event, say),
        about: event.about.as_deref().map_or(String::new(), shown_email),
    };
    personal(&LogPage {
        frame: Frame::unlisted(&site, say, "seat-log-title"),
        say,
        tab: "seats",
        seated: true,
        of,
        plan: plan_name(&site.base, say, &managed.of).await?,
        rows: events.iter().map(row).collect(),
        next,
    })
}

/// A portion of the file, from behind that event.
async fn sheet(
    base: &Base,
    say: Say,
    of: SubscriptionId,
    before: Option<(UnixMillis, SeatEventId)>,
) -> sqlx::Result<(Sheet, Option<(UnixMillis, SeatEventId)>)> {
    let mut tx = base.read().await?;
    let events = store::list_seat_events(&mut tx, of, before, PORTION).await?;
    let row = |event: &SeatEvent| {
        vec![
            moment(event.at),
            event.what.as_str().into(),
            who(event, say).into(),
            event.about.clone().into(),
        ]
    };
    let sheet = Sheet {
        name: "seats",
        columns: &["at", "what", "who", "about"],
        rows: events.iter().map(row).collect(),
    };
    Ok((sheet, events.last().map(|last| (last.at, last.id))))
}

/// The same as CSV, sent in portions, so that a long one takes no memory.
pub(super) async fn show_log_file(
    State(site): State<Arc<Site>>,
    Confirmed(session): Confirmed,
    Query(query): Query<OfQuery>,
) -> Result {
    let managed = required(&site.base, &session, &query.of).await?;
    let (say, of) = (Say::new(session.language), managed.of.id);
    let (first, next) = sheet(&site.base, say, of, None).await?;
    let start = stream::once(async move { Ok(first.csv()) });
    let base = Arc::clone(&site.base);
    let rest = stream::try_unfold(next, move |before| {
        let base = Arc::clone(&base);
        async move {
            let Some(before) = before else {
                return Ok(None);
            };
            let (portion, next) = sheet(&base, say, of, Some(before)).await?;
            Ok::<_, sqlx::Error>(Some((portion.csv_rows(), next)))
        }
    });
    let parts = futures_util::StreamExt::chain(start, rest.into_stream());
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"seats.csv\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}
