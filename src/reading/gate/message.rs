//! The device message for an address of another site; and the way through to it for whoever may read there by now.

use std::sync::Arc;

use axum::extract::{Query, State};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde::Deserialize;

use super::check::Refusal;
use super::{doorway, is_open, message_path, site_of};
use crate::App;
use crate::access::{Outside, outside};
use crate::leases::EventKind;
use crate::reading::message;
use crate::reading::pages::is_navigation;
use crate::reading::place;
use crate::web::locale::{self, Say};
use crate::web::view::see_other;
use crate::web::{Error, Result};

/// The whole address to go back to.
#[derive(Debug, Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

/// Asks for the lease, as an article would: whoever has it then is sent back, others get the message.
pub async fn show_message(
    State(app): State<Arc<App>>,
    Query(query): Query<Back>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    is_open(&app)?;
    let back = query.back.as_str();
    let Some(site) = site_of(&app, back) else {
        let say = Say::new(locale::of_request(&app, &uri, &headers));
        return message::lost(&app, say);
    };
    let Some(session) = app.sessions.of(&app, &headers).await? else {
        return Err(Error::SignIn {
            next: message_path(site, back),
        });
    };
    let say = Say::new(session.language);
    let seated = app.seats.active(&app, session.reader).await?;
    let navigation = is_navigation(&method, &headers);
    let placed = if seated {
        Some(place::of(&app, &session, navigation).await?)
    } else {
        None
    };
    let holder = placed.and_then(|placed| placed.holder);
    match (outside(placed.map(|placed| placed.place)), holder) {
        (Outside::Open, _) => Ok(see_other(back)),
        (Outside::Wall, _) => Ok(see_other(&format!("/plans?lang={}", say.lang))),
        (Outside::Elsewhere, Some(holder)) => {
            app.leases.shown(&app, &session, &holder, EventKind::Shown);
            message::outside(&app, &session, &holder, site.shown(), back).await
        }
        // Nobody is looking. To send them on would bring them here again.
        (Outside::Elsewhere | Outside::Unasked, _) => {
            doorway::page(&app, say, Refusal::Unasked, StatusCode::OK, back)
        }
    }
}
