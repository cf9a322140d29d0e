//! Readers with several devices each, who read here and there at any node, and write down what they were told.
//!
//! A device is a thread: it opens an article; if it gets the text, its page beats; if it gets the message, it presses *Read
//! here* now and then, and opens the article again at another node. Every request is a line of the history that
//! `lease_model::history` judges.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::bench::wire::{Access, field, headers, parse};

/// What all devices share.
pub struct World {
    /// Ports of the nodes.
    pub ports: Vec<u16>,
    pub paths: Vec<String>,
    /// The zero of all times.
    pub zero: Instant,
    /// For each node: the microsecond since which it may be cut off from the database, and until when; the end of time while
    /// it still may.
    pub cuts: Vec<Mutex<Vec<(u64, u64)>>>,
    pub stop: AtomicBool,
    pub seen: Counts,
}

/// How often what was answered.
#[derive(Default)]
pub struct Counts {
    pub full: AtomicU64,
    pub messages: AtomicU64,
    pub taken: AtomicU64,
    pub refused: AtomicU64,
    pub unanswered: AtomicU64,
    /// Takers who were not served by their next request, although nobody had pressed in between.
    pub unserved: AtomicU64,
}

/// One device of one reader.
pub struct Device {
    pub reader: usize,
    pub number: usize,
    pub cookie: String,
    pub world: Arc<World>,
    /// When anybody of this reader last pressed, as a number that grows.
    pub presses: Arc<AtomicU64>,
    pub draws: Draws,
}

/// What came back.
struct Answer {
    begun: u64,
    ended: Option<u64>,
    status: u16,
    access: Access,
    body: String,
}

/// Numbers that look drawn, the same for the same seed.
pub struct Draws(pub u64);

impl Draws {
    /// Below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

const PATIENCE: Duration = Duration::from_secs(8);

impl Device {
    /// Reads until it is told to stop; what it was told, as lines of a history, and how long its takes took.
    pub fn read(mut self) -> (String, Vec<Duration>) {
        let (mut history, mut takes) = (String::new(), Vec::new());
        let mut taken: Option<(u64, String)> = None;
        while !self.world.stop.load(Ordering::Relaxed) {
            let node = self.node();
            let path = self.path();
            let answer = self.ask(node, "GET", &path, "", "text/html");
            let known = answer.status == 200 && answer.access == Access::Full;
            let epoch = field(&answer.body, "epoch").map(str::to_owned);
            let pressed = self.presses.load(Ordering::Acquire);
            if known {
                self.world.seen.full.fetch_add(1, Ordering::Relaxed);
                self.note(&mut history, node, "page", &answer, Some((true, None)));
                self.beat(&mut history, node);
            } else if let Some(epoch) = epoch.filter(|_| answer.status == 200) {
                self.world.seen.messages.fetch_add(1, Ordering::Relaxed);
                self.note(
                    &mut history,
                    node,
                    "message",
                    &answer,
                    Some((false, Some(&epoch))),
                );
                // In a new generation nobody has it, not even who has just taken it.
                let same = |own: &str| own.split('.').next() == epoch.split('.').next();
                if taken.is_some_and(|(press, own)| press == pressed && same(&own)) {
                    self.world.seen.unserved.fetch_add(1, Ordering::Relaxed);
                    let _ = writeln!(
                        history,
                        "# unserved: reader {} device {} at {}",
                        self.reader, self.number, answer.begun
                    );
                }
                if self.draws.below(3) == 0 {
                    let op = field(&answer.body, "op").unwrap_or("1").to_owned();
                    taken = self.take(&mut history, &mut takes, &epoch, &op);
                    continue;
                }
            } else {
                let seen = if answer.ended.is_some() {
                    &self.world.seen.refused
                } else {
                    &self.world.seen.unanswered
                };
                seen.fetch_add(1, Ordering::Relaxed);
            }
            taken = None;
            let pause = 100 + self.draws.below(900);
            std::thread::sleep(Duration::from_millis(pause));
        }
        (history, takes)
    }

    /// Presses *Read here*; how often anybody had pressed by then, and the new epoch, if it was granted.
    fn take(
        &mut self,
        history: &mut String,
        takes: &mut Vec<Duration>,
        epoch: &str,
        op: &str,
    ) -> Option<(u64, String)> {
        let node = self.node();
        let body = format!("epoch={epoch}&op={op}&next=/");
        let pressed = self.presses.fetch_add(1, Ordering::AcqRel) + 1;
        let answer = self.ask(node, "POST", "/reading/take", &body, "application/json");
        let said: Option<serde_json::Value> = serde_json::from_str(&answer.body).ok();
        let told = said
            .as_ref()
            .filter(|_| answer.status == 200)
            .and_then(|said| {
                if said["held"] == true {
                    return Some((true, Some(said["epoch"].as_str()?)));
                }
                Some((false, Some(field(said["message"].as_str()?, "epoch")?)))
            });
        self.note(history, node, &format!("take:{epoch}"), &answer, told);
        if let (Some((true, _)), Some(ended)) = (told, answer.ended) {
            self.world.seen.taken.fetch_add(1, Ordering::Relaxed);
            takes.push(Duration::from_micros(ended - answer.begun));
        }
        let (_, own) = told.filter(|(held, _)| *held)?;
        Some((pressed, own?.to_owned()))
    }

    fn beat(&mut self, history: &mut String, node: usize) {
        let (view, seq) = (self.number + 1, self.draws.below(1 << 50));
        let body = format!(
            r#"{{"view":"{view}","seq":{seq},"epoch":null,"focused":true,"idle":0,"back":false}}"#
        );
        let answer = self.ask(node, "POST", "/reading/beat", &body, "application/json");
        let said: Option<serde_json::Value> = serde_json::from_str(&answer.body).ok();
        let Some(said) = said.filter(|_| answer.status == 200) else {
            return;
        };
        if said["held"] == true {
            self.note(
                history,
                node,
                "beat",
                &answer,
                Some((true, said["epoch"].as_str())),
            );
        } else if let Some(epoch) = said["message"]
            .as_str()
            .and_then(|text| field(text, "epoch"))
        {
            self.note(
                history,
                node,
                "message",
                &answer,
                Some((false, Some(epoch))),
            );
        }
    }

    fn node(&mut self) -> usize {
        let all = self.world.ports.len() as u64;
        usize::try_from(self.draws.below(all)).unwrap_or(0)
    }

    fn path(&mut self) -> String {
        let all = self.world.paths.len() as u64;
        self.world.paths[usize::try_from(self.draws.below(all)).unwrap_or(0)].clone()
    }

    fn note(
        &self,
        history: &mut String,
        node: usize,
        what: &str,
        answer: &Answer,
        told: Option<(bool, Option<&str>)>,
    ) {
        let held = told.map_or("-", |(held, _)| if held { "held" } else { "lost" });
        let epoch = told.and_then(|(_, epoch)| epoch).unwrap_or("-");
        let ended = answer
            .ended
            .filter(|_| told.is_some())
            .map_or_else(|| "-".to_owned(), |ended| ended.to_string());
        let until = answer.ended.unwrap_or(u64::MAX);
        let cuts = self.world.cuts[node].lock();
        let cut = cuts.is_ok_and(|cuts| {
            cuts.iter()
                .any(|(from, to)| *from < until && answer.begun < *to)
        });
        let cut = if cut { "cut" } else { "ok" };
        let _ = writeln!(
            history,
            "{} {} {what} {} {ended} {held} {epoch} {cut}",
            self.reader, self.number, answer.begun
        );
    }

    fn now(&self) -> u64 {
        u64::try_from(self.world.zero.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// One request on a connection of its own.
    fn ask(&self, node: usize, method: &str, path: &str, body: &str, accept: &str) -> Answer {
        let port = self.world.ports[node];
        let begun = self.now();
        let got = self.exchange(port, method, path, body, accept);
        let nothing = Answer {
            begun,
            ended: None,
            status: 0,
            access: Access::None,
            body: String::new(),
        };
        let Ok(bytes) = got else { return nothing };
        let Ok(Some(head)) = parse(&bytes) else {
            return nothing;
        };
        if bytes.len() < head.end {
            return nothing;
        }
        Answer {
            ended: Some(self.now()),
            status: head.status,
            access: head.access,
            body: String::from_utf8_lossy(&bytes[head.body..head.end]).into_owned(),
            ..nothing
        }
    }

    fn exchange(
        &self,
        port: u16,
        method: &str,
        path: &str,
        body: &str,
        accept: &str,
    ) -> anyhow::Result<Vec<u8>> {
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut text = format!("{method} {path}");
        if method == "GET" {
            text.push_str(
                &headers(port).replace("Accept-Encoding: gzip, deflate, br, zstd\r\n", ""),
            );
        } else {
            let kind = if body.starts_with('{') {
                "application/json"
            } else {
                "application/x-www-form-urlencoded"
            };
            let length = body.len();
            let _ = write!(
                text,
                " HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: {accept}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
            );
        }
        let _ = write!(
            text,
            "Cookie: {}\r\nConnection: close\r\n\r\n{body}",
            self.cookie
        );
        stream.write_all(text.as_bytes())?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
