//! A route as an entry of a list, so that the same list makes the router, the documentation and the tests that try
//! every door.

use axum::handler::Handler;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get, post};

use crate::detached;

/// What a visitor must have to be answered by a route. The extractors of its handler ask for it; the declaration is what
/// documentation and tests read, and a test tries each route as each kind of visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: whom the page is for is decided by the handler.
    Nothing,
    /// A session. Guests are led to the sign-in page.
    Reader,
    /// A session in which the password was given a short while ago.
    Confirmed,
    /// The same, of somebody who works for the paper.
    Staff,
}

/// One method of one path.
pub struct Route<S = ()> {
    /// `GET` or `POST`; a `GET` answers `HEAD` too.
    pub method: &'static str,
    /// The path, with `{name}` for a segment.
    pub path: &'static str,
    /// Who may ask.
    pub needs: Needs,
    /// What answers.
    pub answer: MethodRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> Route<S> {
    /// A page or file.
    pub fn get<H, T>(path: &'static str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        Self {
            method: "GET",
            path,
            needs: Needs::Nothing,
            answer: get(handler),
        }
    }

    /// A page whose opening changes something, such as where a reader reads: it runs to its end, whatever the client does.
    pub fn get_detached<H, T>(path: &'static str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let route = Self::get(path, handler);
        Self {
            answer: route.answer.layer(from_fn(detached::run)),
            ..route
        }
    }

    /// A form or a message from our script. It runs to its end, too, as everything that is not a `GET`
    /// ([`detached::unsafe_methods`]).
    pub fn post<H, T>(path: &'static str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        Self {
            method: "POST",
            path,
            needs: Needs::Nothing,
            answer: post(handler),
        }
    }

    /// The same, for whoever has what it needs.
    #[must_use]
    pub fn needs(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }
}

/// The routes of a feature or face, each with what its handlers are made of.
pub fn with_state<S: Clone + Send + Sync + 'static>(
    routes: Vec<Route<S>>,
    state: &S,
) -> Vec<Route> {
    routes
        .into_iter()
        .map(|route| Route {
            method: route.method,
            path: route.path,
            needs: route.needs,
            answer: route.answer.with_state(state.clone()),
        })
        .collect()
}

/// The paths of all routes, to name the one that a request was for. A log names it so and never by its address, in which
/// the token of a link may stand.
#[derive(Debug)]
pub struct Names(Vec<&'static str>);

impl Names {
    /// Of these routes.
    #[must_use]
    pub fn of(routes: &[Route]) -> Self {
        let mut names: Vec<_> = routes.iter().map(|route| route.path).collect();
        // The more of it is written out, the sooner it is tried, as the router does.
        names.sort_by_key(|name| {
            let written = name.find('{').unwrap_or(name.len());
            (name.matches('{').count(), std::cmp::Reverse(written))
        });
        Self(names)
    }

    /// The route of this path, or `none`.
    #[must_use]
    pub fn find(&self, path: &str) -> &'static str {
        let found = self.0.iter().find(|name| fits(name, path));
        found.copied().unwrap_or("none")
    }
}

fn fits(name: &str, path: &str) -> bool {
    let (mut names, mut parts) = (name.split('/'), path.split('/'));
    loop {
        match (names.next(), parts.next()) {
            (None, None) => return true,
            (Some(one), Some(_)) if one.starts_with("{*") => return true,
            (Some(one), Some(part)) => {
                let before = one.split('{').next().unwrap_or(one);
                let is_whole = before.len() == one.len();
                if is_whole && part != one
                    || !part.starts_with(before)
                    || part.is_empty() != one.is_empty()
                {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_named_by_its_route() {
        let route = |path| Route::get(path, || async {});
        let names = Names::of(&[
            route("/{edition}/{day}/{slug}"),
            route("/{edition}"),
            route("/sitemap-{name}"),
            route("/sitemap.xml"),
            route("/reset/{token}"),
            route("/reset/sent"),
            route("/assets/{*name}"),
            route("/"),
        ]);
        for (path, name) in [
            ("/", "/"),
            ("/en", "/{edition}"),
            ("/reset/sent", "/reset/sent"),
            ("/reset/abc", "/reset/{token}"),
            ("/reset/", "none"),
            ("/reset/abc/", "none"),
            ("//reset/abc", "none"),
            ("/sitemap.xml", "/sitemap.xml"),
            ("/sitemap-1.xml", "/sitemap-{name}"),
            ("/assets/a/b.css", "/assets/{*name}"),
            ("/en/2026-02-24/wells", "/{edition}/{day}/{slug}"),
        ] {
            assert_eq!(names.find(path), name, "{path}");
        }
    }
}
