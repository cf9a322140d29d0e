//! Requests that change something run to their end, in a task of their own: a client that hangs up cancels nothing.
//!
//! A server drops what it does for a client that has gone (RFC 9110, 9.2.2, leaves open what became of it). Dropped between
//! a commit and the invalidation of what is in memory, a request would leave the two different: signed out in the
//! database, signed in here. So there are two steps. While the body is being read nothing has happened yet, and hanging up
//! ends it. Then the handler runs detached, and only whoever waits for its answer can go: the client, or `[server]
//! request_for`. All methods that are not safe (RFC 9110, 9.2.1) are run like this by one layer around the router, so no
//! handler can forget it. A `GET` that changes something is declared with [`crate::Route::get_detached`], and tests stop
//! where one that is not writes ([`base::db::droppable`]).
//!
//! Deliberately not here: an upper bound for how long a handler runs. What it waits for has one each (connections to
//! the database, passwords), and cutting it off anywhere is what this is against.

use std::any::Any;
use std::sync::Arc;

use axum::extract::{FromRequest as _, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use tokio::sync::oneshot;

use crate::{Error, error};
use base::db::droppable;

/// What is not given back before a detached request has ended, such as its place among the connections: an extension of
/// the request. So whoever hangs up and asks again holds two places, and a stop waits for both.
#[derive(Clone, Debug)]
pub struct Hold {
    _kept: Arc<dyn Any + Send + Sync>,
}

impl Hold {
    /// Gives `kept` back when the last copy is gone.
    #[must_use]
    pub fn new(kept: impl Any + Send + Sync) -> Self {
        Self {
            _kept: Arc::new(kept),
        }
    }
}

/// A layer that detaches whatever its method says may change something.
pub async fn unsafe_methods(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return droppable(next.run(request)).await;
    }
    let (parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    match Bytes::from_request(whole, &()).await {
        Ok(body) => run(Request::from_parts(parts, body.into()), next).await,
        Err(rejection) => Error::from(rejection).into_response(),
    }
}

/// A layer that detaches every request, which must need no body.
pub async fn run(request: Request, next: Next) -> Response {
    let hold = request.extensions().get::<Hold>().cloned();
    let (answer, answered) = oneshot::channel();
    tokio::spawn(async move {
        if let Err(unheard) = answer.send(next.run(request).await) {
            error::log_unheard(&unheard);
        }
        drop(hold);
    });
    // The other end is gone without an answer if the handler panicked, or if the process ends.
    answered.await.unwrap_or_else(|_| {
        Error::Internal("a detached request gave no answer".into()).into_response()
    })
}
