//! The plans: what each gives, and how to get it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;

use readers::SignedIn;
use subscriptions::rules::{MOST_SEATS, Period, Plan, PlanSlug, Plans};
use subscriptions::store;
use web::error::encode;
use web::locale::Say;
use web::view::{Frame, personal};
use web::{Error, Language, Result, Site};

#[derive(Template)]
#[template(path = "account/plans.html")]
struct PlansPage {
    frame: Frame,
    say: Say,
    cards: Vec<Card>,
    /// Address of the paper.
    write_to: String,
    /// Whether nobody is signed in.
    guest: bool,
}

/// One plan on the page.
struct Card {
    name: String,
    what: String,
    ask: String,
    seats: String,
    /// For how long it is taken; empty if that is agreed with each.
    period: String,
    /// How long it may be tried, or empty.
    trial: String,
    /// Whether several may read on it, and whether so many that somebody manages them.
    for_several: bool,
    for_many: bool,
    current: bool,
    /// What the plan is called, as part of an address.
    subject: String,
}

impl Card {
    fn new(plan: &Plan, say: Say, held: Option<&PlanSlug>) -> Self {
        let name = plan.name(say.lang);
        Self {
            what: plan.description(say.lang).to_owned(),
            ask: say.with("plan-ask", "plan", name),
            seats: match (plan.fixed_seats(), plan.least_seats, plan.most_seats) {
                (Some(seats), ..) => say.with("plan-seats", "seats", seats),
                (None, 1, MOST_SEATS) => say.say("plan-seats-agreed"),
                (None, least, most) => say.with2("plan-seats-range", "least", least, "most", most),
            },
            period: match plan.period {
                Period::Agreed => String::new(),
                Period::Month => say.say("plan-period-month"),
                Period::Quarter => say.say("plan-period-quarter"),
                Period::Year => say.say("plan-period-year"),
            },
            trial: match plan.trial_days {
                0 => String::new(),
                days => say.with("plan-trial", "days", days),
            },
            for_several: plan.most_seats > 1,
            for_many: plan.most_seats > FEW,
            current: held == Some(&plan.slug),
            subject: encode(name),
            name: name.to_owned(),
        }
    }
}

/// So many readers look after themselves.
const FEW: i64 = 2;

pub(super) async fn show_plans(
    State(site): State<Arc<Site>>,
    session: Option<SignedIn>,
    Language(lang): Language,
) -> Result {
    let mut tx = site.base.read().await?;
    let Plans(plans) = store::list_plans(&mut tx).await?;
    let (lang, held) = match &session {
        Some(SignedIn(session)) => {
            let held = store::find_held(&mut tx, session.reader).await?;
            (session.language, held.map(|(held, ..)| held.plan))
        }
        None => (lang, None),
    };
    drop(tx);
    let say = Say::new(lang);
    let shown = |plan: &&Plan| plan.is_shown_to(session.is_some(), held.is_some());
    let cards = plans.iter().filter(shown);
    let cards = cards
        .map(|plan| Card::new(plan, say, held.as_ref()))
        .collect();
    let mut frame = Frame::new(&site, lang, say.say("plans-title"));
    if session.is_none() {
        frame = frame.spoken_at(&site, "/plans");
    }
    frame.description = say.say("plans-lead");
    personal(&PlansPage {
        frame,
        say,
        cards,
        write_to: address_of(&site)?,
        guest: session.is_none(),
    })
}

/// The bare address of the paper: `gaceta@localhost` of `Gaceta <gaceta@localhost>`.
fn address_of(site: &Site) -> Result<String> {
    let from: lettre::message::Mailbox = site
        .base
        .config
        .mail
        .from
        .parse()
        .map_err(Error::internal)?;
    Ok(from.email.to_string())
}
