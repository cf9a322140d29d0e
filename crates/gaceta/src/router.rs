//! Every route of the paper, on one page; and what stands around all of them.

use std::any::Any;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::{BoxError, Router};
use futures_util::future::Either;
use http::Method;
use tower::util::Oneshot;
use tower::{Layer as _, Service, ServiceExt as _};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use crate::pressure::{Class, Pressure};
use crate::{App, nodes};
use readers::Recognized;
use web::detached::{self, Hold};
use web::error::{self, Busy};
use web::{Error, Names, Route, early, headers};

/// The list of all routes. What is not here does not answer.
#[must_use]
pub fn routes(app: &App) -> Vec<Route> {
    [
        web::assets::routes(),
        articles::routes(&app.articles),
        stories::routes(&app.stories),
        about::routes(&app.about),
        account::routes(&app.account),
        reading::routes(&app.reading),
        gate::routes(&app.gate),
        admin::routes(&app.admin),
        nodes::routes(&app.base),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The paper as a service: finished pages at once, everything else by its route.
#[derive(Clone)]
pub struct Responder<S> {
    app: Arc<App>,
    pressure: Arc<Pressure>,
    busy: Arc<Busy>,
    routed: S,
}

/// What [`Responder::answer`] returns: an answer that was ready, or one that will be.
pub type Answering<S> = Either<Ready<Result<Response, Infallible>>, Oneshot<S, Request>>;

impl<S> Responder<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone,
{
    /// Answers. `from` is the other end of the connection, and what it holds for as long as anything of it is under way.
    ///
    /// The pages people read are tried first, before any layer, and mostly there is nothing to wait for. A `GET` needs
    /// none of what the layers do but the security headers: it has no body, and nothing of it changes anything by force
    /// of a foreign page.
    pub fn answer<B>(
        &self,
        from: Option<(SocketAddr, &Hold)>,
        request: http::Request<B>,
    ) -> Answering<S>
    where
        B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let response = if self.refuses(&request) {
            Some(
                self.busy
                    .respond(&self.app.site, request.uri(), request.headers()),
            )
        } else {
            self.quick(&request)
        };
        if let Some(mut response) = response {
            headers::put(&self.app.site, response.headers_mut());
            return Either::Left(ready(Ok(response)));
        }
        let mut request = request.map(Body::new);
        if let Some((from, hold)) = from {
            request.extensions_mut().insert(ConnectInfo(from));
            request.extensions_mut().insert(hold.clone());
        }
        Either::Right(self.routed.clone().oneshot(request))
    }

    fn quick<B>(&self, request: &http::Request<B>) -> Option<Response> {
        if request.method() != Method::GET {
            return None;
        }
        let (app, path, asked) = (&self.app, request.uri().path(), request.headers());
        if path == gate::CHECK {
            return gate::check(&app.gate, asked, request.uri());
        }
        reading::quick(&app.reading, path, asked)
            .or_else(|| articles::quick(&app.articles, path, asked))
    }

    /// Whether there is no time for this one now. Only pages are refused that people can ask for again; a
    /// refused question of another site would be an error there.
    fn refuses<B>(&self, request: &http::Request<B>) -> bool {
        if self.pressure.none() || request.method() != Method::GET {
            return false;
        }
        let path = request.uri().path();
        let needed = ["/admin", "/reading/", "/assets/", "/health/", gate::CHECK];
        if needed.iter().any(|needed| path.starts_with(needed)) {
            return false;
        }
        let class = match self.app.readers.sessions.known(request.headers()) {
            Recognized::Session(_) => Class::Reader,
            Recognized::Guest => Class::Guest,
            Recognized::Unknown => Class::Stranger,
        };
        self.pressure.refuses(class)
    }

    /// Watches how late this thread is, for ever.
    pub async fn watch(&self) {
        let late_for = self.app.base.config.server.late_for;
        self.pressure.watch(&self.app.base.clock, late_for).await;
    }

    /// Who is refused, and how many.
    #[must_use]
    pub fn pressure(&self) -> &Arc<Pressure> {
        &self.pressure
    }
}

impl<S> Service<Request> for Responder<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering<S>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        self.answer(None, request)
    }
}

/// The paper as a service. What stands around the routes is put around all of them at once: around each by itself, as
/// [`Router::layer`] does it, every request would carry copies of it.
/// Each thread that answers has one of its own, with its own [`Pressure`].
///
/// # Errors
/// When the public address cannot be an origin.
pub fn router(
    app: Arc<App>,
) -> anyhow::Result<
    Responder<
        impl Service<Request, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
    >,
> {
    let request_for = app.base.config.server.request_for.duration();
    let mut csrf = CsrfLayer::new().add_trusted_origin(app.base.config.site.public_url.clone())?;
    for origin in gate::origins(&app.base.config) {
        csrf = csrf.add_trusted_origin(origin)?;
    }
    let routes = routes(&app);
    let names = Arc::new(Names::of(&routes));
    let router = routes.into_iter().fold(Router::new(), |router, route| {
        router.route(route.path, route.answer)
    });
    let router = router.fallback(|| async { Error::NotFound });
    let unbroken = CatchPanicLayer::custom(after_panic).layer(router);
    let detached = from_fn(detached::unsafe_methods).layer(unbroken);
    let bounded = DefaultBodyLimit::max(app.base.config.server.max_form_bytes).layer(detached);
    // Ends the waiting for what is detached, and everything else.
    let timed = TimeoutLayer::with_status_code(http::StatusCode::REQUEST_TIMEOUT, request_for);
    let timed = timed.layer(bounded);
    // What is trusted of other sites is narrowed at once.
    let let_in = from_fn_with_state(Arc::clone(&app.gate), gate::let_in);
    let guarded = let_in.layer(csrf.layer(timed));
    let rendered = from_fn_with_state((Arc::clone(&app.site), names), error::render).layer(guarded);
    let unkept = from_fn(early::refuse).layer(rendered);
    let routed = from_fn_with_state(Arc::clone(&app.site), headers::secure).layer(unkept);
    Ok(Responder {
        busy: Arc::new(Busy::new(&app.site)?),
        pressure: Arc::default(),
        app,
        routed,
    })
}

fn after_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    Error::internal(format!("panicked: {text}")).into_response()
}
