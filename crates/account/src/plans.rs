//! The plans: what each gives, and how to get it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;

use readers::SignedIn;
use subscriptions::rules::Plan;
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
    plan: Plan,
    name: String,
    what: String,
    ask: String,
    seats: String,
    current: bool,
    /// What the plan is called, as part of an address.
    subject: String,
}

/// Keys of what a plan is called, what it is for, and how to ask for it.
pub(super) const fn keys(plan: Plan) -> [&'static str; 3] {
    match plan {
        Plan::Digital => ["plan-digital", "plan-digital-what", "plan-digital-ask"],
        Plan::Premium => ["plan-premium", "plan-premium-what", "plan-premium-ask"],
        Plan::Company => ["plan-company", "plan-company-what", "plan-company-ask"],
    }
}

pub(super) async fn show_plans(
    State(site): State<Arc<Site>>,
    session: Option<SignedIn>,
    Language(lang): Language,
) -> Result {
    let (lang, held) = match &session {
        Some(SignedIn(session)) => {
            let held = store::find_held(&mut site.base.read().await?, session.reader).await?;
            (session.language, held.map(|(held, ..)| held.plan))
        }
        None => (lang, None),
    };
    let say = Say::new(lang);
    let cards = Plan::ALL
        .iter()
        .map(|plan| Card {
            plan: *plan,
            name: say.say(keys(*plan)[0]),
            what: say.say(keys(*plan)[1]),
            ask: say.say(keys(*plan)[2]),
            seats: match plan.fixed_seats() {
                Some(seats) => say.with("plan-seats", "seats", seats),
                None => say.say("plan-seats-agreed"),
            },
            current: held == Some(*plan),
            subject: encode(&say.say(keys(*plan)[0])),
        })
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
