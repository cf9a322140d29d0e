//! Changing the address: asked for with the password, proven by a link to the new one, and brought back by a link to the old
//! one. Whoever types a wrong address does not give the account away: the link counts only where its reader is signed in.
//!
//! The answer and the work are the same for a new address that somebody here has; only the mail differs. The way back is
//! `crate::restore`.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use super::account::reader;
use super::form::Notice;
use super::note::dead_link;
use super::{Which, tell_ended};
use crate::Account;
use base::mail;
use base::secret::TokenHash;
use readers::letters::{self, Letter};
use readers::rules::{Email, Reader};
use readers::store::{self, AddressProof, Purpose};
use readers::{Asker, ConfirmedForm, Readers, Session, SignedIn};
use web::form::{Faults, refused};
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, personal, see_other};
use web::{Error, Path, Query, Result, Site};

#[derive(Template)]
#[template(path = "account/email.html")]
struct EmailPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    /// Whether to lead to a subscription, or to the plans.
    seated: bool,
    faults: Faults,
    notice: String,
    email: String,
    typed: String,
}

async fn page(account: &Account, reader: &Reader) -> Result<EmailPage> {
    let say = Say::new(reader.language);
    Ok(EmailPage {
        frame: Frame::unlisted(&account.site, say, "email-title"),
        say,
        tab: "account",
        seated: account.subscriptions.is_subscriber(reader.id).await?,
        faults: Faults::default(),
        notice: String::new(),
        email: readers::shown_email(&reader.email),
        typed: String::new(),
    })
}

/// The form.
pub async fn show_email(
    State(account): State<Account>,
    SignedIn(session): SignedIn,
    Query(notice): Query<Notice>,
) -> Result {
    let reader = reader(&account.readers, &session).await?;
    let mut page = page(&account, &reader).await?;
    page.notice = notice.text(page.say);
    personal(&page)
}

/// The new address.
#[derive(Debug, Deserialize)]
pub struct NewEmail {
    #[serde(default)]
    email: String,
}

/// Sends the link.
pub async fn submit_email(
    State(account): State<Account>,
    ConfirmedForm(session, form): ConfirmedForm<NewEmail>,
) -> Result {
    let reader = reader(&account.readers, &session).await?;
    let say = Say::new(reader.language);
    let fault = match form.email.parse::<Email>() {
        Err(()) => "fault-email",
        Ok(email) if email.as_str() == reader.email => "fault-same-email",
        Ok(email) => {
            let asker = Asker::Device(session.device);
            if account
                .readers
                .limits
                .mail_to(asker, Purpose::NewEmail, &email)
            {
                post_link(&account, &reader, &email).await?;
            }
            let who = Who::reader(&reader.id).at(email.as_str());
            security::note(&account.base, Event::EmailAsked, who);
            return Ok(see_other("/account/email?notice=email-sent"));
        }
    };
    let mut page = page(&account, &reader).await?;
    page.faults = Faults::one("email", say.say(fault));
    page.typed = form.email;
    refused(&page)
}

/// One look, one link and one mail, whether the address is known or not.
async fn post_link(account: &Account, reader: &Reader, email: &Email) -> Result<()> {
    let base = &account.base;
    let token = base.rng.token();
    let hash = TokenHash::of(&token);
    let mut tx = base.write().await?;
    let known = store::find_by_email(&mut tx, email).await?;
    let lasts_for = base.config.accounts.proof_for;
    store::insert_new_address(&mut tx, &hash, reader, email, known.is_none(), lasts_for).await?;
    let (language, letter) = match &known {
        Some(known) => (known.language, Letter::Taken),
        None => (reader.language, Letter::NewEmail(&token)),
    };
    let letter = letters::write(base, language, email.as_str(), letter)?;
    mail::post(&mut tx, &letter).await?;
    tx.commit().await?;
    Ok(())
}

#[derive(Template)]
#[template(path = "account/new_email.html")]
struct NewEmailPage {
    frame: Frame,
    say: Say,
    token: String,
    old: String,
    new: String,
}

/// The link and its reader, who must be signed in here.
async fn found(
    readers: &Readers,
    session: &Session,
    hash: &TokenHash,
) -> Result<Option<(AddressProof, Reader)>> {
    let mut tx = readers.base.read().await?;
    let proof = store::find_address_proof(&mut tx, hash, Purpose::NewEmail).await?;
    let reader = store::find_reader(&mut tx, session.reader).await?;
    let found = proof.zip(reader);
    Ok(found.filter(|(proof, reader)| proof.is_of(reader)))
}

/// The page a mail's link opens. It changes nothing.
pub async fn show_new_email(
    State(site): State<Arc<Site>>,
    State(readers): State<Arc<Readers>>,
    SignedIn(session): SignedIn,
    Path(token): Path<String>,
) -> Result {
    let say = Say::new(session.language);
    let Some((proof, reader)) = found(&readers, &session, &TokenHash::of(&token)).await? else {
        return dead_link(&site, say, "/account/email");
    };
    personal(&NewEmailPage {
        frame: Frame::unlisted(&site, say, "new-email-title"),
        say,
        token,
        old: readers::shown_email(&reader.email),
        new: readers::shown_email(&proof.email),
    })
}

/// Uses the link up: the address is changed, other sessions end, and both addresses hear of it.
pub async fn submit_new_email(
    State(account): State<Account>,
    SignedIn(session): SignedIn,
    Path(token): Path<String>,
) -> Result {
    let (base, say) = (&account.base, Say::new(session.language));
    let hash = TokenHash::of(&token);
    let mut tx = base.write().await?;
    // What is read after this is as it will be when it is committed.
    store::lock_reader(&mut tx, session.reader).await?;
    let own = store::find_session(&mut tx, &session.token).await?;
    if own.is_none() {
        return Err(Error::SignIn {
            next: format!("/email/{token}"),
        });
    }
    let proof = store::find_address_proof(&mut tx, &hash, Purpose::NewEmail).await?;
    let reader = store::find_reader(&mut tx, session.reader).await?;
    let found = proof.zip(reader);
    let Some((proof, reader)) = found.filter(|(proof, reader)| proof.is_of(reader)) else {
        return dead_link(&account.site, say, "/account/email");
    };
    let email: Email = proof
        .email
        .parse()
        .map_err(|()| Error::internal("the address of a stored proof cannot be read"))?;
    let is_free = store::find_by_email(&mut tx, &email).await?.is_none();
    if !is_free || !store::set_email(&mut tx, &reader, email.as_str()).await? {
        return dead_link(&account.site, say, "/account/email");
    }
    let back = base.rng.token();
    let back_for = base.config.accounts.address_back_for;
    let (old, link) = (&reader.email, TokenHash::of(&back));
    store::insert_old_address(&mut tx, &link, reader.id, old, back_for).await?;
    let ended = store::delete_other_sessions(&mut tx, reader.id, &session.token).await?;
    for (to, letter) in [
        (old.as_str(), Letter::OldEmail(&back)),
        (email.as_str(), Letter::Moved),
    ] {
        let letter = letters::write(base, reader.language, to, letter)?;
        mail::post(&mut tx, &letter).await?;
    }
    tx.commit().await?;
    let which = Which::AllBut(session.device);
    tell_ended(&account, reader.id, &ended, which).await;
    let who = Who::reader(&reader.id).at(email.as_str());
    security::note(base, Event::EmailChanged, who);
    Ok(see_other("/account?notice=email-changed"))
}
