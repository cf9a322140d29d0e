//! Extractors: what a handler takes from a request, refused in the paper's own words.
//!
//! [`Form`], [`Query`] and [`Path`] are axum's, with [`Error`] in place of their plain English text, so that `?page=abc` is
//! answered by the error page in the reader's language. Deliberately not here: who asks (`readers::extract`), and from
//! which network ([`crate::limits::Network`]).

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::rejection::{BytesRejection, FormRejection, PathRejection, QueryRejection};
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use base::lang::Lang;
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::{Error, Site, locale};

/// The fields of a form that was sent. [`Error::BadRequest`] if one is missing, cannot be read or holds a NUL, and
/// [`Error::TooLarge`] if the body is larger than `[server] max_form_bytes`.
#[derive(Clone, Copy, Debug)]
pub struct Form<T>(pub T);

/// A form both as a handler takes it and as it was sent, so that it can be sent again. Refused like [`Form`]. Never shown in a
/// log: a password may be among the fields.
#[derive(Clone)]
pub struct Sent<T> {
    /// As a handler takes it.
    pub form: T,
    /// Every field, in the order in which it was sent.
    pub fields: Vec<(String, String)>,
}

/// The query of the address. [`Error::BadRequest`] if it cannot be read or holds a NUL.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// The parameters of the path. [`Error::NotFound`] if they cannot be read or hold a NUL: no page has such an address.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T, S> FromRequest<S> for Form<T>
where
    S: Send + Sync,
    axum::extract::Form<T>: FromRequest<S, Rejection = FormRejection>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        refuse_nul(parts.uri.query().unwrap_or_default().as_bytes())?;
        let body = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await?;
        refuse_nul(&body)?;
        let request = Request::from_parts(parts, body.into());
        let axum::extract::Form(fields) = axum::extract::Form::from_request(request, state).await?;
        Ok(Self(fields))
    }
}

impl<T, S> FromRequest<S> for Sent<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let body = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await?;
        let again = || Request::from_parts(parts.clone(), body.clone().into());
        let Form(fields) = Form::from_request(again(), state).await?;
        let Form(form) = Form::from_request(again(), state).await?;
        Ok(Self { form, fields })
    }
}

impl<T, S> FromRequestParts<S> for Query<T>
where
    S: Send + Sync,
    axum::extract::Query<T>: FromRequestParts<S, Rejection = QueryRejection>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        refuse_nul(parts.uri.query().unwrap_or_default().as_bytes())?;
        let axum::extract::Query(query) =
            axum::extract::Query::from_request_parts(parts, state).await?;
        Ok(Self(query))
    }
}

impl<T, S> FromRequestParts<S> for Path<T>
where
    S: Send + Sync,
    axum::extract::Path<T>: FromRequestParts<S, Rejection = PathRejection>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        refuse_nul(parts.uri.path().as_bytes()).map_err(|_| Error::NotFound)?;
        let axum::extract::Path(parameters) =
            axum::extract::Path::from_request_parts(parts, state).await?;
        Ok(Self(parameters))
    }
}

/// No text of the paper holds a NUL, and PostgreSQL cannot even be asked for one (`text` has no such character).
/// `encoded` is a path, a query or an urlencoded form.
fn refuse_nul(encoded: &[u8]) -> Result<(), Error> {
    let nul = encoded.contains(&0) || encoded.windows(3).any(|bytes| bytes == b"%00");
    if nul {
        return Err(Error::BadRequest("NUL in a request".into()));
    }
    Ok(())
}

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
