//! Who asks, as a handler takes it from a request: [`SignedIn`], `Option<SignedIn>` where guests are welcome, and
//! [`Confirmed`] for pages that someone who borrowed a session must not see.
//!
//! Whoever has to sign in or to give the password first is led to the page they came for afterwards ([`way_back`]).
//! Deliberately not here: forms that need the password, which are kept while it is asked for (`crate::confirm`).

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use http::Method;
use http::request::Parts;

use crate::{Readers, Session};
use web::{Error, Result};

/// The session of a request that needs one. [`Error::SignIn`] for guests.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Arc<Session>);

/// A session in which the password was given a short while ago, for pages; forms take a [`crate::ConfirmedForm`].
/// [`Error::SignIn`] or [`Error::Confirm`] else.
#[derive(Clone, Debug)]
pub struct Confirmed(pub Arc<Session>);

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Arc<Readers>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let sessions = &Arc::<Readers>::from_ref(state).sessions;
        let session = sessions.required(&parts.headers, way_back(parts)).await?;
        Ok(Self(session))
    }
}

impl<S> OptionalFromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Arc<Readers>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>> {
        let sessions = &Arc::<Readers>::from_ref(state).sessions;
        Ok(sessions.of(&parts.headers).await?.map(Self))
    }
}

impl<S> FromRequestParts<S> for Confirmed
where
    S: Send + Sync,
    Arc<Readers>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let sessions = &Arc::<Readers>::from_ref(state).sessions;
        let session = sessions.confirmed(&parts.headers, way_back(parts)).await?;
        Ok(Self(session))
    }
}

/// The page to come back to. A page is its own, with its query. A form posts to the address of the page it stands on, or
/// below it, and such a page has an address of two segments: what `/account/devices/ID/sign-out` is sent to stands on
/// `/account/devices`. A test tries every route that takes a form.
pub(crate) fn way_back(parts: &Parts) -> &str {
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return parts.uri.path_and_query().map_or("/", |all| all.as_str());
    }
    let path = parts.uri.path();
    path.match_indices('/')
        .nth(2)
        .map_or(path, |(end, _)| &path[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    #[test]
    fn a_page_is_come_back_to_and_a_form_never_sent_again() {
        for (method, asked, back) in [
            (
                "GET",
                "/account/devices?notice=ended",
                "/account/devices?notice=ended",
            ),
            ("HEAD", "/account", "/account"),
            ("POST", "/account", "/account"),
            ("POST", "/account/password?x=y", "/account/password"),
            (
                "POST",
                "/account/devices/00000000-0000-0000-0000-000000000000/sign-out",
                "/account/devices",
            ),
            ("POST", "/account/seats/invite", "/account/seats"),
            ("POST", "/", "/"),
        ] {
            let request = Request::builder().method(method).uri(asked).body(());
            let (parts, ()) = request.unwrap().into_parts();
            assert_eq!(way_back(&parts), back, "{method} {asked}");
        }
    }
}
