//! Changing the password: the one step for someone who doesn't know who is using the account. Every other device is
//! signed out, loses the lease if it has it, and is told.

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use super::account::reader;
use super::form::password_fault;
use super::{Which, tell_ended};
use crate::Account;
use base::mail;
use base::secret::Secret;
use readers::letters::{self, Letter};
use readers::rules::{Reader, check_password};
use readers::{Asker, SignedIn, store};
use web::form::{Faults, refused};
use web::limits::Network;
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, personal, see_other};
use web::{Form, Result};

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

async fn page(account: &Account, reader: Reader, faults: Faults) -> Result<PasswordPage> {
    let say = Say::new(reader.language);
    Ok(PasswordPage {
        frame: Frame::unlisted(&account.site, say, "password-title"),
        say,
        tab: "password",
        seated: account.subscriptions.seats.active(reader.id).await?,
        faults,
        email: readers::shown_email(&reader.email),
        shortest: account.base.config.accounts.min_password,
    })
}

/// The form.
pub async fn show_password(State(account): State<Account>, SignedIn(session): SignedIn) -> Result {
    let reader = reader(&account.readers, &session).await?;
    personal(&page(&account, reader, Faults::default()).await?)
}

/// The old and the new one.
#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Change {
    current: Secret,
    password: Secret,
}

/// Changes it.
pub async fn submit_password(
    State(account): State<Account>,
    SignedIn(session): SignedIn,
    network: Network,
    Form(form): Form<Change>,
) -> Result {
    let readers = &account.readers;
    let reader = reader(readers, &session).await?;
    let say = Say::new(reader.language);
    let asker = Asker::Device(session.device);
    let mut faults = Faults::default();
    let stored = Some(reader.password.clone());
    let who = Who::reader(&session.reader).from(network);
    if !readers.verify(asker, form.current, stored).await? {
        security::note(&account.base, Event::ConfirmFailed, who);
        faults.add("current", say.say("fault-current"));
    }
    let shortest = account.base.config.accounts.min_password;
    if let Err(fault) = check_password(form.password.reveal(), &reader.email, shortest) {
        faults.add("password", password_fault(say, shortest, fault));
    }
    if !faults.is_empty() {
        return refused(&page(&account, reader, faults).await?);
    }
    let password = readers
        .passwords
        .hash(asker, form.password, &account.base.rng)
        .await?;
    readers.limits.change(reader.id)?;
    let letter = letters::write(
        &account.base,
        reader.language,
        &reader.email,
        Letter::Changed,
    )?;
    let mut tx = account.base.write().await?;
    if !store::change_password(&mut tx, reader.id, &reader.password, &password).await? {
        // Whoever was first may have ended this session, and then it learns no more than that.
        if store::find_session(&mut tx, &session.token)
            .await?
            .is_none()
        {
            let to = format!("/sign-in?notice=overtaken&lang={}", say.lang);
            return Ok(see_other(&to));
        }
        drop(tx);
        let faults = Faults::one("current", say.say("notice-overtaken"));
        return refused(&page(&account, reader, faults).await?);
    }
    let ended = store::delete_other_sessions(&mut tx, reader.id, &session.token).await?;
    store::set_confirmed(&mut tx, &session.token).await?;
    mail::post(&mut tx, &letter).await?;
    tx.commit().await?;
    readers.sessions.forget(&session.token);
    let which = Which::AllBut(session.device);
    tell_ended(&account, reader.id, &ended, which).await;
    security::note(&account.base, Event::PasswordChanged, who);
    Ok(see_other("/account?notice=password"))
}
