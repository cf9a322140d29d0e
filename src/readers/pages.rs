//! Signing in and out.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri, header};
use serde::Deserialize;

use super::rules::{Email, Reader};
use super::{labels, store};
use crate::App;
use crate::base::secret::TokenHash;
use crate::base::time::Span;
use crate::web::cookies::Cookie;
use crate::web::locale::{self, Say};
use crate::web::view::{Frame, html, local_path, personal, see_other};
use crate::web::{Result, Route};

/// The routes of accounts.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/sign-in", show_sign_in),
        Route::post("/sign-in", submit_sign_in),
        Route::post("/sign-out", submit_sign_out),
    ]
}

#[derive(Debug, Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "readers/sign_in.html")]
struct SignInPage {
    frame: Frame,
    say: Say,
    next: String,
    email: String,
    wrong: bool,
}

async fn show_sign_in(
    State(app): State<Arc<App>>,
    Query(query): Query<Next>,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    let say = Say::new(locale::of_request(&app, &uri, &headers));
    personal(&sign_in_page(&app, say, &query.next, "", false))
}

fn sign_in_page(app: &App, say: Say, next: &str, email: &str, wrong: bool) -> SignInPage {
    let mut frame = Frame::new(app, say.lang, say.say("sign-in-title"));
    frame.index = false;
    SignInPage {
        frame,
        say,
        next: local_path(next).to_owned(),
        email: email.to_owned(),
        wrong,
    }
}

#[derive(Debug, Deserialize)]
struct SignIn {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn submit_sign_in(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
    form: std::result::Result<Form<SignIn>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let reader = match form.email.parse::<Email>() {
        Ok(email) => store::find_by_email(&mut app.read().await?, &email).await?,
        Err(()) => None,
    };
    let stored = reader.as_ref().map(|reader| reader.password.clone());
    let right = app.passwords.verify(form.password, stored).await;
    let Some(reader) = reader.filter(|_| right) else {
        let say = Say::new(locale::of_request(&app, &uri, &headers));
        return Ok(html(
            StatusCode::UNPROCESSABLE_ENTITY,
            sign_in_page(&app, say, &form.next, &form.email, true).render()?,
        ));
    };
    sign_in(&app, &reader, &headers, &form.next).await
}

/// Signs a reader in on this browser: a new session, a new token, and the end of whatever session was here before.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn sign_in(
    app: &App,
    reader: &Reader,
    headers: &HeaderMap,
    next: &str,
) -> Result<Response> {
    let secure = app.config.secure();
    let known = Cookie::Device
        .read(headers, secure)
        .filter(|value| value.len() == 43)
        .map(str::to_owned);
    let device_cookie = known.unwrap_or_else(|| app.rng.token());
    let cookie_hash = TokenHash::of(&device_cookie);
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let (label, kind) = labels::of_user_agent(agent);
    let token = app.rng.token();
    let hash = TokenHash::of(&token);
    let mut tx = app.write().await?;
    let ended = store::delete_sessions_in_browser(&mut tx, &cookie_hash).await?;
    let device = store::set_device(&mut tx, reader.id, &cookie_hash, &label, kind).await?;
    let expires_at = tx.now().plus(app.config.accounts.session_for);
    store::insert_session(&mut tx, &hash, reader.id, device, expires_at).await?;
    tx.commit().await?;
    for (token, ..) in ended {
        app.sessions.forget_stored(&token);
    }
    let home = app.editions.home(reader.language);
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
    out.append(
        header::SET_COOKIE,
        Cookie::Session.set(&token, app.config.accounts.session_for, secure),
    );
    Ok(response)
}

async fn submit_sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Result {
    let Some(session) = app.sessions.of(&app, &headers).await? else {
        return Ok(see_other("/"));
    };
    let mut tx = app.write().await?;
    store::delete_session(&mut tx, &session.token).await?;
    tx.commit().await?;
    app.sessions.forget(&session.token);
    app.leases.release(&app, session.reader, session.device);
    let mut response = see_other(&app.editions.home(session.language));
    response.headers_mut().append(
        header::SET_COOKIE,
        Cookie::Session.clear(app.config.secure()),
    );
    Ok(response)
}
