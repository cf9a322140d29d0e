//! One subscription: what holds, what happened, who reads; and what the paper can do about it.
//!
//! Ending asks once, and can be undone until its last day.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use crate::seats::{Seats, seats};
use crate::words::{
    Choice, Happening, choices, happened, note_fault, plan_and_company, typed_seats,
};
use crate::{Staff, StaffForm};
use base::time::UnixMillis;
use readers::Session;
use subscriptions::rules::{
    Filter, Plan, PlanSlug, Plans, State as Holds, Subscription, SubscriptionId,
};
use subscriptions::{By, Change, Refusal, Subscriptions, can_resume, store};
use web::form::{Faults, refused};
use web::locale::Say;
use web::view::{Frame, personal, see_other};
use web::{Error, Path, Query, Result, Site};

#[derive(Template)]
#[template(path = "admin/subscription.html")]
struct SubscriptionPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    id: SubscriptionId,
    owner: String,
    email: String,
    plan: String,
    why: String,
    since: String,
    until: String,
    runs: bool,
    can_resume: bool,
    seats: String,
    list: Seats,
    list_q: String,
    done: Vec<Happening>,
    happened: Vec<Happening>,
    plans: Vec<Choice>,
    faults: Faults,
    notice: &'static str,
    form: ChangeForm,
}

/// What was typed into the forms of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChangeForm {
    pub(crate) until: String,
    #[serde(rename = "until-note")]
    pub(crate) until_note: String,
    pub(crate) plan: String,
    pub(crate) seats: String,
    #[serde(rename = "plan-note")]
    pub(crate) plan_note: String,
    #[serde(rename = "end-note")]
    pub(crate) end_note: String,
    /// Who is invited.
    pub(crate) emails: String,
    /// Who owns it next.
    pub(crate) email: String,
    pub(crate) owner_note: String,
}

/// Which part of the people is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListPart {
    pub(crate) q: String,
    pub(crate) after: String,
}

async fn page(
    site: &Site,
    session: &Session,
    id: SubscriptionId,
    list: &ListPart,
) -> Result<SubscriptionPage> {
    let say = Say::new(session.language);
    let zone = site.zone(session.language);
    let mut tx = site.base.read().await?;
    let of = store::find_subscription(&mut tx, id).await?;
    let of = of.ok_or(Error::NotFound)?;
    let owner = readers::store::find_reader(&mut tx, of.owner).await?;
    let owner = owner.ok_or(Error::NotFound)?;
    let events = store::list_events(&mut tx, id).await?;
    let mut seats = seats(&mut tx, say, (id, of.owner), list).await?;
    let taken = store::count_accepted(&mut tx, id).await?;
    let plans = store::list_plans(&mut tx).await?;
    let happened = happened(&mut tx, say, &zone, &plans, &events).await?;
    let now = tx.now();
    drop(tx);
    let done = std::mem::take(&mut seats.done);
    let done = done.into_iter().map(|one| Happening {
        when: say.moment(one.when, &zone),
        what: one.what,
        who: one.who,
        note: one.about,
    });
    let email = readers::shown_email(&owner.email);
    let mut frame = Frame::unlisted(site, say, "admin-subscription-title");
    frame.title = say.with("admin-subscription-of", "email", email.as_str());
    Ok(SubscriptionPage {
        frame,
        say,
        tab: "",
        id,
        owner: of.owner.to_string(),
        email,
        plan: plan_and_company(&plans, &of.plan, of.company_name.as_deref(), say),
        why: say.say(&format!("reason-{}", of.reason)),
        since: say.date(of.starts_at, &zone),
        until: say.day(subscriptions::last_day(of.ends_at)),
        runs: of.ends_at > now,
        can_resume: can_resume(Holds::of(&events).as_ref(), now),
        seats: format!("{taken} / {}", of.seats),
        list: seats,
        list_q: list.q.clone(),
        done: done.collect(),
        happened,
        form: form_of(&of, &plans),
        plans: choices(&plans, say),
        faults: Faults::default(),
        notice: "",
    })
}

/// The fields as they stand there before anybody types.
fn form_of(of: &Subscription, plans: &Plans) -> ChangeForm {
    let is_fixed = plans.find(&of.plan).and_then(Plan::fixed_seats);
    ChangeForm {
        plan: of.plan.to_string(),
        seats: is_fixed.map_or_else(|| of.seats.to_string(), |_| String::new()),
        ..ChangeForm::default()
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ChangeNotice {
    #[serde(default)]
    done: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

pub(super) async fn show_subscription(
    State(site): State<Arc<Site>>,
    Staff(session): Staff,
    Path(id): Path<SubscriptionId>,
    Query(query): Query<ChangeNotice>,
) -> Result {
    let notice = match query.done.as_str() {
        "extended" => "admin-done-extended",
        "plan" => "admin-done-plan",
        "ended" => "admin-done-ended",
        "resumed" => "admin-done-resumed",
        "owner" => "admin-done-owner",
        "invited" => "seats-done-invited",
        "renewed" => "seats-done-renewed",
        "recent" => "seats-done-recent",
        "removed" => "seats-done-removed",
        _ => "",
    };
    let list = ListPart {
        q: query.q,
        after: query.after,
    };
    personal(&SubscriptionPage {
        notice,
        ..page(&site, &session, id, &list).await?
    })
}

/// Makes the change and goes back to the page; or gives what is wrong: at the field that this kind of refusal is about, else at
/// `field`.
pub(crate) async fn attempt(
    subscriptions: &Subscriptions,
    session: &Session,
    id: SubscriptionId,
    change: &Change,
    (note, note_field): (&str, &str),
    (field, done): (&str, &str),
) -> Result<std::result::Result<Response, Faults>> {
    let say = Say::new(session.language);
    let Ok(by) = By::typed(Some(session.reader), note) else {
        return Ok(Err(Faults::one(note_field, note_fault(say))));
    };
    match subscriptions::change(subscriptions, id, change, &by).await? {
        Ok(()) => {
            let to = format!("/admin/subscriptions/{id}?done={done}");
            Ok(Ok(see_other(&to)))
        }
        Err(Refusal::Unknown) => Err(Error::NotFound),
        Err(refusal) => {
            let field = of_field(refusal).unwrap_or(field);
            Ok(Err(Faults::one(field, refusal.say(say))))
        }
    }
}

/// The same for a form of the page, which is shown again with what is wrong.
async fn make(
    (site, subscriptions): (&Site, &Subscriptions),
    session: &Session,
    id: SubscriptionId,
    change: std::result::Result<Change, Faults>,
    note: (&str, &str),
    (form, field, done): (ChangeForm, &str, &str),
) -> Result {
    let made = match change {
        Ok(change) => attempt(subscriptions, session, id, &change, note, (field, done)).await?,
        Err(faults) => Err(faults),
    };
    let faults = match made {
        Ok(answer) => return Ok(answer),
        Err(faults) => faults,
    };
    refused_page(site, session, id, form, faults).await
}

/// The page again, with what was typed and what is wrong with it.
pub(crate) async fn refused_page(
    site: &Site,
    session: &Session,
    id: SubscriptionId,
    form: ChangeForm,
    faults: Faults,
) -> Result {
    let page = page(site, session, id, &ListPart::default()).await?;
    // Another form of the page stands there as it is, whichever was sent.
    let form = ChangeForm {
        plan: if form.plan.is_empty() {
            page.form.plan.clone()
        } else {
            form.plan
        },
        ..form
    };
    refused(&SubscriptionPage {
        faults,
        form,
        ..page
    })
}

const fn of_field(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::Over => Some("until"),
        Refusal::NoPlan => Some("plan"),
        Refusal::Seats(_) | Refusal::SeatsTaken(_) => Some("seats"),
        Refusal::Unknown
        | Refusal::Ended
        | Refusal::NotEnded
        | Refusal::OwnsAnother(_)
        | Refusal::OwnsIt => None,
    }
}

pub(super) async fn submit_extend(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    Path(id): Path<SubscriptionId>,
    StaffForm(session, form): StaffForm<ChangeForm>,
) -> Result {
    let say = Say::new(session.language);
    let until = form.until.parse().ok().and_then(subscriptions::end_of);
    let no_day = || Faults::one("until", say.say("change-over"));
    let change = until.map(Change::Extend).ok_or_else(no_day);
    let note = form.until_note.clone();
    let note = (note.as_str(), "until-note");
    let page = (form, "until", "extended");
    make((&site, &subscriptions), &session, id, change, note, page).await
}

pub(super) async fn submit_plan(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    Path(id): Path<SubscriptionId>,
    StaffForm(session, form): StaffForm<ChangeForm>,
) -> Result {
    let say = Say::new(session.language);
    let seats = typed_seats(&form.seats);
    let no_plan = |_| Faults::one("plan", say.say("change-no-plan"));
    let plan = form.plan.parse::<PlanSlug>().map_err(no_plan);
    let change = plan.map(|plan| Change::Plan(plan, seats));
    let note = form.plan_note.clone();
    let note = (note.as_str(), "plan-note");
    let page = (form, "plan", "plan");
    make((&site, &subscriptions), &session, id, change, note, page).await
}

pub(super) async fn submit_resume(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    Path(id): Path<SubscriptionId>,
    StaffForm(session, form): StaffForm<ChangeForm>,
) -> Result {
    let page = (form, "until", "resumed");
    let parts = (&*site, &*subscriptions);
    make(
        parts,
        &session,
        id,
        Ok(Change::Resume),
        ("", "until-note"),
        page,
    )
    .await
}

#[derive(Template)]
#[template(path = "admin/end.html")]
struct EndPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    id: SubscriptionId,
    what: String,
    faults: Faults,
    note: String,
}

async fn end_page(site: &Site, session: &Session, id: SubscriptionId) -> Result<EndPage> {
    let say = Say::new(session.language);
    let mut tx = site.base.read().await?;
    let of = store::find_subscription(&mut tx, id).await?;
    let of = of.ok_or(Error::NotFound)?;
    let owner = readers::store::find_reader(&mut tx, of.owner).await?;
    let taken = store::count_accepted(&mut tx, id).await?;
    drop(tx);
    let email = owner.map_or(String::new(), |owner| readers::shown_email(&owner.email));
    Ok(EndPage {
        frame: Frame::unlisted(site, say, "admin-end-title"),
        say,
        tab: "",
        id,
        what: say.with2("admin-end-what", "email", email, "taken", taken),
        faults: Faults::default(),
        note: String::new(),
    })
}

pub(super) async fn show_end(
    State(site): State<Arc<Site>>,
    Staff(session): Staff,
    Path(id): Path<SubscriptionId>,
) -> Result {
    personal(&end_page(&site, &session, id).await?)
}

pub(super) async fn submit_end(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    Path(id): Path<SubscriptionId>,
    StaffForm(session, form): StaffForm<ChangeForm>,
) -> Result {
    let (note, page) = ((form.end_note.as_str(), "end-note"), ("end-note", "ended"));
    let made = attempt(&subscriptions, &session, id, &Change::End, note, page).await?;
    let faults = match made {
        Ok(answer) => return Ok(answer),
        Err(faults) => faults,
    };
    refused(&EndPage {
        faults,
        note: form.end_note,
        ..end_page(&site, &session, id).await?
    })
}

/// Where a page of a list goes on: behind this one.
pub(super) fn mark(of: &subscriptions::rules::Overview) -> String {
    format!("{}.{}", of.created_at.0, of.id)
}

/// What [`mark`] wrote; nothing else is understood.
pub(super) fn marked(text: &str) -> Option<(UnixMillis, SubscriptionId)> {
    let (at, id) = text.split_once('.')?;
    Some((UnixMillis(at.parse().ok()?), id.parse().ok()?))
}

/// The filter of that name; of any other, all.
pub(super) fn filter(text: &str) -> Filter {
    text.parse().unwrap_or(Filter::All)
}
