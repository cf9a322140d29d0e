//! Signing up: the account is made when the address is proven, and not before.
//!
//! The answer to the form is the same, and made by the same work, whether an account with that address exists or not;
//! only the mail differs, and it goes to the owner of the address.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use http::{Extensions, HeaderMap, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};

use super::form::{Faults, password_fault};
use crate::Account;
use base::lang::Lang;
use base::mail;
use base::secret::TokenHash;
use readers::letters::{self, Letter};
use readers::rules::{Email, MAX_NAME, check_password, one_line};
use readers::store::{self, Purpose};
use web::Result;
use web::cookies::Cookie;
use web::limits::Network;
use web::locale::{self, Say};
use web::view::{Frame, html, local_path, personal, see_other};

#[derive(Template)]
#[template(path = "account/sign_up.html")]
struct SignUpPage {
    frame: Frame,
    say: Say,
    faults: Faults,
    next: String,
    name: String,
    email: String,
    shortest: usize,
}

/// What the form of signing up holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignUp {
    name: String,
    email: String,
    password: String,
    next: String,
}

fn page(parts: &Account, say: Say, form: &SignUp, faults: Faults) -> SignUpPage {
    let mut frame = Frame::new(&parts.site, say.lang, say.say("sign-up-title"));
    frame.index = false;
    SignUpPage {
        frame,
        say,
        faults,
        next: local_path(&form.next).to_owned(),
        name: form.name.clone(),
        email: form.email.clone(),
        shortest: parts.base.config.accounts.min_password,
    }
}

/// The empty form.
pub async fn show_sign_up(
    State(parts): State<Account>,
    Query(form): Query<SignUpNext>,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    let say = Say::new(locale::of_request(&parts.site, &uri, &headers));
    let form = SignUp {
        next: form.next,
        ..SignUp::default()
    };
    personal(&page(&parts, say, &form, Faults::default()))
}

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct SignUpNext {
    #[serde(default)]
    next: String,
}

/// What waits for the proof.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) password: String,
    pub(super) language: Lang,
    /// Version of the terms that were shown and accepted.
    pub(super) terms: Option<String>,
    pub(super) next: String,
}

/// Takes the form and sends a mail.
pub async fn submit_sign_up(
    State(parts): State<Account>,
    extensions: Extensions,
    uri: Uri,
    headers: HeaderMap,
    form: std::result::Result<Form<SignUp>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let say = Say::new(locale::of_request(&parts.site, &uri, &headers));
    let (email, name) = match checked(&parts, say, &form) {
        Ok(checked) => checked,
        Err(faults) => {
            let page = page(&parts, say, &form, faults);
            return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
        }
    };
    parts
        .readers
        .limits
        .mail(Network::of(&parts.base, &extensions, &headers), &email)?;
    let secure = parts.base.config.secure();
    let cookie = Cookie::Proof
        .read(&headers, secure)
        .filter(|value| value.len() == 43)
        .map_or_else(|| parts.base.rng.token(), str::to_owned);
    let terms = store::find_terms_version(&mut parts.base.read().await?).await?;
    let wanted = Wanted {
        name,
        password: parts
            .readers
            .passwords
            .hash(form.password, &parts.base.rng)
            .await?,
        language: say.lang,
        terms,
        next: local_path(&form.next).to_owned(),
    };
    post_link(&parts, &email, &wanted, &TokenHash::of(&cookie)).await?;
    let mut response = see_other(&format!("/sign-up/sent?lang={}", say.lang));
    response.headers_mut().append(
        header::SET_COOKIE,
        Cookie::Proof.set(&cookie, parts.base.config.accounts.proof_for, secure),
    );
    Ok(response)
}

fn checked(
    parts: &Account,
    say: Say,
    form: &SignUp,
) -> std::result::Result<(Email, String), Faults> {
    let mut faults = Faults::default();
    let name = one_line(&form.name, MAX_NAME);
    if name.is_none() {
        faults.add("name", say.with("fault-name", "length", MAX_NAME));
    }
    let email = form.email.parse::<Email>();
    if email.is_err() {
        faults.add("email", say.say("fault-email"));
    }
    let shortest = parts.base.config.accounts.min_password;
    if let Err(fault) = check_password(&form.password, &form.email, shortest) {
        faults.add("password", password_fault(parts, say, fault));
    }
    match (email, name) {
        (Ok(email), Some(name)) if faults.is_empty() => Ok((email, name.to_owned())),
        _ => Err(faults),
    }
}

/// One look, one link and one mail, whether the address is known or not.
async fn post_link(
    parts: &Account,
    email: &Email,
    wanted: &Wanted,
    browser: &TokenHash,
) -> Result<()> {
    let payload = serde_json::to_string(wanted).map_err(anyhow::Error::from)?;
    let token = parts.base.rng.token();
    let mut tx = parts.base.write().await?;
    let known = store::find_by_email(&mut tx, email).await?;
    let accounts = &parts.base.config.accounts;
    let (purpose, payload, lasts_for) = if known.is_some() {
        (Purpose::Reset, None, accounts.reset_for)
    } else {
        (Purpose::SignUp, Some(payload.as_str()), accounts.proof_for)
    };
    let hash = TokenHash::of(&token);
    store::insert_proof(&mut tx, &hash, purpose, email, payload, browser, lasts_for).await?;
    let letter = match &known {
        Some(reader) => letters::write(
            &parts.base,
            reader.language,
            email.as_str(),
            Letter::Known(&token),
        ),
        None => letters::write(
            &parts.base,
            wanted.language,
            email.as_str(),
            Letter::Prove(&token),
        ),
    }?;
    mail::post(&mut tx, &letter).await?;
    tx.commit().await?;
    Ok(())
}
