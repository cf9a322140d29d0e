//! Signing in and out.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;

use super::account::reader;
use super::begin::sign_in;
use super::form::{Next, Notice};
use super::note::no_cookie;
use crate::Account;
use base::secret::Secret;
use readers::rules::Email;
use readers::{Session, SignedIn, store};
use web::cookies;
use web::error::encode;
use web::form::{Faults, refused};
use web::limits::Network;
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, local_path, personal, see_other};
use web::{Form, Language, Query, Result, Site};

#[derive(Template)]
#[template(path = "account/sign_in.html")]
struct SignInPage {
    frame: Frame,
    say: Say,
    /// Path to go on to.
    next: String,
    /// The same as a query value.
    query: String,
    email: String,
    notice: String,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "account/signed_in.html")]
struct SignedInPage {
    frame: Frame,
    say: Say,
    /// Name, if there is one, and address.
    name: String,
    email: String,
    notice: String,
    next: String,
}

/// Who is signed in here, for those who come to sign in all the same.
async fn signed_in_page(
    account: &Account,
    session: &Session,
    next: &str,
    notice: &Notice,
) -> Result {
    let (site, reader) = (&account.site, reader(&account.readers, session).await?);
    let say = Say::new(reader.language);
    let next = Some(local_path(next)).filter(|next| *next != "/");
    personal(&SignedInPage {
        frame: Frame::unlisted(site, say, "signed-in-title"),
        say,
        notice: notice.text(say),
        next: next.map_or_else(|| site.home(reader.language), str::to_owned),
        email: readers::shown_email(&reader.email),
        name: reader.name,
    })
}

/// The form.
pub async fn show_sign_in(
    State(account): State<Account>,
    session: Option<SignedIn>,
    Query(query): Query<Next>,
    Query(notice): Query<Notice>,
    Language(lang): Language,
) -> Result {
    if let Some(SignedIn(session)) = session {
        return signed_in_page(&account, &session, &query.next, &notice).await;
    }
    let say = Say::new(lang);
    let mut page = sign_in_page(&account.site, say, &query.next, "", Faults::default());
    page.notice = notice.text(say);
    personal(&page)
}

fn sign_in_page(site: &Site, say: Say, next: &str, email: &str, faults: Faults) -> SignInPage {
    let next = local_path(next);
    SignInPage {
        frame: Frame::unlisted(site, say, "sign-in-title")
            .spoken_at(site, &format!("/sign-in?next={}", encode(next))),
        say,
        next: next.to_owned(),
        query: encode(next),
        email: email.to_owned(),
        notice: String::new(),
        faults,
    }
}

/// Who says they are who.
#[derive(Debug, Deserialize)]
pub struct SignIn {
    email: String,
    password: Secret,
    #[serde(default)]
    next: String,
    #[serde(default)]
    touch: String,
}

/// Checks the password and signs in.
pub async fn submit_sign_in(
    State(account): State<Account>,
    Language(lang): Language,
    network: Network,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Result {
    let readers = &account.readers;
    let email = form.email.trim().to_lowercase().parse::<Email>().ok();
    // What is no address is nobody's, however it is written.
    let typed = email.as_ref().map_or("", Email::as_str);
    let asker = readers.asker(&headers, network, typed).await?;
    let reader = match &email {
        Some(email) => store::find_by_email(&mut account.base.read().await?, email).await?,
        None => None,
    };
    let stored = reader.as_ref().map(|reader| reader.password.clone());
    let right = readers.verify(asker, form.password, stored).await?;
    if let Some(reader) = reader.filter(|_| right) {
        let browser = (&headers, form.touch.as_str());
        if let Some(signed_in) = sign_in(&account, &reader, browser, &form.next).await? {
            return Ok(signed_in);
        }
    }
    let who = Who::address(&form.email).from(network);
    security::note(&account.base, Event::SignInFailed, who);
    let say = Say::new(lang);
    let faults = Faults::one("email", say.say("sign-in-wrong"));
    let page = sign_in_page(&account.site, say, &form.next, &form.email, faults);
    refused(&page)
}

/// Sends on whoever has just signed in, if the browser kept the cookie. If it did not, the next page would only ask to sign
/// in again, for ever.
pub async fn show_done(
    State(site): State<Arc<Site>>,
    session: Option<SignedIn>,
    Query(query): Query<Next>,
    Language(lang): Language,
) -> Result {
    match session {
        Some(_) => Ok(see_other(local_path(&query.next))),
        None => no_cookie(&site, Say::new(lang), &query.next),
    }
}

/// Signs out here, and goes on to signing in as somebody else if `next` says what that is for. Nothing that is wrong with
/// the form keeps anybody signed in.
pub async fn submit_sign_out(
    State(account): State<Account>,
    session: Option<SignedIn>,
    form: Result<Form<Next>>,
) -> Result {
    let next = form.map(|Form(form)| form.next).unwrap_or_default();
    let other = Some(local_path(&next)).filter(|next| *next != "/");
    let other = other.map(|next| format!("/sign-in?next={}", encode(next)));
    let Some(SignedIn(session)) = session else {
        return Ok(see_other(other.as_deref().unwrap_or("/")));
    };
    let mut tx = account.base.write().await?;
    store::delete_session(&mut tx, &session.token).await?;
    tx.commit().await?;
    account.readers.sessions.forget(&session.token);
    account.leases.release(session.reader, session.device).await;
    let who = Who::reader(&session.reader);
    security::note(&account.base, Event::SignedOut, who);
    let other = other.map(|other| format!("{other}&lang={}", session.language));
    let to = other.unwrap_or_else(|| account.site.home(session.language));
    let mut response = see_other(&to);
    cookies::clear_session(response.headers_mut(), &account.base.config);
    Ok(response)
}
