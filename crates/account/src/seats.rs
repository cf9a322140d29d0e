//! One's own subscription, and the seats on it.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use base::Base;
use readers::rules::visible;
use readers::{self, ConfirmedForm, Email, Reader, Session, SignedIn};
use subscriptions::invite::{self, Inviting};
use subscriptions::rules::{Member, SeatId, SeatStatus, Subscription, host_name};
use subscriptions::{Subscriptions, store};
use web::form::{Faults, refused};
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, personal, see_other};
use web::{Error, Query, Result, Site};

/// What it is called: its plan, and the company if it has one.
async fn plan_name(site: &Site, say: Say, of: &Subscription) -> sqlx::Result<String> {
    let plan = store::find_plan(&mut site.base.read().await?, &of.plan).await?;
    let plan = plan
        .as_ref()
        .map_or(of.plan.as_str(), |plan| plan.name(say.lang));
    Ok(match &of.company_name {
        None => plan.to_owned(),
        Some(company) => format!("{plan} · {company}"),
    })
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
    /// Why it can be read on.
    why: String,
    until: String,
    /// Whose it is; empty if it is the reader's own.
    host: String,
    /// Version of the terms, and the day since which it holds.
    terms: Option<(String, String)>,
}

pub(super) async fn show_subscription(
    State(site): State<Arc<Site>>,
    SignedIn(session): SignedIn,
) -> Result {
    let held = store::find_held(&mut site.base.read().await?, session.reader).await?;
    let Some((of, name, email)) = held else {
        return Ok(see_other("/plans"));
    };
    let say = Say::new(session.language);
    let zone = site.zone(session.language);
    let own = of.owner == session.reader;
    personal(&SubscriptionPage {
        frame: Frame::unlisted(&site, say, "subscription-title"),
        say,
        tab: "subscription",
        seated: true,
        plan: plan_name(&site, say, &of).await?,
        seats: of.seats,
        why: say.say(&format!("reason-{}", of.reason)),
        until: say.day(subscriptions::last_day(of.ends_at)),
        host: if own {
            String::new()
        } else {
            called(name, email)
        },
        terms: of.terms.map(|(version, at)| (version, say.date(at, &zone))),
    })
}

fn called(name: String, email: String) -> String {
    if name.is_empty() {
        readers::shown_email(&email)
    } else {
        name
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct SeatNotice {
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
    /// Whether several may be invited at once.
    for_many: bool,
    seats: i64,
    used: i64,
    free: i64,
    people: Vec<Person>,
    /// Key of what was just done, or empty.
    done: &'static str,
    faults: Faults,
    emails: String,
}

struct Person {
    seat: SeatId,
    name: String,
    email: String,
    about: String,
    is_owner: bool,
    is_invited: bool,
    is_undelivered: bool,
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
    State(site): State<Arc<Site>>,
    SignedIn(session): SignedIn,
    Query(query): Query<SeatNotice>,
) -> Result {
    let done = match query.done.as_str() {
        "invited" => "seats-done-invited",
        "removed" => "seats-done-removed",
        _ => "",
    };
    let owned = store::find_owned(&mut site.base.read().await?, session.reader).await?;
    match owned {
        Some(of) => personal(&SeatsPage {
            done,
            ..seats_page(&site, &session, &of).await?
        }),
        None => show_guest_seat(&site, &session).await,
    }
}

async fn show_guest_seat(site: &Site, session: &Session) -> Result {
    let held = store::find_held(&mut site.base.read().await?, session.reader).await?;
    let Some((of, name, email)) = held else {
        return Ok(see_other("/plans"));
    };
    let say = Say::new(session.language);
    personal(&GuestSeatPage {
        frame: Frame::unlisted(site, say, "seats-title"),
        say,
        tab: "seats",
        seated: true,
        plan: plan_name(site, say, &of).await?,
        host: called(name, email),
        until: say.day(subscriptions::last_day(of.ends_at)),
    })
}

/// What the owner sees.
async fn seats_page(site: &Site, session: &Session, of: &Subscription) -> Result<SeatsPage> {
    let mut tx = site.base.read().await?;
    let used = store::count_used(&mut tx, of.id).await?;
    let members = store::list_members(&mut tx, of.id, i64::MAX).await?;
    let now = tx.now();
    drop(tx);
    let say = Say::new(session.language);
    let zone = site.zone(session.language);
    let about = |member: &Member| match member.status {
        SeatStatus::Invited if member.is_undelivered => say.say("seats-undelivered"),
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
            is_undelivered: member.is_undelivered,
            name: member.name,
            email: readers::shown_email(&member.email),
        })
        .collect();
    Ok(SeatsPage {
        frame: Frame::unlisted(site, say, "seats-title"),
        say,
        tab: "seats",
        seated: true,
        plan: plan_name(site, say, of).await?,
        for_many: of.seats > 2,
        seats: of.seats,
        used,
        free: (of.seats - used).max(0),
        people,
        done: "",
        faults: Faults::default(),
        emails: String::new(),
    })
}

/// The subscription that this reader owns, for what only owners may do.
async fn owned(base: &Base, session: &Session) -> Result<(Reader, Subscription)> {
    let mut tx = base.read().await?;
    let of = store::find_owned(&mut tx, session.reader)
        .await?
        .ok_or(Error::Forbidden)?;
    let reader = readers::store::find_reader(&mut tx, session.reader)
        .await?
        .ok_or(Error::Forbidden)?;
    Ok((reader, of))
}

#[derive(Debug, Deserialize)]
pub(super) struct InviteForm {
    emails: String,
}

pub(super) async fn submit_invite(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    ConfirmedForm(session, form): ConfirmedForm<InviteForm>,
) -> Result {
    let (owner, of) = owned(&subscriptions.base, &session).await?;
    let say = Say::new(session.language);
    let Some(fault) = invite_all(&subscriptions, say, &owner, &of, &form.emails).await? else {
        return Ok(see_other("/account/seats?done=invited"));
    };
    let page = seats_page(&site, &session, &of).await?;
    // Without a free place there is no field: then it is about the people who have them.
    let field = if page.free > 0 { "emails" } else { "people" };
    refused(&SeatsPage {
        faults: Faults::one(field, fault),
        emails: form.emails,
        ..page
    })
}

/// Invites everybody the text names. Gives what is wrong, and says who was invited all the same.
async fn invite_all(
    subscriptions: &Subscriptions,
    say: Say,
    owner: &Reader,
    of: &Subscription,
    text: &str,
) -> Result<Option<String>> {
    let (mut emails, mut seen) = (Vec::<Email>::new(), HashSet::new());
    let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    for word in words.filter(|word| !visible(word).is_empty()) {
        match word.parse::<Email>() {
            Ok(email) if !seen.insert(email.clone()) => {}
            Ok(email) => emails.push(email),
            Err(()) => {
                return Ok(Some(say.with("seats-no-address", "email", visible(word))));
            }
        }
    }
    if emails.is_empty() {
        return Ok(Some(say.say("seats-nobody")));
    }
    let host = host_name(&owner.name, &readers::shown_email(&owner.email));
    let (sent, came) =
        invite::invite_all(subscriptions, of, &emails, owner.language, &host).await?;
    let none = sent == 0 && matches!(came, Inviting::Already(_));
    let why = match came {
        Inviting::Sent => return Ok(None),
        Inviting::Full(free) => say.with("seats-full", "free", free),
        Inviting::Already(email) => say.with("seats-already", "email", email.to_string()),
        Inviting::TooMany => say.say("seats-too-many"),
        Inviting::Ended => say.say("seats-ended"),
    };
    let who = match sent {
        0 if none => say.say("seats-none-invited"),
        0 => return Ok(Some(why)),
        sent => say.with("seats-some-invited", "count", sent),
    };
    Ok(Some(format!("{why} {who}")))
}

#[derive(Debug, Deserialize)]
pub(super) struct RemoveForm {
    seat: SeatId,
}

pub(super) async fn submit_remove(
    State(subscriptions): State<Arc<Subscriptions>>,
    ConfirmedForm(session, form): ConfirmedForm<RemoveForm>,
) -> Result {
    let (_, of) = owned(&subscriptions.base, &session).await?;
    if invite::remove(&subscriptions, &of, form.seat).await? {
        let who = Who::reader(&session.reader);
        security::note(&subscriptions.base, Event::SeatRemoved, who);
    }
    Ok(see_other("/account/seats?done=removed"))
}
