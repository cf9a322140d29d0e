//! A browser with its cookies, one connection for each request; an answer counts when all of it has come.

use std::time::Duration;

use drive::cookies::Jar;
use drive::form::encode;
use drive::http::{Access, Client, Request};

use crate::place::Place;

/// One browser profile.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    cookies: Jar,
    /// English where it is empty.
    language: &'static str,
}

/// One whole answer.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub access: Access,
    pub body: String,
}

impl Browser {
    /// One whose owner reads this language.
    pub fn of_language(language: &'static str) -> Browser {
        Browser {
            language,
            ..Browser::default()
        }
    }

    /// Opens an address as a person does who follows a link. `None`: no answer, or half of one.
    pub fn get(&mut self, place: &Place, path: &str) -> Option<Page> {
        self.ask(place, Request::new("GET", path).with("Accept", "text/html"))
    }

    /// Sends a form; values are encoded here.
    pub fn post(&mut self, place: &Place, path: &str, form: &[(&str, &str)]) -> Option<Page> {
        let form = Request::form(path, &encode(form));
        self.ask(place, form.with("Accept", "text/html"))
    }

    /// Sends a form as the script of a page does.
    pub fn post_by_script(
        &mut self,
        place: &Place,
        path: &str,
        form: &[(&str, &str)],
    ) -> Option<Page> {
        let form = Request::form(path, &encode(form));
        self.ask(place, form.with("Accept", "application/json"))
    }

    /// Sends JSON.
    pub fn tell(&mut self, place: &Place, path: &str, json: &str) -> Option<Page> {
        self.ask(place, Request::json(path, json))
    }

    /// Until there is an answer that says more than "in a moment"; for looking, when nothing is broken.
    pub fn look(&mut self, place: &Place, path: &str) -> anyhow::Result<Page> {
        patiently(|| self.get(place, path), path)
    }

    fn ask(&mut self, place: &Place, request: Request) -> Option<Page> {
        let language = if self.language.is_empty() {
            "en"
        } else {
            self.language
        };
        let request = request
            .with("Accept-Language", language)
            .with("Sec-Fetch-Site", "same-origin")
            .with("Sec-Fetch-Mode", "navigate")
            .with("Sec-Fetch-Dest", "document")
            .with("Connection", "close")
            .with("Cookie", &self.cookies.line(HOST));
        let answer = Client::connect(place.port).ok()?.send(&request).ok()?;
        self.cookies.keep(&answer, HOST).ok()?;
        Some(Page {
            status: answer.status,
            access: answer.access,
            body: answer.text(),
        })
    }
}

/// The paper has one host, on whatever port.
const HOST: &str = "127.0.0.1";

impl Page {
    /// A form was taken: the browser is sent on.
    pub fn took(&self) -> bool {
        self.status == 303
    }
}

/// Asks until there is an answer that says more than "in a moment".
pub fn patiently(mut ask: impl FnMut() -> Option<Page>, what: &str) -> anyhow::Result<Page> {
    for _ in 0..40 {
        match ask() {
            Some(page) if page.status != 503 => return Ok(page),
            _ => std::thread::sleep(Duration::from_millis(250)),
        }
    }
    anyhow::bail!("{what} was not answered for ten seconds, and nothing was broken")
}
