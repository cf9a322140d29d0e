//! Readers with several devices each, who read here and there at any node, and write down what they were told.
//!
//! A device is a thread: it opens an article; if it gets the text, its page beats; if it gets the message, it presses *Read
//! here* now and then, and opens the article again at another node. Every request is a line of the history that
//! `lease_model::history` judges.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use drive::draws::Draws;
use drive::form::{encode, field};
use drive::http::{Access, Client, Request};

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

const PATIENCE: Duration = Duration::from_secs(8);

impl Device {
    /// Reads until it is told to stop; what it was told, as lines of a history, and how long its takes took.
    pub fn read(mut self) -> (String, Vec<Duration>) {
        let (mut history, mut takes) = (String::new(), Vec::new());
        let mut taken: Option<(u64, String)> = None;
        while !self.world.stop.load(Ordering::Relaxed) {
            let node = self.node();
            let path = self.path();
            let answer = self.ask(node, Request::navigation(&path).with("Accept-Encoding", ""));
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
        let body = encode(&[("epoch", epoch), ("op", op), ("next", "/")]);
        let press = Request::form("/reading/take", &body).with("Accept", "application/json");
        let pressed = self.presses.fetch_add(1, Ordering::AcqRel) + 1;
        let answer = self.ask(node, press);
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
        let answer = self.ask(node, Request::json("/reading/beat", &body));
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
    fn ask(&self, node: usize, request: Request) -> Answer {
        let request = request
            .with("Cookie", &self.cookie)
            .with("Connection", "close");
        let begun = self.now();
        let port = self.world.ports[node];
        let got = Client::connect_within(port, Duration::from_secs(1), PATIENCE)
            .and_then(|mut client| client.send(&request));
        let ended = self.now();
        match got {
            Ok(got) => Answer {
                begun,
                ended: Some(ended),
                status: got.status,
                access: got.access,
                body: got.text(),
            },
            Err(_) => Answer {
                begun,
                ended: None,
                status: 0,
                access: Access::None,
                body: String::new(),
            },
        }
    }
}
