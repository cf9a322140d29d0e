//! How subscriptions and what happened to them are told, on every page of the administration.

use base::db::Tx;
use jiff::tz::TimeZone;
use subscriptions::rules::{Event, PlanSlug, Plans};
use web::locale::Say;

/// Something that happened, as a row of a table.
pub(crate) struct Happening {
    pub(crate) when: String,
    pub(crate) what: String,
    /// Who of the paper did it; empty for the command line and for what is no person's doing.
    pub(crate) who: String,
    pub(crate) note: String,
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

/// An event in words: what happened, and what is different since.
pub(crate) async fn happening(
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
