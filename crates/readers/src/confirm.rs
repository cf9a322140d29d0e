//! The password again, before what someone who borrowed a session must not do: the page that asks for it, the check, and
//! [`ConfirmedForm`], the extractor of forms that need it.
//!
//! A form that needs the password is answered by that page with all that was sent as hidden fields, and its address as the
//! action. The page's button sends the same form again, now with the password beside it; so what somebody began is done in
//! one go, and nothing of it is kept here meanwhile. How long it may be is `[server] max_form_bytes`, as for all forms.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRef, FromRequest, FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};
use base::Base;
use base::secret::Secret;
use http::StatusCode;
use http::request::Parts;

use crate::extract::{SignedIn, way_back};
use crate::{Asker, Reader, Readers, Session, shown_email, store};
use web::form::{Faults, refused};
use web::limits::Network;
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, html};
use web::{Error, Result, Sent, Site};

/// The field of the password. No form has one of this name besides.
pub const PASSWORD: &str = "confirm-password";

/// The page that asks for the password.
#[derive(Debug, Template)]
#[template(path = "readers/confirm.html")]
pub struct ConfirmPage {
    frame: Frame,
    say: Say,
    faults: Faults,
    email: String,
    action: String,
    fields: Vec<(String, String)>,
    back: String,
}

impl ConfirmPage {
    /// A page whose button sends `fields` and the password to `action`, and which leads to `back` those who think better.
    #[must_use]
    pub fn new(
        site: &Site,
        reader: &Reader,
        (action, fields): (String, Vec<(String, String)>),
        back: &str,
    ) -> Self {
        let say = Say::new(reader.language);
        Self {
            frame: Frame::unlisted(site, say, "confirm-title"),
            say,
            faults: Faults::default(),
            email: shown_email(&reader.email),
            action,
            fields,
            back: back.to_owned(),
        }
    }

    /// The same after a wrong password.
    ///
    /// # Errors
    /// When the template fails, which is ours to mend.
    pub fn refused(mut self) -> Result {
        self.faults = Faults::one(PASSWORD, self.say.say("fault-current"));
        refused(&self)
    }
}

/// Whether this is the reader's password. If so, the session is confirmed for `[accounts] confirmed_for`.
///
/// # Errors
/// [`Error::TooMany`] for whoever guesses, and whatever the database says.
pub async fn confirm(
    readers: &Readers,
    network: Network,
    session: &Session,
    reader: &Reader,
    password: Secret,
) -> Result<bool> {
    let asker = Asker::Device(session.device);
    let stored = Some(reader.password.clone());
    let who = Who::reader(&reader.id).at(&reader.email).from(network);
    if !readers.verify(asker, password, stored).await? {
        security::note(&readers.base, Event::ConfirmFailed, who);
        return Ok(false);
    }
    let mut tx = readers.base.write().await?;
    if !store::lock_password(&mut tx, reader).await? {
        return Ok(false);
    }
    store::set_confirmed(&mut tx, &session.token).await?;
    tx.commit().await?;
    readers.sessions.forget(&session.token);
    security::note(&readers.base, Event::Confirmed, who);
    Ok(true)
}

/// A form that is taken only in a session in which the password was given a short while ago, or together with it.
/// [`Error::SignIn`] for guests; all others are asked for the password first, by a page that keeps the form.
#[derive(Clone, Debug)]
pub struct ConfirmedForm<T>(pub Arc<Session>, pub T);

impl<T, S> FromRequest<S> for ConfirmedForm<T>
where
    T: Send,
    S: Send + Sync,
    Arc<Readers>: FromRef<S>,
    Arc<Site>: FromRef<S>,
    Arc<Base>: FromRef<S>,
    Sent<T>: FromRequest<S, Rejection = Error>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> std::result::Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let session = SignedIn::from_request_parts(&mut parts, state).await;
        let SignedIn(session) = session.map_err(Error::into_response)?;
        let request = Request::from_parts(parts.clone(), body);
        let sent = Sent::from_request(request, state).await;
        let Sent { form, fields } = sent.map_err(Error::into_response)?;
        let Ok(network) = Network::from_request_parts(&mut parts, state).await;
        let (readers, site) = (Arc::from_ref(state), Arc::from_ref(state));
        match ask(&readers, &site, network, &session, &parts, fields).await {
            Ok(None) => Ok(Self(session, form)),
            Ok(Some(page)) => Err(page),
            Err(error) => Err(error.into_response()),
        }
    }
}

/// The page to answer with, unless the session is confirmed, or the password is among the fields.
async fn ask(
    readers: &Readers,
    site: &Site,
    network: Network,
    session: &Session,
    parts: &Parts,
    fields: Vec<(String, String)>,
) -> Result<Option<Response>> {
    if readers.sessions.is_confirmed(session) {
        return Ok(None);
    }
    let reader = store::find_reader(&mut readers.base.read().await?, session.reader).await?;
    let reader = reader.ok_or(Error::NotFound)?;
    let (given, fields): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|(name, _)| name == PASSWORD);
    let again = (parts.uri.path().to_owned(), fields);
    let page = ConfirmPage::new(site, &reader, again, way_back(parts));
    match given.into_iter().next() {
        None => Ok(Some(html(StatusCode::FORBIDDEN, page.render()?))),
        Some((_, password)) => {
            let right = confirm(readers, network, session, &reader, password.into()).await?;
            if right {
                Ok(None)
            } else {
                page.refused().map(Some)
            }
        }
    }
}
