//! A disk that is full, or that fails: readers read on, writers are told so and nothing of theirs is half done, and when
//! there is room again all goes on without a start. Then the paper dies, and whatever was acknowledged is there.

use std::path::Path;
use std::time::{Duration, Instant};

use drive::http::Access;

use crate::browser::Browser;
use crate::disk::Mode;
use crate::newsroom;
use crate::place::{Ground, Place};
use crate::rounds::{Death, World};
use crate::verdict::{self, Tally};

/// What is wrong with the disk.
#[derive(Clone, Copy)]
struct Trouble {
    what: &'static str,
    name: &'static str,
    ground: Ground,
    /// For the simulated disk.
    mode: Mode,
    /// The paper dies while it lasts, and not when it is over.
    dies: bool,
}

const TROUBLES: [Trouble; 7] = [
    Trouble {
        what: "a file system of 12 MiB is full (ENOSPC)",
        name: "small",
        ground: Ground::Small,
        mode: Mode::Well,
        dies: false,
    },
    Trouble {
        what: "no file gets longer (ENOSPC)",
        name: "full",
        ground: Ground::Simulated,
        mode: Mode::Full,
        dies: false,
    },
    Trouble {
        what: "the same, and the power fails meanwhile",
        name: "full-dies",
        ground: Ground::Simulated,
        mode: Mode::Full,
        dies: true,
    },
    Trouble {
        what: "every write fails (EIO)",
        name: "unwritable",
        ground: Ground::Simulated,
        mode: Mode::Unwritable,
        dies: false,
    },
    Trouble {
        what: "every sync fails (EIO)",
        name: "unsynced",
        ground: Ground::Simulated,
        mode: Mode::Unsynced,
        dies: false,
    },
    Trouble {
        what: "every sync fails and drops what was written, and the power fails after that",
        name: "dropped",
        ground: Ground::Simulated,
        mode: Mode::Dropped,
        dies: false,
    },
    Trouble {
        what: "the same, and the power fails meanwhile",
        name: "dropped-dies",
        ground: Ground::Simulated,
        mode: Mode::Dropped,
        dies: true,
    },
];

/// How long people act before, during and after it.
const ACT: Duration = Duration::from_secs(3);

/// After that nothing may be left to be written to.
const PATIENCE: Duration = Duration::from_secs(30);

/// True if all went as it should.
pub fn run(binary: &Path, folder: &Path, seed: u64) -> anyhow::Result<bool> {
    let mut well = true;
    for trouble in TROUBLES {
        println!("{}", trouble.what);
        let place = folder.join(trouble.name);
        let world = match World::new(binary, &place, trouble.ground, seed) {
            Err(error) if trouble.ground == Ground::Small => {
                println!("    not done: {error:#}");
                continue;
            }
            other => other?,
        };
        let mut course = Course {
            world,
            trouble,
            wrong: Vec::new(),
        };
        let run = course.run();
        course.world.place.kill(false);
        run?;
        for line in &course.wrong {
            println!("    NOT WELL: {line}");
        }
        well &= course.wrong.is_empty();
    }
    Ok(well)
}

/// One trouble, from before it until all was looked at.
struct Course {
    world: World,
    trouble: Trouble,
    /// What was not as it should be.
    wrong: Vec<String>,
}

impl Course {
    fn run(&mut self) -> anyhow::Result<()> {
        self.world.act(|_, _| std::thread::sleep(ACT))?;
        self.judge(false, "before")?;
        self.set(true)?;
        self.meanwhile()?;
        if self.trouble.dies {
            self.world.forget(Death::PowerLost)?;
            if self.trouble.mode == Mode::Full {
                self.start_meanwhile()?;
            }
            self.set(false)?;
        } else {
            self.set(false)?;
            self.afterwards()?;
            let simulated = self.trouble.ground == Ground::Simulated;
            let death = [Death::Killed, Death::PowerLost][usize::from(simulated)];
            self.world.act_until(death)?;
        }
        if let Some(damage) = self.world.place.deep_damage()? {
            self.wrong.push(format!("the database: {damage}"));
        }
        self.world.place.start()?;
        self.world.place.ready()?;
        self.judge(true, "after a start")?;
        let sum = self.world.tally.sum();
        println!(
            "    in the end: {} acknowledged, all well: {}; refused {}, of which there all the same {}",
            sum.acknowledged,
            if self.wrong.is_empty() { "yes" } else { "NO" },
            sum.refused,
            sum.refused_and_there
        );
        Ok(())
    }

    /// Readers read on, writers are told.
    fn meanwhile(&mut self) -> anyhow::Result<()> {
        let before = self.world.tally.clone();
        let mut seen = Seen::default();
        let dies = self.trouble.dies;
        self.world.act(|place, _| {
            std::thread::sleep(ACT);
            let since = Instant::now();
            // What is free inside of the files is used up first: the log is written from its beginning again.
            seen = Seen::look(place);
            while seen.status == 303 && since.elapsed() < PATIENCE {
                std::thread::sleep(ACT / 6);
                seen = Seen::look(place);
            }
            if dies {
                place.kill(true);
            }
        })?;
        let (sum, old) = (self.world.tally.sum(), before.sum());
        let takes = |tally: &Tally| tally.of(verdict::TAKE).acknowledged;
        let takes = takes(&self.world.tally) - takes(&before);
        println!(
            "    meanwhile: {} writes refused, {} acknowledged, {takes} times Read here; signing up answers {}, to a reader of Spanish: {:?}",
            sum.refused - old.refused,
            sum.acknowledged - old.acknowledged - takes,
            seen.status,
            seen.spanish
        );
        println!("    /health/ready: {}; the log: {}", seen.health, seen.log);
        self.wrong.extend(seen.wrong(takes));
        Ok(())
    }

    fn start_meanwhile(&mut self) -> anyhow::Result<()> {
        let place = &self.world.place;
        place.start()?;
        match place.refusal()? {
            Some(words) => println!("    a start meanwhile ends: {}", last_line(&words)),
            None => place.kill(true),
        }
        self.world.forget(Death::PowerLost)
    }

    /// All goes on without a start.
    fn afterwards(&mut self) -> anyhow::Result<()> {
        let before = self.world.tally.clone();
        self.world.act(|_, _| std::thread::sleep(ACT))?;
        // Refused writers look before they go on; then all of them do.
        self.judge(false, "after it, without a start")?;
        self.world.act(|_, _| std::thread::sleep(ACT))?;
        let (now, old) = (self.world.tally.sum(), before.sum());
        println!(
            "    after it, without a start: {} acknowledged, {} refused",
            now.acknowledged - old.acknowledged,
            now.refused - old.refused
        );
        for kind in [
            verdict::PASSWORD,
            verdict::CHANGED,
            verdict::SEATED,
            verdict::ACCOUNT,
        ] {
            if self.world.tally.of(kind).acknowledged == before.of(kind).acknowledged {
                self.wrong
                    .push(format!("{kind}: none was acknowledged after it"));
            }
        }
        Ok(())
    }

    fn set(&self, broken: bool) -> anyhow::Result<()> {
        let place = &self.world.place;
        if self.trouble.ground == Ground::Small {
            return place.fill(broken);
        }
        let mode = self.trouble.mode;
        place.disk.set(if broken { mode } else { Mode::Well })
    }

    fn judge(&mut self, all: bool, when: &str) -> anyhow::Result<()> {
        let found = self.world.look(all)?;
        for (what, lines) in [
            ("lost", found.lost),
            ("half", found.half),
            ("came back", found.back),
        ] {
            let lines = lines.iter().map(|line| format!("{when}: {what}: {line}"));
            self.wrong.extend(lines);
        }
        Ok(())
    }
}

/// The last line of a log.
fn last_line(words: &str) -> String {
    let line = words.lines().next_back().unwrap_or_default();
    line.chars().take(240).collect()
}

/// What people and operators see while it lasts.
#[derive(Default)]
struct Seen {
    /// Of an article for subscribers, to a guest.
    guest: Option<Access>,
    status: u16,
    spanish: String,
    health: String,
    log: String,
}

impl Seen {
    fn look(place: &Place) -> Seen {
        let mut browser = Browser::of_language("es");
        let guest = browser
            .get(place, &newsroom::path("restricted"))
            .map(|page| page.access);
        let email = format!("nobody{}@paper.test", place.number());
        let form = [
            ("name", "Ada"),
            ("email", email.as_str()),
            ("password", "one of my own choice"),
        ];
        let page = browser.post(place, "/sign-up", &form);
        let (status, body) = page.map_or((0, String::new()), |page| (page.status, page.body));
        let heading = body.split_once("<h1").and_then(|(_, rest)| {
            let text = rest.split_once('>')?.1.split_once("</h1>")?.0;
            Some(text.to_owned())
        });
        let health = place.health();
        let log = place.last_words();
        let told = log.lines().rev().find(|line| line.contains("WARN"));
        Seen {
            guest,
            status,
            spanish: heading.unwrap_or_default(),
            health: health.map_or_else(String::new, |(status, said)| {
                format!("{status} {}", said.trim())
            }),
            log: last_line(told.unwrap_or("nothing")),
        }
    }

    fn wrong(&self, takes: u64) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.guest != Some(Access::Lead) {
            wrong.push(format!("a guest was sent {:?}", self.guest));
        }
        if self.status != 503 || self.spanish.is_empty() {
            wrong.push(format!(
                "signing up was answered with {} and {:?}",
                self.status, self.spanish
            ));
        }
        if takes == 0 {
            wrong.push("nobody could press Read here".to_owned());
        }
        if self.log == "nothing" {
            wrong.push("the log says nothing".to_owned());
        }
        wrong
    }
}
