//! The password again, before what someone who borrowed a session must not do.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use http::{Extensions, HeaderMap, StatusCode};
use serde::Deserialize;

use super::account::{frame, reader};
use super::form::Faults;
use crate::App;
use crate::readers::limits::network;
use crate::readers::store;
use crate::web::Result;
use crate::web::error::encode;
use crate::web::locale::Say;
use crate::web::view::{Frame, html, local_path, personal, see_other};

#[derive(Template)]
#[template(path = "readers/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    say: Say,
    faults: Faults,
    email: String,
    next: String,
}

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// Asks.
pub async fn show_confirm(
    State(app): State<Arc<App>>,
    Query(query): Query<Next>,
    headers: HeaderMap,
) -> Result {
    let next = local_path(&query.next);
    let here = format!("/account/confirm?next={}", encode(next));
    let session = app.sessions.required(&app, &headers, &here).await?;
    let reader = reader(&app, &session).await?;
    let say = Say::new(reader.language);
    personal(&ConfirmPage {
        frame: frame(&app, say, "confirm-title"),
        say,
        faults: Faults::default(),
        email: reader.email,
        next: next.to_owned(),
    })
}

/// The password.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Confirm {
    password: String,
    next: String,
}

/// Checks it.
pub async fn submit_confirm(
    State(app): State<Arc<App>>,
    extensions: Extensions,
    headers: HeaderMap,
    form: std::result::Result<Form<Confirm>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let next = local_path(&form.next);
    let session = app.sessions.required(&app, &headers, next).await?;
    let reader = reader(&app, &session).await?;
    let say = Say::new(reader.language);
    let network = network(&app, &extensions, &headers);
    app.limits.password(network, &reader.email)?;
    let stored = Some(reader.password.clone());
    if !app.passwords.verify(form.password, stored).await? {
        let page = ConfirmPage {
            frame: frame(&app, say, "confirm-title"),
            say,
            faults: Faults::one("password", say.say("fault-current")),
            email: reader.email,
            next: next.to_owned(),
        };
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
    }
    app.limits.password_was_right(network, &reader.email);
    let mut tx = app.write().await?;
    store::set_confirmed(&mut tx, &session.token).await?;
    tx.commit().await?;
    app.sessions.forget(&session.token);
    Ok(see_other(next))
}
