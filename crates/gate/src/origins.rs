//! Which pages of other sites may talk to the paper, and about what: those of `[gate] sites`, about reading there.
//!
//! Their origins are trusted by the protection against foreign forms, and here that is narrowed to the addresses of an
//! open page. Everything else that changes something stays the paper's own: a hole in the other site must not be one in
//! the accounts of readers.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, Method, StatusCode, header};

use base::config::Config;

use crate::Gate;
use web::Error;

/// What an open page says and hears. "Read here" is not among them: that is a form of the paper's own page.
const WATCHED: [&str; 3] = ["/reading/beat", "/reading/rest", "/reading/notices"];

/// The origins of the configured sites, but the paper's own.
pub fn origins(config: &Config) -> impl Iterator<Item = &str> {
    let own = config.site.public_url.as_str();
    let all = config.gate.sites.iter().map(|site| site.origin());
    all.filter(move |origin| *origin != own)
}

/// Lets pages of these origins talk about reading (CORS, in the Fetch standard), and about nothing else.
pub async fn let_in(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN);
    let known = origin.filter(|origin| origins(&gate.base.config).any(|one| *origin == one));
    let Some(origin) = known.cloned() else {
        return next.run(request).await;
    };
    let preflight = request.method() == Method::OPTIONS;
    if !WATCHED.contains(&request.uri().path()) {
        return if preflight || request.method().is_safe() {
            next.run(request).await
        } else {
            Error::Foreign.into_response()
        };
    }
    let mut response = if preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, "7200"),
    ] {
        if preflight || name == header::ACCESS_CONTROL_ALLOW_CREDENTIALS {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}
