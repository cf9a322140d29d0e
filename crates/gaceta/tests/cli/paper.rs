//! A paper in a directory of its own, and the processes that work on it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use drive::http::{self, Client, Request};

/// Everybody's password.
pub const PASSWORD: &str = "a paper a day";

/// A directory with a paper.
pub struct Paper {
    pub dir: tempfile::TempDir,
    pub port: u16,
    /// Its public address: this machine's, unless a web server stands in front.
    pub url: String,
}

/// How a command ended.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    #[track_caller]
    pub fn well(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    /// The message of a command that refused, without a word on the standard output.
    #[track_caller]
    pub fn badly(self) -> String {
        assert_eq!(self.code, 1, "{}{}", self.out, self.err);
        assert!(self.err.starts_with("gaceta: "), "{}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self.err
    }
}

impl Paper {
    /// An empty directory.
    pub fn nothing() -> Self {
        let port = drive::port::free().unwrap();
        Self {
            dir: tempfile::tempdir().unwrap(),
            port,
            url: format!("http://localhost:{port}"),
        }
    }

    /// As `gaceta init` leaves it: editions en and es, no articles.
    pub fn new() -> Self {
        let paper = Self::nothing();
        paper.run(&["init"]).well();
        paper
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// An article file in English, whose restricted words are `secret`.
    pub fn article(&self, slug: &str, access: &str, secret: &str) -> String {
        let name = format!("{slug}.md");
        self.write(
            &name,
            &format!(
                "+++\nheadline = \"About {slug}\"\npublished = \"2026-02-25T12:00:00Z\"\nedition = \"en\"\n\
                 slug = \"{slug}\"\naccess = \"{access}\"\n+++\nFree words.\n\n<!--more-->\n\n{secret}\n"
            ),
        );
        name
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gaceta"));
        command
            .args(arguments)
            .current_dir(&self.dir)
            .env_remove("RUST_LOG")
            .env_remove("LC_MESSAGES")
            .env("LC_ALL", "C.UTF-8")
            .env("GACETA_SERVER__LISTEN", format!("127.0.0.1:{}", self.port))
            .env("GACETA_SITE__PUBLIC_URL", &self.url)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        ended(self.command(arguments), "")
    }

    /// The same for somebody who has set this locale.
    pub fn run_in(&self, locale: &str, arguments: &[&str]) -> Ended {
        let mut command = self.command(arguments);
        command.env("LC_ALL", locale);
        ended(command, "")
    }

    /// The same with a line on the standard input.
    pub fn run_with(&self, arguments: &[&str], line: &str) -> Ended {
        ended(self.command(arguments), line)
    }

    /// An account for `name@paper.test`.
    pub fn add_reader(&self, name: &str) -> Ended {
        self.run_with(
            &["reader", "add", &format!("{name}@paper.test")],
            &format!("{PASSWORD}\n"),
        )
    }

    /// Starts serving, and returns when the paper answers.
    pub fn serve(&self) -> Serving {
        self.start(&["serve"])
    }

    /// Starts a command that serves.
    pub fn start(&self, arguments: &[&str]) -> Serving {
        let mut child = self.command(arguments).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut serving = Serving {
            child,
            port: self.port,
        };
        // It says so when it listens.
        let said = out.lines().map_while(Result::ok);
        let started = said.take(3).any(|line| line.contains(&self.url));
        if !started {
            let mut err = String::new();
            let pipe = serving.child.stderr.take();
            pipe.unwrap().read_to_string(&mut err).unwrap();
            panic!("it does not serve: {err}");
        }
        let socket = self.path("gaceta-data/gaceta.sock");
        wait_for("the control socket", || {
            std::os::unix::net::UnixStream::connect(&socket).is_ok()
        });
        serving
    }
}

/// Waits for something that comes about within seconds.
pub fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !there() {
        assert!(Instant::now() < end, "{what} did not come about");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ended(mut command: Command, line: &str) -> Ended {
    if !line.is_empty() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().unwrap();
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(line.as_bytes()).unwrap();
    }
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A process that serves; killed with the test.
pub struct Serving {
    child: Child,
    port: u16,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serving {
    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        let done = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(done.success());
    }

    /// What the system says of the process: the value of this line of its status.
    pub fn status(&self, name: &str) -> String {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}:")));
        line.unwrap().trim().to_owned()
    }

    /// Waits for the end; how it ended, and how long that took.
    pub fn wait(&mut self) -> (i32, Duration) {
        let begun = Instant::now();
        let mut code = None;
        wait_for("the end of the process", || {
            code = self.child.try_wait().unwrap();
            code.is_some()
        });
        (
            code.and_then(|code| code.code()).unwrap_or(-1),
            begun.elapsed(),
        )
    }

    /// SIGTERM, and a good end.
    pub fn stop(mut self) {
        self.terminate();
        assert_eq!(self.wait().0, 0);
    }

    /// The same, and what it wrote to its log.
    pub fn stop_and_read_log(mut self) -> String {
        self.terminate();
        assert_eq!(self.wait().0, 0);
        let mut log = String::new();
        let pipe = self.child.stderr.take();
        pipe.unwrap().read_to_string(&mut log).unwrap();
        log
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).unwrap();
        stream
    }

    /// A request of a browser that navigates, and comes once.
    fn navigates(&self, request: Request) -> Request {
        request.with_all(&[
            ("Connection", "close"),
            ("Accept", "text/html"),
            ("Sec-Fetch-Site", "same-origin"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-Dest", "document"),
        ])
    }

    fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// The head of such a request.
    pub fn head(&self, path: &str, cookie: &str) -> String {
        let request = Request::new("GET", path).with("Cookie", cookie);
        self.navigates(request).head(&self.host())
    }

    /// Everything of a form but its body.
    pub fn form_head(&self, path: &str, form: &str) -> String {
        self.navigates(Request::form(path, form)).head(&self.host())
    }

    fn send(&self, request: Request) -> Answer {
        let mut client = Client::connect(self.port).unwrap().named(&self.host());
        Answer::of(&client.send(&self.navigates(request)).unwrap())
    }

    pub fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(Request::new("GET", path).with("Cookie", cookie))
    }

    pub fn post(&self, path: &str, form: &str) -> Answer {
        self.send(Request::form(path, form))
    }

    pub fn post_as(&self, path: &str, form: &str, cookie: &str) -> Answer {
        self.send(Request::form(path, form).with("Cookie", cookie))
    }

    /// Signs in; the cookies.
    pub fn sign_in(&self, name: &str) -> String {
        let answer = self.post("/sign-in", &sign_in_form(name));
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer.cookies()
    }
}

pub fn sign_in_form(name: &str) -> String {
    format!(
        "email={name}%40paper.test&password={}",
        PASSWORD.replace(' ', "+")
    )
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Answer {
    fn of(answer: &http::Answer) -> Self {
        Self {
            status: answer.status,
            text: answer.head.clone() + &answer.text(),
        }
    }

    pub fn cookies(&self) -> String {
        let set = self.text.lines().filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let cookie = value.split(';').next()?;
            name.eq_ignore_ascii_case("set-cookie").then_some(cookie)
        });
        set.collect::<Vec<_>>().join("; ")
    }
}

/// What comes on a connection that is closed after it.
pub fn answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Answer::of(&http::Answer::read(&bytes).unwrap())
}

/// The bytes of every file of a directory, to see that nothing changed.
pub fn contents(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    all.sort();
    all
}
