//! Changing the password, and the one form for someone who doesn't know who is using the account: every other device is
//! signed out, loses the lease if it has it, and is told; a new password may be set with it, and a mail says so.

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use super::account::reader;
use super::devices::{devices_page, sign_in_again};
use super::form::password_fault;
use super::{Which, tell_ended};
use crate::Account;
use base::db::Tx;
use base::mail;
use base::secret::Secret;
use readers::letters::{self, Letter};
use readers::rules::{Reader, check_password};
use readers::{Asker, Session, SignedIn, store};
use web::form::{Faults, refused};
use web::limits::Network;
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, personal, see_other};
use web::{Form, Result, Site};

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
        seated: account.subscriptions.is_subscriber(reader.id).await?,
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

/// A letter that says when it happened.
type Dated = for<'a> fn(&'a str) -> Letter<'a>;

/// Tells a reader by mail, at this address, what was done just now.
async fn post_dated(
    site: &Site,
    tx: &mut Tx,
    (reader, to): (&Reader, &str),
    letter: Dated,
) -> Result<()> {
    let say = Say::new(reader.language);
    let when = say.moment(tx.now(), &site.zone(say.lang));
    let letter = letters::write(&site.base, say.lang, to, letter(&when))?;
    mail::post(tx, &letter).await?;
    Ok(())
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
    let reader = reader(&account.readers, &session).await?;
    let (current, new) = (form.current, Some(form.password));
    match take_hold(&account, &session, &reader, network, (current, new)).await? {
        Held::Done => Ok(see_other("/account?notice=password")),
        Held::Refused(faults) => refused(&page(&account, reader, faults).await?),
        Held::SignedOut => Ok(overtaken(&reader)),
    }
}

/// Signs everything else out for someone who does not know one of the devices. A new password is set if one is given.
pub async fn submit_unknown(
    State(account): State<Account>,
    SignedIn(session): SignedIn,
    network: Network,
    Form(form): Form<Change>,
) -> Result {
    let reader = reader(&account.readers, &session).await?;
    let new = Some(form.password).filter(|password| !password.reveal().is_empty());
    let changed = new.is_some();
    match take_hold(&account, &session, &reader, network, (form.current, new)).await? {
        Held::Done if changed => Ok(see_other("/account/devices?notice=password")),
        Held::Done => Ok(see_other("/account/devices?notice=secured")),
        Held::Refused(faults) => {
            let say = Say::new(reader.language);
            let page = devices_page(&account, &session, say).await?;
            refused(&page.with(faults))
        }
        Held::SignedOut => Ok(overtaken(&reader)),
    }
}

fn overtaken(reader: &Reader) -> axum::response::Response {
    see_other(&format!(
        "/sign-in?notice=overtaken&lang={}",
        reader.language
    ))
}

/// What came of it.
enum Held {
    /// This device alone is signed in.
    Done,
    /// What is wrong with the fields `current` and `password`; nothing was changed.
    Refused(Faults),
    /// Somebody else was faster and ended this session, which learns no more than that.
    SignedOut,
}

/// After a password was set anew by a link: ends every session of the reader, says so by mail `to` them, and commits.
pub(super) async fn finish_by_link(
    account: &Account,
    mut tx: Tx,
    reader: &Reader,
    to: &str,
) -> Result<()> {
    let ended = store::delete_sessions(&mut tx, reader.id).await?;
    let letter: Dated = |when| Letter::Changed { when };
    post_dated(&account.site, &mut tx, (reader, to), letter).await?;
    tx.commit().await?;
    tell_ended(account, reader.id, &ended, Which::All).await;
    Ok(())
}

/// What is wrong with the current password, and with the new one if there is one.
async fn faults(
    account: &Account,
    session: &Session,
    reader: &Reader,
    who: Who<'_>,
    (current, new): (Secret, Option<&Secret>),
) -> Result<Faults> {
    let say = Say::new(reader.language);
    let asker = Asker::Device(session.device);
    let mut faults = Faults::default();
    let stored = Some(reader.password.clone());
    if !account.readers.verify(asker, current, stored).await? {
        security::note(&account.base, Event::ConfirmFailed, who);
        faults.add("current", say.say("fault-current"));
    }
    let shortest = account.base.config.accounts.min_password;
    if let Some(new) = new
        && let Err(fault) = check_password(new.reveal(), &reader.email, shortest)
    {
        faults.add("password", password_fault(say, shortest, fault));
    }
    Ok(faults)
}

/// Checks the current password, sets the new one if there is one, ends every other session and says so by mail.
async fn take_hold(
    account: &Account,
    session: &Session,
    reader: &Reader,
    network: Network,
    (current, new): (Secret, Option<Secret>),
) -> Result<Held> {
    let readers = &account.readers;
    let who = Who::reader(&session.reader).from(network);
    let given = (current, new.as_ref());
    let faults = faults(account, session, reader, who, given).await?;
    if !faults.is_empty() {
        return Ok(Held::Refused(faults));
    }
    let (letter, event): (Dated, Event) = match new {
        Some(_) => (|when| Letter::Changed { when }, Event::PasswordChanged),
        None => (|when| Letter::Secured { when }, Event::Secured),
    };
    let rng = &account.base.rng;
    let password = match new {
        Some(new) => {
            let asker = Asker::Device(session.device);
            Some(readers.passwords.hash(asker, new, rng).await?)
        }
        None => None,
    };
    readers.limits.change(reader.id)?;
    let mut tx = account.base.write().await?;
    let verified = &reader.password;
    let is_still = match &password {
        Some(password) => store::change_password(&mut tx, reader.id, verified, password).await?,
        None => store::lock_password(&mut tx, reader).await?,
    };
    let own = store::find_session(&mut tx, &session.token).await?;
    match own {
        None if is_still => return Err(sign_in_again()),
        None => return Ok(Held::SignedOut),
        Some(_) => {}
    }
    if !is_still {
        drop(tx);
        let text = Say::new(reader.language).say("notice-overtaken");
        return Ok(Held::Refused(Faults::one("current", text)));
    }
    let ended = store::delete_other_sessions(&mut tx, reader.id, &session.token).await?;
    store::set_confirmed(&mut tx, &session.token).await?;
    post_dated(&account.site, &mut tx, (reader, &reader.email), letter).await?;
    tx.commit().await?;
    readers.sessions.forget(&session.token);
    let which = Which::AllBut(session.device);
    tell_ended(account, reader.id, &ended, which).await;
    security::note(&account.base, event, who);
    Ok(Held::Done)
}
