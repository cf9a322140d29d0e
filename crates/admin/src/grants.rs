//! Subscriptions: the newest, and a form to give one.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use crate::{Staff, StaffForm};
use base::time::UnixMillis;
use readers::{self, Email, Session};
use subscriptions::rules::SeatsRefusal;
use subscriptions::{self, CompanyName, Grant, Granted, Plan, Subscriptions, store};
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
    rows: Vec<SubscriptionRow>,
    done: bool,
    faults: Faults,
    form: GrantForm,
    plans: &'static [Plan],
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
    let newest = store::list_newest(&mut site.base.read().await?, SHOWN).await?;
    let rows = newest
        .into_iter()
        .map(|of| SubscriptionRow {
            plan: match &of.company_name {
                None => say.say(plan_key(of.plan)),
                Some(company) => format!("{} · {company}", say.say(plan_key(of.plan))),
            },
            seats: format!("{} / {}", of.taken, of.seats),
            until: say.day(subscriptions::last_day(of.ends_at)),
            email: readers::shown_email(&of.email),
        })
        .collect();
    Ok(SubscriptionsPage {
        frame: Frame::unlisted(site, say, "admin-subscriptions-title"),
        say,
        rows,
        done: false,
        faults,
        form,
        plans: Plan::ALL,
    })
}

const fn plan_key(plan: Plan) -> &'static str {
    match plan {
        Plan::Digital => "plan-digital",
        Plan::Premium => "plan-premium",
        Plan::Company => "plan-company",
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
    let (email, grant) = match checked(say, form, base.clock.now()) {
        Ok(checked) => checked,
        Err(faults) => return Ok(Err(faults)),
    };
    let reader = readers::store::find_by_email(&mut base.read().await?, &email).await?;
    let Some(reader) = reader else {
        return Ok(Err(Faults::one("email", say.say("admin-no-reader"))));
    };
    match subscriptions::grant(subscriptions, &reader, &grant).await? {
        Granted::Given(_) => Ok(Ok(())),
        Granted::SeatsTaken(taken) => {
            // So many places as a plan has, or as were typed for a company.
            let field = match grant.plan.fixed_seats() {
                Some(_) => "plan",
                None => "seats",
            };
            let text = say.with("admin-seats-taken", "taken", taken);
            Ok(Err(Faults::one(field, text)))
        }
    }
}

/// Who is given what, if all of the form can be taken.
fn checked(
    say: Say,
    form: &GrantForm,
    now: UnixMillis,
) -> std::result::Result<(Email, Grant), Faults> {
    let mut faults = Faults::default();
    let email = form.email.parse::<Email>();
    if email.is_err() {
        faults.add("email", say.say("admin-no-reader"));
    }
    let plan = form.plan.parse::<Plan>();
    if plan.is_err() {
        faults.add("plan", say.say("admin-no-plan"));
    }
    let seats = match &plan {
        Ok(plan) => seats(*plan, form.seats.trim()),
        // Which number is right depends on it.
        Err(_) => Ok(0),
    };
    if let Err(refusal) = seats {
        faults.add("seats", seats_fault(say, refusal));
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
        (Ok(email), Ok(plan), Ok(seats), Ok(company_name), Some(until)) => {
            let grant = Grant {
                plan,
                seats,
                company_name,
                until,
            };
            Ok((email, grant))
        }
        _ => Err(faults),
    }
}

/// The seats of a plan for which this was typed.
fn seats(plan: Plan, typed: &str) -> std::result::Result<i64, SeatsRefusal> {
    if typed.is_empty() {
        return plan.seats(None);
    }
    let number = typed.parse().map_err(|_| SeatsRefusal::OutOfRange)?;
    plan.seats(Some(number))
}

fn seats_fault(say: Say, refusal: SeatsRefusal) -> String {
    match refusal {
        SeatsRefusal::Fixed(seats) => say.with("admin-seats-fixed", "seats", seats),
        SeatsRefusal::OutOfRange => say.say("admin-no-seats"),
    }
}
