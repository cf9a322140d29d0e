//! A new password for someone who has forgotten the old one: by a link to the proven address, never by what they know.
//!
//! As for signing up, the answer and the work are the same for an address that nobody here has.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use http::{Extensions, HeaderMap, StatusCode, Uri};
use serde::Deserialize;

use super::form::{Faults, password_fault};
use super::note::dead_link;
use super::tell_ended;
use crate::App;
use crate::base::mail;
use crate::base::secret::TokenHash;
use crate::readers::letters::{self, Letter};
use crate::readers::limits::network;
use crate::readers::rules::{Email, check_password};
use crate::readers::store::{self, Purpose};
use crate::web::Result;
use crate::web::locale::{self, Say};
use crate::web::view::{Frame, html, personal, see_other};

#[derive(Template)]
#[template(path = "readers/reset.html")]
struct ResetPage {
    frame: Frame,
    say: Say,
    faults: Faults,
    email: String,
}

fn page(app: &App, say: Say, email: &str, faults: Faults) -> ResetPage {
    let mut frame = Frame::new(app, say.lang, say.say("reset-title"));
    frame.index = false;
    ResetPage {
        frame,
        say,
        faults,
        email: email.to_owned(),
    }
}

/// Asks for the address.
pub async fn show_reset(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result {
    let say = Say::new(locale::of_request(&app, &uri, &headers));
    personal(&page(&app, say, "", Faults::default()))
}

/// The address.
#[derive(Debug, Deserialize)]
pub struct Reset {
    #[serde(default)]
    email: String,
}

/// Sends a mail.
pub async fn submit_reset(
    State(app): State<Arc<App>>,
    extensions: Extensions,
    uri: Uri,
    headers: HeaderMap,
    form: std::result::Result<Form<Reset>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let say = Say::new(locale::of_request(&app, &uri, &headers));
    let Ok(email) = form.email.parse::<Email>() else {
        let faults = Faults::one("email", say.say("fault-email"));
        let page = page(&app, say, &form.email, faults);
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
    };
    app.limits
        .mail(network(&app, &extensions, &headers), &email)?;
    let token = app.rng.token();
    let hash = TokenHash::of(&token);
    let lasts_for = app.config.accounts.reset_for;
    let mut tx = app.write().await?;
    let known = store::find_by_email(&mut tx, &email).await?;
    // For an unknown address the link is kept too, but sent to nobody and good for nothing: the work is the same.
    store::insert_proof(&mut tx, &hash, Purpose::Reset, &email, "", &hash, lasts_for).await?;
    let letter = match &known {
        Some(reader) => {
            letters::write(&app, reader.language, email.as_str(), Letter::Reset(&token))
        }
        None => letters::write(&app, say.lang, email.as_str(), Letter::Unknown),
    }?;
    mail::post(&mut tx, &letter).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/reset/sent?lang={}", say.lang)))
}

#[derive(Template)]
#[template(path = "readers/new_password.html")]
struct NewPasswordPage {
    frame: Frame,
    say: Say,
    faults: Faults,
    token: String,
    email: String,
    shortest: usize,
}

fn new_password_page(
    app: &App,
    say: Say,
    token: String,
    email: String,
    faults: Faults,
) -> NewPasswordPage {
    let mut frame = Frame::new(app, say.lang, say.say("new-password-title"));
    frame.index = false;
    NewPasswordPage {
        frame,
        say,
        faults,
        token,
        email,
        shortest: app.config.accounts.min_password,
    }
}

/// The page a mail's link opens. It changes nothing.
pub async fn show_new_password(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    let say = Say::new(locale::of_request(&app, &uri, &headers));
    let hash = TokenHash::of(&token);
    let found = store::find_proof(&mut app.read().await?, &hash, Purpose::Reset).await?;
    let Some(proof) = found else {
        return dead_link(&app, say, "/reset");
    };
    let faults = Faults::default();
    personal(&new_password_page(&app, say, token, proof.email, faults))
}

/// The new password.
#[derive(Debug, Deserialize)]
pub struct NewPassword {
    #[serde(default)]
    password: String,
}

/// Sets it, uses the link up and ends every session of the reader.
pub async fn submit_new_password(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    form: std::result::Result<Form<NewPassword>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let say = Say::new(locale::of_request(&app, &uri, &headers));
    let hash = TokenHash::of(&token);
    let found = store::find_proof(&mut app.read().await?, &hash, Purpose::Reset).await?;
    let Some(proof) = found else {
        return dead_link(&app, say, "/reset");
    };
    let shortest = app.config.accounts.min_password;
    if let Err(fault) = check_password(&form.password, &proof.email, shortest) {
        let faults = Faults::one("password", password_fault(&app, say, fault));
        let page = new_password_page(&app, say, token, proof.email, faults);
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
    }
    let password = app.passwords.hash(form.password, &app.rng).await?;
    let mut tx = app.write().await?;
    let used = store::use_proof(&mut tx, &hash, Purpose::Reset).await?;
    let email = used.and_then(|proof| proof.email.parse::<Email>().ok());
    let reader = match &email {
        Some(email) => store::find_by_email(&mut tx, email).await?,
        None => None,
    };
    let Some(reader) = reader else {
        return dead_link(&app, say, "/reset");
    };
    store::set_password(&mut tx, reader.id, &password).await?;
    let ended = store::delete_sessions(&mut tx, reader.id).await?;
    let letter = letters::write(&app, reader.language, &reader.email, Letter::Changed)?;
    mail::post(&mut tx, &letter).await?;
    tx.commit().await?;
    tell_ended(&app, reader.id, &ended).await;
    Ok(see_other(&format!(
        "/sign-in?notice=reset&lang={}",
        say.lang
    )))
}
