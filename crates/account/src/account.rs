//! The reader's own page: name, address, language, and the way to everything else of the account.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::form::{Faults, Notice};
use crate::Account;
use base::lang::Lang;
use readers::Session;
use readers::rules::{MAX_NAME, Reader, one_line};
use readers::store;
use web::locale::Say;
use web::view::{Frame, html, personal, see_other};
use web::{Error, Result};

/// The page's path.
pub const PATH: &str = "/account";

#[derive(Template)]
#[template(path = "account/account.html")]
struct AccountPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    /// Whether to lead to a subscription, or to the plans.
    seated: bool,
    faults: Faults,
    notice: String,
    name: String,
    email: String,
    language: String,
}

/// Frame of an account page, in the reader's language.
pub fn frame(parts: &Account, say: Say, title: &str) -> Frame {
    let mut frame = Frame::new(&parts.site, say.lang, say.say(title));
    frame.index = false;
    frame
}

/// The reader of a session.
pub async fn reader(parts: &Account, session: &Session) -> Result<Reader> {
    store::find_reader(&mut parts.base.read().await?, session.reader)
        .await?
        .ok_or(Error::NotFound)
}

/// Shows it.
pub async fn show_account(
    State(parts): State<Account>,
    Query(notice): Query<Notice>,
    headers: HeaderMap,
) -> Result {
    let session = parts.readers.sessions.required(&headers, PATH).await?;
    let reader = reader(&parts, &session).await?;
    let say = Say::new(reader.language);
    personal(&AccountPage {
        frame: frame(&parts, say, "account-title"),
        say,
        tab: "account",
        seated: parts.subscriptions.seats.active(session.reader).await?,
        faults: Faults::default(),
        notice: notice.text(say),
        name: reader.name,
        email: reader.email,
        language: reader.language.to_string(),
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
    State(parts): State<Account>,
    headers: HeaderMap,
    form: std::result::Result<Form<AccountForm>, FormRejection>,
) -> Result {
    let session = parts.readers.sessions.required(&headers, PATH).await?;
    let Form(form) = form?;
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
        let reader = reader(&parts, &session).await?;
        let page = AccountPage {
            frame: frame(&parts, say, "account-title"),
            say,
            tab: "account",
            seated: parts.subscriptions.seats.active(session.reader).await?,
            faults,
            notice: String::new(),
            name: form.name,
            email: reader.email,
            language: form.language,
        };
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
    };
    let mut tx = parts.base.write().await?;
    store::set_reader(&mut tx, session.reader, name, language).await?;
    let sessions = store::list_sessions(&mut tx, session.reader).await?;
    tx.commit().await?;
    for (token, _) in sessions {
        // They hold the language.
        parts.readers.sessions.forget_stored(&token);
    }
    Ok(see_other("/account?notice=saved"))
}
