//! Changing the password: the one step for someone who doesn't know who is using the account. Every other device is
//! signed out, loses the lease if it has it, and is told.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use http::{Extensions, HeaderMap, StatusCode};
use serde::Deserialize;

use super::account::{frame, reader};
use super::form::{Faults, password_fault};
use super::tell_ended;
use crate::App;
use crate::base::mail;
use crate::readers::letters::{self, Letter};
use crate::readers::limits::network;
use crate::readers::rules::{Reader, check_password};
use crate::readers::store;
use crate::web::Result;
use crate::web::locale::Say;
use crate::web::view::{Frame, html, personal, see_other};

const PATH: &str = "/account/password";

#[derive(Template)]
#[template(path = "readers/password.html")]
struct PasswordPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    /// Whether to lead to a subscription, or to the plans.
    seated: bool,
    faults: Faults,
    email: String,
    shortest: usize,
}

async fn page(app: &App, reader: Reader, faults: Faults) -> Result<PasswordPage> {
    let say = Say::new(reader.language);
    Ok(PasswordPage {
        frame: frame(app, say, "password-title"),
        say,
        tab: "password",
        seated: app.seats.active(app, reader.id).await?,
        faults,
        email: reader.email,
        shortest: app.config.accounts.min_password,
    })
}

/// The form.
pub async fn show_password(State(app): State<Arc<App>>, headers: HeaderMap) -> Result {
    let session = app.sessions.required(&app, &headers, PATH).await?;
    let reader = reader(&app, &session).await?;
    personal(&page(&app, reader, Faults::default()).await?)
}

/// The old and the new one.
#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Change {
    current: String,
    password: String,
}

/// Changes it.
pub async fn submit_password(
    State(app): State<Arc<App>>,
    extensions: Extensions,
    headers: HeaderMap,
    form: std::result::Result<Form<Change>, FormRejection>,
) -> Result {
    let session = app.sessions.required(&app, &headers, PATH).await?;
    let Form(form) = form?;
    let reader = reader(&app, &session).await?;
    let say = Say::new(reader.language);
    let network = network(&app, &extensions, &headers);
    app.limits.password(network, &reader.email)?;
    let mut faults = Faults::default();
    let stored = Some(reader.password.clone());
    if !app.passwords.verify(form.current, stored).await? {
        faults.add("current", say.say("fault-current"));
    } else {
        app.limits.password_was_right(network, &reader.email);
    }
    let shortest = app.config.accounts.min_password;
    if let Err(fault) = check_password(&form.password, &reader.email, shortest) {
        faults.add("password", password_fault(&app, say, fault));
    }
    if !faults.is_empty() {
        let page = page(&app, reader, faults).await?;
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
    }
    let password = app.passwords.hash(form.password, &app.rng).await?;
    let letter = letters::write(&app, reader.language, &reader.email, Letter::Changed)?;
    let mut tx = app.write().await?;
    store::set_password(&mut tx, reader.id, &password).await?;
    let ended = store::delete_other_sessions(&mut tx, reader.id, &session.token).await?;
    store::set_confirmed(&mut tx, &session.token).await?;
    mail::post(&mut tx, &letter).await?;
    tx.commit().await?;
    app.sessions.forget(&session.token);
    tell_ended(&app, reader.id, &ended).await;
    Ok(see_other("/account?notice=password"))
}
