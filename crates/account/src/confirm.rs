//! The password again, before what someone who borrowed a session must not do.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use http::{Extensions, HeaderMap, StatusCode};
use serde::Deserialize;

use super::account::{frame, reader};
use super::form::Faults;
use crate::Account;
use readers::store;
use web::Result;
use web::error::encode;
use web::limits::Network;
use web::locale::Say;
use web::view::{Frame, html, local_path, personal, see_other};

#[derive(Template)]
#[template(path = "account/confirm.html")]
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
    State(parts): State<Account>,
    Query(query): Query<Next>,
    headers: HeaderMap,
) -> Result {
    let next = local_path(&query.next);
    let here = format!("/account/confirm?next={}", encode(next));
    let session = parts.readers.sessions.required(&headers, &here).await?;
    let reader = reader(&parts, &session).await?;
    let say = Say::new(reader.language);
    personal(&ConfirmPage {
        frame: frame(&parts, say, "confirm-title"),
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
    State(parts): State<Account>,
    extensions: Extensions,
    headers: HeaderMap,
    form: std::result::Result<Form<Confirm>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let next = local_path(&form.next);
    let session = parts.readers.sessions.required(&headers, next).await?;
    let reader = reader(&parts, &session).await?;
    let say = Say::new(reader.language);
    let network = Network::of(&parts.base, &extensions, &headers);
    parts.readers.limits.password(network, &reader.email)?;
    let stored = Some(reader.password.clone());
    if !parts
        .readers
        .passwords
        .verify(form.password, stored)
        .await?
    {
        let page = ConfirmPage {
            frame: frame(&parts, say, "confirm-title"),
            say,
            faults: Faults::one("password", say.say("fault-current")),
            email: reader.email,
            next: next.to_owned(),
        };
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
    }
    parts
        .readers
        .limits
        .password_was_right(network, &reader.email);
    let mut tx = parts.base.write().await?;
    store::set_confirmed(&mut tx, &session.token).await?;
    tx.commit().await?;
    parts.readers.sessions.forget(&session.token);
    Ok(see_other(next))
}
