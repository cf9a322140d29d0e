//! One connection that waits for nothing, and just enough HTTP/1.1 to see where an answer ends and what it is.
//!
//! For thousands of connections in one thread; `http` is the client that sees everything. Deliberately not here: when
//! something is asked, and what is done with the answer.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context as _, bail, ensure};
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Socket, Type};

use super::http;

/// EINPROGRESS of Linux: it is being connected.
const IN_PROGRESS: i32 = 115;

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
    pub status: u16,
    pub access: Access,
    /// Where the body begins.
    pub body: usize,
    /// Where it ends; for one without an end, where it begins.
    pub end: usize,
    pub closes: bool,
}

/// A connection.
pub struct Wire {
    stream: TcpStream,
    out: Vec<u8>,
    sent: usize,
    /// What has come and was not yet taken.
    pub got: Vec<u8>,
    head: Option<Head>,
    /// The other side will send no more.
    pub ended: bool,
}

impl Wire {
    /// Begins to connect; what is sent meanwhile waits.
    pub fn connect(port: u16, registry: &Registry, token: usize) -> anyhow::Result<Wire> {
        Wire::connect_from(Ipv4Addr::LOCALHOST, port, registry, token)
    }

    /// The same from another address of the loopback: each has ports for about 28,000 connections.
    pub fn connect_from(
        source: Ipv4Addr,
        port: u16,
        registry: &Registry,
        token: usize,
    ) -> anyhow::Result<Wire> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.bind(&SocketAddr::from((source, 0)).into())?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if let Err(error) = socket.connect(&address.into())
            && error.raw_os_error() != Some(IN_PROGRESS)
        {
            return Err(error.into());
        }
        let mut stream = TcpStream::from_std(socket.into());
        let both = Interest::READABLE | Interest::WRITABLE;
        registry.register(&mut stream, Token(token), both)?;
        Ok(Wire {
            stream,
            out: Vec::new(),
            sent: 0,
            got: Vec::new(),
            head: None,
            ended: false,
        })
    }

    /// Sends as much as fits now; the rest goes when there is room.
    pub fn send(&mut self, parts: &[&[u8]]) -> anyhow::Result<()> {
        if self.sent == self.out.len() {
            self.out.clear();
            self.sent = 0;
        }
        for part in parts {
            self.out.extend_from_slice(part);
        }
        self.flush()
    }

    /// To be called when there is room again.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        while self.sent < self.out.len() {
            match self.stream.write(&self.out[self.sent..]) {
                Ok(0) => bail!("nothing can be sent"),
                Ok(sent) => self.sent += sent,
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock | ErrorKind::NotConnected
                    ) =>
                {
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Takes in all that has come.
    pub fn fill(&mut self, room: &mut [u8]) -> anyhow::Result<()> {
        loop {
            match self.stream.read(room) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(());
                }
                Ok(read) => self.got.extend_from_slice(&room[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The answer, once all of it has come. It stays in `got` until [`Wire::done`].
    pub fn answer(&mut self) -> anyhow::Result<Option<Head>> {
        if self.head.is_none() {
            self.head = parse(&self.got)?;
        }
        let whole = self.head.filter(|head| self.got.len() >= head.end);
        if let Some(head) = whole {
            ensure!(self.got.len() == head.end, "more came than was asked for");
        }
        Ok(whole)
    }

    /// The answer was looked at.
    pub fn done(&mut self) {
        self.got.clear();
        self.head = None;
    }

    pub fn deregister(&mut self, registry: &Registry) {
        // It is dropped next; then the system forgets it, too.
        let _ = registry.deregister(&mut self.stream);
    }
}

/// The head of an answer, once all of it has come.
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
    let mut found = Head {
        status,
        access: Access::None,
        body,
        end: body,
        closes: false,
    };
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") && status != 304 {
            found.end = body + value.parse::<usize>()?;
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

/// All that a request has beside path, cookie and body: what a browser sends when a person follows a link.
pub fn headers(port: u16) -> String {
    let mut text = format!(" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n");
    for (name, value) in http::HEADERS {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text
}

/// The value of a hidden field of a form.
pub fn field<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let at = page.find(&format!("name=\"{name}\""))?;
    let tag = page[at..].split('>').next()?;
    tag.split("value=\"").nth(1)?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_it_says() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nGaceta-Access: full\r\n\r\nabc";
        let head = parse(text).unwrap().unwrap();
        assert_eq!(
            (head.status, head.access, head.end),
            (200, Access::Full, text.len())
        );
        assert_eq!(&text[head.body..head.end], b"abc");
        assert!(parse(&text[..30]).unwrap().is_none());
        let refused = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n";
        assert!(parse(refused).unwrap().unwrap().closes);
        assert!(parse(b"what\r\n\r\n").is_err());
    }

    #[test]
    fn the_fields_of_the_message_are_found() {
        let page = r#"<input type="hidden" name="epoch" value="1.2"><input type="hidden" name="op" value="77">"#;
        assert_eq!(field(page, "epoch"), Some("1.2"));
        assert_eq!(field(page, "op"), Some("77"));
        assert_eq!(field(page, "next"), None);
    }
}
