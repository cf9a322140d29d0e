//! One's own subscription: the one a reader reads on, or looks after.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;

use crate::managed::{Managed, find, plan_name};
use readers::{Session, SignedIn};
use subscriptions::rules::Subscription;
use subscriptions::store;
use web::locale::Say;
use web::view::{Frame, personal, see_other};
use web::{Result, Site};

#[derive(Template)]
#[template(path = "account/subscription.html")]
struct SubscriptionPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    seated: bool,
    plan: String,
    seats: i64,
    /// Why it can be read on.
    why: String,
    until: String,
    /// Whose it is; empty if it is the reader's own.
    host: String,
    /// Whether they look after it.
    manages: bool,
    /// Version of the terms, and the day since which it holds.
    terms: Option<(String, String)>,
}

/// The subscription a reader has a seat on, or else the one they look after, with name and address of its owner.
async fn held(
    site: &Site,
    session: &Session,
    managed: Option<&Managed>,
) -> Result<Option<(Subscription, String, String)>> {
    let held = store::find_held(&mut site.base.read().await?, session.reader).await?;
    let (None, Some(managed)) = (&held, managed) else {
        return Ok(held);
    };
    let owner = managed.owner(&site.base).await?;
    Ok(Some((managed.of.clone(), owner.name, owner.email)))
}

pub(super) async fn show_subscription(
    State(site): State<Arc<Site>>,
    SignedIn(session): SignedIn,
) -> Result {
    let managed = find(&site.base, &session, "").await?;
    let Some((of, name, email)) = held(&site, &session, managed.as_ref()).await? else {
        return Ok(see_other("/plans"));
    };
    let manages = managed.is_some_and(|managed| managed.all.iter().any(|one| one.id == of.id));
    let say = Say::new(session.language);
    let zone = site.zone(session.language);
    let own = of.owner == session.reader;
    personal(&SubscriptionPage {
        frame: Frame::unlisted(&site, say, "subscription-title"),
        say,
        tab: "subscription",
        seated: true,
        plan: plan_name(&site.base, say, &of).await?,
        seats: of.seats,
        why: say.say(&format!("reason-{}", of.reason)),
        until: say.day(subscriptions::last_day(of.ends_at)),
        host: if own {
            String::new()
        } else {
            called(name, email)
        },
        manages,
        terms: of.terms.map(|(version, at)| (version, say.date(at, &zone))),
    })
}

fn called(name: String, email: String) -> String {
    if name.is_empty() {
        readers::shown_email(&email)
    } else {
        name
    }
}

#[derive(Template)]
#[template(path = "account/guest_seat.html")]
struct GuestSeatPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    seated: bool,
    plan: String,
    host: String,
    until: String,
}

/// What a reader sees of seats who has one and looks after none.
pub(super) async fn show_guest_seat(site: &Site, session: &Session) -> Result {
    let held = store::find_held(&mut site.base.read().await?, session.reader).await?;
    let Some((of, name, email)) = held else {
        return Ok(see_other("/plans"));
    };
    let say = Say::new(session.language);
    personal(&GuestSeatPage {
        frame: Frame::unlisted(site, say, "seats-title"),
        say,
        tab: "seats",
        seated: true,
        plan: plan_name(&site.base, say, &of).await?,
        host: called(name, email),
        until: say.day(subscriptions::last_day(of.ends_at)),
    })
}
