//! Every route of the paper, on one page; and what stands around all of them.

use std::any::Any;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use tower::{Layer as _, Service};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use super::{Error, Route, error, headers};
use crate::{App, admin, articles, readers, reading, stories, subscriptions};

/// The list of all routes. What is not here does not answer.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        super::assets::routes(),
        articles::routes(),
        stories::routes(),
        readers::routes(),
        subscriptions::routes(),
        reading::routes(),
        admin::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The paper as a service. What stands around the routes is put around all of them at once: around each by itself, as
/// [`Router::layer`] does it, every request would carry copies of it.
///
/// # Errors
/// When the public address cannot be an origin.
pub fn router(
    app: Arc<App>,
) -> anyhow::Result<
    impl Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync,
> {
    let request_for = app.config.server.request_for.duration();
    let csrf = CsrfLayer::new().add_trusted_origin(app.config.site.public_url.clone())?;
    let router = routes().into_iter().fold(Router::new(), |router, route| {
        router.route(route.path, route.answer)
    });
    let router = router
        .fallback(|| async { Error::NotFound })
        .with_state(Arc::clone(&app));
    let bounded = DefaultBodyLimit::max(app.config.server.max_form_bytes).layer(router);
    let timed = TimeoutLayer::with_status_code(http::StatusCode::REQUEST_TIMEOUT, request_for);
    let unbroken = CatchPanicLayer::custom(after_panic).layer(timed.layer(bounded));
    let rendered = from_fn_with_state(Arc::clone(&app), error::render).layer(csrf.layer(unbroken));
    Ok(from_fn_with_state(app, headers::secure).layer(rendered))
}

fn after_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    Error::Internal(anyhow::anyhow!("panicked: {text}")).into_response()
}
