//! Every route of the paper, on one page; and what stands around all of them.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
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

/// The paper as a service.
///
/// # Errors
/// When the public address cannot be an origin.
pub fn router(app: Arc<App>) -> anyhow::Result<Router> {
    let request_for = app.config.server.request_for.duration();
    let csrf = CsrfLayer::new().add_trusted_origin(app.config.site.public_url.clone())?;
    let router = routes().into_iter().fold(Router::new(), |router, route| {
        router.route(route.path, route.answer)
    });
    Ok(router
        .fallback(|| async { Error::NotFound })
        .layer(DefaultBodyLimit::max(app.config.server.max_form_bytes))
        .layer(TimeoutLayer::with_status_code(
            http::StatusCode::REQUEST_TIMEOUT,
            request_for,
        ))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(csrf)
        .layer(map_response(foreign))
        .layer(from_fn_with_state(Arc::clone(&app), error::render))
        .layer(from_fn_with_state(Arc::clone(&app), headers::secure))
        .with_state(app))
}

/// A form that another site sent gets our page, not an empty one.
async fn foreign(response: Response) -> Response {
    if response
        .extensions()
        .get::<tower_http::csrf::ProtectionError>()
        .is_some()
    {
        Error::Foreign.into_response()
    } else {
        response
    }
}

fn after_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    Error::Internal(anyhow::anyhow!("panicked: {text}")).into_response()
}
