//! Early requests: prefetch and prerender, for a page that nobody has asked for yet (Speculation Rules, Resource Hints).
//!
//! A browser keeps such an answer and shows it when the person clicks, without asking again. So only what is everybody's is
//! given early. What depends on who asks, and when, is refused: a browser drops an answer that is no success, and the click
//! asks again. Deliberately not here: which requests are navigations (`reading`).

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

// Written once: a name given as text is read letter by letter, on each request.
static SAID: [(HeaderName, &[u8]); 4] = [
    (HeaderName::from_static("sec-purpose"), b"prefetch"),
    (HeaderName::from_static("purpose"), b"prefetch"),
    (HeaderName::from_static("x-purpose"), b"preview"),
    (HeaderName::from_static("x-moz"), b"prefetch"),
];

/// Whether the browser says that nobody has asked for this page yet.
#[must_use]
pub fn is_early(headers: &HeaderMap) -> bool {
    SAID.iter().any(|(name, value)| {
        headers
            .get(name)
            .is_some_and(|have| have.as_bytes().starts_with(value))
    })
}

/// Not now; ask again when somebody wants it. 503 is what the Speculation Rules' authors recommend for this.
#[must_use]
pub fn refusal() -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let unkept = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, unkept);
    response
}

/// Puts [`refusal`] in the place of early answers that are not everybody's, by what their `Cache-Control` says.
pub async fn refuse(request: Request, next: Next) -> Response {
    let early = is_early(request.headers());
    let response = next.run(request).await;
    let kept = response.headers().get(header::CACHE_CONTROL);
    let public = kept.is_some_and(|keep| keep.as_bytes().starts_with(b"public"));
    if early && !public {
        return refusal();
    }
    response
}
