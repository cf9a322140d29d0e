//! Who gets in.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use readers::{Confirmed, ConfirmedForm, Readers, Session, SignedIn};
use web::{Error, Result};

/// The session of somebody with a row in `staff`, in which the password was given a short while ago. Others hear that they
/// may not, before they are asked for a password: [`Error::SignIn`], [`Error::Forbidden`], [`Error::Confirm`].
#[derive(Clone, Debug)]
pub struct Staff(pub Arc<Session>);

/// The same with a form, which is kept while the password is asked for.
#[derive(Clone, Debug)]
pub struct StaffForm<T>(pub Arc<Session>, pub T);

impl<S> FromRequestParts<S> for Staff
where
    S: Send + Sync,
    Arc<Readers>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        is_operator(parts, state).await?;
        let Confirmed(session) = Confirmed::from_request_parts(parts, state).await?;
        Ok(Self(session))
    }
}

impl<T, S> FromRequest<S> for StaffForm<T>
where
    S: Send + Sync,
    Arc<Readers>: FromRef<S>,
    ConfirmedForm<T>: FromRequest<S, Rejection = Response>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> std::result::Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let allowed = is_operator(&mut parts, state).await;
        allowed.map_err(Error::into_response)?;
        let request = Request::from_parts(parts, body);
        let ConfirmedForm(session, form) = ConfirmedForm::from_request(request, state).await?;
        Ok(Self(session, form))
    }
}

async fn is_operator<S>(parts: &mut Parts, state: &S) -> Result<()>
where
    S: Send + Sync,
    Arc<Readers>: FromRef<S>,
{
    let SignedIn(session) = SignedIn::from_request_parts(parts, state).await?;
    let readers = Arc::<Readers>::from_ref(state);
    let mut tx = readers.base.read().await?;
    if readers::store::is_operator(&mut tx, session.reader).await? {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}
