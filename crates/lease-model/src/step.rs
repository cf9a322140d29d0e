//! What each action does to the world: the network, the nodes and the store put together.

use lease::{How, Outcome};

use crate::mutant::Mutant;
use crate::protocol::{Cache, News, Policy};
use crate::state::{Browser, Example, INSISTENT, State};
use crate::store::Store;
use crate::words::{Action, Bounds, Device, Page, Request, Wish};

/// What happened, in plain words; or nothing, while millions of states are counted.
#[derive(Debug, Default)]
pub struct Story(pub Option<Vec<String>>);

impl Story {
    fn add(&mut self, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.0 {
            lines.push(line());
        }
    }
}

/// The rules of one run.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How much may happen.
    pub bounds: Bounds,
    /// What is left out.
    pub mutant: Option<Mutant>,
}

impl Rules {
    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    fn policy(&self) -> Policy {
        Policy {
            stale_for: self.bounds.stale_for,
            time_to_live_only: self.is(Mutant::TimeToLiveOnly),
            marks_count_on_arrival: self.is(Mutant::MarksCountOnArrival),
        }
    }
}

impl State {
    /// Does `action`.
    pub fn step(&mut self, action: Action, rules: &Rules, story: &mut Story) {
        self.example = Example::Nothing;
        match action {
            Action::Ask(device, wish) => self.ask(device, wish, rules, story),
            Action::Arrive {
                which,
                node,
                twice,
                unanswered,
            } => {
                let request = self.requests[which];
                story.add(|| format!("{} reaches node {}", of(&request), node + 1));
                if twice {
                    story.add(|| "   and a copy of it stays on its way".to_owned());
                } else {
                    self.requests.remove(which);
                }
                self.faults -= u8::from(twice || unanswered);
                self.known_nodes = self.known_nodes.max(node + 1);
                self.arrive(&request, node, unanswered, rules, story);
            }
            Action::Lose(which) => {
                let request = self.requests.remove(which);
                self.faults -= 1;
                story.add(|| format!("{} is lost", of(&request)));
            }
            Action::Send(which) => self.send(which, rules, story),
            Action::Mark(node) => {
                self.nodes[node].news.push(News::Mark(self.now));
                story.add(|| format!("node {} puts a mark into its stream", node + 1));
            }
            Action::Hear(node) => self.hear(node, rules, story),
            Action::Crash(node) | Action::Die(node) => {
                self.faults -= 1;
                self.restart(node);
                self.nodes[node].alive = matches!(action, Action::Crash(_));
                let end = if self.nodes[node].alive {
                    "crashes and starts again, with nothing in memory"
                } else {
                    "dies for good"
                };
                story.add(|| format!("node {} {end}", node + 1));
            }
            Action::Copy => {
                self.copies -= 1;
                self.copy = self.store.clone();
                story.add(|| "standby and backup are brought up to date".to_owned());
            }
            Action::Failover | Action::Restore => self.disaster(action, rules, story),
            Action::Tick => self.tick(rules, story),
        }
        if self.wishes == 0 && !rules.bounds.insistent {
            // Nobody will act on these any more.
            self.browsers.fill(Browser::default());
        }
    }

    fn ask(&mut self, device: Device, wish: Wish, rules: &Rules, story: &mut Story) {
        self.ops += 1;
        if !(rules.bounds.insistent && device == INSISTENT) {
            self.wishes -= 1;
        }
        self.known_devices = self.known_devices.max(device.0 + 1);
        let request = Request {
            device,
            wish,
            op: self.ops,
            shows: self.browsers[usize::from(device.0)].cookie,
        };
        let at = self.requests.partition_point(|r| *r < request);
        self.requests.insert(at, request);
        story.add(|| {
            let op = request.op;
            match wish {
                Wish::Open => format!("{device} opens an article (operation {op})"),
                Wish::Take(epoch) => {
                    format!("{device} presses Read here, shown epoch {epoch} (operation {op})")
                }
                Wish::Touch => format!("the page on {device} sends a heartbeat"),
                Wish::Rest => format!("{device} is put away: its page says that it is hidden"),
            }
        });
    }

    fn arrive(
        &mut self,
        request: &Request,
        node: usize,
        unanswered: bool,
        rules: &Rules,
        story: &mut Story,
    ) {
        let (device, now, policy) = (request.device, self.now, rules.policy());
        if request.wish == Wish::Open {
            let cache = &self.nodes[node].cache;
            if let Some(epoch) = cache.lets_in(device, request.shows, now, &policy) {
                story.add(|| format!("   it knows that {device} has epoch {epoch}: granted"));
                self.make(node, device, epoch);
                return;
            }
            if let Some(entry) = cache
                .usable(now, &policy)
                .copied()
                .filter(|_| policy.time_to_live_only)
            {
                story.add(|| format!("   it believes in epoch {}: refused", entry.epoch));
                self.refuse(device, request.shows, entry.epoch);
                return;
            }
            if cache.entry.is_some() && cache.usable(now, &policy).is_none() {
                self.example = Example::AskedInstead;
            }
        }
        if request.wish == Wish::Rest {
            self.judge.rested(request);
        }
        let Some(outcome) = self.ask_store(request, node, rules, story) else {
            return;
        };
        match outcome {
            Outcome::Held { epoch, .. } if request.wish == Wish::Open => {
                self.make(node, device, epoch);
            }
            _ if unanswered => story.add(|| "   and the answer is lost".to_owned()),
            Outcome::Held { epoch, .. } => {
                self.browsers[usize::from(device.0)].cookie = Some(epoch);
                self.browsers[usize::from(device.0)].message = None;
                if let Wish::Take(_) = request.wish {
                    self.judge.taker_knows(device, epoch, now);
                }
            }
            Outcome::Contended(holder) if request.wish == Wish::Open => {
                self.refuse(device, request.shows, holder.epoch);
            }
            Outcome::Contended(holder) => {
                self.browsers[usize::from(device.0)].message = Some(holder.epoch);
            }
        }
    }

    /// The node asks the primary; judge, stream and the node's memory learn what came of it.
    fn ask_store(
        &mut self,
        request: &Request,
        node: usize,
        rules: &Rules,
        story: &mut Story,
    ) -> Option<Outcome<Device>> {
        let at_rest = self.store.at_rest(self.now);
        let outcome = self.store.serve(request, self.now, rules.mutant)?;
        story.add(|| format!("   the store: {}", told(&outcome)));
        let retry = self.judge.has_moved(request.op) && matches!(request.wish, Wish::Take(_));
        self.judge.answered(request, &outcome, at_rest, self.now);
        let (holder, epoch) = self.store.look();
        self.nodes[node].cache.learn(holder, epoch, self.now);
        match outcome {
            Outcome::Held {
                change: Some(change),
                ..
            } => {
                self.publish(News::Changed { holder, epoch });
                if change.how == How::Passed {
                    self.example = Example::Passed;
                }
            }
            _ if retry => self.example = Example::RetryDidNothing,
            _ => {}
        }
        if request.device == INSISTENT && rules.bounds.insistent {
            self.granted |= holder == Some(INSISTENT);
        }
        Some(outcome)
    }

    /// Only to nodes that keep the reader; to others it would tell nothing.
    fn publish(&mut self, news: News) {
        for node in &mut self.nodes {
            let known = node.cache.entry.is_some_and(|entry| match news {
                News::Changed { epoch, .. } => entry.epoch >= epoch,
                _ => false,
            });
            if node.cache.entry.is_some() && !known {
                node.news.push(news);
            }
        }
    }

    fn make(&mut self, node: usize, device: Device, epoch: lease::Epoch) {
        let page = Page {
            node,
            device,
            epoch,
        };
        if let Err(at) = self.pages.binary_search(&page) {
            self.pages.insert(at, page);
        }
    }

    fn refuse(&mut self, device: Device, shows: Option<lease::Epoch>, epoch: lease::Epoch) {
        self.judge.refused(device, shows);
        self.browsers[usize::from(device.0)].message = Some(epoch);
    }

    /// The moment before the first byte.
    fn send(&mut self, which: usize, rules: &Rules, story: &mut Story) {
        let page = self.pages.remove(which);
        let (device, policy) = (page.device, rules.policy());
        let n = page.node + 1;
        let cache = &mut self.nodes[page.node].cache;
        let mut from_memory = false;
        let epoch = if rules.is(Mutant::CheckThenWait) {
            story.add(|| format!("node {n} has the page ready, and does not look again"));
            Some(page.epoch)
        } else if let Some(epoch) = cache.lets_in(device, Some(page.epoch), self.now, &policy) {
            from_memory = true;
            story.add(|| {
                format!("node {n} has the page ready; it knows that {device} has epoch {epoch}")
            });
            Some(epoch)
        } else {
            let replica = rules.is(Mutant::ReplicaRead);
            let source = if replica { &self.copy } else { &self.store };
            let place = if replica { "a replica" } else { "the store" };
            let (holder, newest) = source.look();
            cache.learn(holder, newest, self.now);
            story.add(|| {
                let holder = holder.map_or("nobody".to_owned(), |d| d.to_string());
                format!("node {n} has the page ready and asks {place}: {holder} has the lease ({newest})")
            });
            source.check(device)
        };
        let Some(epoch) = epoch else {
            self.example = Example::Stopped;
            let (_, newest) = self.store.look();
            story.add(|| format!("   {device} gets the message instead"));
            self.refuse(device, Some(page.epoch), newest);
            return;
        };
        story.add(|| format!("   the full text leaves for {device}, under epoch {epoch}"));
        let had_lost_it = self.judge.sent(device, epoch);
        self.example = match (from_memory, had_lost_it) {
            (_, true) => Example::SentWithinD,
            (true, false) => Example::SentFromMemory,
            (false, false) => Example::Nothing,
        };
        let browser = &mut self.browsers[usize::from(device.0)];
        (browser.cookie, browser.message) = (Some(epoch), None);
    }

    fn hear(&mut self, node: usize, rules: &Rules, story: &mut Story) {
        let at = &mut self.nodes[node];
        let mark = at
            .news
            .iter()
            .position(|news| matches!(news, News::Mark(_)));
        let first = match mark {
            Some(mark) if rules.is(Mutant::MarksOvertake) => mark,
            _ => 0,
        };
        let news = at.news.remove(first);
        at.cache.consume(news, self.now, &rules.policy());
        story.add(|| {
            let what = match news {
                News::Changed { holder, epoch } => {
                    let holder = holder.map_or("nobody".to_owned(), |d| d.to_string());
                    format!("{holder} has the lease, epoch {epoch}")
                }
                News::NewGeneration(generation) => format!("generation {generation} began"),
                News::Mark(at) => format!("its mark of time {at} comes back"),
            };
            format!("node {} hears: {what}", node + 1)
        });
    }

    fn restart(&mut self, node: usize) {
        self.nodes[node].cache = Cache::default();
        self.nodes[node].news.clear();
        self.pages.retain(|page| page.node != node);
    }

    fn disaster(&mut self, action: Action, rules: &Rules, story: &mut Story) {
        self.disasters -= 1;
        story.add(|| match action {
            Action::Failover => "the primary dies; the standby is promoted".to_owned(),
            _ => "the backup is restored, and every node started again".to_owned(),
        });
        if rules.is(Mutant::NoGeneration) {
            // Everybody takes it for the same store: the judge as well.
            self.store = self.copy.clone();
        } else {
            let stored = self.copy.generation() + 1;
            let next = match rules.mutant {
                Some(Mutant::GenerationFromStore) => stored,
                _ => stored.max(self.generations + 1),
            };
            self.generations = self.generations.max(next);
            self.store = Store::new(next);
            story.add(|| format!("   generation {next} begins, nobody holds anything"));
            self.judge.new_generation(self.now, rules.mutant);
        }
        if action == Action::Restore {
            self.restart(0);
            self.restart(1);
        } else {
            self.publish(News::NewGeneration(self.store.generation()));
        }
    }

    fn tick(&mut self, rules: &Rules, story: &mut Story) {
        self.now += 1;
        let (now, policy) = (self.now, rules.policy());
        story.add(|| format!("time passes: it is {now}"));
        self.judge.time(now, policy.stale_for);
        for node in &mut self.nodes {
            node.cache.age(now, &policy);
            if !policy.marks_count_on_arrival {
                // A mark too old to prove anything.
                node.news
                    .retain(|news| !matches!(news, News::Mark(at) if now - at >= policy.stale_for));
            }
        }
    }
}

fn of(request: &Request) -> String {
    let device = request.device;
    match request.wish {
        Wish::Open => format!("the request of {device} (operation {})", request.op),
        Wish::Take(_) => format!("Read here of {device} (operation {})", request.op),
        Wish::Touch => format!("the heartbeat of {device}"),
        Wish::Rest => format!("the goodbye of {device}"),
    }
}

fn told(outcome: &Outcome<Device>) -> String {
    match outcome {
        Outcome::Contended(holder) => {
            format!("{} is being read on, epoch {}", holder.device, holder.epoch)
        }
        Outcome::Held {
            epoch,
            change: None,
        } => format!("has it already, epoch {epoch}"),
        Outcome::Held {
            epoch,
            change: Some(change),
        } => {
            let how = match (change.how, change.from) {
                (How::Taken, Some(from)) => format!("taken from {from}"),
                (How::Passed, Some(from)) => {
                    format!("passed silently from {from}, which is at rest")
                }
                _ => "opened, nobody had it".to_owned(),
            };
            format!("{how}; new epoch {epoch}")
        }
    }
}
