//! Who gets in.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use readers::{Confirmed, Readers, Session, SignedIn};
use web::{Error, Result};

/// The session of somebody with a row in `staff`, in which the password was given a short while ago. Others hear that they
/// may not, before they are asked for a password: [`Error::SignIn`], [`Error::Forbidden`], [`Error::Confirm`].
#[derive(Clone, Debug)]
pub struct Staff(pub Arc<Session>);

impl<S> FromRequestParts<S> for Staff
where
    S: Send + Sync,
    Arc<Readers>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let readers = Arc::<Readers>::from_ref(state);
        let SignedIn(session) = SignedIn::from_request_parts(parts, state).await?;
        let mut tx = readers.base.read().await?;
        if !readers::store::is_operator(&mut tx, session.reader).await? {
            return Err(Error::Forbidden);
        }
        drop(tx);
        let Confirmed(session) = Confirmed::from_request_parts(parts, state).await?;
        Ok(Self(session))
    }
}
