//! A new password for someone who has forgotten the old one: by a link to the proven address, never by what they know.
//!
//! As for signing up, the answer and the work are the same for an address that nobody here has.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use http::{Extensions, HeaderMap, StatusCode, Uri};
use serde::Deserialize;

use super::form::{Faults, password_fault};
use super::note::dead_link;
use super::tell_ended;
use crate::Account;
use base::mail;
use base::secret::TokenHash;
use readers::letters::{self, Letter};
use readers::rules::{Email, check_password};
use readers::store::{self, Purpose};
use web::Result;
use web::limits::Network;
use web::locale::{self, Say};
use web::view::{Frame, html, personal, see_other};

#[derive(Template)]
#[template(path = "account/reset.html")]
struct ResetPage {
    frame: Frame,
    say: Say,
    faults: Faults,
    email: String,
}

fn page(parts: &Account, say: Say, email: &str, faults: Faults) -> ResetPage {
    let mut frame = Frame::new(&parts.site, say.lang, say.say("reset-title"));
    frame.index = false;
    ResetPage {
        frame,
        say,
        faults,
        email: email.to_owned(),
    }
}

/// Asks for the address.
pub async fn show_reset(State(parts): State<Account>, uri: Uri, headers: HeaderMap) -> Result {
    let say = Say::new(locale::of_request(&parts.site, &uri, &headers));
    personal(&page(&parts, say, "", Faults::default()))
}

/// The address.
#[derive(Debug, Deserialize)]
pub struct Reset {
    #[serde(default)]
    email: String,
}

/// Sends a mail.
pub async fn submit_reset(
    State(parts): State<Account>,
    extensions: Extensions,
    uri: Uri,
    headers: HeaderMap,
    form: std::result::Result<Form<Reset>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let say = Say::new(locale::of_request(&parts.site, &uri, &headers));
    let Ok(email) = form.email.parse::<Email>() else {
        let faults = Faults::one("email", say.say("fault-email"));
        let page = page(&parts, say, &form.email, faults);
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
    };
    parts
        .readers
        .limits
        .mail(Network::of(&parts.base, &extensions, &headers), &email)?;
    let token = parts.base.rng.token();
    let hash = TokenHash::of(&token);
    let lasts_for = parts.base.config.accounts.reset_for;
    let mut tx = parts.base.write().await?;
    let known = store::find_by_email(&mut tx, &email).await?;
    // For an unknown address the link is kept too, but sent to nobody and good for nothing: the work is the same.
    store::insert_proof(
        &mut tx,
        &hash,
        Purpose::Reset,
        &email,
        None,
        &hash,
        lasts_for,
    )
    .await?;
    let letter = match &known {
        Some(reader) => letters::write(
            &parts.base,
            reader.language,
            email.as_str(),
            Letter::Reset(&token),
        ),
        None => letters::write(&parts.base, say.lang, email.as_str(), Letter::Unknown),
    }?;
    mail::post(&mut tx, &letter).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/reset/sent?lang={}", say.lang)))
}

#[derive(Template)]
#[template(path = "account/new_password.html")]
struct NewPasswordPage {
    frame: Frame,
    say: Say,
    faults: Faults,
    token: String,
    email: String,
    shortest: usize,
}

fn new_password_page(
    parts: &Account,
    say: Say,
    token: String,
    email: String,
    faults: Faults,
) -> NewPasswordPage {
    let mut frame = Frame::new(&parts.site, say.lang, say.say("new-password-title"));
    frame.index = false;
    NewPasswordPage {
        frame,
        say,
        faults,
        token,
        email,
        shortest: parts.base.config.accounts.min_password,
    }
}

/// The page a mail's link opens. It changes nothing.
pub async fn show_new_password(
    State(parts): State<Account>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    let say = Say::new(locale::of_request(&parts.site, &uri, &headers));
    let hash = TokenHash::of(&token);
    let found = store::find_proof(&mut parts.base.read().await?, &hash, Purpose::Reset).await?;
    let Some(proof) = found else {
        return dead_link(&parts, say, "/reset");
    };
    let faults = Faults::default();
    personal(&new_password_page(&parts, say, token, proof.email, faults))
}

/// The new password.
#[derive(Debug, Deserialize)]
pub struct NewPassword {
    #[serde(default)]
    password: String,
}

/// Sets it, uses the link up and ends every session of the reader.
pub async fn submit_new_password(
    State(parts): State<Account>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    form: std::result::Result<Form<NewPassword>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let say = Say::new(locale::of_request(&parts.site, &uri, &headers));
    let hash = TokenHash::of(&token);
    let found = store::find_proof(&mut parts.base.read().await?, &hash, Purpose::Reset).await?;
    let Some(proof) = found else {
        return dead_link(&parts, say, "/reset");
    };
    let shortest = parts.base.config.accounts.min_password;
    if let Err(fault) = check_password(&form.password, &proof.email, shortest) {
        let faults = Faults::one("password", password_fault(&parts, say, fault));
        let page = new_password_page(&parts, say, token, proof.email, faults);
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
    }
    let password = parts
        .readers
        .passwords
        .hash(form.password, &parts.base.rng)
        .await?;
    let mut tx = parts.base.write().await?;
    let used = store::use_proof(&mut tx, &hash, Purpose::Reset).await?;
    let email = used.and_then(|proof| proof.email.parse::<Email>().ok());
    let reader = match &email {
        Some(email) => store::find_by_email(&mut tx, email).await?,
        None => None,
    };
    let Some(reader) = reader else {
        return dead_link(&parts, say, "/reset");
    };
    store::set_password(&mut tx, reader.id, &password).await?;
    let ended = store::delete_sessions(&mut tx, reader.id).await?;
    let letter = letters::write(&parts.base, reader.language, &reader.email, Letter::Changed)?;
    mail::post(&mut tx, &letter).await?;
    tx.commit().await?;
    tell_ended(&parts, reader.id, &ended).await;
    Ok(see_other(&format!(
        "/sign-in?notice=reset&lang={}",
        say.lang
    )))
}
