//! A browser that knows two hosts, and keeps cookies as browsers do: for the host that set them, or for a whole domain.

use std::cell::RefCell;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

struct Kept {
    name: String,
    value: String,
    host: String,
    /// Whether the hosts below get it, too.
    shared: bool,
}

/// One device.
pub struct Browser {
    agent: &'static str,
    /// Host and the port on this machine where it is.
    hosts: [(&'static str, u16); 2],
    jar: RefCell<Vec<Kept>>,
}

/// What came back.
pub struct Got {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        let value = self.head.lines().find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            own.eq_ignore_ascii_case(name).then_some(value)
        });
        value.unwrap_or("")
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let field = format!("name=\"{name}\" value=\"");
        let rest = self.body.split(&field).nth(1).expect("the field is there");
        let value = rest.split('"').next().unwrap();
        value.replace("&#38;", "&").replace("&amp;", "&")
    }
}

/// As a value of a form.
pub fn quoted(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
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
        self.cookies(host).contains(&format!("{name}="))
    }

    fn cookies(&self, host: &str) -> String {
        let jar = self.jar.borrow();
        let sent = jar.iter().filter(|kept| {
            kept.host == host || (kept.shared && host.ends_with(&format!(".{}", kept.host)))
        });
        let pairs: Vec<_> = sent
            .map(|kept| format!("{}={}", kept.name, kept.value))
            .collect();
        pairs.join("; ")
    }

    fn keep(&self, line: &str, from: &str) {
        let mut parts = line.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let domain = parts.find_map(|part| part.strip_prefix("Domain="));
        assert!(domain.is_none() || !name.starts_with("__Host-"), "{line}");
        let host = domain.unwrap_or(from).to_owned();
        let mut jar = self.jar.borrow_mut();
        jar.retain(|kept| kept.name != name || kept.host != host);
        if !value.is_empty() {
            jar.push(Kept {
                name: name.to_owned(),
                value: value.to_owned(),
                host,
                shared: domain.is_some(),
            });
        }
    }

    /// One request, to `https://host/path`; redirects are not followed.
    pub fn asks(&self, method: &str, address: &str, more: &[(&str, &str)], form: &str) -> Got {
        let rest = address.strip_prefix("https://").expect("a whole address");
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = if path.is_empty() { "/" } else { path };
        let port = self.hosts.iter().find(|(name, _)| *name == host);
        let (_, port) = port.unwrap_or_else(|| panic!("{address} is nowhere we should be sent"));
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nUser-Agent: {}\r\nCookie: {}\r\n",
            self.agent,
            self.cookies(host)
        );
        for (name, value) in more {
            request += &format!("{name}: {value}\r\n");
        }
        if method == "POST" {
            request += &format!(
                "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
                form.len()
            );
        }
        let mut stream = TcpStream::connect(("127.0.0.1", *port)).unwrap();
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).unwrap();
        stream
            .write_all(format!("{request}\r\n{form}").as_bytes())
            .unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        for line in head.lines() {
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("set-cookie")
            {
                self.keep(value, host);
            }
        }
        Got {
            status: head.split(' ').nth(1).unwrap_or("0").parse().unwrap_or(0),
            head: head.to_owned(),
            body: body.to_owned(),
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
