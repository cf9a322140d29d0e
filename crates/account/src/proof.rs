//! The end of signing up: the link in the mail, and the button on its page that makes the account.
//!
//! Whoever opens the link has the address. Whether they also wrote the form only the browser that sent it can tell: any
//! other one is asked for a password, and that one counts. So nobody can prepare an account with somebody else's address
//! and a password of their own (pre-hijacking: Sudhodanan and Paverd, USENIX Security 2022).

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use http::{HeaderMap, StatusCode, Uri, header};
use serde::Deserialize;

use super::form::{Faults, password_fault};
use super::note::dead_link;
use super::sign_in::sign_in;
use super::sign_up::Wanted;
use crate::Account;
use base::secret::TokenHash;
use readers::rules::{Email, check_password};
use readers::store::{self, Proof, Purpose};
use web::cookies::Cookie;
use web::locale::{self, Say};
use web::view::{Frame, html, personal, see_other};
use web::{Error, Result};

#[derive(Template)]
#[template(path = "account/proof.html")]
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
    parts: &Account,
    say: Say,
    token: String,
    proof: Proof,
    same_browser: bool,
    faults: Faults,
) -> ProofPage {
    let mut frame = Frame::new(&parts.site, say.lang, say.say("proof-title"));
    frame.index = false;
    ProofPage {
        frame,
        say,
        faults,
        token,
        email: proof.email,
        same_browser,
        shortest: parts.base.config.accounts.min_password,
    }
}

fn is_same_browser(parts: &Account, headers: &HeaderMap, proof: &Proof) -> bool {
    Cookie::Proof
        .read(headers, parts.base.config.secure())
        .is_some_and(|cookie| TokenHash::of(cookie).text() == proof.browser)
}

/// The page a mail's link opens. It changes nothing: programs that look at links in mails open them too.
pub async fn show_proof(
    State(parts): State<Account>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    let say = Say::new(locale::of_request(&parts.site, &uri, &headers));
    let hash = TokenHash::of(&token);
    let found = store::find_proof(&mut parts.base.read().await?, &hash, Purpose::SignUp).await?;
    let Some(proof) = found else {
        return dead_link(&parts, say, "/sign-up");
    };
    let same = is_same_browser(&parts, &headers, &proof);
    personal(&page(&parts, say, token, proof, same, Faults::default()))
}

/// What the page's form holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Proved {
    password: String,
}

/// Uses the link up, makes the account and signs in.
pub async fn submit_proof(
    State(parts): State<Account>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    form: std::result::Result<Form<Proved>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let say = Say::new(locale::of_request(&parts.site, &uri, &headers));
    let hash = TokenHash::of(&token);
    let found = store::find_proof(&mut parts.base.read().await?, &hash, Purpose::SignUp).await?;
    let Some(proof) = found else {
        return dead_link(&parts, say, "/sign-up");
    };
    let payload = proof.payload.as_deref().unwrap_or_default();
    let mut wanted: Wanted = serde_json::from_str(payload).map_err(anyhow::Error::from)?;
    if !is_same_browser(&parts, &headers, &proof) {
        let shortest = parts.base.config.accounts.min_password;
        if let Err(fault) = check_password(&form.password, &proof.email, shortest) {
            let faults = Faults::one("password", password_fault(&parts, say, fault));
            let page = page(&parts, say, token, proof, false, faults);
            return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
        }
        wanted.password = parts
            .readers
            .passwords
            .hash(form.password, &parts.base.rng)
            .await?;
    }
    make(&parts, say, &hash, &wanted, &headers).await
}

async fn make(
    parts: &Account,
    say: Say,
    hash: &TokenHash,
    wanted: &Wanted,
    headers: &HeaderMap,
) -> Result {
    let mut tx = parts.base.write().await?;
    let Some(proof) = store::use_proof(&mut tx, hash, Purpose::SignUp).await? else {
        return dead_link(parts, say, "/sign-up");
    };
    let email: Email = proof
        .email
        .parse()
        .map_err(|()| anyhow::anyhow!("the address of a stored proof cannot be read"))?;
    let (name, password) = (&wanted.name, &wanted.password);
    let (language, terms) = (wanted.language, wanted.terms.as_deref());
    let made = store::insert_reader(&mut tx, &email, name, password, language, terms).await?;
    tx.commit().await?;
    let mut response = match made {
        Some(id) => {
            let reader = store::find_reader(&mut parts.base.read().await?, id).await?;
            let reader = reader.ok_or(Error::NotFound)?;
            sign_in(parts, &reader, headers, &wanted.next).await?
        }
        // Made meanwhile in another way, as by accepting an invitation.
        None => see_other(&format!("/sign-in?notice=proved&lang={}", say.lang)),
    };
    response.headers_mut().append(
        header::SET_COOKIE,
        Cookie::Proof.clear(parts.base.config.secure()),
    );
    Ok(response)
}
