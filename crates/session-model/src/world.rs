//! What there is, and what may happen next.

use crate::judge::Broken;

/// Nodes; each has a memory of its own.
pub const NODES: usize = 2;

/// A set of small numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Set(pub u8);

impl Set {
    /// Whether `one` is in it.
    #[must_use]
    pub const fn has(self, one: usize) -> bool {
        self.0 & (1 << one) != 0
    }

    /// Adds `one`.
    pub fn add(&mut self, one: usize) {
        self.0 |= 1 << one;
    }

    /// Takes `one` out.
    pub fn remove(&mut self, one: usize) {
        self.0 &= !(1 << one);
    }

    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = usize> {
        (0..8).filter(move |one| self.has(*one))
    }
}

/// Whose account it is.
pub const OWNER: usize = 0;
/// Who got to know the first password.
pub const STRANGER: usize = 1;

/// A row in the table of sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Session {
    /// Who has its cookie.
    pub of: usize,
    /// Not deleted yet.
    pub lives: bool,
}

/// A link to a new password, in somebody's hands: the stranger may have read the owner's mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// Who has it.
    pub of: usize,
    /// The password that it is there to replace.
    pub instead_of: u8,
    /// Neither used nor void.
    pub lives: bool,
}

/// What became of the second seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seat {
    /// An invitation is on its way.
    Invited,
    /// Somebody reads on it.
    Taken,
    /// The owner took it back.
    Removed,
}

/// Something that nodes keep in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Thing {
    /// The session with this number.
    Session(usize),
    /// Whether the second reader has a seat.
    Seat,
}

/// A look-up for the memory of a node: the database has answered, and the answer is not kept yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Load {
    /// Of what.
    pub thing: Thing,
    /// What the database said: there is such a session, there is a seat.
    pub found: bool,
    /// Something was forgotten since.
    pub late: bool,
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Node {
    /// Sessions that it lets in without asking.
    pub sessions: Set,
    /// What it knows of the second seat.
    pub seat: Option<bool>,
    /// Sessions with an open page that listens here.
    pub streams: Set,
    /// Sessions of which this node has said that they are ended.
    pub said_ended: Set,
    /// Sessions that ended, on their way through the stream of changes; it may hear them in any order.
    pub news: Set,
    /// The same of the seat.
    pub seat_news: bool,
    /// Look-ups under way.
    pub loads: Vec<Load>,
}

/// A request under way at a node, and what it does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Request {
    /// Where.
    pub node: usize,
    /// What.
    pub next: Next,
}

/// The next step of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Next {
    /// The password was right then: begin a session.
    SignIn {
        /// Who gave it.
        who: usize,
        /// Which it was.
        given: u8,
    },
    /// It was compared, and the session is still to be written (only without a lock).
    Insert {
        /// Whose.
        who: usize,
    },
    /// The password was right then: write another one.
    Change {
        /// In which session.
        session: usize,
        /// Which it was.
        given: u8,
    },
    /// The link was good then: write a new password.
    Reset {
        /// Which link.
        link: usize,
    },
    /// End this session.
    SignOut {
        /// Which.
        session: usize,
    },
    /// It was forgotten in memory: end it in the database (only where that comes second).
    SignOutLate {
        /// Which.
        session: usize,
    },
    /// Take the seat back.
    Remove,
    /// Take the seat that one was invited to.
    Accept,
    /// Written: end these in memory, and answer.
    Tell {
        /// Sessions that were ended.
        ended: u8,
    },
    /// Written: forget what is known of the seat, and answer.
    TellSeat,
}

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Somebody gives the password they know, at a node.
    SignIn(usize, usize),
    /// In this session, at a node, the password is to be changed.
    Change(usize, usize),
    /// A link is asked for, and this person gets to see it.
    Ask(usize),
    /// A link is used, at a node.
    Reset(usize, usize),
    /// Somebody signs out, at a node.
    SignOut(usize, usize),
    /// The owner takes the seat back, at a node.
    Remove(usize),
    /// The invitation is accepted, at a node.
    Accept(usize),
    /// A request takes its next step.
    Step(usize),
    /// The client of a request is gone.
    HangUp(usize),
    /// A node asks the database for something it does not know.
    Load(usize, Thing),
    /// It keeps the answer.
    Keep(usize, usize),
    /// It hears that something changed.
    Hear(usize, Thing),
    /// A page of this session listens at a node.
    Listen(usize, usize),
}

/// How much may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// What this set of bounds looks at.
    pub about: &'static str,
    /// Things that people do.
    pub wishes: u8,
    /// Look-ups of nodes.
    pub loads: u8,
    /// Pages that listen.
    pub streams: u8,
    /// Whether it is about the seat, and not about passwords.
    pub seats: bool,
}

/// Everything there is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    /// The password, by its number.
    pub password: u8,
    /// Who knows which.
    pub knows: [Set; 2],
    /// Passwords there were.
    pub passwords: u8,
    /// Sessions there were.
    pub sessions: Vec<Session>,
    /// Links there were.
    pub links: Vec<Link>,
    /// The second seat.
    pub seat: Seat,
    /// The nodes.
    pub nodes: [Node; NODES],
    /// Requests under way, in an order that says nothing.
    pub requests: Vec<Request>,
    /// How much is left of the bounds.
    pub left: Bounds,
    /// What must not be.
    pub broken: Option<Broken>,
    /// What can happen, and just did.
    pub seen: Option<&'static str>,
}

impl World {
    /// The owner and the stranger are signed in, both nodes know it, and the seat is offered.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        let session = |of| Session { of, lives: true };
        let node = Node {
            sessions: Set(0b11),
            ..Node::default()
        };
        Self {
            password: 0,
            knows: [Set(1), Set(1)],
            passwords: 1,
            sessions: vec![session(OWNER), session(STRANGER)],
            links: Vec::new(),
            seat: Seat::Invited,
            nodes: [node.clone(), node],
            requests: Vec::new(),
            left: bounds,
            broken: None,
            seen: None,
        }
    }

    /// Whether a node lets this session in: by memory, or because the database says so.
    #[must_use]
    pub fn lets_in(&self, node: usize, session: usize) -> bool {
        self.nodes[node].sessions.has(session) || self.sessions[session].lives
    }

    /// What the database says of something.
    #[must_use]
    pub fn is_there(&self, thing: Thing) -> bool {
        match thing {
            Thing::Session(number) => self.sessions[number].lives,
            Thing::Seat => self.seat == Seat::Taken,
        }
    }

    /// What may happen now.
    pub fn actions(&self, actions: &mut Vec<Action>) {
        for number in 0..self.requests.len() {
            actions.extend([Action::Step(number), Action::HangUp(number)]);
        }
        for at in 0..NODES {
            let node = &self.nodes[at];
            actions.extend((0..node.loads.len()).map(|load| Action::Keep(at, load)));
            let heard = node.news.each().map(Thing::Session);
            let heard = heard.chain(node.seat_news.then_some(Thing::Seat));
            actions.extend(heard.map(|thing| Action::Hear(at, thing)));
            self.of_node(at, actions);
            if self.left.wishes > 0 {
                self.wishes(at, actions);
            }
        }
        if self.left.wishes > 0 && !self.left.seats && self.links.len() < 2 {
            actions.extend([Action::Ask(OWNER), Action::Ask(STRANGER)]);
        }
    }

    /// What a node does of its own accord.
    fn of_node(&self, at: usize, actions: &mut Vec<Action>) {
        let node = &self.nodes[at];
        if self.left.loads > 0 {
            if self.left.seats {
                if node.seat.is_none() {
                    actions.push(Action::Load(at, Thing::Seat));
                }
            } else {
                let unknown = (0..self.sessions.len()).filter(|one| !node.sessions.has(*one));
                actions.extend(unknown.map(|one| Action::Load(at, Thing::Session(one))));
            }
        }
        if self.left.streams > 0 {
            let quiet = (0..self.sessions.len()).filter(|one| !node.streams.has(*one));
            let quiet = quiet.filter(|one| self.lets_in(at, *one));
            actions.extend(quiet.map(|one| Action::Listen(at, one)));
        }
    }

    /// What people do at a node.
    fn wishes(&self, at: usize, actions: &mut Vec<Action>) {
        if self.left.seats {
            if self.seat != Seat::Removed {
                actions.push(Action::Remove(at));
            }
            if self.seat == Seat::Invited {
                actions.push(Action::Accept(at));
            }
            return;
        }
        let knowing = [OWNER, STRANGER].into_iter();
        let knowing = knowing.filter(|who| self.knows[*who].has(usize::from(self.password)));
        if self.sessions.len() < 4 {
            actions.extend(knowing.map(|who| Action::SignIn(who, at)));
        }
        for (number, session) in self.sessions.iter().enumerate() {
            if !self.lets_in(at, number) {
                continue;
            }
            actions.push(Action::SignOut(number, at));
            if self.knows[session.of].has(usize::from(self.password)) {
                actions.push(Action::Change(number, at));
            }
        }
        let links = self.links.iter().enumerate();
        let good = links.filter(|(_, link)| link.lives);
        actions.extend(good.map(|(number, _)| Action::Reset(number, at)));
    }
}
