//! Subscriptions: a list to search in, and a form to give one.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use crate::subscription::{filter, mark, marked};
use crate::words::{Choice, choices, note_fault, plan_and_company, typed_seats};
use crate::{Staff, StaffForm};
use base::time::UnixMillis;
use readers::{self, Email, ReaderId, Session};
use subscriptions::rules::Filter;
use subscriptions::{
    self, By, CompanyName, Grant, Granted, Plan, PlanSlug, Plans, Reason, Subscriptions, store,
};
use web::error::encode;
use web::form::{Faults, refused};
use web::locale::Say;
use web::view::{Frame, SHOWN, cut, personal, see_other};
use web::{Query, Result, Site};

/// Why the paper gives a subscription.
const GIVEN: [Reason; 5] = [
    Reason::Granted,
    Reason::Paid,
    Reason::Trial,
    Reason::Gift,
    Reason::Company,
];

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
    reasons: Vec<Choice>,
    q: String,
    filters: Vec<Choice>,
    state: String,
    /// Query of the next page, or empty.
    next: String,
}

struct SubscriptionRow {
    id: String,
    email: String,
    why: String,
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
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
    /// `yes` for an owner who only manages.
    #[serde(default, rename = "manages-only")]
    manages_only: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    done: String,
    q: String,
    state: String,
    after: String,
}

pub(super) async fn show_subscriptions(
    State(site): State<Arc<Site>>,
    Staff(session): Staff,
    Query(query): Query<ListQuery>,
) -> Result {
    let given = (Faults::default(), GrantForm::default());
    let page = page(&site, &session, &query, given).await?;
    personal(&SubscriptionsPage {
        done: query.done == "given",
        ..page
    })
}

async fn page(
    site: &Site,
    session: &Session,
    query: &ListQuery,
    (faults, form): (Faults, GrantForm),
) -> Result<SubscriptionsPage> {
    let say = Say::new(session.language);
    let mut tx = site.base.read().await?;
    let plans = store::list_plans(&mut tx).await?;
    let filter = filter(&query.state);
    let after = marked(&query.after);
    let mut found =
        store::search_subscriptions(&mut tx, &query.q, filter, after, SHOWN + 1).await?;
    drop(tx);
    let next = cut(&mut found).map_or(String::new(), |last| {
        format!("q={}&state={filter}&after={}", encode(&query.q), mark(last))
    });
    let rows = found
        .into_iter()
        .map(|of| SubscriptionRow {
            id: of.id.to_string(),
            plan: plan_and_company(&plans, &of.plan, of.company_name.as_deref(), say),
            why: say.say(&format!("reason-{}", of.reason)),
            seats: format!("{} / {}", of.taken, of.seats),
            until: say.day(subscriptions::last_day(of.ends_at)),
            email: readers::shown_email(&of.email),
        })
        .collect();
    let reason = |reason: &Reason| Choice {
        value: reason.to_string(),
        name: say.say(&format!("reason-{reason}")),
    };
    let one_filter = |filter: &Filter| Choice {
        value: filter.to_string(),
        name: say.say(&format!("admin-filter-{filter}")),
    };
    Ok(SubscriptionsPage {
        frame: Frame::unlisted(site, say, "admin-subscriptions-title"),
        say,
        tab: "subscriptions",
        rows,
        done: false,
        faults,
        form,
        plans: choices(&plans, say),
        reasons: GIVEN.iter().map(reason).collect(),
        q: query.q.clone(),
        filters: Filter::ALL.iter().map(one_filter).collect(),
        state: filter.to_string(),
        next,
    })
}

pub(super) async fn submit_grant(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    StaffForm(session, form): StaffForm<GrantForm>,
) -> Result {
    let (say, staff) = (Say::new(session.language), session.reader);
    match give(&subscriptions, say, staff, &form).await? {
        Ok(()) => Ok(see_other("/admin/subscriptions?done=given")),
        Err(faults) => {
            let list = ListQuery::default();
            refused(&page(&site, &session, &list, (faults, form)).await?)
        }
    }
}

/// Gives what the form says, or says what is wrong with it; then nothing was changed.
async fn give(
    subscriptions: &Subscriptions,
    say: Say,
    staff: ReaderId,
    form: &GrantForm,
) -> Result<std::result::Result<(), Faults>> {
    let base = &subscriptions.base;
    let plans = store::list_plans(&mut base.read().await?).await?;
    let (email, grant) = match checked(say, (&plans, staff), form, base.clock.now()) {
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

/// The end of the last day that was typed, if it is still to come.
fn typed_end(day: &str, now: UnixMillis) -> Option<UnixMillis> {
    let end = day.parse().ok().and_then(subscriptions::end_of);
    end.filter(|end| *end > now)
}

/// Who is given what, if all of the form can be taken.
fn checked(
    say: Say,
    (plans, staff): (&Plans, ReaderId),
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
    let seats = plan.map(|plan| plan.seats(typed_seats(&form.seats)));
    if let Some(Err(refusal)) = seats {
        faults.add("seats", refusal.say(say));
    }
    let company_name = CompanyName::typed(&form.company);
    if company_name.is_err() {
        faults.add("company", say.say("admin-no-company"));
    }
    let until = typed_end(&form.until, now);
    if until.is_none() {
        faults.add("until", say.say("admin-no-day"));
    }
    let reason = match form.reason.as_str() {
        "" => Some(Reason::Granted),
        text => text.parse().ok().filter(|reason| GIVEN.contains(reason)),
    };
    if reason.is_none() {
        faults.add("reason", say.say("admin-no-reason"));
    }
    let by = By::typed(Some(staff), &form.note);
    if by.is_err() {
        faults.add("note", note_fault(say));
    }
    match (email, plan, seats, company_name, until, reason, by) {
        (
            Ok(email),
            Some(plan),
            Some(Ok(seats)),
            Ok(company_name),
            Some(until),
            Some(reason),
            Ok(by),
        ) => {
            let grant = Grant {
                plan: plan.slug.clone(),
                seats: Some(seats),
                company_name,
                until,
                reason,
                by,
                takes_seat: form.manages_only != "yes",
            };
            Ok((email, grant))
        }
        _ => Err(faults),
    }
}
