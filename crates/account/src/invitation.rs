//! An invitation, opened from its mail. Its token proves the address it was sent to, so an account can be made at once.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;

use crate::Account;
use crate::sign_in::sign_in;
use base::lang::Lang;
use base::secret::TokenHash;
use readers::rules::{MAX_NAME, MAX_PASSWORD, PasswordFault, check_password, one_line};
use readers::{self, Email, Reader, Session};
use subscriptions::invite::{self, Accepting};
use subscriptions::rules::Invitation;
use subscriptions::store;
use web::locale::{self, Say};
use web::view::{Frame, html, see_other};
use web::{Error, Result};

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
    email: &'a str,
    token: &'a str,
    /// What is wrong, or empty.
    problem: &'a str,
    name: &'a str,
    min_password: u64,
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
    parts: &Account,
    token: String,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<std::result::Result<Door, axum::response::Response>> {
    let session = parts.readers.sessions.of(headers).await?;
    let lang = session.as_ref().map_or_else(
        || locale::of_request(&parts.site, uri, headers),
        |session| session.language,
    );
    let say = Say::new(lang);
    let mut tx = parts.base.read().await?;
    let found = if token.len() == 43 {
        store::find_invitation(&mut tx, &TokenHash::of(&token)).await?
    } else {
        None
    };
    let Some(invitation) = found else {
        return Ok(Err(gone(parts, say, "invitation-gone")?));
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

fn gone(parts: &Account, say: Say, key: &str) -> Result {
    let mut frame = Frame::new(&parts.site, say.lang, say.say("invitation-gone-title"));
    frame.index = false;
    let page = GonePage {
        frame,
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

    fn page(&self, parts: &Account, problem: &str, name: &str) -> Result {
        let say = self.say;
        let mut frame = Frame::new(&parts.site, say.lang, say.say("invitation-title"));
        frame.index = false;
        let page = InvitationPage {
            frame,
            say,
            way: self.way(),
            host: &self.invitation.owner,
            email: &self.invitation.email,
            token: &self.token,
            problem,
            name,
            min_password: parts.base.config.accounts.min_password as u64,
        };
        let status = if problem.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        Ok(html(status, page.render()?))
    }
}

pub(super) async fn show_invitation(
    State(parts): State<Account>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    match door(&parts, token, &uri, &headers).await? {
        Ok(door) => door.page(&parts, "", ""),
        Err(answer) => Ok(answer),
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Accept {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn submit_invitation(
    State(parts): State<Account>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    form: std::result::Result<Form<Accept>, FormRejection>,
) -> Result {
    let Form(form) = form?;
    let door = match door(&parts, token, &uri, &headers).await? {
        Ok(door) => door,
        Err(answer) => return Ok(answer),
    };
    match (door.way(), &door.account) {
        (Way::Accept, Some(account)) => {
            let mut tx = parts.base.write().await?;
            let token = TokenHash::of(&door.token);
            let came = invite::accept(&mut tx, &token, account.id).await?;
            if came == Accepting::Seated {
                tx.commit().await?;
                parts.subscriptions.seats.forget(account.id);
            }
            match came {
                Accepting::Seated => Ok(see_other("/account/subscription")),
                Accepting::Full => gone(&parts, door.say, "invitation-full"),
                Accepting::Gone => gone(&parts, door.say, "invitation-gone"),
            }
        }
        (Way::SignUp, _) => sign_up(&parts, &door, form, &headers).await,
        _ => Err(Error::SignIn {
            next: format!("/invitation/{}", door.token),
        }),
    }
}

/// What is wrong with a name and a password, if anything.
fn fault(parts: &Account, say: Say, form: &Accept, email: &str) -> Option<String> {
    let shortest = parts.base.config.accounts.min_password;
    if one_line(&form.name, MAX_NAME).is_none() {
        return Some(say.with("fault-name", "length", MAX_NAME));
    }
    let fault = check_password(&form.password, email, shortest).err()?;
    Some(match fault {
        PasswordFault::TooShort => say.with("fault-short", "length", shortest),
        PasswordFault::TooLong => say.with("fault-long", "length", MAX_PASSWORD),
        PasswordFault::TooCommon => say.say("fault-common"),
    })
}

/// Makes the account and takes the seat in one transaction, then signs in.
async fn sign_up(parts: &Account, door: &Door, form: Accept, headers: &HeaderMap) -> Result {
    let (name, email) = (form.name.trim(), &door.invitation.email);
    if let Some(text) = fault(parts, door.say, &form, email) {
        return door.page(parts, &text, name);
    }
    let email: Email = email.parse().map_err(|()| Error::NotFound)?;
    let password = parts
        .readers
        .passwords
        .hash(form.password, &parts.base.rng)
        .await?;
    let mut tx = parts.base.write().await?;
    let terms = readers::store::find_terms_version(&mut tx).await?;
    let lang: Lang = door.say.lang;
    let made =
        readers::store::insert_reader(&mut tx, &email, name, &password, lang, terms.as_deref())
            .await?;
    let Some(id) = made else {
        // The address got its account a moment ago; now it can sign in.
        return Err(Error::SignIn {
            next: format!("/invitation/{}", door.token),
        });
    };
    match invite::accept(&mut tx, &TokenHash::of(&door.token), id).await? {
        Accepting::Seated => {}
        Accepting::Full => return gone(parts, door.say, "invitation-full"),
        Accepting::Gone => return gone(parts, door.say, "invitation-gone"),
    }
    let reader = readers::store::find_reader(&mut tx, id).await?;
    tx.commit().await?;
    parts.subscriptions.seats.forget(id);
    let reader = reader.ok_or(Error::NotFound)?;
    sign_in(parts, &reader, headers, "/account/subscription").await
}
