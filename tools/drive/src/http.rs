//! The HTTP client of all tools: what a request looks like on the wire, where an answer ends, and a connection that is kept.
//!
//! It speaks just enough HTTP/1.1 for servers on the loopback, and forgives nothing: an answer without an end is an error,
//! since its bytes could not be counted. The load generator of `tools/bench`, which waits for nothing, is made of the same
//! [`Request`] headers and the same [`Head`]. Deliberately not here: cookies (see [`crate::cookies`]) and redirects.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

/// What a browser sends when a person follows a link.
pub const NAVIGATION: &[(&str, &str)] = &[
    (
        "Accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ),
    ("Accept-Encoding", ACCEPT_ENCODING),
    ("Accept-Language", "en-US,en;q=0.9,es;q=0.8"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Sec-Fetch-User", "?1"),
    (
        "User-Agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    ),
];
/// The codings that a browser of today knows.
pub const ACCEPT_ENCODING: &str = "gzip, deflate, br, zstd";

/// All of a navigation's head between its path and its cookies.
#[must_use]
pub fn navigation(host: &str) -> String {
    let mut text = format!(" HTTP/1.1\r\nHost: {host}\r\n");
    for (name, value) in NAVIGATION {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    /// A request without any headers but `Host`.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Request {
        Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// A person follows a link.
    #[must_use]
    pub fn navigation(path: &str) -> Request {
        Request::new("GET", path).with_all(NAVIGATION)
    }

    /// A page of the paper sends a form, which is encoded already.
    #[must_use]
    pub fn form(path: &str, body: &str) -> Request {
        Request::new("POST", path)
            .with("Sec-Fetch-Site", "same-origin")
            .body("application/x-www-form-urlencoded", body)
    }

    /// A script of the paper's sends JSON.
    #[must_use]
    pub fn json(path: &str, body: &str) -> Request {
        Request::new("POST", path)
            .with("Accept", "application/json")
            .with("Sec-Fetch-Site", "same-origin")
            .body("application/json", body)
    }

    /// With this header, in the place of another of the same name. An empty value takes it away.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Request {
        self.headers
            .retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// With all of these.
    #[must_use]
    pub fn with_all(self, headers: &[(&str, &str)]) -> Request {
        let with = |request: Request, (name, value): &(&str, &str)| request.with(name, value);
        headers.iter().fold(self, with)
    }

    fn body(mut self, kind: &str, body: &str) -> Request {
        body.clone_into(&mut self.body);
        self.with("Content-Type", kind)
            .with("Content-Length", &body.len().to_string())
    }

    /// Everything before the body.
    #[must_use]
    pub fn head(&self, host: &str) -> String {
        let mut text = format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        text
    }
}

/// What the paper says it sent (`gaceta-access`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// All of the article.
    Full,
    /// The device message.
    Elsewhere,
    /// What anybody gets of it: lead or wall.
    Lead,
    /// Another page.
    None,
}

/// The head of an answer, and where its parts lie.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Of the first line.
    pub status: u16,
    /// What of an article it is.
    pub access: Access,
    /// Where the body begins.
    pub body: usize,
    /// Where it ends, if the head says so: a stream has no end.
    pub end: Option<usize>,
    /// The server will close the connection.
    pub closes: bool,
}

impl Head {
    /// Where the answer ends; for one without an end, where its body begins.
    #[must_use]
    pub fn known_end(&self) -> usize {
        self.end.unwrap_or(self.body)
    }

    /// Reads it, once all of it has come.
    ///
    /// # Errors
    /// When this is no HTTP, or a kind that no server here should speak.
    pub fn parse(bytes: &[u8]) -> anyhow::Result<Option<Head>> {
        let Some(body) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            ensure!(bytes.len() < 64 << 10, "a head without an end");
            return Ok(None);
        };
        let body = body + 4;
        let head = std::str::from_utf8(&bytes[..body])?;
        let mut lines = head.split("\r\n");
        let first = lines.next().unwrap_or_default();
        let status = first
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("this is no HTTP: {first}"))?;
        let bodiless = matches!(status, 204 | 304);
        let mut found = Head {
            status,
            access: Access::None,
            body,
            end: bodiless.then_some(body),
            closes: false,
        };
        for line in lines {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") && !bodiless {
                let length: usize = value.parse()?;
                ensure!(length < 100 << 20, "{length} bytes are too many");
                found.end = Some(body + length);
            } else if name.eq_ignore_ascii_case("gaceta-access") {
                found.access = match value {
                    "full" => Access::Full,
                    "elsewhere" => Access::Elsewhere,
                    "lead" | "wall" => Access::Lead,
                    _ => Access::None,
                };
            } else if name.eq_ignore_ascii_case("connection") {
                found.closes = value.eq_ignore_ascii_case("close");
            }
        }
        Ok(Some(found))
    }
}

/// One whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Of the first line.
    pub status: u16,
    /// What of an article it is.
    pub access: Access,
    /// The head as it was sent, to the empty line.
    pub head: String,
    /// The body as it was sent.
    pub body: Vec<u8>,
}

impl Answer {
    fn new(head: Head, bytes: &[u8]) -> anyhow::Result<Answer> {
        let end = head.end.unwrap_or(bytes.len());
        ensure!(bytes.len() == end, "more came than was asked for");
        Ok(Answer {
            status: head.status,
            access: head.access,
            head: std::str::from_utf8(&bytes[..head.body])?.to_owned(),
            body: bytes[head.body..].to_vec(),
        })
    }

    /// From all that a server has sent.
    ///
    /// # Errors
    /// When that is not one answer and nothing else.
    pub fn read(bytes: &[u8]) -> anyhow::Result<Answer> {
        let head = Head::parse(bytes)?.context("no whole head has come")?;
        Answer::new(head, bytes)
    }

    /// Names and values, in the order in which they came.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.head.split("\r\n").skip(1);
        lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name, value.trim()))
        })
    }

    /// The first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers();
        headers
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Bytes on the wire.
    #[must_use]
    pub fn size(&self) -> usize {
        self.head.len() + self.body.len()
    }
}

/// How long an answer may take, unless somebody is in more of a hurry.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// One connection that is kept.
pub struct Client {
    stream: TcpStream,
    host: String,
    got: Vec<u8>,
    room: Vec<u8>,
}

impl Client {
    /// Connects to a port of the loopback.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn connect(port: u16) -> anyhow::Result<Client> {
        Client::connect_within(port, PATIENCE, PATIENCE)
    }

    /// The same by somebody who waits so long for a connection, and for more of an answer.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn connect_within(
        port: u16,
        connection: Duration,
        answer: Duration,
    ) -> anyhow::Result<Client> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let stream = TcpStream::connect_timeout(&address, connection)?;
        stream.set_read_timeout(Some(answer))?;
        stream.set_nodelay(true)?;
        Ok(Client {
            stream,
            host: address.to_string(),
            got: Vec::new(),
            room: vec![0; 64 << 10],
        })
    }

    /// Under this name the server is asked.
    #[must_use]
    pub fn named(mut self, host: &str) -> Client {
        host.clone_into(&mut self.host);
        self
    }

    /// GETs `path` as a person does who follows a link, with these headers besides.
    ///
    /// # Errors
    /// As for [`Client::send`].
    pub fn get(&mut self, path: &str, more: &[(&str, &str)]) -> anyhow::Result<Answer> {
        self.send(&Request::navigation(path).with_all(more))
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// When none comes, or not all of it, or more.
    pub fn send(&mut self, request: &Request) -> anyhow::Result<Answer> {
        let mut bytes = request.head(&self.host);
        bytes.push_str(&request.body);
        self.stream.write_all(bytes.as_bytes())?;
        self.read()
            .with_context(|| format!("{} {}", request.method, request.path))
    }

    fn read(&mut self) -> anyhow::Result<Answer> {
        self.got.clear();
        let mut head = None;
        loop {
            if head.is_none() {
                head = Head::parse(&self.got)?;
            }
            match head {
                Some(Head { end: Some(end), .. }) if self.got.len() >= end => break,
                Some(Head {
                    end: None,
                    closes: false,
                    ..
                }) => bail!("no Content-Length"),
                _ => {}
            }
            match self.stream.read(&mut self.room)? {
                0 if head.is_some_and(|head| head.end.is_none()) => break,
                0 => bail!("the server closed the connection"),
                read => self.got.extend_from_slice(&self.room[..read]),
            }
        }
        let head = head.context("the server closed the connection")?;
        Answer::new(head, &self.got)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn answered_with(text: &'static str) -> anyhow::Result<Answer> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut seen = [0; 4096];
            let _ = stream.read(&mut seen).unwrap();
            stream.write_all(text.as_bytes()).unwrap();
        });
        let answer = Client::connect(port)?.get("/", &[]);
        server.join().unwrap();
        answer
    }

    #[test]
    fn every_byte_of_an_answer_is_seen() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: \"a\"\r\n\r\nabc";
        let answer = answered_with(text).unwrap();
        assert_eq!((answer.status, answer.size()), (200, text.len()));
        assert_eq!(answer.body, b"abc");
        assert_eq!(answer.header("etag"), Some("\"a\""));
    }

    #[test]
    fn a_304_has_no_body_and_the_rest_must_have_an_end() {
        let unchanged = "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n";
        assert_eq!(answered_with(unchanged).unwrap().status, 304);
        let closed = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc";
        assert_eq!(answered_with(closed).unwrap().body, b"abc");
        assert!(answered_with("HTTP/1.1 200 OK\r\n\r\nabc").is_err());
        assert!(answered_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc").is_err());
        assert!(answered_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc").is_err());
        assert!(answered_with("").is_err());
    }

    #[test]
    fn an_answer_ends_where_it_says() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nGaceta-Access: full\r\n\r\nabc";
        let head = Head::parse(text).unwrap().unwrap();
        assert_eq!(
            (head.status, head.access, head.end),
            (200, Access::Full, Some(text.len()))
        );
        assert!(Head::parse(&text[..30]).unwrap().is_none());
        let refused = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n";
        assert!(Head::parse(refused).unwrap().unwrap().closes);
        assert!(Head::parse(b"what\r\n\r\n").is_err());
    }

    #[test]
    fn a_header_comes_once_and_a_form_has_its_length() {
        let request = Request::navigation("/a")
            .with("accept", "text/plain")
            .with("Sec-Fetch-User", "");
        let head = request.head("h");
        assert!(head.starts_with("GET /a HTTP/1.1\r\nHost: h\r\n"), "{head}");
        assert_eq!(head.to_lowercase().matches("\naccept: ").count(), 1);
        assert!(!head.contains("Sec-Fetch-User") && head.ends_with("\r\n\r\n"));
        let form = Request::form("/a", "b=c");
        assert!(form.head("h").contains("Content-Length: 3\r\n"));
    }
}
