//! Security headers for every answer (OWASP ASVS 5.0, 3.4): no inline script or style, nothing from elsewhere, no frames.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use std::sync::Arc;

use crate::Site;
use base::config::Config;

/// The policy of every page. A form that ends at a site which asks the paper who may read (signing in, "read here") is
/// sent on to it, and browsers count that as a target of the form.
fn policy(config: &Config) -> HeaderValue {
    let forms: String = config
        .gate
        .sites
        .iter()
        .flat_map(|site| [" ", site.origin()])
        .collect();
    HeaderValue::from_str(&format!(
        "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; form-action 'self'{forms}; base-uri 'none'; frame-ancestors 'none'"
    ))
    .expect("sites are plain ASCII")
}

const FIXED: [(HeaderName, HeaderValue); 5] = [
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
pub async fn secure(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    put(&site, response.headers_mut());
    response
}

/// Puts them among the headers of an answer. One that brings a policy of its own, since another site shows it, brings all
/// it needs: what the others demand would not be ours to say there.
pub fn put(site: &Site, headers: &mut HeaderMap) {
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.extend(site.fixed.clone());
    }
}

/// What [`put`] puts; finished pages have it among their headers already.
#[must_use]
pub fn fixed(config: &Config) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(config));
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    if config.secure() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    headers
}
