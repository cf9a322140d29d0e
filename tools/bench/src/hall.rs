//! Thousands of open pages, each with its stream of notices and its heartbeats, and other devices that take over from them.
//!
//! All in one thread. Deliberately not here: what is made of the figures (`notices`, `scale`).

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use drive::http::{self, Access, Head};
use drive::paper;
use mio::{Events, Poll};

use crate::crowd::take;
use crate::wire::Wire;

/// Between two heartbeats of one page.
pub const BEAT_EVERY: Duration = Duration::from_secs(30);
/// Connections that carry the heartbeats of all.
const BEATERS: usize = 8;
/// Between two take-overs.
pub const PAUSE: Duration = Duration::from_millis(10);
/// Pages of one address of the loopback.
const FROM_ONE_ADDRESS: usize = 20_000;

/// All open pages, and who speaks for them.
pub struct Hall<'a> {
    poll: Poll,
    events: Events,
    room: Vec<u8>,
    headers: String,
    takers: String,
    url: String,
    cookies: &'a [String],
    streams: Vec<Wire>,
    /// Pages that have lost their lease say nothing more.
    lost: Vec<Option<Instant>>,
    /// The second devices' connection, then those of the heartbeats.
    errands: Vec<Wire>,
    idle: Vec<usize>,
    answer: Option<Head>,
    next: usize,
    beat_at: Instant,
    pub beats: u64,
}

impl<'a> Hall<'a> {
    /// Opens the stream of every page at one node and waits until all of them are heard. Second devices ask the other node,
    /// which may be the same.
    pub fn open(
        [port, other]: [u16; 2],
        cookies: &'a [String],
        url: String,
    ) -> anyhow::Result<Hall<'a>> {
        let poll = Poll::new()?;
        let mut errands = Vec::new();
        for at in 0..=BEATERS {
            let port = if at == 0 { other } else { port };
            errands.push(Wire::connect(port, poll.registry(), cookies.len() + at)?);
        }
        let mut hall = Hall {
            poll,
            events: Events::with_capacity(4096),
            room: vec![0; 64 << 10],
            headers: http::navigation(&paper::host(port)),
            takers: http::navigation(&paper::host(other)),
            url,
            cookies,
            streams: Vec::new(),
            lost: vec![None; cookies.len()],
            errands,
            idle: (1..=BEATERS).collect(),
            answer: None,
            next: 0,
            beat_at: Instant::now() + Duration::from_secs(3600),
            beats: 0,
        };
        for (page, cookie) in cookies.iter().enumerate() {
            let source = Ipv4Addr::new(127, 0, 1, u8::try_from(1 + page / FROM_ONE_ADDRESS)?);
            let mut wire = Wire::connect_from(source, port, hall.poll.registry(), page)?;
            let ask = format!(
                "GET /reading/notices?view={page}{}Cookie: {cookie}\r\n\r\n",
                hall.headers
            );
            wire.send(&[ask.as_bytes()])?;
            hall.streams.push(wire);
            // The system's queue of new connections is not what is measured.
            if page % 100 == 99 || page + 1 == cookies.len() {
                hall.settle()?;
            }
        }
        hall.streams.iter_mut().for_each(Wire::done);
        hall.beat_at = Instant::now();
        Ok(hall)
    }

    /// Waits until each of the newest streams has begun.
    fn settle(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        for page in self.streams.len().saturating_sub(100)..self.streams.len() {
            loop {
                if let Some(head) = Head::parse(&self.streams[page].got)? {
                    ensure!(head.status == 200, "a stream answers {}", head.status);
                    break;
                }
                ensure!(
                    begun.elapsed() < Duration::from_secs(30),
                    "a stream does not begin"
                );
                self.turn(Duration::from_millis(10))?;
            }
        }
        Ok(())
    }

    /// Lets time pass.
    pub fn pass(&mut self, span: Duration) -> anyhow::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < span {
            self.turn((span - begun.elapsed().min(span)).min(Duration::from_millis(2)))?;
        }
        Ok(())
    }

    /// Sends the heartbeats that are due, and takes in what has come.
    fn turn(&mut self, patience: Duration) -> anyhow::Result<()> {
        self.beat()?;
        match self.poll.poll(&mut self.events, Some(patience)) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        for event in &self.events {
            let token = event.token().0;
            let pages = self.cookies.len();
            let wire = match token.checked_sub(pages) {
                Some(errand) => &mut self.errands[errand],
                None => &mut self.streams[token],
            };
            if event.is_writable() {
                wire.flush()?;
            }
            if !event.is_readable() {
                continue;
            }
            wire.fill(&mut self.room)?;
            ensure!(!wire.ended, "the server closed a connection");
            let Some(errand) = token.checked_sub(pages) else {
                if wire.got.windows(11).any(|part| part == b"event: lost") {
                    self.lost[token] = Some(Instant::now());
                    wire.done();
                }
                continue;
            };
            if let Some(head) = wire.answer()? {
                if errand == 0 {
                    self.answer = Some(head);
                } else {
                    ensure!(head.status == 200, "a heartbeat answers {}", head.status);
                    wire.done();
                    self.idle.push(errand);
                }
            }
        }
        Ok(())
    }

    fn beat(&mut self) -> anyhow::Result<()> {
        let every = BEAT_EVERY / u32::try_from(self.cookies.len())?;
        while self.beat_at <= Instant::now() {
            let Some(errand) = self.idle.pop() else {
                return Ok(());
            };
            self.beat_at += every;
            self.next = (self.next + 1) % self.cookies.len();
            let page = self.next;
            if self.lost[page].is_some() {
                self.idle.push(errand);
                continue;
            }
            self.beats += 1;
            let seq = self.beats;
            let body = format!(
                "{{\"view\":\"{page}\",\"seq\":{seq},\"epoch\":null,\"focused\":true,\"idle\":0}}"
            );
            let post = format!(
                "POST /reading/beat{}Cookie: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                self.headers,
                self.cookies[page],
                body.len()
            );
            self.errands[errand].send(&[post.as_bytes()])?;
        }
        Ok(())
    }

    /// The second device of a page's reader takes over: milliseconds until the page knows.
    pub fn take_over(&mut self, page: usize, cookie: &str) -> anyhow::Result<f64> {
        let ask = format!("GET {}{}Cookie: {cookie}\r\n\r\n", self.url, self.takers);
        let head = self.run_errand(&ask)?;
        ensure!(
            head.access == Access::Elsewhere,
            "a second device gets {:?} and not the message",
            head.access
        );
        let message = self.errands[0].text(head)?;
        self.errands[0].done();
        let press = take(&message, &self.url, cookie, &self.takers)?;
        let begun = Instant::now();
        let head = self.run_errand(&press)?;
        ensure!(head.status == 303, "`Read here` answers {}", head.status);
        self.errands[0].done();
        loop {
            if let Some(at) = self.lost[page] {
                return Ok((at - begun).as_secs_f64() * 1000.0);
            }
            if begun.elapsed() > Duration::from_secs(10) {
                bail!("page {page} was not told for ten seconds");
            }
            self.turn(Duration::from_millis(1))?;
        }
    }

    fn run_errand(&mut self, request: &str) -> anyhow::Result<Head> {
        self.errands[0].send(&[request.as_bytes()])?;
        let begun = Instant::now();
        loop {
            if let Some(head) = self.answer.take() {
                return Ok(head);
            }
            ensure!(
                begun.elapsed() < Duration::from_secs(10),
                "no answer for ten seconds"
            );
            self.turn(Duration::from_millis(1))?;
        }
    }
}
