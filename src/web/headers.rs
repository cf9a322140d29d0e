//! Security headers for every answer (OWASP ASVS 5.0, 3.4): no inline script or style, nothing from elsewhere, no frames.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use std::sync::Arc;

use crate::App;

const POLICY: &str = "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; font-src 'self'; \
connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const FIXED: [(HeaderName, HeaderValue); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("strict-origin-when-cross-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), browsing-topics=()"),
    ),
];

/// Adds them to every answer.
pub async fn secure(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    put(&app, response.headers_mut());
    response
}

/// Puts them among the headers of an answer.
pub fn put(app: &App, headers: &mut HeaderMap) {
    headers.reserve(FIXED.len() + 1);
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    if app.config.secure() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
}
