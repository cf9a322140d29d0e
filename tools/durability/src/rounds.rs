//! One paper and its people: they act, it dies, it is started, they look.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::anyhow;
use drive::draws::Draws;

use crate::accounts::{Newcomers, Operator};
use crate::newsroom::{self, Newsroom};
use crate::people::Person;
use crate::place::{Ground, Place};
use crate::seats::Company;
use crate::sessions::{Careful, Restless};
use crate::takers::Taker;
use crate::verdict::{Tally, Verdict};

/// How it dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// SIGKILL; what it wrote is still in the memory of the system.
    Killed,
    /// The same, and what was not synced is gone.
    PowerLost,
}

/// A paper and its people.
pub struct World {
    pub place: Place,
    people: Vec<Box<dyn Person>>,
    pub draws: Draws,
    pub tally: Tally,
    pub verdict: Verdict,
    /// How long each start took.
    pub ready: Vec<Duration>,
    /// Starts that were killed, too.
    pub killed_starts: u64,
    /// Bytes that had been written and not synced when the power failed.
    pub unsynced: u64,
}

/// Between the first requests and the death, milliseconds.
const LOAD: (u64, u64) = (50, 1_000);
/// One start of so many is killed.
const KILLED_START: u64 = 8;

impl World {
    /// A new paper, served, with people who have their accounts.
    pub fn new(binary: &Path, folder: &Path, ground: Ground, seed: u64) -> anyhow::Result<World> {
        let place = Place::new(binary, folder, ground)?;
        place.start()?;
        let ready = vec![place.ready()?];
        let article = newsroom::publish_restricted(&place)?;
        let people: Vec<Box<dyn Person>> = vec![
            Box::<Newcomers>::default(),
            Box::<Operator>::default(),
            Box::<Newsroom>::default(),
            Box::new(Careful::begin(&place)?),
            Box::new(Restless::begin(&place)?),
            Box::new(Company::begin(&place, &article)?),
            Box::new(Taker::begin(&place, &article)?),
            Box::new(Taker::begin(&place, &article)?),
        ];
        Ok(World {
            place,
            people,
            draws: Draws(seed),
            tally: Tally::default(),
            verdict: Verdict::default(),
            ready,
            killed_starts: 0,
            unsynced: 0,
        })
    }

    /// Everybody acts until `meanwhile` is over, and nobody longer.
    ///
    /// # Errors
    /// When somebody was answered as the paper never answers.
    pub fn act(&mut self, meanwhile: impl FnOnce(&Place, &mut Draws)) -> anyhow::Result<()> {
        let stop = AtomicBool::new(false);
        let (place, draws) = (&self.place, &mut self.draws);
        let acted = std::thread::scope(|scope| {
            let mut acting = Vec::new();
            for person in &mut self.people {
                let stop = &stop;
                acting.push(scope.spawn(move || {
                    let mut tally = Tally::default();
                    while !stop.load(Ordering::Relaxed) && person.act(place, &mut tally)? {}
                    Ok(tally)
                }));
            }
            meanwhile(place, draws);
            stop.store(true, Ordering::Relaxed);
            acting
                .into_iter()
                .map(|one| {
                    one.join()
                        .unwrap_or_else(|_| Err(anyhow!("somebody gave up")))
                })
                .collect::<Vec<_>>()
        });
        for tally in acted {
            self.tally.add(&tally?);
        }
        Ok(())
    }

    /// Everybody acts until the paper dies.
    pub fn act_until(&mut self, death: Death) -> anyhow::Result<()> {
        self.act(|place, draws| {
            let load = LOAD.0 + draws.below(LOAD.1 - LOAD.0);
            std::thread::sleep(Duration::from_millis(load));
            place.kill(death == Death::PowerLost);
        })?;
        self.forget(death)
    }

    /// What a death takes along.
    pub fn forget(&mut self, death: Death) -> anyhow::Result<()> {
        if death == Death::PowerLost {
            let place = &self.place;
            self.unsynced += place.disk.lose_power(&place.data(), &mut self.draws)?;
        }
        Ok(())
    }

    /// Starts it again; some starts die, too.
    pub fn start(&mut self, death: Death) -> anyhow::Result<()> {
        while self.draws.below(KILLED_START) == 0 {
            self.place.start()?;
            std::thread::sleep(Duration::from_millis(self.draws.below(120)));
            self.place.kill(death == Death::PowerLost);
            self.forget(death)?;
            self.killed_starts += 1;
        }
        self.place.start()?;
        self.ready.push(self.place.ready()?);
        Ok(())
    }

    /// What everybody finds, of what is new or of everything.
    pub fn look(&mut self, all: bool) -> anyhow::Result<Verdict> {
        let place = &self.place;
        let looked = std::thread::scope(|scope| {
            let mut looking = Vec::new();
            for person in &mut self.people {
                looking.push(scope.spawn(move || {
                    let (mut tally, mut verdict) = (Tally::default(), Verdict::default());
                    person.look(place, all, &mut tally, &mut verdict)?;
                    Ok((tally, verdict))
                }));
            }
            looking
                .into_iter()
                .map(|one| {
                    one.join()
                        .unwrap_or_else(|_| Err(anyhow!("somebody gave up")))
                })
                .collect::<Vec<_>>()
        });
        let mut found = Verdict::default();
        for one in looked {
            let (tally, verdict) = one?;
            self.tally.add(&tally);
            found.add(verdict);
        }
        if let Some(damage) = place.damage()? {
            found.half(format!("the database: {damage}"));
        }
        Ok(found)
    }

    /// One round: they act, it dies, it is started, they look.
    pub fn round(&mut self, death: Death, deep: bool) -> anyhow::Result<()> {
        self.act_until(death)?;
        if deep && let Some(damage) = self.place.deep_damage()? {
            self.verdict.half(format!("the database: {damage}"));
        }
        self.start(death)?;
        let found = self.look(false)?;
        for line in found.lost.iter().chain(&found.half).chain(&found.back) {
            println!("        {line}");
        }
        self.verdict.add(found);
        Ok(())
    }
}
