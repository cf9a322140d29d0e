//! One's data: all of it to take along, and the end of the account. Both ask for the password again. What goes, what stays
//! and why stands on the page; it asks once.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use serde::Deserialize;

use super::account::reader;
use super::erase::{self, Erased};
use crate::Account;
use base::Base;
use base::mail;
use readers::letters::{self, Letter};
use readers::{Confirmed, ConfirmedForm, Reader, Session, SignedIn, store};
use web::cookies::{self, Cookie};
use web::form::{Faults, refused};
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, personal, see_other};
use web::{Error, Result};

#[derive(Template)]
#[template(path = "account/data.html")]
struct DataPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    /// Whether to lead to a subscription, or to the plans.
    seated: bool,
    faults: Faults,
    /// Who looks after a subscription that others read on.
    successors: Vec<String>,
}

async fn page(account: &Account, session: &Session) -> Result<DataPage> {
    let say = Say::new(session.language);
    let mut tx = account.base.read().await?;
    let next = subscriptions::store::list_successors(&mut tx, session.reader).await?;
    let mut successors = Vec::new();
    for (_, id) in next {
        let next = store::find_reader(&mut tx, id).await?;
        successors.extend(next.map(|next| readers::shown_email(&next.email)));
    }
    drop(tx);
    Ok(DataPage {
        frame: Frame::unlisted(&account.site, say, "data-title"),
        say,
        tab: "account",
        seated: account.subscriptions.is_subscriber(session.reader).await?,
        faults: Faults::default(),
        successors,
    })
}

/// The page.
pub async fn show_data(State(account): State<Account>, SignedIn(session): SignedIn) -> Result {
    personal(&page(&account, &session).await?)
}

/// Everything there is of a reader, as an archive: each table as CSV, and all of them as JSON.
async fn export(base: &Base, reader: &Reader) -> Result<Vec<u8>> {
    let mut tx = base.read().await?;
    let at = tx.now();
    let mut sheets = store::export_reader(&mut tx, reader).await?;
    sheets.extend(subscriptions::store::export_subscriptions(&mut tx, reader).await?);
    sheets.push(leases::store::export_events(&mut tx, reader.id).await?);
    let posted = mail::list_posted(&mut tx, &reader.email).await;
    sheets.push(mail::export(posted.map_err(web::Error::internal)?));
    drop(tx);
    let all: serde_json::Map<_, _> = sheets
        .iter()
        .map(|sheet| (sheet.name.to_owned(), sheet.json()))
        .collect();
    let all = serde_json::to_vec_pretty(&all).map_err(web::Error::internal)?;
    let mut zip = base::zip::Zip::new(at);
    zip.add("everything.json", &all);
    for sheet in &sheets {
        zip.add(&format!("{}.csv", sheet.name), sheet.csv().as_bytes());
    }
    Ok(zip.finish())
}

/// The archive.
pub async fn show_export(State(account): State<Account>, Confirmed(session): Confirmed) -> Result {
    let reader = reader(&account.readers, &session).await?;
    let archive = export(&account.base, &reader).await?;
    let who = Who::reader(&session.reader);
    security::note(&account.base, Event::Exported, who);
    let headers = [
        (header::CONTENT_TYPE, "application/zip"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"account.zip\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, archive).into_response())
}

/// Whether one is sure.
#[derive(Debug, Deserialize)]
pub struct Delete {
    #[serde(default)]
    sure: String,
}

/// Deletes the account.
pub async fn submit_delete(
    State(account): State<Account>,
    ConfirmedForm(session, form): ConfirmedForm<Delete>,
) -> Result {
    let say = Say::new(session.language);
    if form.sure != "yes" {
        let mut page = page(&account, &session).await?;
        page.faults = Faults::one("sure", say.say("fault-sure"));
        return refused(&page);
    }
    let mut tx = account.base.write().await?;
    store::lock_reader(&mut tx, session.reader).await?;
    // Whoever was signed out meanwhile deletes nothing any more.
    let own = store::find_session(&mut tx, &session.token).await?;
    let reader = store::find_reader(&mut tx, session.reader).await?;
    let Some(reader) = reader.filter(|_| own.is_some()) else {
        return Err(Error::SignIn {
            next: "/account/data".to_owned(),
        });
    };
    let erased = erase::erase(&mut tx, &reader).await?;
    for next in erased.successors() {
        if let Some(next) = store::find_reader(&mut tx, *next).await? {
            tell_successor(&account, &mut tx, &next).await?;
        }
    }
    tx.commit().await?;
    forget(&account, &erased).await;
    let who = Who::reader(&session.reader);
    security::note(&account.base, Event::Deleted, who);
    Ok(signed_out(&account, say))
}

async fn tell_successor(account: &Account, tx: &mut base::db::Tx, next: &Reader) -> Result<()> {
    let letter = letters::write(&account.base, next.language, &next.email, Letter::Successor)?;
    mail::post(tx, &letter).await?;
    Ok(())
}

/// The account is gone; if something of it could not be forgotten, whoever runs the paper has to know, and not the reader.
async fn forget(account: &Account, erased: &Erased) {
    if let Err(error) = erase::forget(account, erased).await {
        tracing::error!(%error, "a reader was deleted, and something of them is left");
    }
    if let Err(error) = erase::keep_deleted(account).await {
        tracing::error!(%error, "a reader was deleted, and the list beside the database does not know it yet");
    }
}

fn signed_out(account: &Account, say: Say) -> Response {
    let config = &account.base.config;
    let mut response = see_other(&format!("/sign-in?notice=deleted&lang={}", say.lang));
    let headers = response.headers_mut();
    cookies::clear_session(headers, config);
    for cookie in [Cookie::Device, Cookie::Proof, Cookie::Meter] {
        let cleared: HeaderValue = cookie.clear(config.secure());
        headers.append(header::SET_COOKIE, cleared);
    }
    response
}
