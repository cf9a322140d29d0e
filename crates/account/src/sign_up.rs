//! Signing up: the account is made when the address is proven, and not before.
//!
//! The answer to the form is the same, and made by the same work, whether an account with that address exists or not;
//! only the mail differs, and it goes to the owner of the address.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

use super::form::{Next, password_fault};
use base::Base;
use base::lang::Lang;
use base::mail;
use base::secret::{Secret, TokenHash};
use readers::letters::{self, Letter};
use readers::rules::{Email, MAX_NAME, check_password, one_line};
use readers::store::{self, Purpose, replaced};
use readers::{Asker, Readers};
use web::cookies::Cookie;
use web::error::encode;
use web::form::{Faults, refused};
use web::limits::Network;
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, local_path, personal, see_other};
use web::{Error, Form, Language, Query, Result, Site};

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
    password: Secret,
    next: String,
}

fn page(site: &Site, say: Say, form: &SignUp, faults: Faults) -> SignUpPage {
    SignUpPage {
        frame: Frame::unlisted(site, say, "sign-up-title").spoken_at(
            site,
            &format!("/sign-up?next={}", encode(local_path(&form.next))),
        ),
        say,
        faults,
        next: local_path(&form.next).to_owned(),
        name: form.name.clone(),
        email: form.email.clone(),
        shortest: site.base.config.accounts.min_password,
    }
}

/// The empty form.
pub async fn show_sign_up(
    State(site): State<Arc<Site>>,
    Query(query): Query<Next>,
    Language(lang): Language,
) -> Result {
    let form = SignUp {
        next: query.next,
        ..SignUp::default()
    };
    personal(&page(&site, Say::new(lang), &form, Faults::default()))
}

/// What waits for the proof.
#[derive(Serialize, Deserialize)]
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
    State(site): State<Arc<Site>>,
    State(readers): State<Arc<Readers>>,
    Language(lang): Language,
    network: Network,
    headers: HeaderMap,
    Form(form): Form<SignUp>,
) -> Result {
    let (base, say) = (&site.base, Say::new(lang));
    let shortest = base.config.accounts.min_password;
    let (email, name) = match checked(say, shortest, &form) {
        Ok(checked) => checked,
        Err(faults) => return refused(&page(&site, say, &form, faults)),
    };
    let asker = Asker::Stranger(network, email.as_str());
    readers.limits.mail_from(asker)?;
    let cookie = Cookie::Proof.read_or_new(&headers, base);
    let terms = about::store::find_terms_version(&mut base.read().await?).await?;
    let wanted = Wanted {
        name,
        password: readers
            .passwords
            .hash(asker, form.password, &base.rng)
            .await?,
        language: say.lang,
        terms,
        next: local_path(&form.next).to_owned(),
    };
    if readers.limits.mail_to(asker, Purpose::SignUp, &email) {
        post_link(base, &email, &wanted, &TokenHash::of(&cookie)).await?;
    }
    let who = Who::address(email.as_str()).from(network);
    security::note(base, Event::SignUpAsked, who);
    let mut response = see_other(&format!("/sign-up/sent?lang={}", say.lang));
    response.headers_mut().append(
        header::SET_COOKIE,
        Cookie::Proof.set(
            &cookie,
            base.config.accounts.proof_for,
            base.config.secure(),
        ),
    );
    Ok(response)
}

/// Address and name, if all of the form can be taken.
fn checked(
    say: Say,
    shortest: usize,
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
    if let Err(fault) = check_password(form.password.reveal(), &form.email, shortest) {
        faults.add("password", password_fault(say, shortest, fault));
    }
    match (email, name) {
        (Ok(email), Some(name)) if faults.is_empty() => Ok((email, name.to_owned())),
        _ => Err(faults),
    }
}

/// One look, one link and one mail, whether the address is known or not.
async fn post_link(base: &Base, email: &Email, wanted: &Wanted, browser: &TokenHash) -> Result<()> {
    let payload = serde_json::to_string(wanted).map_err(Error::internal)?;
    let token = base.rng.token();
    let mut tx = base.write().await?;
    let known = store::find_by_email(&mut tx, email).await?;
    let accounts = &base.config.accounts;
    let (purpose, payload, lasts_for) = match &known {
        Some(reader) => (
            Purpose::Reset,
            replaced(&reader.password),
            accounts.reset_for,
        ),
        None => (Purpose::SignUp, payload, accounts.proof_for),
    };
    let (hash, payload) = (TokenHash::of(&token), Some(payload.as_str()));
    store::insert_proof(&mut tx, &hash, purpose, email, payload, browser, lasts_for).await?;
    let letter = match &known {
        Some(reader) => {
            letters::write(base, reader.language, email.as_str(), Letter::Known(&token))
        }
        None => letters::write(base, wanted.language, email.as_str(), Letter::Prove(&token)),
    }?;
    mail::post(&mut tx, &letter).await?;
    tx.commit().await?;
    Ok(())
}
