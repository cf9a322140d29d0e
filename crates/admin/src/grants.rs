//! Subscriptions: the newest, and a form to give one.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::Admin;
use readers::{self, Email, Session};
use subscriptions::rules::SeatsRefusal;
use subscriptions::{self, CompanyName, Grant, Granted, Plan, store};
use web::locale::Say;
use web::view::{Frame, html, see_other};
use web::{Error, Result};

const HERE: &str = "/admin/subscriptions";
/// How many are listed.
const SHOWN: i64 = 100;

#[derive(Template)]
#[template(path = "admin/subscriptions.html")]
struct SubscriptionsPage {
    frame: Frame,
    say: Say,
    rows: Vec<Row>,
    done: bool,
    /// What is wrong with the form, or empty.
    problem: String,
    form: GrantForm,
    plans: &'static [Plan],
}

struct Row {
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
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

async fn staff(admin: &Admin, headers: &HeaderMap) -> Result<Arc<Session>> {
    let session = admin.readers.sessions.required(headers, HERE).await?;
    if !readers::store::is_operator(&mut admin.base.read().await?, session.reader).await? {
        return Err(Error::Forbidden);
    }
    admin.readers.sessions.confirmed(headers, HERE).await
}

pub(super) async fn show_subscriptions(
    State(admin): State<Admin>,
    Query(query): Query<Done>,
    headers: HeaderMap,
) -> Result {
    let session = staff(&admin, &headers).await?;
    let done = query.done == "given";
    page(&admin, &session, done, String::new(), GrantForm::default()).await
}

async fn page(
    admin: &Admin,
    session: &Session,
    done: bool,
    problem: String,
    form: GrantForm,
) -> Result {
    let say = Say::new(session.language);
    let zone = admin.site.zone(session.language);
    let newest = store::list_newest(&mut admin.base.read().await?, SHOWN).await?;
    let rows = newest
        .into_iter()
        .map(|of| Row {
            plan: match &of.company_name {
                None => say.say(plan_key(of.plan)),
                Some(company) => format!("{} · {company}", say.say(plan_key(of.plan))),
            },
            seats: format!("{} / {}", of.taken, of.seats),
            until: say.date(of.ends_at, &zone),
            email: of.email,
        })
        .collect();
    let mut frame = Frame::new(
        &admin.site,
        session.language,
        say.say("admin-subscriptions-title"),
    );
    frame.index = false;
    let status = if problem.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = SubscriptionsPage {
        frame,
        say,
        rows,
        done,
        problem,
        form,
        plans: Plan::ALL,
    };
    Ok(html(status, page.render()?))
}

const fn plan_key(plan: Plan) -> &'static str {
    match plan {
        Plan::Digital => "plan-digital",
        Plan::Premium => "plan-premium",
        Plan::Company => "plan-company",
    }
}

pub(super) async fn submit_grant(
    State(admin): State<Admin>,
    headers: HeaderMap,
    form: std::result::Result<Form<GrantForm>, FormRejection>,
) -> Result {
    let session = staff(&admin, &headers).await?;
    let Form(form) = form?;
    match give(&admin, Say::new(session.language), &form).await? {
        None => Ok(see_other("/admin/subscriptions?done=given")),
        Some(problem) => page(&admin, &session, false, problem, form).await,
    }
}

/// Gives what the form says. Gives what is wrong, in which case nothing was changed.
async fn give(admin: &Admin, say: Say, form: &GrantForm) -> Result<Option<String>> {
    let wrong = |key: &str| Ok(Some(say.say(key)));
    let Ok(email) = form.email.parse::<Email>() else {
        return wrong("admin-no-reader");
    };
    let Ok(plan) = form.plan.parse::<Plan>() else {
        return wrong("admin-no-plan");
    };
    let asked = match form.seats.trim() {
        "" => None,
        number => match number.parse::<i64>() {
            Ok(number) => Some(number),
            Err(_) => return wrong("admin-no-seats"),
        },
    };
    let seats = match plan.seats(asked) {
        Ok(seats) => seats,
        Err(SeatsRefusal::Fixed(seats)) => {
            return Ok(Some(say.with("admin-seats-fixed", "seats", seats)));
        }
        Err(SeatsRefusal::OutOfRange) => return wrong("admin-no-seats"),
    };
    let until = form
        .until
        .parse()
        .ok()
        .and_then(subscriptions::end_of)
        .filter(|until| *until > admin.base.clock.now());
    let Some(until) = until else {
        return wrong("admin-no-day");
    };
    let reader = readers::store::find_by_email(&mut admin.base.read().await?, &email).await?;
    let Some(reader) = reader else {
        return wrong("admin-no-reader");
    };
    let Ok(company_name) = CompanyName::typed(&form.company) else {
        return wrong("admin-no-company");
    };
    let what = Grant {
        plan,
        seats,
        company_name,
        until,
    };
    match subscriptions::grant(&admin.subscriptions, &reader, &what).await? {
        Granted::Given(_) => Ok(None),
        Granted::SeatsTaken(taken) => Ok(Some(say.with("admin-seats-taken", "taken", taken))),
    }
}
