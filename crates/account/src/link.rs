//! Signing in by mail: a link for the browser that asked for it, or a code that is typed there when the mail is read on another
//! device. Ten minutes, once.
//!
//! In any other browser the link opens a page that says where to type the code, and signs nobody in: so whoever gets hold of a
//! mail, or talks somebody into opening a link, has nothing. The answers and the work are the same for an address that
//! nobody here has; only the mail differs. Codes are counted for the mail they are typed for, so whoever guesses uses up
//! what they asked for themselves, and nothing of the owner's.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::IntoResponse as _;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use super::begin::{begin, finish};
use super::form::Next;
use super::note::dead_link;
use crate::Account;
use base::Base;
use base::lang::Lang;
use base::mail;
use base::secret::TokenHash;
use readers::letters::{self, Letter};
use readers::rules::{Email, code_from, code_of, grouped};
use readers::store::{self, Mailed, SignInLink};
use readers::{Readers, SignedIn};
use web::cookies::Cookie;
use web::error::encode;
use web::form::{Faults, refused};
use web::limits::Network;
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, html, local_path, personal, see_other};
use web::{Error, Form, Language, Path, Query, Result, Site};

/// Where a mail is asked for.
const ASK: &str = "/sign-in/link";
/// Where its code is typed.
const TYPE: &str = "/sign-in/code";

#[derive(Template)]
#[template(path = "account/link.html")]
struct LinkPage {
    frame: Frame,
    say: Say,
    faults: Faults,
    email: String,
    next: String,
}

fn link_page(site: &Site, say: Say, email: &str, next: &str, faults: Faults) -> LinkPage {
    let next = local_path(next);
    LinkPage {
        frame: Frame::unlisted(site, say, "link-title")
            .spoken_at(site, &format!("{ASK}?next={}", encode(next))),
        say,
        faults,
        email: email.to_owned(),
        next: next.to_owned(),
    }
}

/// Asks for the address.
pub async fn show_link(
    State(site): State<Arc<Site>>,
    Query(query): Query<Next>,
    Language(lang): Language,
) -> Result {
    let (say, faults) = (Say::new(lang), Faults::default());
    personal(&link_page(&site, say, "", &query.next, faults))
}

/// The address, and where to go on to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    email: String,
    next: String,
}

/// Sends a mail.
pub async fn submit_link(
    State(site): State<Arc<Site>>,
    State(readers): State<Arc<Readers>>,
    Language(lang): Language,
    network: Network,
    headers: HeaderMap,
    Form(form): Form<Ask>,
) -> Result {
    let (base, say) = (&site.base, Say::new(lang));
    let Ok(email) = form.email.parse::<Email>() else {
        let faults = Faults::one("email", say.say("fault-email"));
        return refused(&link_page(&site, say, &form.email, &form.next, faults));
    };
    let asker = readers.asker(&headers, network, email.as_str()).await?;
    readers.limits.mail_from(asker)?;
    match readers.limits.link_to(asker, &email) {
        Err(Error::TooMany(wait)) => {
            let text = say.with("fault-many-links", "span", say.span(wait));
            let faults = Faults::one("email", text);
            return refused(&link_page(&site, say, &form.email, &form.next, faults));
        }
        counted => counted?,
    }
    let cookie = Cookie::Proof.read_or_new(&headers, base);
    post_mail(base, lang, &email, &TokenHash::of(&cookie), &form.next).await?;
    let who = Who::address(email.as_str()).from(network);
    security::note(base, Event::LinkAsked, who);
    let mut response = see_other(&format!("{TYPE}?lang={lang}"));
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

/// One look, one link and one mail, whether the address is known or not.
async fn post_mail(
    base: &Base,
    lang: Lang,
    email: &Email,
    browser: &TokenHash,
    next: &str,
) -> Result<()> {
    let token = base.rng.token();
    let code = code_of(base.rng.u64());
    let lasts_for = base.config.accounts.link_for;
    let mailed = Mailed {
        token: &TokenHash::of(&token),
        code: (&code, &base.secret),
        browser,
        next: local_path(next),
    };
    let mut tx = base.write().await?;
    let known = store::find_by_email(&mut tx, email).await?;
    store::insert_sign_in_link(&mut tx, mailed, email, known.as_ref(), lasts_for).await?;
    let code = grouped(&code);
    let (language, letter) = match &known {
        Some(reader) => (
            reader.language,
            Letter::SignIn {
                token: &token,
                code: &code,
            },
        ),
        None => (lang, Letter::Nobody),
    };
    let letter = letters::write(base, language, email.as_str(), letter)?;
    mail::post(&mut tx, &letter).await?;
    tx.commit().await?;
    Ok(())
}

/// The cookie of a browser that asked for a mail.
fn browser(base: &Base, headers: &HeaderMap) -> Option<TokenHash> {
    Cookie::Proof
        .read(headers, base.config.secure())
        .map(TokenHash::of)
}

#[derive(Template)]
#[template(path = "account/code.html")]
struct CodePage {
    frame: Frame,
    say: Say,
    faults: Faults,
    /// Where the mail went; empty if none was asked for here, or it is too old.
    email: String,
    minutes: u64,
    typed: String,
}

fn code_page(site: &Site, say: Say, asked: Option<&SignInLink>) -> CodePage {
    CodePage {
        frame: Frame::unlisted(site, say, "sent-title").spoken_at(site, TYPE),
        say,
        faults: Faults::default(),
        email: asked.map_or_else(String::new, |asked| readers::shown_email(&asked.email)),
        minutes: site.base.config.accounts.link_for.0.div_ceil(60_000),
        typed: String::new(),
    }
}

async fn asked_here(base: &Base, headers: &HeaderMap) -> Result<Option<SignInLink>> {
    let Some(browser) = browser(base, headers) else {
        return Ok(None);
    };
    let mut tx = base.read().await?;
    Ok(store::find_asked_here(&mut tx, &browser).await?)
}

/// After asking: says where the mail went, and takes the code. The same for every address.
pub async fn show_code(
    State(site): State<Arc<Site>>,
    Language(lang): Language,
    headers: HeaderMap,
) -> Result {
    let asked = asked_here(&site.base, &headers).await?;
    personal(&code_page(&site, Say::new(lang), asked.as_ref()))
}

/// The code as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Code {
    code: String,
    touch: String,
}

/// Compares the code, and signs in.
pub async fn submit_code(
    State(account): State<Account>,
    session: Option<SignedIn>,
    Language(lang): Language,
    network: Network,
    headers: HeaderMap,
    Form(form): Form<Code>,
) -> Result {
    let (base, say) = (&account.base, Say::new(lang));
    let asked = asked_here(base, &headers).await?;
    let Some(asked) = asked else {
        return gone(&account, say, session.is_some());
    };
    let refuse = |fault: &str| {
        refused(&CodePage {
            faults: Faults::one("code", say.say(fault)),
            typed: form.code.clone(),
            ..code_page(&account.site, say, Some(&asked))
        })
    };
    // What is no code was mistyped, and guesses nothing.
    let Some(code) = code_from(&form.code, code_of(0).len()) else {
        return refuse("fault-code");
    };
    let Some(browser) = browser(base, &headers) else {
        return gone(&account, say, session.is_some());
    };
    let mut tx = base.write().await?;
    let most = base.config.accounts.code_tries;
    let counted = store::count_try(&mut tx, &browser, most).await?;
    tx.commit().await?;
    let Some(counted) = counted else {
        return refuse("fault-code-tries");
    };
    let right = counted.has_code(&base.secret, &code);
    if let Some(token) = counted.token().filter(|_| right) {
        return match use_up(&account, &token, (&headers, &form.touch)).await? {
            Some(signed_in) => Ok(signed_in),
            None => gone(&account, say, session.is_some()),
        };
    }
    let who = Who::address(&counted.email).from(network);
    security::note(base, Event::CodeFailed, who);
    refuse("fault-code")
}

/// There is nothing to sign in by any more. A second click has been answered already where that kept its cookie.
fn gone(account: &Account, say: Say, signed_in: bool) -> Result {
    if signed_in {
        return Ok(see_other("/sign-in"));
    }
    dead_link(&account.site, say, ASK)
}

/// Uses a link up and signs its reader in, in one transaction; `None` if it was used, or address or password were changed
/// since it was asked for.
async fn use_up(
    account: &Account,
    token: &TokenHash,
    browser: (&HeaderMap, &str),
) -> Result<Option<axum::response::Response>> {
    let mut tx = account.base.write().await?;
    let Some(link) = store::find_sign_in_link(&mut tx, token).await? else {
        return Ok(None);
    };
    let reader = match link.email.parse() {
        Ok(email) => store::find_by_email(&mut tx, &email).await?,
        Err(()) => None,
    };
    let Some(reader) = reader.filter(|reader| link.is_of(reader)) else {
        return Ok(None);
    };
    // The reader first, whom a change locks first, too.
    let Some(begun) = begin(&mut tx, account, &reader, browser).await? else {
        return Ok(None);
    };
    if store::use_proof(&mut tx, token, store::Purpose::SignIn)
        .await?
        .is_none()
    {
        return Ok(None);
    }
    tx.commit().await?;
    finish(account, &reader, begun, &link.next())
        .await
        .map(Some)
}

#[derive(Template)]
#[template(path = "account/link_opened.html")]
struct OpenedPage {
    frame: Frame,
    say: Say,
    token: String,
    /// Where it was sent, in the browser that asked for it; empty in any other, which only hears where to type the code.
    email: String,
}

fn opened_page(site: &Site, say: Say, token: String, link: &SignInLink, here: bool) -> OpenedPage {
    let email = here.then(|| readers::shown_email(&link.email));
    OpenedPage {
        frame: Frame::unlisted(site, say, "link-title"),
        say,
        token,
        email: email.unwrap_or_default(),
    }
}

/// The page a mail's link opens. It changes nothing: programs that look at links in mails open them too.
pub async fn show_opened(
    State(account): State<Account>,
    session: Option<SignedIn>,
    Path(token): Path<String>,
    Language(lang): Language,
    headers: HeaderMap,
) -> Result {
    let (base, say) = (&account.base, Say::new(lang));
    let hash = TokenHash::of(&token);
    let found = store::find_sign_in_link(&mut base.read().await?, &hash).await?;
    let Some(link) = found else {
        return gone(&account, say, session.is_some());
    };
    let here = browser(base, &headers).is_some_and(|browser| link.is_for(&browser));
    personal(&opened_page(&account.site, say, token, &link, here))
}

/// What the script of the page adds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Opened {
    touch: String,
}

/// Uses the link up and signs in, in the browser that asked for it.
pub async fn submit_opened(
    State(account): State<Account>,
    session: Option<SignedIn>,
    Path(token): Path<String>,
    Language(lang): Language,
    headers: HeaderMap,
    Form(form): Form<Opened>,
) -> Result {
    let (base, say) = (&account.base, Say::new(lang));
    let hash = TokenHash::of(&token);
    let found = store::find_sign_in_link(&mut base.read().await?, &hash).await?;
    let Some(link) = found else {
        return gone(&account, say, session.is_some());
    };
    if !browser(base, &headers).is_some_and(|browser| link.is_for(&browser)) {
        let page = opened_page(&account.site, say, token, &link, false);
        return Ok(html(StatusCode::FORBIDDEN, page.render()?).into_response());
    }
    match use_up(&account, &hash, (&headers, &form.touch)).await? {
        Some(signed_in) => Ok(signed_in),
        None => gone(&account, say, session.is_some()),
    }
}
