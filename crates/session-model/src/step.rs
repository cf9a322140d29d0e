//! What each action does to the world.

use crate::judge::{Broken, SEEN};
use crate::mutant::Mutant;
use crate::world::{Action, Link, Load, NODES, Next, Request, Seat, Session, Set, Thing, World};

impl World {
    /// Does `action`.
    pub fn act(&mut self, action: Action, mutant: Option<Mutant>) {
        match action {
            Action::SignIn(who, node) => {
                let given = self.password;
                self.begin(node, Next::SignIn { who, given });
            }
            Action::Change(session, node) => {
                let given = self.password;
                self.begin(node, Next::Change { session, given });
            }
            Action::Ask(of) => {
                self.left.wishes -= 1;
                self.links.push(Link {
                    of,
                    instead_of: self.password,
                    lives: true,
                });
            }
            Action::Reset(link, node) => self.begin(node, Next::Reset { link }),
            Action::SignOut(session, node) => self.begin(node, Next::SignOut { session }),
            Action::Remove(node) => self.begin(node, Next::Remove),
            Action::Accept(node) => self.begin(node, Next::Accept),
            Action::Step(number) => {
                let request = self.requests.remove(number);
                self.step(request, mutant);
            }
            Action::HangUp(number) => {
                if mutant == Some(Mutant::DroppedWithClient) {
                    self.requests.remove(number);
                }
            }
            Action::Load(node, thing) => {
                self.left.loads -= 1;
                let found = self.is_there(thing);
                let late = false;
                self.nodes[node].loads.push(Load { thing, found, late });
            }
            Action::Keep(node, load) => self.keep(node, load, mutant),
            Action::Hear(node, thing) => self.hear(node, thing, mutant),
            Action::Listen(node, session) => {
                self.left.streams -= 1;
                self.nodes[node].streams.add(session);
                if !self.sessions[session].lives {
                    self.seen = Some(SEEN[4]);
                }
            }
        }
    }

    /// A request has looked, and goes on later.
    fn begin(&mut self, node: usize, next: Next) {
        self.left.wishes -= 1;
        self.go_on(node, next);
    }

    fn go_on(&mut self, node: usize, next: Next) {
        let request = Request { node, next };
        let at = self.requests.partition_point(|other| *other < request);
        self.requests.insert(at, request);
    }

    fn step(&mut self, Request { node, next }: Request, mutant: Option<Mutant>) {
        match next {
            Next::SignIn { who, given } => {
                let compares = mutant != Some(Mutant::NoCompareAtSignIn);
                if compares && given != self.password {
                    self.seen = Some(SEEN[0]);
                } else if mutant == Some(Mutant::NoLock) {
                    self.go_on(node, Next::Insert { who });
                } else {
                    self.insert(who);
                }
            }
            Next::Insert { who } => self.insert(who),
            Next::Change { session, given } => self.change(node, session, given, mutant),
            Next::Reset { link } => self.reset(node, link, mutant),
            Next::SignOut { session } if mutant == Some(Mutant::ForgetFirst) => {
                self.forget_sessions(node, 1 << session);
                self.go_on(node, Next::SignOutLate { session });
            }
            Next::SignOutLate { session } => {
                self.end(|number, _| number == session, node, mutant);
                self.said(node, 1 << session);
            }
            Next::SignOut { session } => {
                let ended = self.end(|number, _| number == session, node, mutant) | 1 << session;
                self.go_on(node, Next::Tell { ended });
            }
            Next::Remove => {
                self.seat = Seat::Removed;
                self.seat_changed(node, mutant);
                self.go_on(node, Next::TellSeat);
            }
            Next::Accept => {
                let gone = self.seat != Seat::Invited;
                if gone && mutant != Some(Mutant::AcceptsWhatIsGone) {
                    self.seen = Some(SEEN[5]);
                    return;
                }
                if self.seat == Seat::Removed {
                    self.broken = Some(Broken::SeatCameBack);
                }
                self.seat = Seat::Taken;
                self.seat_changed(node, mutant);
                self.go_on(node, Next::TellSeat);
            }
            Next::Tell { ended } => {
                self.forget_sessions(node, ended);
                self.said(node, ended);
            }
            Next::TellSeat => {
                self.nodes[node].seat = None;
                self.loads_are_late(node);
            }
        }
    }

    fn insert(&mut self, of: usize) {
        self.sessions.push(Session { of, lives: true });
    }

    /// Writes another password, which only the one who writes it knows.
    fn set_password(&mut self, who: usize) {
        self.password = self.passwords;
        self.passwords += 1;
        self.knows[who].add(usize::from(self.password));
    }

    fn change(&mut self, node: usize, session: usize, given: u8, mutant: Option<Mutant>) {
        let who = self.sessions[session].of;
        if given != self.password {
            self.seen = Some(SEEN[1]);
            if mutant != Some(Mutant::NoCompareAtChange) {
                return;
            }
        }
        if !self.knows[who].has(usize::from(self.password)) {
            self.broken = Some(Broken::ChangedUnknown);
        }
        self.set_password(who);
        if mutant == Some(Mutant::ChangeEndsNothing) {
            return;
        }
        let ended = self.end(|number, _| number != session, node, mutant);
        self.go_on(node, Next::Tell { ended });
    }

    fn reset(&mut self, node: usize, number: usize, mutant: Option<Mutant>) {
        let link = self.links[number];
        let bound = mutant != Some(Mutant::LinkOutlivesChange);
        if !link.lives || (bound && link.instead_of != self.password) {
            self.seen = Some(SEEN[2]);
            return;
        }
        if link.instead_of != self.password {
            self.broken = Some(Broken::LinkTooOld);
        }
        self.links.iter_mut().for_each(|link| link.lives = false);
        self.set_password(link.of);
        if mutant == Some(Mutant::ResetEndsNothing) {
            return;
        }
        let ended = self.end(|_, _| true, node, mutant);
        self.go_on(node, Next::Tell { ended });
    }

    /// Deletes these rows; every node but this one hears of it in its own time. (It would, too, and twice is harmless.)
    fn end(
        &mut self,
        which: impl Fn(usize, &Session) -> bool,
        node: usize,
        mutant: Option<Mutant>,
    ) -> u8 {
        let mut ended = Set::default();
        for (number, session) in self.sessions.iter_mut().enumerate() {
            if session.lives && which(number, session) {
                session.lives = false;
                ended.add(number);
            }
        }
        if mutant != Some(Mutant::NoNews) {
            for other in (0..NODES).filter(|other| *other != node) {
                self.nodes[other].news.0 |= ended.0;
            }
        }
        ended.0
    }

    fn forget_sessions(&mut self, node: usize, ended: u8) {
        let node = &mut self.nodes[node];
        node.sessions.0 &= !ended;
        node.streams.0 &= !ended;
        node.loads.iter_mut().for_each(|load| load.late = true);
    }

    fn said(&mut self, node: usize, ended: u8) {
        for number in Set(ended).each() {
            // One that lives was not ended: somebody else was faster, or it was never there.
            if !self.sessions[number].lives {
                self.nodes[node].said_ended.add(number);
            }
        }
    }

    fn seat_changed(&mut self, node: usize, mutant: Option<Mutant>) {
        if mutant != Some(Mutant::NoSeatNews) {
            for other in (0..NODES).filter(|other| *other != node) {
                self.nodes[other].seat_news = true;
            }
        }
    }

    fn loads_are_late(&mut self, node: usize) {
        let loads = self.nodes[node].loads.iter_mut();
        loads.for_each(|load| load.late = true);
    }

    fn keep(&mut self, at: usize, number: usize, mutant: Option<Mutant>) {
        let load = self.nodes[at].loads.remove(number);
        if load.late && mutant != Some(Mutant::NoTicket) {
            self.seen = Some(SEEN[3]);
            return;
        }
        let node = &mut self.nodes[at];
        match load.thing {
            Thing::Session(session) if load.found => node.sessions.add(session),
            Thing::Session(_) => {}
            Thing::Seat => node.seat = Some(load.found),
        }
    }

    fn hear(&mut self, at: usize, thing: Thing, mutant: Option<Mutant>) {
        match thing {
            Thing::Session(session) => {
                let streams = self.nodes[at].streams;
                self.nodes[at].news.remove(session);
                self.forget_sessions(at, 1 << session);
                if mutant == Some(Mutant::StreamsOutlive) {
                    self.nodes[at].streams = streams;
                } else if streams.has(session) {
                    self.seen = Some(SEEN[6]);
                }
            }
            Thing::Seat => {
                self.nodes[at].seat_news = false;
                self.nodes[at].seat = None;
                self.loads_are_late(at);
            }
        }
    }
}
