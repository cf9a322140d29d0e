//! The other site: a server that knows nothing of readers, and a real web server in front of it that asks the paper.
//!
//! How that web server is told comes from `docs/gate.md`, so that what is written there is what was tried. Only ports, and
//! what would need a certificate, are replaced.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use drive::process::Running;
use drive::{front, port};

const GUIDE: &str = include_str!("../../../../../docs/gate.md");

/// The block of the guide in this language.
fn snippet(language: &str) -> &'static str {
    let rest = GUIDE.split_once(&format!("```{language}\n")).unwrap().1;
    rest.split_once("```").unwrap().0
}

/// Replaces what is surely there.
fn with(text: &str, pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old} is not in {text}");
        text.replace(old, new)
    })
}

/// The old server. It shows its one page to whoever reaches it, and notes whom it was told.
pub struct Archive {
    pub port: u16,
    /// What `Gaceta-Reader` said, in any spelling, and the length of the body, for each request.
    pub seen: Arc<Mutex<Vec<(String, usize)>>>,
}

impl Archive {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<(String, usize)>>> = Arc::default();
        let noted = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                serve(&stream, &noted);
            }
        });
        Self { port, seen }
    }

    pub fn last(&self) -> (String, usize) {
        self.seen.lock().unwrap().last().cloned().unwrap()
    }

    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

fn serve(mut stream: &TcpStream, noted: &Mutex<Vec<(String, usize)>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut names, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        // As CGI, WSGI and PHP do it: whatever is neither letter nor digit is the same sign.
        let name = name.to_ascii_lowercase();
        let known = name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        if known == "gaceta_reader" {
            names.push(value.to_owned());
        } else if known == "content_length" {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let page = "<h1>The river in 1987</h1>";
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: private, no-cache\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    noted.lock().unwrap().push((names.join(" and "), length));
    stream.write_all(answer.as_bytes()).ok()
}

/// A web server in front of the archive; ended with the test. It must be installed: what was not tried must not look as if
/// it had been.
pub struct Front {
    pub port: u16,
    _running: Running,
    _dir: tempfile::TempDir,
}

impl Front {
    fn start(command: Command, dir: tempfile::TempDir, port: u16) -> Self {
        let log = dir.path().join("said");
        Self {
            port,
            _running: Running::listening(command, &log, &[port]).unwrap(),
            _dir: dir,
        }
    }

    pub fn nginx(paper: u16, archive: u16) -> Self {
        let (dir, port) = (tempfile::tempdir().unwrap(), port::free().unwrap());
        let server = with(
            snippet("nginx"),
            &[
                ("listen 443 ssl;", &format!("listen 127.0.0.1:{port};")),
                ("$scheme", "https"),
                ("127.0.0.1:8080", &format!("127.0.0.1:{paper}")),
                ("127.0.0.1:9000", &format!("127.0.0.1:{archive}")),
            ],
        );
        let command = front::nginx(dir.path(), server.as_str()).unwrap();
        Self::start(command, dir, port)
    }

    pub fn caddy(paper: u16, archive: u16) -> Self {
        let (dir, port) = (tempfile::tempdir().unwrap(), port::free().unwrap());
        let site = with(
            snippet("caddy"),
            &[
                (
                    "archive.example.com {",
                    &format!("http://archive.example.com:{port} {{\n\tbind 127.0.0.1"),
                ),
                // There is no certificate here, so it has to be told that there is one.
                (
                    "denied=303\n",
                    "denied=303\n\t\t\theader_up X-Forwarded-Proto https\n",
                ),
                ("127.0.0.1:8080", &format!("127.0.0.1:{paper}")),
                ("127.0.0.1:9000", &format!("127.0.0.1:{archive}")),
            ],
        );
        let command = front::caddy(dir.path(), &site).unwrap();
        Self::start(command, dir, port)
    }
}
