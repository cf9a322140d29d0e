//! P8 and the pages' part of P9: how soon an open page learns that another device has taken over, while thousands of other
//! pages are open and speak; and what an open page costs in memory.
//!
//! Counted from the moment the press of *Read here* is sent to the moment the notice has come on the stream of the page
//! that lost. Meanwhile all pages send their heartbeats. Deliberately not here: what the browser makes of it (`e2e`).

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use mio::{Events, Poll};
use serde_json::json;

use super::crowd::take;
use super::figures::{Row, Verdict, percentile};
use super::http::Client;
use super::pages::{Who, lines};
use super::servers::Server;
use super::stage::{self, ASKERS, Stage};
use super::wire::{Access, Head, Wire, headers, parse};

/// Between two heartbeats of one page.
const BEAT_EVERY: Duration = Duration::from_secs(30);
/// Connections that carry the heartbeats of all.
const BEATERS: usize = 8;
/// Between two take-overs.
const PAUSE: Duration = Duration::from_millis(10);

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    stage::keep_to(ASKERS)?;
    let pages = stage.options.pages;
    stage::allow_open_files(pages + 1000)?;
    let data = stage.paper()?;
    let gaceta = Server::gaceta(&stage.binary, data)?;
    let url = lines(&data.join("urls.txt"))?.swap_remove(0);
    let mut cookies = lines(&data.join("cookies.txt"))?;
    cookies.truncate(pages);
    let mut client = Client::connect(gaceta.port(Who::Reader))?;
    for cookie in &cookies {
        let answer = client.get(&url, &[("Cookie", cookie)])?;
        ensure!(
            answer.header("gaceta-access") == Some("full"),
            "a reader does not get the article"
        );
    }
    std::thread::sleep(Duration::from_secs(2));
    let before = gaceta.memory().context("the paper has ended")?;
    let mut hall = Hall::open(&gaceta, &cookies, url)?;
    hall.pass(Duration::from_secs(2))?;
    let after = gaceta.memory().context("the paper has ended")?;
    let each = after.saturating_sub(before) as f64 / pages as f64;
    println!("P9 an open page: {each:.0} bytes");

    let mut second = lines(&data.join("second.txt"))?;
    second.truncate(if stage.options.quick { 300 } else { 1000 }.min(pages));
    let mut waited = Vec::new();
    for (page, cookie) in second.iter().enumerate() {
        waited.push(hall.take_over(page, cookie)?);
        hall.pass(PAUSE)?;
    }
    Ok(rows(pages, each, hall.beats, &mut waited))
}

fn rows(pages: usize, each: f64, beats: u64, waited: &mut [f64]) -> Vec<Row> {
    let [p50, p99, most] = [0.5, 0.99, 1.0].map(|share| percentile(waited, share));
    let ours = format!(
        "p50 {p50:.1} ms, p99 {p99:.1} ms, longest {most:.1} ms of {}",
        waited.len()
    );
    println!("P8 {ours}");
    let what = format!("take-over until the losing page has the notice, {pages} pages open");
    vec![
        Row::new("P8", what, ours)
            .judged("p99 <= 100 ms", Verdict::at_most(p99, 100.0))
            .details(json!({ "p50_ms": p50, "p99_ms": p99, "longest_ms": most, "beats_meanwhile": beats })),
        Row::new("P9", format!("{pages} open pages with live notices"), format!("{each:.0} bytes a page"))
            .judged("<= 12000 bytes", Verdict::at_most(each, 12_000.0))
            .details(json!({ "bytes": each })),
    ]
}

/// All open pages, and who speaks for them.
struct Hall<'a> {
    poll: Poll,
    events: Events,
    room: Vec<u8>,
    headers: String,
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
    beats: u64,
}

impl<'a> Hall<'a> {
    /// Opens the stream of every page and waits until all of them are heard.
    fn open(gaceta: &Server, cookies: &'a [String], url: String) -> anyhow::Result<Hall<'a>> {
        let port = gaceta.port(Who::Reader);
        let poll = Poll::new()?;
        let mut errands = Vec::new();
        for at in 0..=BEATERS {
            errands.push(Wire::connect(port, poll.registry(), cookies.len() + at)?);
        }
        let mut hall = Hall {
            poll,
            events: Events::with_capacity(4096),
            room: vec![0; 64 << 10],
            headers: headers(port),
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
            let mut wire = Wire::connect(port, hall.poll.registry(), page)?;
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

    /// Waits until each stream has begun.
    fn settle(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        for page in 0..self.streams.len() {
            loop {
                if let Some(head) = parse(&self.streams[page].got)? {
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
    fn pass(&mut self, span: Duration) -> anyhow::Result<()> {
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
    fn take_over(&mut self, page: usize, cookie: &str) -> anyhow::Result<f64> {
        let ask = format!("GET {}{}Cookie: {cookie}\r\n\r\n", self.url, self.headers);
        let head = self.run_errand(&ask)?;
        ensure!(
            head.access == Access::Elsewhere,
            "a second device gets {:?} and not the message",
            head.access
        );
        let message = String::from_utf8(self.errands[0].got[head.body..head.end].to_vec())?;
        self.errands[0].done();
        let press = take(&message, &self.url, cookie, &self.headers)?;
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
