//! Readers who ask again as soon as they have their article: a closed loop, over a few connections.
//!
//! Unlike wrk it does what readers do: who gets the device message presses *Read here* and goes on to the article. Only
//! articles that came whole count. Deliberately not here: a rate that does not care for answers (`open_loop`).

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use drive::form::{encode, field};
use drive::http::{self, Access, Head};
use drive::paper;
use mio::{Events, Poll};
use serde_json::{Value, json};

use crate::cpu;
use crate::figures::percentile;
use crate::pages::Who;
use crate::servers::Server;
use crate::wire::Wire;

/// Somebody wants an article.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    pub path: usize,
    /// Which cookie; none for anybody.
    pub cookie: Option<usize>,
}

/// What is asked for, and by whom.
pub struct Wishes {
    pub paths: Vec<String>,
    pub cookies: Vec<String>,
    pub list: Vec<Wish>,
    /// Bytes of each page as a reader and as anybody gets it, if they are always the same.
    pub sizes: Option<Vec<[usize; 2]>>,
}

/// What one run measured.
#[derive(Clone, Debug, Default)]
pub struct Crowd {
    pub articles: u64,
    pub messages: u64,
    pub takes: u64,
    /// 503.
    pub refused: u64,
    pub seconds: f64,
    /// User and system time of the server.
    pub cpu_micros: f64,
    /// Milliseconds from the wish to the whole article.
    pub p50: f64,
    pub p99: f64,
    /// How much of its core this program used, 0 to 1.
    pub busy: f64,
}

impl Crowd {
    pub fn per_second(&self) -> f64 {
        self.articles as f64 / self.seconds
    }

    /// Microseconds of processor for each article.
    pub fn cpu_each(&self) -> f64 {
        self.cpu_micros / self.articles as f64
    }

    pub fn line(&self) -> String {
        format!(
            "{:>8.0} articles/s  {:>6.2} µs of CPU each  p50 {:.2} ms  p99 {:.2} ms  ({} messages, {} take-overs, {} refused; generator {:.0} %)",
            self.per_second(),
            self.cpu_each(),
            self.p50,
            self.p99,
            self.messages,
            self.takes,
            self.refused,
            self.busy * 100.0
        )
    }

    pub fn json(&self) -> Value {
        json!({
            "articles": self.articles,
            "messages": self.messages,
            "take_overs": self.takes,
            "refused": self.refused,
            "generator_busy": self.busy,
            "articles_per_second": self.per_second(),
            "cpu_micros_per_article": self.cpu_each(),
            "p50_ms": self.p50,
            "p99_ms": self.p99,
        })
    }
}

struct Seat {
    wire: Wire,
    wish: usize,
    since: Instant,
    taking: bool,
}

struct Loop<'a> {
    wishes: &'a Wishes,
    headers: String,
    next: usize,
    crowd: Crowd,
    waited: Vec<f64>,
}

/// Goes round the list from `from` for so long; where it stopped comes back with the figures.
pub fn run(
    server: &Server,
    wishes: &Wishes,
    from: usize,
    connections: usize,
    span: Duration,
) -> anyhow::Result<(Crowd, usize)> {
    let port = server.port(Who::Reader);
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1024);
    let mut room = vec![0; 256 << 10];
    let mut all = Loop {
        wishes,
        headers: http::navigation(&paper::host(port)),
        next: from,
        crowd: Crowd::default(),
        waited: Vec::new(),
    };
    let mut seats = Vec::new();
    for token in 0..connections {
        let mut seat = Seat {
            wire: Wire::connect(port, poll.registry(), token)?,
            wish: 0,
            since: Instant::now(),
            taking: false,
        };
        all.begin(&mut seat)?;
        seats.push(seat);
    }
    let cpu_before = cpu::of_tree(server.process())?;
    let ours_before = cpu::on_processor()?;
    let begun = Instant::now();
    while begun.elapsed() < span {
        match poll.poll(&mut events, Some(Duration::from_secs(10))) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            other => other?,
        }
        ensure!(!events.is_empty(), "nothing was answered for ten seconds");
        for event in &events {
            let seat = &mut seats[event.token().0];
            if event.is_writable() {
                seat.wire.flush()?;
            }
            if event.is_readable() {
                seat.wire.fill(&mut room)?;
                if let Some(head) = seat.wire.answer()? {
                    all.answered(seat, head)?;
                }
                ensure!(!seat.wire.ended, "the server closed a connection");
            }
        }
    }
    let cpu_after = cpu::of_tree(server.process())?;
    all.crowd.seconds = begun.elapsed().as_secs_f64();
    let ours = cpu::on_processor()? - ours_before;
    all.crowd.busy = ours as f64 / begun.elapsed().as_nanos() as f64;
    all.crowd.cpu_micros = (cpu_after - cpu_before) as f64;
    all.crowd.p50 = percentile(&mut all.waited, 0.5);
    all.crowd.p99 = percentile(&mut all.waited, 0.99);
    ensure!(all.crowd.articles > 0, "not one article came");
    Ok((all.crowd, all.next))
}

impl Loop<'_> {
    fn begin(&mut self, seat: &mut Seat) -> anyhow::Result<()> {
        seat.wish = self.next;
        seat.since = Instant::now();
        self.next = (self.next + 1) % self.wishes.list.len();
        self.ask(seat)
    }

    fn ask(&self, seat: &mut Seat) -> anyhow::Result<()> {
        let wish = self.wishes.list[seat.wish];
        seat.taking = false;
        let request = self.wishes.request(wish, &self.headers);
        let parts: Vec<&[u8]> = request.iter().map(|part| part.as_bytes()).collect();
        seat.wire.send(&parts)
    }

    fn answered(&mut self, seat: &mut Seat, head: Head) -> anyhow::Result<()> {
        let wish = self.wishes.list[seat.wish];
        if seat.taking {
            ensure!(head.status == 303, "`Read here` answers {}", head.status);
            self.crowd.takes += 1;
            seat.wire.done();
            return self.ask(seat);
        }
        if head.status == 503 {
            self.crowd.refused += 1;
            seat.wire.done();
            return self.begin(seat);
        }
        ensure!(head.status == 200, "an article answers {}", head.status);
        if head.access == Access::Elsewhere {
            self.crowd.messages += 1;
            return self.take(seat, head);
        }
        self.wishes.check(wish, head)?;
        self.crowd.articles += 1;
        self.waited
            .push(seat.since.elapsed().as_secs_f64() * 1000.0);
        seat.wire.done();
        self.begin(seat)
    }

    /// Presses *Read here*.
    fn take(&self, seat: &mut Seat, head: Head) -> anyhow::Result<()> {
        let wish = self.wishes.list[seat.wish];
        let cookie = wish.cookie.context("a message for nobody")?;
        let page = seat.wire.text(head)?;
        seat.wire.done();
        seat.taking = true;
        let post = take(
            &page,
            &self.wishes.paths[wish.path],
            &self.wishes.cookies[cookie],
            &self.headers,
        )?;
        seat.wire.send(&[post.as_bytes()])
    }
}

/// The request that the form of a device message makes.
pub fn take(page: &str, next: &str, cookie: &str, headers: &str) -> anyhow::Result<String> {
    let epoch = field(page, "epoch").context("a device message without an epoch")?;
    let op = field(page, "op").context("a device message without an operation")?;
    let body = encode(&[("epoch", epoch), ("op", op), ("next", next)]);
    Ok(format!(
        "POST /reading/take{headers}Cookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

impl Wishes {
    /// The parts of the request.
    pub fn request<'a>(&'a self, wish: Wish, headers: &'a str) -> [&'a str; 6] {
        let cookie = wish
            .cookie
            .map_or("", |cookie| self.cookies[cookie].as_str());
        let [name, end] = if cookie.is_empty() {
            ["", ""]
        } else {
            ["Cookie: ", "\r\n"]
        };
        // The last two line ends close the head.
        let end = if end.is_empty() { "\r\n" } else { "\r\n\r\n" };
        ["GET ", &self.paths[wish.path], headers, name, cookie, end]
    }

    /// Whether this is the page that was asked for, whole.
    pub fn check(&self, wish: Wish, head: Head) -> anyhow::Result<()> {
        let (wanted, who) = match wish.cookie {
            Some(_) => (Access::Full, 0),
            None => (Access::Lead, 1),
        };
        let path = &self.paths[wish.path];
        ensure!(
            head.access == wanted,
            "{path} comes as {:?} and not {wanted:?}",
            head.access
        );
        if let Some(sizes) = &self.sizes {
            let (have, want) = (head.known_end() - head.body, sizes[wish.path][who]);
            ensure!(
                have == want,
                "{path} has {have} bytes and should have {want}"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_ends_with_an_empty_line() {
        let wishes = Wishes {
            paths: vec!["/a".to_owned()],
            cookies: vec!["session=x".to_owned()],
            list: Vec::new(),
            sizes: None,
        };
        let text = |cookie| {
            wishes
                .request(Wish { path: 0, cookie }, " HTTP/1.1\r\nHost: h\r\n")
                .concat()
        };
        assert_eq!(text(None), "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(
            text(Some(0)),
            "GET /a HTTP/1.1\r\nHost: h\r\nCookie: session=x\r\n\r\n"
        );
    }

    #[test]
    fn read_here_sends_what_the_form_has() {
        let page = r#"<input name="epoch" value="5.6"><input name="op" value="7">"#;
        let post = take(page, "/en/x", "session=y", " HTTP/1.1\r\n").unwrap();
        assert!(
            post.ends_with("Content-Length: 31\r\n\r\nepoch=5%2E6&op=7&next=%2Fen%2Fx"),
            "{post}"
        );
        assert!(take("", "/", "", "").is_err());
    }
}
