//! The one error at the edge. A handler returns the variant; status, page, language and log line follow from it here.
//!
//! | variant | status | the reader sees |
//! |---|---|---|
//! | `NotFound` | 404 | no page here; the front page (301 where only a tail is too much: `address`) |
//! | `SignIn` | 303 | the sign-in page, and after it the page asked for |
//! | `Confirm` | 303 | the password page, and after it the page asked for |
//! | `Forbidden` | 403 | this needs another account |
//! | `Foreign` | 403 | the form came from another site |
//! | `BadRequest` | 400 | the request could not be read |
//! | `TooLarge` | 413 | too large, with the size that fits |
//! | `TooMany` | 429 | try again later, with the time |
//! | `Unavailable` | 503 | try again in a moment |
//! | `Busy` | 503 | very many are here; try again in a moment |
//! | `Internal` | 500 | something broke here, with a number to quote |
//!
//! A cause is logged once, here, and never shown.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use tower_http::csrf::ProtectionError;

use super::address;
use super::locale::{self, Say};
use super::pages::{Draft, Forms, Keep};
use super::route::Names;
use super::security;
use super::view::{Frame, html};
use crate::Site;
use base::db::is_away;
use base::lang::Lang;
use base::time::Span;

/// What a handler may fail with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such page.
    #[error("not found")]
    NotFound,
    /// A reader must sign in first; then `next`.
    #[error("sign-in needed")]
    SignIn {
        /// Path to come back to.
        next: String,
    },
    /// The password is needed again; then `next`.
    #[error("confirmation needed")]
    Confirm {
        /// Path to come back to.
        next: String,
    },
    /// This reader may not.
    #[error("forbidden")]
    Forbidden,
    /// The form was sent by a page of another site.
    #[error("cross-site request")]
    Foreign,
    /// The request makes no sense; the text is for the log.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// The body is larger than the limit.
    #[error("too large")]
    TooLarge,
    /// Too often; again after the span.
    #[error("too many requests")]
    TooMany(Span),
    /// Something we need is away; again in a moment.
    #[error("unavailable: {0}")]
    Unavailable(Cause),
    /// More is asked than we can answer in time; again in a moment.
    #[error("busy")]
    Busy,
    /// Our fault.
    #[error("internal: {0}")]
    Internal(Cause),
}

/// Why something failed: an error, or a sentence. For the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What handlers return.
pub type Result<T = Response> = std::result::Result<T, Error>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_away(&error) {
            Self::Unavailable(error.into())
        } else {
            Self::Internal(error.into())
        }
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::internal(error)
    }
}

impl Error {
    /// Our fault: an error or a sentence, for the log.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignIn { .. } | Self::Confirm { .. } => StatusCode::SEE_OTHER,
            Self::Forbidden | Self::Foreign => StatusCode::FORBIDDEN,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stem of its texts in `errors.ftl`.
    fn key(&self) -> &'static str {
        match self {
            Self::NotFound | Self::SignIn { .. } | Self::Confirm { .. } => "error-not-found",
            Self::Forbidden => "error-forbidden",
            Self::Foreign => "error-foreign",
            Self::BadRequest(_) => "error-bad-request",
            Self::TooLarge => "error-too-large",
            Self::TooMany(_) => "error-too-many",
            Self::Unavailable(_) => "error-unavailable",
            Self::Busy => "error-busy",
            Self::Internal(_) => "error-internal",
        }
    }
}

impl IntoResponse for Error {
    /// Leaves the error in the extensions; [`render`] makes the page, since only it knows the language.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    say: Say,
    key: &'static str,
    request: String,
    minutes: u64,
}

/// Turns an [`Error`] into its page. Also names the request, so that a reader can quote it and an operator find it.
pub async fn render(
    State((site, names)): State<(Arc<Site>, Arc<Names>)>,
    request: Request,
    next: Next,
) -> Response {
    // Copies of what an error page would need; they share the bytes of the request.
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let languages = request.headers().get_all(header::ACCEPT_LANGUAGE);
    let languages: Vec<HeaderValue> = languages.iter().cloned().collect();
    let response = next.run(request).await;
    let extensions = response.extensions();
    let (error, status) = if let Some(error) = extensions.get::<Arc<Error>>() {
        (Arc::clone(error), error.status())
    } else if extensions.get::<ProtectionError>().is_some() {
        // A form that another site sent.
        (Arc::new(Error::Foreign), StatusCode::FORBIDDEN)
    } else if response.status() == StatusCode::METHOD_NOT_ALLOWED
        && response.headers().get(header::CONTENT_TYPE).is_none()
    {
        let error = Error::BadRequest("method".into());
        (Arc::new(error), StatusCode::METHOD_NOT_ALLOWED)
    } else {
        return response;
    };
    if matches!(*error, Error::NotFound)
        && matches!(method, Method::GET | Method::HEAD)
        && let Some(moved) = address::without_tail(&uri).and_then(|to| address::moved(&to))
    {
        return moved;
    }
    let asked = languages.into_iter();
    let asked = asked.map(|line| (header::ACCEPT_LANGUAGE, line)).collect();
    let lang = locale::of_request(&site, &uri, &asked);
    let target = match &*error {
        Error::SignIn { next } => Some(format!("/sign-in?lang={lang}&next={}", encode(next))),
        Error::Confirm { next } => Some(format!("/account/confirm?next={}", encode(next))),
        _ => None,
    };
    if let Some(target) = target {
        let mut to = StatusCode::SEE_OTHER.into_response();
        let value = HeaderValue::from_str(&target).unwrap_or(HeaderValue::from_static("/sign-in"));
        to.headers_mut().insert(header::LOCATION, value);
        to.headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        return to;
    }
    let mut page = page(&site, &error, lang, status, names.find(uri.path()));
    if method == Method::HEAD {
        *page.body_mut() = axum::body::Body::empty();
    }
    page
}

/// An error with what caused it, and what caused that.
fn chain(cause: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(cause), |cause| cause.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.join(": ")
}

fn page(site: &Site, error: &Error, lang: Lang, status: StatusCode, route: &str) -> Response {
    let request = format!("{:08x}", site.base.rng.u64() >> 32);
    match error {
        Error::Internal(cause) => {
            tracing::error!(request, route, cause = chain(&**cause), "a request failed")
        }
        Error::Unavailable(cause) => tracing::warn!(
            request,
            route,
            cause = chain(&**cause),
            "a request had to wait"
        ),
        // Who may not, and who tries too often: an operator looks for these (OWASP ASVS 5.0, 16.3.2 and 16.3.3).
        Error::Forbidden | Error::Foreign | Error::TooMany(_) => {
            tracing::info!(target: security::TARGET, request, route, why = error.to_string(), "a request was refused");
        }
        other => tracing::debug!(
            request,
            route,
            why = other.to_string(),
            "a request was refused"
        ),
    }
    let text = text(site, error, lang, &request);
    let mut response = match text {
        Ok(text) => html(status, text),
        Err(_) => status.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let wait = match error {
        Error::TooMany(wait) => Some(wait.0.div_ceil(1000)),
        Error::Unavailable(_) | Error::Busy => Some(5),
        _ => None,
    };
    if let Some(seconds) = wait {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn text(site: &Site, error: &Error, lang: Lang, request: &str) -> askama::Result<String> {
    let say = Say::new(lang);
    let minutes = if let Error::TooMany(wait) = error {
        wait.0.div_ceil(60_000)
    } else {
        0
    };
    ErrorPage {
        frame: Frame::unlisted(site, say, &format!("{}-title", error.key())),
        say,
        key: error.key(),
        request: request.to_owned(),
        minutes,
    }
    .render()
}

/// Logs what [`render`] would have logged, of an answer that nobody waited for.
pub(crate) fn log_unheard(response: &Response) {
    if let Some(Error::Internal(cause) | Error::Unavailable(cause)) = response
        .extensions()
        .get::<Arc<Error>>()
        .map(|error| &**error)
    {
        let cause = chain(&**cause);
        tracing::error!(cause, "a request failed whose client had hung up");
    }
}

/// The page of [`Error::Busy`] in each language, made before it is needed: then there is no time for it.
#[derive(Debug)]
pub struct Busy(Vec<Forms>);

impl Busy {
    /// # Errors
    /// When the template fails.
    pub fn new(site: &Site) -> askama::Result<Self> {
        let page = |lang| {
            text(site, &Error::Busy, lang, "").map(|text| Draft::html(Keep::Nobody, text).forms())
        };
        Ok(Self(
            Lang::ALL
                .iter()
                .copied()
                .map(page)
                .collect::<askama::Result<_>>()?,
        ))
    }

    /// The refusal of this request.
    #[must_use]
    pub fn respond(&self, site: &Site, uri: &Uri, headers: &HeaderMap) -> Response {
        let page = &self.0[locale::of_request(site, uri, headers).index()];
        let mut response = page.respond(headers);
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(5));
        response
    }
}

/// Percent-encodes a path for use as a query value.
#[must_use]
pub fn encode(path: &str) -> String {
    path.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
        out
    })
}
