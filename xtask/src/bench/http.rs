//! A client that sees everything: status, every header, every byte.
//!
//! It speaks just enough HTTP/1.1 to compare two servers on the loopback. Deliberately not here: anything a real client
//! would forgive; an answer without `Content-Length` is an error, since its bytes could not be counted on the wire.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, ensure};

/// What a browser sends when a person follows a link; both servers get the same.
pub const HEADERS: &[(&str, &str)] = &[
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
pub const ACCEPT_ENCODING: &str = "gzip, deflate, br, zstd";

/// One answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// In the order in which they came.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Bytes of the head, as sent.
    pub head: usize,
}

impl Answer {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Bytes on the wire.
    pub fn size(&self) -> usize {
        self.head + self.body.len()
    }
}

/// One connection that is kept.
pub struct Client {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Client {
    pub fn connect(port: u16) -> anyhow::Result<Client> {
        let host = format!("127.0.0.1:{port}");
        let stream = TcpStream::connect(&host)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_nodelay(true)?;
        Ok(Client {
            stream: BufReader::new(stream),
            host,
        })
    }

    /// GETs `path` with the usual headers and these.
    pub fn get(&mut self, path: &str, more: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let mut request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n", self.host);
        let usual = HEADERS
            .iter()
            .filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
        for (name, value) in usual.chain(more) {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.read().with_context(|| format!("GET {path}"))
    }

    fn read(&mut self) -> anyhow::Result<Answer> {
        let mut head = 0;
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            let read = self.stream.read_line(&mut line)?;
            ensure!(read > 0, "the server closed the connection");
            ensure!(lines.len() < 100, "more than a hundred headers");
            head += read;
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            lines.push(line.to_owned());
        }
        let mut lines = lines.into_iter();
        let first = lines.next().unwrap_or_default();
        let status = first
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let headers = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        });
        let mut answer = Answer {
            status: status.with_context(|| format!("this is no HTTP: {first}"))?,
            headers: headers.collect(),
            body: Vec::new(),
            head,
        };
        if answer.status != 304 && answer.status != 204 {
            let length = answer
                .header("content-length")
                .context("no Content-Length")?;
            let length: usize = length.parse()?;
            ensure!(length < 100 << 20, "{length} bytes are too many");
            answer.body.resize(length, 0);
            self.stream.read_exact(&mut answer.body)?;
        }
        Ok(answer)
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
    fn a_304_has_no_body_and_the_rest_must_have_a_length() {
        assert_eq!(
            answered_with("HTTP/1.1 304 Not Modified\r\n\r\n")
                .unwrap()
                .status,
            304
        );
        assert!(answered_with("HTTP/1.1 200 OK\r\n\r\nabc").is_err());
        assert!(answered_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc").is_err());
        assert!(answered_with("").is_err());
    }
}
