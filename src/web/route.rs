//! A route as an entry of a list, so that the same list makes the router, the documentation and the tests that try
//! every door.

use std::sync::Arc;

use axum::handler::Handler;
use axum::routing::{MethodRouter, get, post};

use crate::App;

/// One method of one path.
pub struct Route {
    /// `GET` or `POST`; a `GET` answers `HEAD` too.
    pub method: &'static str,
    /// The path, with `{name}` for a segment.
    pub path: &'static str,
    /// What answers.
    pub answer: MethodRouter<Arc<App>>,
}

impl Route {
    /// A page or file.
    pub fn get<H, T>(path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self {
            method: "GET",
            path,
            answer: get(handler),
        }
    }

    /// A form or a message from our script.
    pub fn post<H, T>(path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self {
            method: "POST",
            path,
            answer: post(handler),
        }
    }
}
