//! Changing the password: the one step for someone who doesn't know who is using the account. Every other device is
//! signed out, loses the lease if it has it, and is told.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use http::{Extensions, HeaderMap, StatusCode};
use serde::Deserialize;

use super::account::{frame, reader};
use super::form::{Faults, password_fault};
use super::tell_ended;
use crate::Account;
use base::mail;
use readers::letters::{self, Letter};
use readers::rules::{Reader, check_password};
use readers::store;
use web::Result;
use web::limits::Network;
use web::locale::Say;
use web::view::{Frame, html, personal, see_other};

const PATH: &str = "/account/password";

#[derive(Template)]
#[template(path = "account/password.html")]
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

async fn page(parts: &Account, reader: Reader, faults: Faults) -> Result<PasswordPage> {
    let say = Say::new(reader.language);
    Ok(PasswordPage {
        frame: frame(parts, say, "password-title"),
        say,
        tab: "password",
        seated: parts.subscriptions.seats.active(reader.id).await?,
        faults,
        email: reader.email,
        shortest: parts.base.config.accounts.min_password,
    })
}

/// The form.
pub async fn show_password(State(parts): State<Account>, headers: HeaderMap) -> Result {
    let session = parts.readers.sessions.required(&headers, PATH).await?;
    let reader = reader(&parts, &session).await?;
    personal(&page(&parts, reader, Faults::default()).await?)
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
    State(parts): State<Account>,
    extensions: Extensions,
    headers: HeaderMap,
    form: std::result::Result<Form<Change>, FormRejection>,
) -> Result {
    let session = parts.readers.sessions.required(&headers, PATH).await?;
    let Form(form) = form?;
    let reader = reader(&parts, &session).await?;
    let say = Say::new(reader.language);
    let network = Network::of(&parts.base, &extensions, &headers);
    parts.readers.limits.password(network, &reader.email)?;
    let mut faults = Faults::default();
    let stored = Some(reader.password.clone());
    if !parts.readers.passwords.verify(form.current, stored).await? {
        faults.add("current", say.say("fault-current"));
    } else {
        parts
            .readers
            .limits
            .password_was_right(network, &reader.email);
    }
    let shortest = parts.base.config.accounts.min_password;
    if let Err(fault) = check_password(&form.password, &reader.email, shortest) {
        faults.add("password", password_fault(&parts, say, fault));
    }
    if !faults.is_empty() {
        let page = page(&parts, reader, faults).await?;
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
    }
    let password = parts
        .readers
        .passwords
        .hash(form.password, &parts.base.rng)
        .await?;
    let letter = letters::write(&parts.base, reader.language, &reader.email, Letter::Changed)?;
    let mut tx = parts.base.write().await?;
    store::set_password(&mut tx, reader.id, &password).await?;
    let ended = store::delete_other_sessions(&mut tx, reader.id, &session.token).await?;
    store::set_confirmed(&mut tx, &session.token).await?;
    mail::post(&mut tx, &letter).await?;
    tx.commit().await?;
    parts.readers.sessions.forget(&session.token);
    tell_ended(&parts, reader.id, &ended).await;
    Ok(see_other("/account?notice=password"))
}
