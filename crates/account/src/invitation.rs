//! An invitation, opened from its mail. Its token proves the address it was sent to, so an account can be made at once.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::Account;
use crate::begin::sign_in;
use crate::form::password_fault;
use base::lang::Lang;
use base::rng::TOKEN_LENGTH;
use base::secret::{Secret, TokenHash};
use readers::rules::{MAX_NAME, check_password, one_line};
use readers::{self, Asker, Email, Reader, Session, SignedIn};
use subscriptions::invite::{self, Accepting};
use subscriptions::rules::Invitation;
use subscriptions::{mails, store};
use web::form::{Faults, refused};
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, html, personal, see_other};
use web::{Error, Form, Language, Path, Result, Site};

/// How somebody who opens an invitation can accept it.
enum Way {
    /// Signed in with the invited address.
    Accept,
    /// The address has an account, which is not the one signed in here.
    SignIn,
    /// The address is new.
    SignUp,
}

/// An invitation with what is known of the visitor.
struct Door {
    invitation: Invitation,
    session: Option<Arc<Session>>,
    account: Option<Reader>,
    say: Say,
    token: String,
}

#[derive(Template)]
#[template(path = "account/invitation.html")]
struct InvitationPage<'a> {
    frame: Frame,
    say: Say,
    way: Way,
    host: &'a str,
    email: String,
    token: &'a str,
    faults: Faults,
    name: &'a str,
    shortest: usize,
}

#[derive(Template)]
#[template(path = "account/invitation_gone.html")]
struct GonePage {
    frame: Frame,
    say: Say,
    text: String,
}

/// The invitation behind the token, or what to answer instead.
async fn door(
    site: &Site,
    token: String,
    session: Option<SignedIn>,
    lang: Lang,
) -> Result<std::result::Result<Door, Response>> {
    let session = session.map(|SignedIn(session)| session);
    let say = Say::new(session.as_ref().map_or(lang, |session| session.language));
    let mut tx = site.base.read().await?;
    let found = if token.len() == TOKEN_LENGTH {
        store::find_invitation(&mut tx, &TokenHash::of(&token)).await?
    } else {
        None
    };
    let Some(invitation) = found else {
        return Ok(Err(gone(site, say, "invitation-gone")?));
    };
    let email: Email = invitation.email.parse().map_err(|()| Error::NotFound)?;
    let account = readers::store::find_by_email(&mut tx, &email).await?;
    Ok(Ok(Door {
        invitation,
        session,
        account,
        say,
        token,
    }))
}

fn gone(site: &Site, say: Say, key: &str) -> Result {
    let page = GonePage {
        frame: Frame::unlisted(site, say, "invitation-gone-title"),
        say,
        text: say.say(key),
    };
    Ok(html(StatusCode::GONE, page.render()?))
}

impl Door {
    fn way(&self) -> Way {
        match (&self.account, &self.session) {
            (Some(account), Some(session)) if account.id == session.reader => Way::Accept,
            (Some(_), _) => Way::SignIn,
            (None, _) => Way::SignUp,
        }
    }

    fn page<'a>(&'a self, site: &Site, name: &'a str, faults: Faults) -> InvitationPage<'a> {
        InvitationPage {
            frame: Frame::unlisted(site, self.say, "invitation-title"),
            say: self.say,
            way: self.way(),
            host: &self.invitation.owner,
            email: readers::shown_email(&self.invitation.email),
            token: &self.token,
            faults,
            name,
            shortest: site.base.config.accounts.min_password,
        }
    }

    /// To sign in, and then to come back.
    fn sign_in(&self) -> Error {
        Error::SignIn {
            next: format!("/invitation/{}", self.token),
        }
    }
}

pub(super) async fn show_invitation(
    State(site): State<Arc<Site>>,
    Path(token): Path<String>,
    session: Option<SignedIn>,
    Language(lang): Language,
) -> Result {
    match door(&site, token, session, lang).await? {
        Ok(door) => personal(&door.page(&site, "", Faults::default())),
        Err(answer) => Ok(answer),
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Accept {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: Secret,
    #[serde(default)]
    touch: String,
}

pub(super) async fn submit_invitation(
    State(account): State<Account>,
    Path(token): Path<String>,
    session: Option<SignedIn>,
    Language(lang): Language,
    headers: HeaderMap,
    Form(form): Form<Accept>,
) -> Result {
    let door = match door(&account.site, token, session, lang).await? {
        Ok(door) => door,
        Err(answer) => return Ok(answer),
    };
    match (door.way(), &door.account) {
        (Way::Accept, Some(reader)) => accept(&account, &door, reader).await,
        (Way::SignUp, _) => sign_up(&account, &door, form, &headers).await,
        _ => Err(door.sign_in()),
    }
}

/// Seats somebody who has an account.
async fn accept(account: &Account, door: &Door, reader: &Reader) -> Result {
    let mut tx = account.base.write().await?;
    let token = TokenHash::of(&door.token);
    match invite::accept(&mut tx, &token, reader.id).await? {
        Accepting::Seated => {
            let host = &door.invitation.owner;
            mails::tell_seated(&account.subscriptions, &mut tx, reader, host).await?;
            tx.commit().await?;
        }
        Accepting::Full => return gone(&account.site, door.say, "invitation-full"),
        Accepting::Gone => return gone(&account.site, door.say, "invitation-gone"),
    }
    account.subscriptions.seats.forget(reader.id);
    security::note(&account.base, Event::SeatTaken, Who::reader(&reader.id));
    Ok(see_other("/account/subscription"))
}

/// Name and password, if both can be taken.
fn checked(
    say: Say,
    shortest: usize,
    form: &Accept,
    email: &str,
) -> std::result::Result<String, Faults> {
    let mut faults = Faults::default();
    let name = one_line(&form.name, MAX_NAME);
    if name.is_none() {
        faults.add("name", say.with("fault-name", "length", MAX_NAME));
    }
    if let Err(fault) = check_password(form.password.reveal(), email, shortest) {
        faults.add("password", password_fault(say, shortest, fault));
    }
    match name {
        Some(name) if faults.is_empty() => Ok(name.to_owned()),
        _ => Err(faults),
    }
}

/// Makes the account and takes the seat in one transaction, then signs in.
async fn sign_up(account: &Account, door: &Door, form: Accept, headers: &HeaderMap) -> Result {
    let (base, site, email) = (&account.base, &account.site, &door.invitation.email);
    let shortest = base.config.accounts.min_password;
    let name = match checked(door.say, shortest, &form, email) {
        Ok(name) => name,
        Err(faults) => return refused(&door.page(site, &form.name, faults)),
    };
    let email: Email = email.parse().map_err(|()| Error::NotFound)?;
    let (passwords, touch) = (&account.readers.passwords, form.touch);
    let token = TokenHash::of(&door.token);
    let password = passwords
        .hash(Asker::Link(&token), form.password, &base.rng)
        .await?;
    let mut tx = base.write().await?;
    let terms = about::store::find_terms_version(&mut tx).await?;
    let (lang, terms) = (door.say.lang, terms.as_deref());
    let made =
        readers::store::insert_reader(&mut tx, &email, &name, &password, lang, terms).await?;
    let Some(id) = made else {
        // The address got its account a moment ago; now it can sign in.
        return Err(door.sign_in());
    };
    match invite::accept(&mut tx, &token, id).await? {
        Accepting::Seated => {}
        Accepting::Full => return gone(site, door.say, "invitation-full"),
        Accepting::Gone => return gone(site, door.say, "invitation-gone"),
    }
    let reader = readers::store::find_reader(&mut tx, id).await?;
    let reader = reader.ok_or(Error::NotFound)?;
    let host = &door.invitation.owner;
    mails::tell_seated(&account.subscriptions, &mut tx, &reader, host).await?;
    tx.commit().await?;
    account.subscriptions.seats.forget(id);
    let who = Who::reader(&reader.id).at(&reader.email);
    security::note(base, Event::SignedUp, who);
    security::note(base, Event::SeatTaken, who);
    let browser = (headers, touch.as_str());
    let signed_in = sign_in(account, &reader, browser, "/account/subscription").await?;
    signed_in.ok_or_else(|| door.sign_in())
}
