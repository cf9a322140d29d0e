//! The device message for an address of another site; and the way through to it for whoever may read there by now.

use axum::extract::State;
use http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;

use super::check::Refusal;
use super::{doorway, is_open, message_path};
use crate::Gate;
use access::{Outside, outside};
use leases::EventKind;
use readers::SignedIn;
use reading::Occasion;
use reading::message;
use reading::place;
use web::locale::Say;
use web::view::see_other;
use web::{Error, Language, Query, Result};

/// The whole address to go back to.
#[derive(Debug, Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

/// Asks for the lease, as an article would: whoever has it then is sent back, others get the message.
pub async fn show_message(
    State(gate): State<Gate>,
    Query(query): Query<Back>,
    session: Option<SignedIn>,
    Language(lang): Language,
    method: Method,
    headers: HeaderMap,
) -> Result {
    is_open(&gate.base)?;
    let back = query.back.as_str();
    let Some(site) = gate.base.config.gate.site_of(back) else {
        return doorway::lost(&gate.site, Say::new(lang));
    };
    let Some(SignedIn(session)) = session else {
        return Err(Error::SignIn {
            next: message_path(site, back),
        });
    };
    let say = Say::new(session.language);
    let seated = gate.subscriptions.seats.active(session.reader).await?;
    let navigation = Occasion::of(method == Method::GET, &headers) == Occasion::Navigation;
    let placed = if seated {
        Some(place::of(&gate.reading, &session, navigation).await?)
    } else {
        None
    };
    let holder = placed.and_then(|placed| placed.holder);
    match (outside(placed.map(|placed| placed.place)), holder) {
        (Outside::Open, _) => Ok(see_other(back)),
        (Outside::Wall, _) => Ok(see_other(&format!("/plans?lang={}", say.lang))),
        (Outside::Elsewhere, Some(holder)) => {
            gate.leases.shown(&session, &holder, EventKind::Shown);
            message::outside(&gate.reading, &session, &holder, site.shown(), back).await
        }
        // Nobody is looking. To send them on would bring them here again.
        (Outside::Elsewhere | Outside::Unasked, _) => {
            doorway::page(&gate.base, say, Refusal::Unasked, StatusCode::OK, back)
        }
    }
}
