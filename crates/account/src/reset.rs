//! A new password for someone who has forgotten the old one: by a link to the proven address, never by what they know.
//!
//! As for signing up, the answer and the work are the same for an address that nobody here has.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;

use super::form::password_fault;
use super::note::dead_link;
use super::password::finish_by_link;
use crate::Account;
use base::Base;
use base::lang::Lang;
use base::mail;
use base::secret::{Secret, TokenHash};
use readers::letters::{self, Letter};
use readers::rules::{Email, check_password};
use readers::store::{self, Purpose, replaced};
use readers::{Asker, Readers};
use web::form::{Faults, refused};
use web::limits::Network;
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, personal, see_other};
use web::{Form, Language, Path, Result, Site};

#[derive(Template)]
#[template(path = "account/reset.html")]
struct ResetPage {
    frame: Frame,
    say: Say,
    faults: Faults,
    email: String,
}

fn page(site: &Site, say: Say, email: &str, faults: Faults) -> ResetPage {
    ResetPage {
        frame: Frame::unlisted(site, say, "reset-title").spoken_at(site, "/reset"),
        say,
        faults,
        email: email.to_owned(),
    }
}

/// Asks for the address.
pub async fn show_reset(State(site): State<Arc<Site>>, Language(lang): Language) -> Result {
    personal(&page(&site, Say::new(lang), "", Faults::default()))
}

/// The address.
#[derive(Debug, Deserialize)]
pub struct Reset {
    #[serde(default)]
    email: String,
}

/// Sends a mail.
pub async fn submit_reset(
    State(site): State<Arc<Site>>,
    State(readers): State<Arc<Readers>>,
    Language(lang): Language,
    network: Network,
    headers: HeaderMap,
    Form(form): Form<Reset>,
) -> Result {
    let say = Say::new(lang);
    let Ok(email) = form.email.parse::<Email>() else {
        let faults = Faults::one("email", say.say("fault-email"));
        return refused(&page(&site, say, &form.email, faults));
    };
    let asker = readers.asker(&headers, network, email.as_str()).await?;
    readers.limits.mail_from(asker)?;
    if readers.limits.mail_to(asker, Purpose::Reset, &email) {
        post_link(&site.base, say.lang, &email).await?;
    }
    let who = Who::address(email.as_str()).from(network);
    security::note(&site.base, Event::ResetAsked, who);
    Ok(see_other(&format!("/reset/sent?lang={}", say.lang)))
}

/// One look, one link and one mail, whether the address is known or not.
async fn post_link(base: &Base, lang: Lang, email: &Email) -> Result<()> {
    let token = base.rng.token();
    let hash = TokenHash::of(&token);
    let lasts_for = base.config.accounts.reset_for;
    let mut tx = base.write().await?;
    let known = store::find_by_email(&mut tx, email).await?;
    // For an unknown address the link is kept too, but sent to nobody and good for nothing: the work is the same.
    let payload = known.as_ref().map(|reader| replaced(&reader.password));
    store::insert_proof(
        &mut tx,
        &hash,
        Purpose::Reset,
        email,
        payload.as_deref(),
        &hash,
        lasts_for,
    )
    .await?;
    let letter = match &known {
        Some(reader) => {
            letters::write(base, reader.language, email.as_str(), Letter::Reset(&token))
        }
        None => letters::write(base, lang, email.as_str(), Letter::Unknown),
    }?;
    mail::post(&mut tx, &letter).await?;
    tx.commit().await?;
    Ok(())
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
    site: &Site,
    say: Say,
    token: String,
    email: String,
    faults: Faults,
) -> NewPasswordPage {
    NewPasswordPage {
        frame: Frame::unlisted(site, say, "new-password-title"),
        say,
        faults,
        token,
        email: readers::shown_email(&email),
        shortest: site.base.config.accounts.min_password,
    }
}

/// The page a mail's link opens. It changes nothing.
pub async fn show_new_password(
    State(site): State<Arc<Site>>,
    Path(token): Path<String>,
    Language(lang): Language,
) -> Result {
    let say = Say::new(lang);
    let hash = TokenHash::of(&token);
    let found = store::find_reset(&mut site.base.read().await?, &hash).await?;
    let Some(reader) = found else {
        return dead_link(&site, say, "/reset");
    };
    let faults = Faults::default();
    personal(&new_password_page(&site, say, token, reader.email, faults))
}

/// The new password.
#[derive(Debug, Deserialize)]
pub struct NewPassword {
    #[serde(default)]
    password: Secret,
}

/// Sets it, uses the link up and ends every session of the reader.
pub async fn submit_new_password(
    State(account): State<Account>,
    Path(token): Path<String>,
    Language(lang): Language,
    Form(form): Form<NewPassword>,
) -> Result {
    let (base, readers, site) = (&account.base, &account.readers, &account.site);
    let say = Say::new(lang);
    let hash = TokenHash::of(&token);
    let found = store::find_reset(&mut base.read().await?, &hash).await?;
    let Some(reader) = found else {
        return dead_link(site, say, "/reset");
    };
    let shortest = base.config.accounts.min_password;
    if let Err(fault) = check_password(form.password.reveal(), &reader.email, shortest) {
        let faults = Faults::one("password", password_fault(say, shortest, fault));
        return refused(&new_password_page(site, say, token, reader.email, faults));
    }
    let password = readers
        .passwords
        .hash(Asker::Link(&hash), form.password, &base.rng)
        .await?;
    let mut tx = base.write().await?;
    // The link is for the password that was there when it was looked at, and works once.
    let changed = store::change_password(&mut tx, reader.id, &reader.password, &password).await?;
    if !changed
        || store::use_proof(&mut tx, &hash, Purpose::Reset)
            .await?
            .is_none()
    {
        return dead_link(site, say, "/reset");
    }
    finish_by_link(&account, tx, &reader, &reader.email).await?;
    let who = Who::reader(&reader.id).at(&reader.email);
    security::note(base, Event::PasswordReset, who);
    Ok(see_other(&format!(
        "/sign-in?notice=reset&lang={}",
        say.lang
    )))
}
