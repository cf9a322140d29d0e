//! Signing in and out.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::response::Response;
use http::{Extensions, HeaderMap, StatusCode, Uri, header};
use serde::Deserialize;

use super::form::{Faults, Notice};
use crate::Account;
use base::secret::TokenHash;
use base::time::Span;
use readers::rules::{Email, Reader};
use readers::{labels, store};
use web::Result;
use web::cookies::{self, Cookie};
use web::error::encode;
use web::limits::Network;
use web::locale::{self, Say};
use web::view::{Frame, html, local_path, personal, see_other};

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

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

/// The form.
pub async fn show_sign_in(
    State(parts): State<Account>,
    Query(query): Query<Next>,
    Query(notice): Query<Notice>,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    let say = Say::new(locale::of_request(&parts.site, &uri, &headers));
    let mut page = sign_in_page(&parts, say, &query.next, "", Faults::default());
    page.notice = notice.text(say);
    personal(&page)
}

fn sign_in_page(parts: &Account, say: Say, next: &str, email: &str, faults: Faults) -> SignInPage {
    let next = local_path(next);
    let mut frame = Frame::new(&parts.site, say.lang, say.say("sign-in-title"));
    frame.index = false;
    SignInPage {
        frame,
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
    password: String,
    #[serde(default)]
    next: String,
}

/// Checks the password and signs in.
pub async fn submit_sign_in(
    State(parts): State<Account>,
    extensions: Extensions,
    uri: Uri,
    headers: HeaderMap,
    form: std::result::Result<Form<SignIn>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let typed = form.email.trim().to_lowercase();
    let network = Network::of(&parts.base, &extensions, &headers);
    parts.readers.limits.password(network, &typed)?;
    let reader = match typed.parse::<Email>() {
        Ok(email) => store::find_by_email(&mut parts.base.read().await?, &email).await?,
        Err(()) => None,
    };
    let stored = reader.as_ref().map(|reader| reader.password.clone());
    let right = parts
        .readers
        .passwords
        .verify(form.password, stored)
        .await?;
    let Some(reader) = reader.filter(|_| right) else {
        let say = Say::new(locale::of_request(&parts.site, &uri, &headers));
        let faults = Faults::one("email", say.say("sign-in-wrong"));
        let page = sign_in_page(&parts, say, &form.next, &form.email, faults);
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
    };
    parts.readers.limits.password_was_right(network, &typed);
    sign_in(&parts, &reader, &headers, &form.next).await
}

/// Signs a reader in on this browser: a new session, a new token, and the end of whatever session was here before.
///
/// # Errors
/// Whatever the database says.
pub async fn sign_in(
    parts: &Account,
    reader: &Reader,
    headers: &HeaderMap,
    next: &str,
) -> Result<Response> {
    let secure = parts.base.config.secure();
    let known = Cookie::Device
        .read(headers, secure)
        .filter(|value| value.len() == 43)
        .map(str::to_owned);
    let device_cookie = known.unwrap_or_else(|| parts.base.rng.token());
    let cookie_hash = TokenHash::of(&device_cookie);
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let (label, kind) = labels::of_user_agent(agent);
    let token = parts.base.rng.token();
    let hash = TokenHash::of(&token);
    let mut tx = parts.base.write().await?;
    let ended = store::delete_sessions_in_browser(&mut tx, &cookie_hash).await?;
    let device = store::set_device(&mut tx, reader.id, &cookie_hash, &label, kind).await?;
    let expires_at = tx.now().plus(parts.base.config.accounts.session_for);
    store::insert_session(&mut tx, &hash, reader.id, device, expires_at).await?;
    tx.commit().await?;
    for (token, before, its_device) in ended {
        parts.readers.sessions.forget_stored(&token);
        if before != reader.id {
            parts.leases.release(before, its_device).await;
        }
    }
    parts.readers.sessions.load(hash).await?;
    let home = parts.site.home(reader.language);
    let mut response = see_other(if local_path(next) == "/" {
        &home
    } else {
        local_path(next)
    });
    let out = response.headers_mut();
    out.append(
        header::SET_COOKIE,
        Cookie::Device.set(&device_cookie, Span::days(400), secure),
    );
    cookies::put_session(
        out,
        &token,
        parts.base.config.accounts.session_for,
        &parts.base.config,
    );
    Ok(response)
}

/// Signs out here.
pub async fn submit_sign_out(State(parts): State<Account>, headers: HeaderMap) -> Result {
    let Some(session) = parts.readers.sessions.of(&headers).await? else {
        return Ok(see_other("/"));
    };
    let mut tx = parts.base.write().await?;
    store::delete_session(&mut tx, &session.token).await?;
    tx.commit().await?;
    parts.readers.sessions.forget(&session.token);
    parts.leases.release(session.reader, session.device).await;
    let mut response = see_other(&parts.site.home(session.language));
    cookies::clear_session(response.headers_mut(), &parts.base.config);
    Ok(response)
}
