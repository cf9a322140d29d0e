//! The end of signing up: the link in the mail, and the button on its page that makes the account.
//!
//! Whoever opens the link has the address. Whether they also wrote the form only the browser that sent it can tell: any
//! other one is asked for a password, and that one counts. So nobody can prepare an account with somebody else's address
//! and a password of their own (pre-hijacking: Sudhodanan and Paverd, USENIX Security 2022).

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use http::{HeaderMap, StatusCode, Uri, header};
use serde::Deserialize;

use super::form::{Faults, password_fault};
use super::note::dead_link;
use super::sign_in::sign_in;
use super::sign_up::Wanted;
use crate::App;
use crate::base::secret::TokenHash;
use crate::readers::rules::{Email, check_password};
use crate::readers::store::{self, Proof, Purpose};
use crate::web::cookies::Cookie;
use crate::web::locale::{self, Say};
use crate::web::view::{Frame, html, personal, see_other};
use crate::web::{Error, Result};

#[derive(Template)]
#[template(path = "readers/proof.html")]
struct ProofPage {
    frame: Frame,
    say: Say,
    faults: Faults,
    token: String,
    email: String,
    /// Whether this browser sent the form.
    same_browser: bool,
    shortest: usize,
}

fn page(
    app: &App,
    say: Say,
    token: String,
    proof: Proof,
    same_browser: bool,
    faults: Faults,
) -> ProofPage {
    let mut frame = Frame::new(app, say.lang, say.say("proof-title"));
    frame.index = false;
    ProofPage {
        frame,
        say,
        faults,
        token,
        email: proof.email,
        same_browser,
        shortest: app.config.accounts.min_password,
    }
}

fn is_same_browser(app: &App, headers: &HeaderMap, proof: &Proof) -> bool {
    Cookie::Proof
        .read(headers, app.config.secure())
        .is_some_and(|cookie| TokenHash::of(cookie).text() == proof.browser)
}

/// The page a mail's link opens. It changes nothing: programs that look at links in mails open them too.
pub async fn show_proof(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    let say = Say::new(locale::of_request(&app, &uri, &headers));
    let hash = TokenHash::of(&token);
    let found = store::find_proof(&mut app.read().await?, &hash, Purpose::SignUp).await?;
    let Some(proof) = found else {
        return dead_link(&app, say, "/sign-up");
    };
    let same = is_same_browser(&app, &headers, &proof);
    personal(&page(&app, say, token, proof, same, Faults::default()))
}

/// What the page's form holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Proved {
    password: String,
}

/// Uses the link up, makes the account and signs in.
pub async fn submit_proof(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    form: std::result::Result<Form<Proved>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let say = Say::new(locale::of_request(&app, &uri, &headers));
    let hash = TokenHash::of(&token);
    let found = store::find_proof(&mut app.read().await?, &hash, Purpose::SignUp).await?;
    let Some(proof) = found else {
        return dead_link(&app, say, "/sign-up");
    };
    let mut wanted: Wanted = serde_json::from_str(&proof.payload).map_err(anyhow::Error::from)?;
    if !is_same_browser(&app, &headers, &proof) {
        let shortest = app.config.accounts.min_password;
        if let Err(fault) = check_password(&form.password, &proof.email, shortest) {
            let faults = Faults::one("password", password_fault(&app, say, fault));
            let page = page(&app, say, token, proof, false, faults);
            return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
        }
        wanted.password = app.passwords.hash(form.password, &app.rng).await?;
    }
    make(&app, say, &hash, &wanted, &headers).await
}

async fn make(
    app: &App,
    say: Say,
    hash: &TokenHash,
    wanted: &Wanted,
    headers: &HeaderMap,
) -> Result {
    let mut tx = app.write().await?;
    let Some(proof) = store::use_proof(&mut tx, hash, Purpose::SignUp).await? else {
        return dead_link(app, say, "/sign-up");
    };
    let email: Email = proof
        .email
        .parse()
        .map_err(|()| anyhow::anyhow!("the address of a stored proof cannot be read"))?;
    let (name, password) = (&wanted.name, &wanted.password);
    let (language, terms) = (wanted.language, &wanted.terms);
    let made = store::insert_reader(&mut tx, &email, name, password, language, terms).await?;
    tx.commit().await?;
    let mut response = match made {
        Some(id) => {
            let reader = store::find_reader(&mut app.read().await?, id).await?;
            let reader = reader.ok_or(Error::NotFound)?;
            sign_in(app, &reader, headers, &wanted.next).await?
        }
        // Made meanwhile in another way, as by accepting an invitation.
        None => see_other(&format!("/sign-in?notice=proved&lang={}", say.lang)),
    };
    response
        .headers_mut()
        .append(header::SET_COOKIE, Cookie::Proof.clear(app.config.secure()));
    Ok(response)
}
