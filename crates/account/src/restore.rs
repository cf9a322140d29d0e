//! The way back at the old address: whoever still has that mailbox undoes a change of the address that they did not make.
//! The link brings the old address back, ends every session and asks for a new password; then no other link about an
//! address of this reader works any more, those of whoever changed it among them.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use super::form::password_fault;
use super::note::{address_taken, dead_link};
use super::password::finish_by_link;
use crate::Account;
use base::secret::{Secret, TokenHash};
use readers::Asker;
use readers::rules::check_password;
use readers::store::{self, Purpose};
use web::form::{Faults, refused};
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, personal, see_other};
use web::{Form, Language, Path, Result, Site};

#[derive(Template)]
#[template(path = "account/restore.html")]
struct RestorePage {
    frame: Frame,
    say: Say,
    faults: Faults,
    token: String,
    email: String,
    shortest: usize,
}

fn page(site: &Site, say: Say, token: String, email: &str, faults: Faults) -> RestorePage {
    RestorePage {
        frame: Frame::unlisted(site, say, "restore-title"),
        say,
        faults,
        token,
        email: readers::shown_email(email),
        shortest: site.base.config.accounts.min_password,
    }
}

/// The page a mail's link opens. It changes nothing.
pub async fn show_restore(
    State(site): State<Arc<Site>>,
    Path(token): Path<String>,
    Language(lang): Language,
) -> Result {
    let (say, hash) = (Say::new(lang), TokenHash::of(&token));
    let mut tx = site.base.read().await?;
    let found = store::find_address_proof(&mut tx, &hash, Purpose::OldEmail).await?;
    match found {
        Some(proof) => personal(&page(&site, say, token, &proof.email, Faults::default())),
        None => dead_link(&site, say, "/reset"),
    }
}

/// The new password.
#[derive(Debug, Deserialize)]
pub struct Restore {
    #[serde(default)]
    password: Secret,
}

/// Brings the address back.
pub async fn submit_restore(
    State(account): State<Account>,
    Path(token): Path<String>,
    Language(lang): Language,
    Form(form): Form<Restore>,
) -> Result {
    let (base, site, say) = (&account.base, &account.site, Say::new(lang));
    let hash = TokenHash::of(&token);
    let purpose = Purpose::OldEmail;
    let found = store::find_address_proof(&mut base.read().await?, &hash, purpose).await?;
    let Some(proof) = found else {
        return dead_link(site, say, "/reset");
    };
    let shortest = base.config.accounts.min_password;
    if let Err(fault) = check_password(form.password.reveal(), &proof.email, shortest) {
        let faults = Faults::one("password", password_fault(say, shortest, fault));
        return refused(&page(site, say, token, &proof.email, faults));
    }
    let passwords = &account.readers.passwords;
    let password = passwords
        .hash(Asker::Link(&hash), form.password, &base.rng)
        .await?;
    let mut tx = base.write().await?;
    // What is read after this is as it will be when it is committed.
    store::lock_reader(&mut tx, proof.reader).await?;
    let proof = store::find_address_proof(&mut tx, &hash, purpose).await?;
    let reader = match &proof {
        Some(proof) => store::find_reader(&mut tx, proof.reader).await?,
        None => None,
    };
    let Some((proof, reader)) = proof.zip(reader) else {
        return dead_link(site, say, "/reset");
    };
    let email = proof.email.as_str();
    let holder = match email.parse() {
        Ok(email) => store::find_by_email(&mut tx, &email).await?,
        Err(()) => None,
    };
    let is_taken = holder.is_some_and(|holder| holder.id != reader.id);
    if is_taken || !store::set_email(&mut tx, &reader, email).await? {
        return address_taken(site, say);
    }
    store::delete_old_addresses(&mut tx, reader.id).await?;
    store::change_password(&mut tx, reader.id, &reader.password, &password).await?;
    finish_by_link(&account, tx, &reader, email).await?;
    let who = Who::reader(&reader.id).at(email);
    security::note(base, Event::EmailRestored, who);
    let to = format!("/sign-in?notice=restored&lang={}", say.lang);
    Ok(see_other(&to))
}
