//! The end of signing up: the link in the mail, and the button on its page that makes the account.
//!
//! Whoever opens the link has the address. Whether they also wrote the form only the browser that sent it can tell: any
//! other one is asked for a password, and that one counts. So nobody can prepare an account with somebody else's address
//! and a password of their own (pre-hijacking: Sudhodanan and Paverd, USENIX Security 2022).

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use http::{HeaderMap, header};
use serde::Deserialize;

use super::begin::sign_in;
use super::form::password_fault;
use super::note::dead_link;
use super::sign_up::Wanted;
use crate::Account;
use base::Base;
use base::mail;
use base::secret::{Secret, TokenHash};
use readers::Asker;
use readers::letters::{self, Letter};
use readers::rules::{Email, check_password};
use readers::store::{self, Proof, Purpose};
use web::cookies::Cookie;
use web::form::{Faults, refused};
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, personal, see_other};
use web::{Error, Form, Language, Path, Result, Site};

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
    site: &Site,
    say: Say,
    (token, proof): (String, Proof),
    same_browser: bool,
    faults: Faults,
) -> ProofPage {
    ProofPage {
        frame: Frame::unlisted(site, say, "proof-title"),
        say,
        faults,
        token,
        email: readers::shown_email(&proof.email),
        same_browser,
        shortest: site.base.config.accounts.min_password,
    }
}

fn is_same_browser(base: &Base, headers: &HeaderMap, proof: &Proof) -> bool {
    Cookie::Proof
        .read(headers, base.config.secure())
        .is_some_and(|cookie| TokenHash::of(cookie).text() == proof.browser_hash)
}

/// The page a mail's link opens. It changes nothing: programs that look at links in mails open them too.
pub async fn show_proof(
    State(site): State<Arc<Site>>,
    Path(token): Path<String>,
    Language(lang): Language,
    headers: HeaderMap,
) -> Result {
    let say = Say::new(lang);
    let hash = TokenHash::of(&token);
    let found = store::find_proof(&mut site.base.read().await?, &hash, Purpose::SignUp).await?;
    let Some(proof) = found else {
        return dead_link(&site, say, "/sign-up");
    };
    let same = is_same_browser(&site.base, &headers, &proof);
    personal(&page(&site, say, (token, proof), same, Faults::default()))
}

/// What the page's form holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Proved {
    password: Secret,
    touch: String,
}

/// Uses the link up, makes the account and signs in.
pub async fn submit_proof(
    State(account): State<Account>,
    Path(token): Path<String>,
    Language(lang): Language,
    headers: HeaderMap,
    Form(form): Form<Proved>,
) -> Result {
    let (base, site) = (&account.base, &account.site);
    let say = Say::new(lang);
    let hash = TokenHash::of(&token);
    let found = store::find_proof(&mut base.read().await?, &hash, Purpose::SignUp).await?;
    let Some(proof) = found else {
        return dead_link(site, say, "/sign-up");
    };
    let payload = proof.payload.as_deref().unwrap_or_default();
    let mut wanted: Wanted = serde_json::from_str(payload).map_err(Error::internal)?;
    if !is_same_browser(base, &headers, &proof) {
        let shortest = base.config.accounts.min_password;
        if let Err(fault) = check_password(form.password.reveal(), &proof.email, shortest) {
            let faults = Faults::one("password", password_fault(say, shortest, fault));
            return refused(&page(site, say, (token, proof), false, faults));
        }
        let passwords = &account.readers.passwords;
        wanted.password = passwords
            .hash(Asker::Link(&hash), form.password, &base.rng)
            .await?;
    }
    make(&account, say, &hash, &wanted, (&headers, &form.touch)).await
}

async fn make(
    account: &Account,
    say: Say,
    hash: &TokenHash,
    wanted: &Wanted,
    browser: (&HeaderMap, &str),
) -> Result {
    let mut tx = account.base.write().await?;
    let Some(proof) = store::use_proof(&mut tx, hash, Purpose::SignUp).await? else {
        return dead_link(&account.site, say, "/sign-up");
    };
    let email: Email = proof
        .email
        .parse()
        .map_err(|()| Error::internal("the address of a stored proof cannot be read"))?;
    let (name, password) = (&wanted.name, &wanted.password);
    let (language, terms) = (wanted.language, wanted.terms.as_deref());
    let made = store::insert_reader(&mut tx, &email, name, password, language, terms).await?;
    let made = match made {
        Some(id) => store::find_reader(&mut tx, id).await?,
        None => None,
    };
    if made.is_some() {
        let welcome = letters::write(&account.base, language, email.as_str(), Letter::Welcome)?;
        mail::post(&mut tx, &welcome).await?;
    }
    tx.commit().await?;
    let signed_in = match made {
        Some(reader) => {
            let who = Who::reader(&reader.id).at(&reader.email);
            security::note(&account.base, Event::SignedUp, who);
            sign_in(account, &reader, browser, &wanted.next).await?
        }
        // Made meanwhile in another way, as by accepting an invitation.
        None => None,
    };
    let mut response = signed_in
        .unwrap_or_else(|| see_other(&format!("/sign-in?notice=proved&lang={}", say.lang)));
    response.headers_mut().append(
        header::SET_COOKIE,
        Cookie::Proof.clear(account.base.config.secure()),
    );
    Ok(response)
}
