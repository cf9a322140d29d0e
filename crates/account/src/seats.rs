//! The seats of a subscription, for those who look after it: who reads, who is invited, a search among them, and the forms to
//! invite, to send an invitation anew, to take a seat back and to take one for oneself.
//!
//! The list is shown in parts, each one range of an index, so a company of 100,000 costs what one of fifty does.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::managed::{Managed, find, plan_name, required};
use crate::subscription::show_guest_seat;
use base::time::UnixMillis;
use readers::rules::visible;
use readers::{self, ConfirmedForm, Email, Session, SignedIn};
use subscriptions::invite;
use subscriptions::rules::{
    Actor, Answer, Member, Part, SeatChange, SeatId, SeatStatus, SubscriptionId,
};
use subscriptions::{Subscriptions, store};
use web::error::encode;
use web::form::{Faults, refused};
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, Link, SHOWN, cut, personal, see_other};
use web::{Error, Form, Query, Result, Site};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SeatQuery {
    done: String,
    /// Which subscription.
    of: String,
    /// How addresses begin.
    q: String,
    /// Behind which one the list goes on.
    after: String,
}

#[derive(Template)]
#[template(path = "account/seats.html")]
struct SeatsPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    seated: bool,
    of: SubscriptionId,
    /// Other subscriptions that they look after.
    others: Vec<Link>,
    plan: String,
    is_company: bool,
    seats: i64,
    used: i64,
    free: i64,
    people: Vec<Person>,
    q: String,
    /// Whether there is anything to search in.
    is_long: bool,
    /// Query of the next part, or empty.
    next: String,
    /// Their own seat, if they can give it up.
    own: Option<SeatId>,
    /// Whether they have no seat on it and could have one.
    may_take: bool,
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
    is_own: bool,
    is_invited: bool,
    is_undelivered: bool,
}

impl Person {
    fn new(member: Member, say: Say, zone: &TimeZone, now: UnixMillis) -> Self {
        let day = |at: Option<UnixMillis>| at.map(|at| say.date(at, zone)).unwrap_or_default();
        let about = match member.status {
            SeatStatus::Invited if member.is_undelivered => say.say("seats-undelivered"),
            SeatStatus::Invited if member.expires_at.is_none_or(|at| at <= now) => {
                say.say("seats-ran-out")
            }
            SeatStatus::Invited => say.with("seats-invited-until", "day", day(member.expires_at)),
            _ => say.with("seats-since", "day", day(member.accepted_at)),
        };
        Self {
            about,
            seat: member.seat,
            is_owner: false,
            is_own: false,
            is_invited: member.status == SeatStatus::Invited,
            is_undelivered: member.is_undelivered,
            name: member.name,
            email: readers::shown_email(&member.email),
        }
    }
}

pub(super) async fn show_seats(
    State(site): State<Arc<Site>>,
    SignedIn(session): SignedIn,
    Query(query): Query<SeatQuery>,
) -> Result {
    let done = match query.done.as_str() {
        "invited" => "seats-done-invited",
        "renewed" => "seats-done-renewed",
        "recent" => "seats-done-recent",
        "removed" => "seats-done-removed",
        "taken" => "seats-done-taken",
        _ => "",
    };
    match find(&site.base, &session, &query.of).await? {
        Some(managed) => personal(&SeatsPage {
            done,
            ..page(&site, &session, &managed, &query).await?
        }),
        None => show_guest_seat(&site, &session).await,
    }
}

/// The links to the other subscriptions of somebody who looks after several.
async fn others(site: &Site, say: Say, managed: &Managed) -> Result<Vec<Link>> {
    let mut links = Vec::new();
    for one in managed.all.iter().filter(|_| managed.all.len() > 1) {
        links.push(Link {
            href: format!("/account/seats?of={}", one.id),
            text: plan_name(&site.base, say, one).await?,
            current: one.id == managed.of.id,
        });
    }
    Ok(links)
}

/// What they see who look after it.
async fn page(
    site: &Site,
    session: &Session,
    managed: &Managed,
    query: &SeatQuery,
) -> Result<SeatsPage> {
    let (say, of) = (Say::new(session.language), &managed.of);
    let zone = site.zone(session.language);
    let part = Part::starting(&query.q).behind(&query.after);
    let mut tx = site.base.read().await?;
    let used = store::count_used(&mut tx, of.id).await?;
    let mut members = store::list_members(&mut tx, of.id, &part, SHOWN + 1).await?;
    let own = store::find_seat_of(&mut tx, of.id, session.reader).await?;
    let now = tx.now();
    drop(tx);
    let next = cut(&mut members).map_or(String::new(), |last| {
        let after = encode(&last.mark());
        format!("of={}&q={}&after={after}", of.id, encode(&query.q))
    });
    let person = |member: Member| Person {
        is_owner: member.reader == Some(of.owner),
        is_own: member.reader == Some(session.reader),
        ..Person::new(member, say, &zone, now)
    };
    let free = (of.seats - used).max(0);
    Ok(SeatsPage {
        frame: Frame::unlisted(site, say, "seats-title"),
        say,
        tab: "seats",
        seated: true,
        of: of.id,
        others: others(site, say, managed).await?,
        plan: plan_name(&site.base, say, of).await?,
        is_company: of.is_company(),
        seats: of.seats,
        used,
        free,
        people: members.into_iter().map(person).collect(),
        q: query.q.clone(),
        is_long: !next.is_empty() || !query.q.is_empty() || !query.after.is_empty(),
        next,
        may_take: own.is_none() && free > 0,
        own: own.filter(|_| of.is_company()),
        done: "",
        faults: Faults::default(),
        emails: String::new(),
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct InviteForm {
    emails: String,
    #[serde(default)]
    of: String,
}

pub(super) async fn submit_invite(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    ConfirmedForm(session, form): ConfirmedForm<InviteForm>,
) -> Result {
    let managed = required(&site.base, &session, &form.of).await?;
    let say = Say::new(session.language);
    let (done, fault, left) =
        match invite_all(&subscriptions, &session, &managed, &form.emails).await? {
            Ok(done) => {
                let to = format!("/account/seats?done={done}&of={}", managed.of.id);
                return Ok(see_other(&to));
            }
            Err(refused) => refused,
        };
    let page = page(&site, &session, &managed, &SeatQuery::default()).await?;
    // Without a free place there is no field: then it is about the people who have them.
    let field = if page.free > 0 { "emails" } else { "people" };
    let fault = match done {
        0 => fault,
        done => format!("{fault} {}", say.with("seats-some-invited", "count", done)),
    };
    refused(&SeatsPage {
        faults: Faults::one(field, fault),
        emails: left,
        ..page
    })
}

/// How many were invited, what is wrong with the first of the others, and those others.
type Refused = (usize, String, String);

/// Invites everybody the text names; gives what was done, or who was not invited and why.
async fn invite_all(
    subscriptions: &Subscriptions,
    session: &Session,
    managed: &Managed,
    text: &str,
) -> Result<std::result::Result<&'static str, Refused>> {
    let say = Say::new(session.language);
    let (mut emails, mut seen) = (Vec::<Email>::new(), HashSet::new());
    let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    for word in words.filter(|word| !visible(word).is_empty()) {
        match word.parse::<Email>() {
            Ok(email) if !seen.insert(email.clone()) => {}
            Ok(email) => emails.push(email),
            Err(()) => {
                let fault = say.with("seats-no-address", "email", visible(word));
                return Ok(Err((0, fault, text.to_owned())));
            }
        }
    }
    if emails.is_empty() {
        return Ok(Err((0, say.say("seats-nobody"), String::new())));
    }
    let by = Actor::Reader(session.reader);
    let answers = invite::invite_all(subscriptions, &managed.of, &emails, by).await?;
    let mailed = answers.iter().filter(|answer| answer.is_mailed()).count();
    let both = || emails.iter().zip(&answers);
    // Of one address it is told that nothing was to be done, too.
    let alone = emails.len() == 1;
    let is_left =
        |answer: Answer| !answer.is_settled() || (alone && matches!(answer, Answer::Seated));
    let Some((email, answer)) = both().find(|(_, answer)| is_left(**answer)) else {
        return Ok(Ok(match answers.as_slice() {
            [Answer::Renewed] => "renewed",
            [Answer::Recent] => "recent",
            _ => "invited",
        }));
    };
    let fault = answer.say(say, &readers::shown_email(email.as_str()));
    let left = both().filter(|(_, answer)| !answer.is_settled());
    let left: Vec<String> = left
        .map(|(email, _)| readers::shown_email(email.as_str()))
        .collect();
    Ok(Err((mailed, fault, left.join("\n"))))
}

#[derive(Debug, Deserialize)]
pub(super) struct RemoveForm {
    seat: SeatId,
    #[serde(default)]
    of: String,
}

pub(super) async fn submit_remove(
    State(subscriptions): State<Arc<Subscriptions>>,
    ConfirmedForm(session, form): ConfirmedForm<RemoveForm>,
) -> Result {
    let managed = required(&subscriptions.base, &session, &form.of).await?;
    let by = Actor::Reader(session.reader);
    let removed = invite::remove(&subscriptions, &managed.of, form.seat, by).await?;
    if removed.is_some_and(|what| what != SeatChange::Withdrawn) {
        let who = Who::reader(&session.reader);
        security::note(&subscriptions.base, Event::SeatRemoved, who);
    }
    let to = format!("/account/seats?done=removed&of={}", managed.of.id);
    Ok(see_other(&to))
}

#[derive(Debug, Deserialize)]
pub(super) struct TakeForm {
    #[serde(default)]
    of: String,
}

/// A seat for whoever looks after it and has none.
pub(super) async fn submit_take(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    SignedIn(session): SignedIn,
    Form(form): Form<TakeForm>,
) -> Result {
    let managed = required(&site.base, &session, &form.of).await?;
    let (id, by) = (managed.of.id, Actor::Reader(session.reader));
    let reader = readers::store::find_reader(&mut site.base.read().await?, session.reader).await?;
    let reader = reader.ok_or(Error::Forbidden)?;
    if subscriptions::seat(&subscriptions, id, &reader, by).await? {
        security::note(&site.base, Event::SeatTaken, Who::reader(&session.reader));
        return Ok(see_other(&format!("/account/seats?done=taken&of={id}")));
    }
    let say = Say::new(session.language);
    let page = page(&site, &session, &managed, &SeatQuery::default()).await?;
    refused(&SeatsPage {
        faults: Faults::one("people", say.say("seats-answer-full")),
        ..page
    })
}
