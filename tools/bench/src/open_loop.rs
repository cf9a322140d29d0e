//! Requests that come at their own rate, whether or not the earlier ones were answered: what a crowd outside does.
//!
//! wrk asks again only after an answer, so a slow server is asked less; here the moment of each request is fixed
//! beforehand, and how long it takes is counted from that moment, also while it waits for a free connection. Each answer
//! is read whole and checked. Deliberately not here: what the server is held to (`throttle`).

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use anyhow::bail;
use drive::http::{self, Head};
use drive::paper;
use mio::{Events, Poll};

use crate::crowd::Wishes;
use crate::pages::Who;
use crate::servers::Server;
use crate::wire::Wire;

/// How it is asked.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Requests a second.
    pub rate: f64,
    pub span: Duration,
    pub connections: usize,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub seconds: f64,
    pub offered: u64,
    /// Articles and leads that came within the span: of subscribers and of anybody.
    pub served: [u64; 2],
    /// Milliseconds from the moment it was due, for those served.
    pub waited: Vec<f64>,
    /// 503, and how long that took from the moment it was sent.
    pub refused: [u64; 2],
    pub refused_in: Vec<f64>,
    /// Connections that ended without an answer.
    pub broken: u64,
    /// Due, and never sent: all connections were waiting.
    pub unsent: u64,
    /// The longest that this program was busy between two looks at its connections, in milliseconds.
    pub late: f64,
}

impl Outcome {
    pub fn goodput(&self) -> f64 {
        (self.served[0] + self.served[1]) as f64 / self.seconds
    }
}

struct Line {
    wire: Wire,
    /// Number of the wish, when it was due, when it was sent.
    asked: Option<(usize, Instant, Instant)>,
}

struct Loop<'a> {
    wishes: &'a Wishes,
    port: u16,
    headers: String,
    poll: Poll,
    lines: Vec<Line>,
    free: Vec<usize>,
    due: VecDeque<(usize, Instant)>,
    outcome: Outcome,
}

/// Asks by the plan, beginning with wish `from`.
pub fn run(server: &Server, wishes: &Wishes, from: usize, plan: Plan) -> anyhow::Result<Outcome> {
    let port = server.port(Who::Reader);
    let mut all = Loop {
        wishes,
        port,
        headers: http::navigation(&paper::host(port)),
        poll: Poll::new()?,
        lines: Vec::new(),
        free: Vec::new(),
        due: VecDeque::new(),
        outcome: Outcome::default(),
    };
    for token in 0..plan.connections {
        let wire = Wire::connect(port, all.poll.registry(), token)?;
        all.lines.push(Line { wire, asked: None });
        all.free.push(token);
    }
    let mut events = Events::with_capacity(4096);
    let mut room = vec![0; 256 << 10];
    let begun = Instant::now();
    let mut sent = 0_u64;
    let mut looked = begun;
    while begun.elapsed() < plan.span {
        let late = looked.elapsed().as_secs_f64() * 1000.0;
        all.outcome.late = all.outcome.late.max(late);
        looked = Instant::now();
        let until = (begun.elapsed().as_secs_f64() * plan.rate) as u64;
        while sent < until {
            let at = begun + Duration::from_secs_f64(sent as f64 / plan.rate);
            all.due.push_back((from + usize::try_from(sent)?, at));
            sent += 1;
        }
        all.send()?;
        all.take_in(&mut events, &mut room)?;
    }
    let mut outcome = all.outcome;
    outcome.seconds = begun.elapsed().as_secs_f64();
    outcome.offered = sent;
    outcome.unsent = all.due.len() as u64;
    Ok(outcome)
}

impl Loop<'_> {
    /// Gives what is due to the connections that are free.
    fn send(&mut self) -> anyhow::Result<()> {
        while let (Some(&(number, due)), Some(&token)) = (self.due.front(), self.free.last()) {
            self.due.pop_front();
            self.free.pop();
            let wish = self.wishes.list[number % self.wishes.list.len()];
            let request = self.wishes.request(wish, &self.headers);
            let parts: Vec<&[u8]> = request.iter().map(|part| part.as_bytes()).collect();
            let now = Instant::now();
            let line = &mut self.lines[token];
            line.asked = Some((number, due, now));
            if line.wire.send(&parts).is_err() {
                self.again(token)?;
            }
        }
        Ok(())
    }

    fn take_in(&mut self, events: &mut Events, room: &mut [u8]) -> anyhow::Result<()> {
        match self.poll.poll(events, Some(Duration::ZERO)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        if events.is_empty() {
            // A clock of milliseconds, as polling has, is too coarse for the next one due.
            std::thread::sleep(Duration::from_micros(50));
            return Ok(());
        }
        for event in &*events {
            let token = event.token().0;
            let line = &mut self.lines[token];
            let mut alive = !event.is_writable() || line.wire.flush().is_ok();
            alive &= !event.is_readable() || line.wire.fill(room).is_ok();
            if let Some(head) = line.wire.answer()? {
                self.answered(token, head)?;
            }
            if !alive || self.lines[token].wire.ended {
                self.again(token)?;
            }
        }
        Ok(())
    }

    fn answered(&mut self, token: usize, head: Head) -> anyhow::Result<()> {
        let line = &mut self.lines[token];
        line.wire.done();
        let Some((number, due, sent)) = line.asked.take() else {
            bail!("an answer that nobody asked for: {}", head.status);
        };
        let wish = self.wishes.list[number % self.wishes.list.len()];
        let who = usize::from(wish.cookie.is_none());
        match head.status {
            200 => {
                self.wishes.check(wish, head)?;
                self.outcome.served[who] += 1;
                self.outcome
                    .waited
                    .push(due.elapsed().as_secs_f64() * 1000.0);
            }
            503 => {
                self.outcome.refused[who] += 1;
                self.outcome
                    .refused_in
                    .push(sent.elapsed().as_secs_f64() * 1000.0);
            }
            other => bail!("an article answers {other}"),
        }
        if head.closes {
            self.lines[token].wire.ended = true;
        } else {
            self.free.push(token);
        }
        Ok(())
    }

    /// A new connection in the place of one that ended; what it was asked is lost.
    fn again(&mut self, token: usize) -> anyhow::Result<()> {
        let line = &mut self.lines[token];
        line.wire.deregister(self.poll.registry());
        line.wire = Wire::connect(self.port, self.poll.registry(), token)?;
        if line.asked.take().is_some() {
            self.outcome.broken += 1;
        }
        if !self.free.contains(&token) {
            self.free.push(token);
        }
        Ok(())
    }
}
