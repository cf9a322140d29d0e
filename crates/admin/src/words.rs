//! How subscriptions and what happened to them are told, on every page of the administration.

use base::db::Tx;
use jiff::tz::TimeZone;
use subscriptions::rules::{Event, MAX_NOTE, Plan, PlanSlug, Plans};
use web::locale::Say;

/// Something that happened, as a row of a table.
pub(crate) struct Happening {
    pub(crate) when: String,
    pub(crate) what: String,
    /// Who of the paper did it; empty for the command line and for what is no person's doing.
    pub(crate) who: String,
    pub(crate) note: String,
}

/// One of several things that can be chosen.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) name: String,
}

/// The plans of the paper, to choose from.
pub(crate) fn choices(Plans(plans): &Plans, say: Say) -> Vec<Choice> {
    let choice = |plan: &Plan| Choice {
        value: plan.slug.to_string(),
        name: plan.name(say.lang).to_owned(),
    };
    plans.iter().map(choice).collect()
}

/// The number of seats that was typed, if one was. No plan has as many as stand for something else, so whoever typed that
/// hears what the plan has.
pub(crate) fn typed_seats(text: &str) -> Option<i64> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.parse().unwrap_or(i64::MAX))
}

/// What to say of a note that is none.
pub(crate) fn note_fault(say: Say) -> String {
    say.with("admin-fault-note", "length", MAX_NOTE)
}

/// What a plan is called, and the company if there is one.
pub(crate) fn plan_and_company(
    plans: &Plans,
    plan: &PlanSlug,
    company: Option<&str>,
    say: Say,
) -> String {
    let name = plans.name(plan, say.lang);
    match company {
        None => name.to_owned(),
        Some(company) => format!("{name} · {company}"),
    }
}

/// What happened to a subscription, the newest first.
pub(crate) async fn happened(
    tx: &mut Tx,
    say: Say,
    zone: &TimeZone,
    plans: &Plans,
    events: &[Event],
) -> sqlx::Result<Vec<Happening>> {
    let mut happened = Vec::with_capacity(events.len());
    for event in events.iter().rev() {
        happened.push(happening(tx, say, zone, plans, event).await?);
    }
    Ok(happened)
}

/// An event in words: what happened, and what is different since.
async fn happening(
    tx: &mut Tx,
    say: Say,
    zone: &TimeZone,
    plans: &Plans,
    event: &Event,
) -> sqlx::Result<Happening> {
    let who = match event.by {
        None => String::new(),
        Some(staff) => readers::store::find_reader(tx, staff)
            .await?
            .map_or(String::new(), |staff| readers::shown_email(&staff.email)),
    };
    let terms = &event.terms;
    let parts = [
        Some(say.say(&format!("happened-{}", event.what))),
        terms
            .plan
            .as_ref()
            .map(|plan| plans.name(plan, say.lang).to_owned()),
        terms
            .seats
            .map(|seats| say.with("plan-seats", "seats", seats)),
        terms
            .reason
            .map(|reason| say.say(&format!("reason-{reason}"))),
        terms.until.map(|until| {
            let day = say.day(subscriptions::last_day(until));
            say.with("happened-until", "day", day)
        }),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Ok(Happening {
        when: say.moment(event.at, zone),
        what: parts.join(" · "),
        who,
        note: event.note.clone().unwrap_or_default(),
    })
}
