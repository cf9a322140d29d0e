//! A browser with its cookies, one connection for each request; an answer counts when all of it has come.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::place::Place;
use crate::bench::wire::{Access, parse};

/// One browser profile.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    cookies: BTreeMap<String, String>,
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

const PATIENCE: Duration = Duration::from_secs(30);

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
        self.ask(place, "GET", path, "text/html", "")
    }

    /// Sends a form; values are encoded here.
    pub fn post(&mut self, place: &Place, path: &str, form: &[(&str, &str)]) -> Option<Page> {
        self.ask(place, "POST", path, "text/html", &encode(form))
    }

    /// Sends a form as the script of a page does.
    pub fn post_by_script(
        &mut self,
        place: &Place,
        path: &str,
        form: &[(&str, &str)],
    ) -> Option<Page> {
        self.ask(place, "POST", path, "application/json", &encode(form))
    }

    /// Sends JSON.
    pub fn tell(&mut self, place: &Place, path: &str, json: &str) -> Option<Page> {
        self.ask(place, "POST", path, "application/json", json)
    }

    /// Until there is an answer that says more than "in a moment"; for looking, when nothing is broken.
    pub fn look(&mut self, place: &Place, path: &str) -> anyhow::Result<Page> {
        patiently(|| self.get(place, path), path)
    }

    fn ask(
        &mut self,
        place: &Place,
        method: &str,
        path: &str,
        accept: &str,
        body: &str,
    ) -> Option<Page> {
        let port = place.port;
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let kind = if body.starts_with('{') {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        let language = if self.language.is_empty() {
            "en"
        } else {
            self.language
        };
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: {accept}\r\nAccept-Language: {language}\r\n\
             Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nConnection: close\r\n\
             Cookie: {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            cookies.join("; "),
            body.len()
        );
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.write_all(text.as_bytes()).ok()?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).ok()?;
        let head = parse(&bytes).ok()??;
        let body = bytes.get(head.body..head.end)?;
        for line in String::from_utf8_lossy(&bytes[..head.body]).lines() {
            if let Some(("set-cookie", cookie)) = line.split_once(": ") {
                self.keep(cookie);
            }
        }
        Some(Page {
            status: head.status,
            access: head.access,
            body: String::from_utf8_lossy(body).into_owned(),
        })
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        match pair.split_once('=') {
            Some((name, "")) => drop(self.cookies.remove(name)),
            Some((name, value)) => {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            None => {}
        }
    }
}

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

fn encode(form: &[(&str, &str)]) -> String {
    let escape = |text: &str| {
        text.bytes().fold(String::new(), |mut out, byte| {
            if byte.is_ascii_alphanumeric() {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
            out
        })
    };
    let pairs: Vec<String> = form
        .iter()
        .map(|(name, value)| format!("{name}={}", escape(value)))
        .collect();
    pairs.join("&")
}
