//! A browser that knows two hosts, and keeps cookies as browsers do: for the host that set them, or for a whole domain.

use std::cell::RefCell;

use drive::cookies::Jar;
use drive::http::{Answer, Client, Request};

/// One device.
pub struct Browser {
    agent: &'static str,
    /// Host and the port on this machine where it is.
    hosts: [(&'static str, u16); 2],
    jar: RefCell<Jar>,
}

/// What came back.
pub struct Got {
    pub status: u16,
    pub body: String,
    pub answer: Answer,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.answer.header(name).unwrap_or_default()
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let value = drive::form::field(&self.body, name).expect("the field is there");
        value.replace("&#38;", "&").replace("&amp;", "&")
    }
}

pub const NAVIGATION: &[(&str, &str)] = &[
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
];

impl Browser {
    pub fn new(agent: &'static str, hosts: [(&'static str, u16); 2]) -> Self {
        Self {
            agent,
            hosts,
            jar: RefCell::default(),
        }
    }

    /// The hosts to which a cookie goes, by name.
    pub fn has(&self, name: &str, host: &str) -> bool {
        self.jar.borrow().line(host).contains(&format!("{name}="))
    }

    /// One request, to `https://host/path`; redirects are not followed.
    pub fn asks(&self, method: &str, address: &str, more: &[(&str, &str)], form: &str) -> Got {
        let rest = address.strip_prefix("https://").expect("a whole address");
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = if path.is_empty() { "/" } else { path };
        let port = self.hosts.iter().find(|(name, _)| *name == host);
        let (_, port) = port.unwrap_or_else(|| panic!("{address} is nowhere we should be sent"));
        let request = match method {
            "POST" => Request::form(path, form),
            _ => Request::new(method, path),
        };
        let request = request
            .with("Connection", "close")
            .with("User-Agent", self.agent)
            .with("Cookie", &self.jar.borrow().line(host))
            .with_all(more);
        let answer = Client::connect(*port).unwrap().named(host).send(&request);
        let answer = answer.unwrap();
        self.jar.borrow_mut().keep(&answer, host).unwrap();
        Got {
            status: answer.status,
            body: answer.text(),
            answer,
        }
    }

    /// Opens an address and goes wherever it is sent; where it came out, and what stands there.
    pub fn opens(&self, address: &str) -> (String, Got) {
        self.follows(address, self.asks("GET", address, NAVIGATION, ""))
    }

    /// Sends a form and goes wherever it is sent.
    pub fn sends(&self, address: &str, form: &str) -> (String, Got) {
        self.follows(address, self.asks("POST", address, NAVIGATION, form))
    }

    fn follows(&self, address: &str, mut got: Got) -> (String, Got) {
        let mut at = address.to_owned();
        for _ in 0..10 {
            if got.status != 303 {
                return (at, got);
            }
            let to = got.header("location").to_owned();
            let host = at["https://".len()..].split('/').next().unwrap();
            at = if to.starts_with('/') {
                format!("https://{host}{to}")
            } else {
                to
            };
            got = self.asks("GET", &at, NAVIGATION, "");
        }
        panic!("{address} leads round and round, by {at}");
    }
}
