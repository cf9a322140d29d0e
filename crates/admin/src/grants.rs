//! Subscriptions: the newest, and a form to give one.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use crate::{Staff, StaffForm};
use base::time::UnixMillis;
use readers::{self, Email, Session};
use subscriptions::rules::SeatsRefusal;
use subscriptions::{
    self, CompanyName, Grant, Granted, Plan, PlanSlug, Plans, Subscriptions, store,
};
use web::form::{Faults, refused};
use web::locale::Say;
use web::view::{Frame, personal, see_other};
use web::{Query, Result, Site};

/// How many are listed.
const SHOWN: i64 = 100;

#[derive(Template)]
#[template(path = "admin/subscriptions.html")]
struct SubscriptionsPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    rows: Vec<SubscriptionRow>,
    done: bool,
    faults: Faults,
    form: GrantForm,
    plans: Vec<Choice>,
}

/// A plan that can be given.
struct Choice {
    slug: String,
    name: String,
}

struct SubscriptionRow {
    email: String,
    plan: String,
    seats: String,
    until: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct GrantForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    plan: String,
    #[serde(default)]
    seats: String,
    #[serde(default)]
    company: String,
    #[serde(default)]
    until: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct GrantNotice {
    #[serde(default)]
    done: String,
}

pub(super) async fn show_subscriptions(
    State(site): State<Arc<Site>>,
    Staff(session): Staff,
    Query(query): Query<GrantNotice>,
) -> Result {
    let page = page(&site, &session, Faults::default(), GrantForm::default()).await?;
    personal(&SubscriptionsPage {
        done: query.done == "given",
        ..page
    })
}

async fn page(
    site: &Site,
    session: &Session,
    faults: Faults,
    form: GrantForm,
) -> Result<SubscriptionsPage> {
    let say = Say::new(session.language);
    let mut tx = site.base.read().await?;
    let plans = store::list_plans(&mut tx).await?;
    let newest = store::list_newest(&mut tx, SHOWN).await?;
    drop(tx);
    let name = |plan: &PlanSlug| plans.name(plan, say.lang).to_owned();
    let rows = newest
        .into_iter()
        .map(|of| SubscriptionRow {
            plan: match &of.company_name {
                None => name(&of.plan),
                Some(company) => format!("{} · {company}", name(&of.plan)),
            },
            seats: format!("{} / {}", of.taken, of.seats),
            until: say.day(subscriptions::last_day(of.ends_at)),
            email: readers::shown_email(&of.email),
        })
        .collect();
    Ok(SubscriptionsPage {
        frame: Frame::unlisted(site, say, "admin-subscriptions-title"),
        say,
        tab: "subscriptions",
        rows,
        done: false,
        faults,
        form,
        plans: plans.0.iter().map(|plan| choice(plan, say)).collect(),
    })
}

fn choice(plan: &Plan, say: Say) -> Choice {
    Choice {
        slug: plan.slug.to_string(),
        name: plan.name(say.lang).to_owned(),
    }
}

pub(super) async fn submit_grant(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    StaffForm(session, form): StaffForm<GrantForm>,
) -> Result {
    match give(&subscriptions, Say::new(session.language), &form).await? {
        Ok(()) => Ok(see_other("/admin/subscriptions?done=given")),
        Err(faults) => refused(&page(&site, &session, faults, form).await?),
    }
}

/// Gives what the form says, or says what is wrong with it; then nothing was changed.
async fn give(
    subscriptions: &Subscriptions,
    say: Say,
    form: &GrantForm,
) -> Result<std::result::Result<(), Faults>> {
    let base = &subscriptions.base;
    let plans = store::list_plans(&mut base.read().await?).await?;
    let (email, grant) = match checked(say, &plans, form, base.clock.now()) {
        Ok(checked) => checked,
        Err(faults) => return Ok(Err(faults)),
    };
    let reader = readers::store::find_by_email(&mut base.read().await?, &email).await?;
    let Some(reader) = reader else {
        return Ok(Err(Faults::one("email", say.say("admin-no-reader"))));
    };
    let fault = match subscriptions::grant(subscriptions, &reader, &grant).await? {
        Granted::Given(..) => return Ok(Ok(())),
        Granted::NoPlan => Faults::one("plan", say.say("admin-no-plan")),
        Granted::Seats(refusal) => Faults::one("seats", refusal.say(say)),
        Granted::SeatsTaken(taken) => {
            // So many places as a plan has, or as were typed for a company.
            let plan = plans.find(&grant.plan);
            let field = match plan.and_then(Plan::fixed_seats) {
                Some(_) => "plan",
                None => "seats",
            };
            Faults::one(field, say.with("admin-seats-taken", "taken", taken))
        }
    };
    Ok(Err(fault))
}

/// Who is given what, if all of the form can be taken.
fn checked(
    say: Say,
    plans: &Plans,
    form: &GrantForm,
    now: UnixMillis,
) -> std::result::Result<(Email, Grant), Faults> {
    let mut faults = Faults::default();
    let email = form.email.parse::<Email>();
    if email.is_err() {
        faults.add("email", say.say("admin-no-reader"));
    }
    let plan = form.plan.parse::<PlanSlug>();
    let plan = plan.ok().and_then(|slug| plans.find(&slug));
    if plan.is_none() {
        faults.add("plan", say.say("admin-no-plan"));
    }
    // Which number is right depends on the plan.
    let seats = plan.map(|plan| seats(plan, form.seats.trim()));
    if let Some(Err(refusal)) = seats {
        faults.add("seats", refusal.say(say));
    }
    let company_name = CompanyName::typed(&form.company);
    if company_name.is_err() {
        faults.add("company", say.say("admin-no-company"));
    }
    let until = form
        .until
        .parse()
        .ok()
        .and_then(subscriptions::end_of)
        .filter(|until| *until > now);
    if until.is_none() {
        faults.add("until", say.say("admin-no-day"));
    }
    match (email, plan, seats, company_name, until) {
        (Ok(email), Some(plan), Some(Ok(seats)), Ok(company_name), Some(until)) => {
            let grant = Grant {
                plan: plan.slug.clone(),
                seats: Some(seats),
                company_name,
                until,
            };
            Ok((email, grant))
        }
        _ => Err(faults),
    }
}

/// The seats of a plan for which this was typed.
fn seats(plan: &Plan, typed: &str) -> std::result::Result<i64, SeatsRefusal> {
    if typed.is_empty() {
        return plan.seats(None);
    }
    // No plan has as many, so whoever typed something else hears what it has.
    plan.seats(Some(typed.parse().unwrap_or(i64::MAX)))
}
