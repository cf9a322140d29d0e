//! The reader's own page: name, address, language, and the way to everything else of the account.

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use super::form::Notice;
use crate::Account;
use base::lang::Lang;
use base::mail::find_bounce;
use readers::rules::{MAX_NAME, Reader, one_line};
use readers::{Readers, Session, SignedIn, store};
use web::form::{Faults, refused};
use web::locale::Say;
use web::view::{Frame, personal, see_other};
use web::{Error, Form, Query, Result};

#[derive(Template)]
#[template(path = "account/account.html")]
struct AccountPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    /// Whether to lead to a subscription, or to the plans.
    seated: bool,
    /// Whether to lead to the administration.
    is_staff: bool,
    faults: Faults,
    notice: String,
    /// Whether mail to the address came back.
    bounced: bool,
    name: String,
    email: String,
    language: String,
}

/// The reader of a session.
pub async fn reader(readers: &Readers, session: &Session) -> Result<Reader> {
    store::find_reader(&mut readers.base.read().await?, session.reader)
        .await?
        .ok_or(Error::NotFound)
}

/// The page in the language of `say`, with what is kept.
async fn page(account: &Account, say: Say, reader: Reader) -> Result<AccountPage> {
    let is_staff = store::is_operator(&mut account.base.read().await?, reader.id).await?;
    let bounce = find_bounce(&mut account.base.read().await?, &reader.email).await?;
    Ok(AccountPage {
        bounced: bounce.is_some(),
        frame: Frame::unlisted(&account.site, say, "account-title"),
        say,
        tab: "account",
        seated: account.subscriptions.is_subscriber(reader.id).await?,
        is_staff,
        faults: Faults::default(),
        notice: String::new(),
        name: reader.name,
        email: readers::shown_email(&reader.email),
        language: reader.language.to_string(),
    })
}

/// Shows it.
pub async fn show_account(
    State(account): State<Account>,
    SignedIn(session): SignedIn,
    Query(notice): Query<Notice>,
) -> Result {
    let reader = reader(&account.readers, &session).await?;
    let say = Say::new(reader.language);
    let page = page(&account, say, reader).await?;
    personal(&AccountPage {
        notice: notice.text(say),
        ..page
    })
}

/// Name and language.
#[derive(Debug, Deserialize)]
pub struct AccountForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    language: String,
}

/// Keeps them.
pub async fn submit_account(
    State(account): State<Account>,
    SignedIn(session): SignedIn,
    Form(form): Form<AccountForm>,
) -> Result {
    let say = Say::new(session.language);
    let mut faults = Faults::default();
    let name = one_line(&form.name, MAX_NAME);
    if name.is_none() {
        faults.add("name", say.with("fault-name", "length", MAX_NAME));
    }
    let language = form.language.parse::<Lang>();
    if language.is_err() {
        faults.add("language", say.say("fault-language"));
    }
    let (Some(name), Ok(language)) = (name, language) else {
        let reader = reader(&account.readers, &session).await?;
        let page = page(&account, say, reader).await?;
        return refused(&AccountPage {
            faults,
            name: form.name,
            language: form.language,
            ..page
        });
    };
    keep(&account.readers, &session, name, language).await?;
    Ok(see_other("/account?notice=saved"))
}

async fn keep(readers: &Readers, session: &Session, name: &str, language: Lang) -> Result<()> {
    let mut tx = readers.base.write().await?;
    store::set_reader(&mut tx, session.reader, name, language).await?;
    let sessions = store::list_sessions(&mut tx, session.reader).await?;
    tx.commit().await?;
    for (token, _) in sessions {
        // They hold the language.
        readers.sessions.forget_stored(&token);
    }
    Ok(())
}
