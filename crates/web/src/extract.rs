//! Extractors: what a handler takes from a request, refused in the paper's own words.
//!
//! [`Form`], [`Query`] and [`Path`] are axum's, with [`Error`] in place of their plain English text, so that `?page=abc` is
//! answered by the error page in the reader's language. Deliberately not here: who asks (`readers::extract`), and from
//! which network ([`crate::limits::Network`]).

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::rejection::{BytesRejection, FormRejection, PathRejection, QueryRejection};
use axum::extract::{FromRef, FromRequest, FromRequestParts};
use base::lang::Lang;
use http::StatusCode;
use http::request::Parts;

use crate::{Error, Site, locale};

/// The fields of a form that was sent. [`Error::BadRequest`] if one is missing or cannot be read, [`Error::TooLarge`] if
/// the body is larger than `[server] max_form_bytes`.
#[derive(Clone, Copy, Debug, FromRequest)]
#[from_request(via(axum::extract::Form), rejection(Error))]
pub struct Form<T>(pub T);

/// The query of the address. [`Error::BadRequest`] if it cannot be read.
#[derive(Clone, Copy, Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Error))]
pub struct Query<T>(pub T);

/// The parameters of the path. [`Error::NotFound`] if they cannot be read: no page has such an address.
#[derive(Clone, Copy, Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Error))]
pub struct Path<T>(pub T);

/// The language of the request, by [`locale::of_request`]: for pages whose reader is not known to have one.
#[derive(Clone, Copy, Debug)]
pub struct Language(pub Lang);

impl<S> FromRequestParts<S> for Language
where
    S: Send + Sync,
    Arc<Site>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let site = Arc::<Site>::from_ref(state);
        let lang = locale::of_request(&site, &parts.uri, &parts.headers);
        Ok(Self(lang))
    }
}

/// The refusal of a body.
fn of_body(status: StatusCode, text: String) -> Error {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        Error::TooLarge
    } else {
        Error::BadRequest(text)
    }
}

impl From<FormRejection> for Error {
    fn from(error: FormRejection) -> Self {
        of_body(error.status(), error.body_text())
    }
}

impl From<BytesRejection> for Error {
    fn from(error: BytesRejection) -> Self {
        of_body(error.status(), error.body_text())
    }
}

impl From<QueryRejection> for Error {
    fn from(error: QueryRejection) -> Self {
        Self::BadRequest(error.body_text())
    }
}

impl From<PathRejection> for Error {
    fn from(error: PathRejection) -> Self {
        if error.status().is_server_error() {
            // The route has other parameters than its handler.
            Self::Internal(error.into())
        } else {
            Self::NotFound
        }
    }
}
