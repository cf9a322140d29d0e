//! One's own subscription, and the seats on it.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::plans::keys;
use crate::Account;
use base::lang::Lang;
use readers::{self, Email, Reader, Session};
use subscriptions::invite::{self, Inviting};
use subscriptions::rules::{Member, Plan, SeatId, SeatStatus, Subscription};
use subscriptions::store;
use web::locale::Say;
use web::view::{Frame, html, personal, see_other};
use web::{Error, Result};

const SUBSCRIPTION: &str = "/account/subscription";
const SEATS: &str = "/account/seats";

fn private(parts: &Account, say: Say, title: &str) -> Frame {
    let mut frame = Frame::new(&parts.site, say.lang, say.say(title));
    frame.index = false;
    frame
}

fn plan_name(say: Say, of: &Subscription) -> String {
    let plan = say.say(keys(of.plan)[0]);
    match &of.company_name {
        None => plan,
        Some(company) => format!("{plan} · {company}"),
    }
}

#[derive(Template)]
#[template(path = "account/subscription.html")]
struct SubscriptionPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    seated: bool,
    plan: String,
    seats: i64,
    until: String,
    /// Whose it is; empty if it is the reader's own.
    host: String,
    /// Version of the terms, and the day since which it holds.
    terms: Option<(String, String)>,
}

pub(super) async fn show_subscription(State(parts): State<Account>, headers: HeaderMap) -> Result {
    let session = parts
        .readers
        .sessions
        .required(&headers, SUBSCRIPTION)
        .await?;
    let held = store::find_held(&mut parts.base.read().await?, session.reader).await?;
    let Some((of, name, email)) = held else {
        return Ok(see_other("/plans"));
    };
    let say = Say::new(session.language);
    let zone = parts.site.zone(session.language);
    let own = of.owner == session.reader;
    personal(&SubscriptionPage {
        frame: private(&parts, say, "subscription-title"),
        say,
        tab: "subscription",
        seated: true,
        plan: plan_name(say, &of),
        seats: of.seats,
        until: say.date(of.ends_at, &zone),
        host: if own {
            String::new()
        } else {
            called(name, email)
        },
        terms: of.terms.map(|(version, at)| (version, say.date(at, &zone))),
    })
}

fn called(name: String, email: String) -> String {
    if name.is_empty() { email } else { name }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "account/seats.html")]
struct SeatsPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    seated: bool,
    plan: String,
    is_company: bool,
    is_digital: bool,
    seats: i64,
    used: i64,
    free: i64,
    people: Vec<Person>,
    /// Key of what was just done, or empty.
    done: &'static str,
    /// What is wrong with the form, or empty.
    problem: String,
    emails: String,
}

struct Person {
    seat: SeatId,
    name: String,
    email: String,
    about: String,
    is_owner: bool,
    is_invited: bool,
}

#[derive(Template)]
#[template(path = "account/guest_seat.html")]
struct GuestSeatPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    seated: bool,
    plan: String,
    host: String,
    until: String,
}

pub(super) async fn show_seats(
    State(parts): State<Account>,
    Query(query): Query<Done>,
    headers: HeaderMap,
) -> Result {
    let session = parts.readers.sessions.required(&headers, SEATS).await?;
    let done = match query.done.as_str() {
        "invited" => "seats-done-invited",
        "removed" => "seats-done-removed",
        _ => "",
    };
    let owned = store::find_owned(&mut parts.base.read().await?, session.reader).await?;
    match owned {
        Some(of) => personal(&seats_page(&parts, &session, &of, done, Problem::default()).await?),
        None => show_guest_seat(&parts, &session).await,
    }
}

async fn show_guest_seat(parts: &Account, session: &Session) -> Result {
    let held = store::find_held(&mut parts.base.read().await?, session.reader).await?;
    let Some((of, name, email)) = held else {
        return Ok(see_other("/plans"));
    };
    let say = Say::new(session.language);
    personal(&GuestSeatPage {
        frame: private(parts, say, "seats-title"),
        say,
        tab: "seats",
        seated: true,
        plan: plan_name(say, &of),
        host: called(name, email),
        until: say.date(of.ends_at, &parts.site.zone(session.language)),
    })
}

/// What is wrong with the form, and what was typed.
#[derive(Default)]
struct Problem {
    text: String,
    emails: String,
}

async fn seats_page(
    parts: &Account,
    session: &Session,
    of: &Subscription,
    done: &'static str,
    problem: Problem,
) -> Result<SeatsPage> {
    let mut tx = parts.base.read().await?;
    let used = store::count_used(&mut tx, of.id).await?;
    let members = store::list_members(&mut tx, of.id).await?;
    let now = tx.now();
    drop(tx);
    let say = Say::new(session.language);
    let zone = parts.site.zone(session.language);
    let about = |member: &Member| match member.status {
        SeatStatus::Invited if member.expires_at.is_none_or(|at| at <= now) => {
            say.say("seats-ran-out")
        }
        SeatStatus::Invited => {
            let day = member
                .expires_at
                .map(|at| say.date(at, &zone))
                .unwrap_or_default();
            say.with("seats-invited-until", "day", day)
        }
        _ => {
            let day = member
                .accepted_at
                .map(|at| say.date(at, &zone))
                .unwrap_or_default();
            say.with("seats-since", "day", day)
        }
    };
    let people = members
        .into_iter()
        .map(|member| Person {
            about: about(&member),
            seat: member.seat,
            is_owner: member.reader == Some(of.owner),
            is_invited: member.status == SeatStatus::Invited,
            name: member.name,
            email: member.email,
        })
        .collect();
    Ok(SeatsPage {
        frame: private(parts, say, "seats-title"),
        say,
        tab: "seats",
        seated: true,
        plan: plan_name(say, of),
        is_company: of.plan == Plan::Company,
        is_digital: of.plan == Plan::Digital,
        seats: of.seats,
        used,
        free: (of.seats - used).max(0),
        people,
        done,
        problem: problem.text,
        emails: problem.emails,
    })
}

/// The subscription that the reader of this session owns, for what only owners may do.
async fn owned(
    parts: &Account,
    headers: &HeaderMap,
) -> Result<(Arc<Session>, Reader, Subscription)> {
    let session = parts.readers.sessions.confirmed(headers, SEATS).await?;
    let mut tx = parts.base.read().await?;
    let of = store::find_owned(&mut tx, session.reader)
        .await?
        .ok_or(Error::Forbidden)?;
    let reader = readers::store::find_reader(&mut tx, session.reader)
        .await?
        .ok_or(Error::Forbidden)?;
    Ok((session, reader, of))
}

#[derive(Debug, Deserialize)]
pub(super) struct InviteForm {
    emails: String,
}

pub(super) async fn submit_invite(
    State(parts): State<Account>,
    headers: HeaderMap,
    form: std::result::Result<Form<InviteForm>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let (session, owner, of) = owned(&parts, &headers).await?;
    let say = Say::new(session.language);
    let text = match invite_all(&parts, say, &owner, &of, &form.emails).await? {
        None => return Ok(see_other("/account/seats?done=invited")),
        Some(text) => text,
    };
    let problem = Problem {
        text,
        emails: form.emails,
    };
    let page = seats_page(&parts, &session, &of, "", problem).await?;
    refused(&page)
}

fn refused(page: &impl Template) -> Result<Response> {
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
}

/// Invites everybody the text names. Gives what is wrong, in which case nobody was invited.
async fn invite_all(
    parts: &Account,
    say: Say,
    owner: &Reader,
    of: &Subscription,
    text: &str,
) -> Result<Option<String>> {
    let mut emails: Vec<Email> = Vec::new();
    let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    for word in words.filter(|word| !word.is_empty()) {
        match word.parse::<Email>() {
            Ok(email) if emails.contains(&email) => {}
            Ok(email) => emails.push(email),
            Err(()) => return Ok(Some(say.with("seats-no-address", "email", word))),
        }
    }
    if emails.is_empty() {
        return Ok(Some(say.say("seats-nobody")));
    }
    let mut tx = parts.base.write().await?;
    let mut guests: Vec<(Email, Lang)> = Vec::with_capacity(emails.len());
    for email in emails {
        let known = readers::store::find_by_email(&mut tx, &email).await?;
        let language = known.map_or(owner.language, |reader| reader.language);
        guests.push((email, language));
    }
    let host = called(owner.name.clone(), owner.email.clone());
    match invite::invite(&parts.subscriptions, &mut tx, of.id, &guests, &host).await? {
        Inviting::Sent => tx.commit().await?,
        Inviting::Full(free) => return Ok(Some(say.with("seats-full", "free", free))),
        Inviting::Already(email) => {
            return Ok(Some(say.with("seats-already", "email", email.as_str())));
        }
        Inviting::TooMany => return Ok(Some(say.say("seats-too-many"))),
        Inviting::Ended => return Ok(Some(say.say("seats-ended"))),
    }
    Ok(None)
}

#[derive(Debug, Deserialize)]
pub(super) struct RemoveForm {
    seat: SeatId,
}

pub(super) async fn submit_remove(
    State(parts): State<Account>,
    headers: HeaderMap,
    form: std::result::Result<Form<RemoveForm>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let (_, _, of) = owned(&parts, &headers).await?;
    invite::remove(&parts.subscriptions, &of, form.seat).await?;
    Ok(see_other("/account/seats?done=removed"))
}
