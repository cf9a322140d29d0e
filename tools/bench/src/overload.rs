//! P12: far more is asked than the server can answer. How much of what it can do does it still do, and how soon?
//!
//! The server is held to a tenth of a core; what it can do is the highest rate of a closed loop. Then an open loop offers
//! twice and five times that, half by subscribers and half by anybody. Deliberately not here: who ought to be refused
//! first; the table only tells who was.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::contention::{one_device, warm};
use crate::crowd::{self, Crowd, Wishes};
use crate::figures::{Row, Spread, Verdict, percentile};
use crate::open_loop::{self, Outcome, Plan};
use crate::servers::Server;
use crate::stage::{self, ASKERS, Stage};
use crate::throttle;

/// Of a core.
const PERCENT: u32 = 10;

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    stage::keep_to(ASKERS)?;
    stage::allow_open_files(4096)?;
    let data = stage.paper()?;
    let gaceta = Server::gaceta(&stage.binary, data)?;
    let wishes = half_by_anybody(&gaceta, data)?;
    warm(stage, &gaceta, &wishes)?;
    let throttle = throttle::hold(&gaceta, PERCENT)?;
    println!("P12 the server has {}", throttle.how);
    let (best, connections) = capacity(stage, &gaceta, &wishes)?;
    let mut rows = Vec::new();
    for factor in [2, 5] {
        let mut turns = Vec::new();
        for _ in 0..if stage.options.quick { 2 } else { 4 } {
            // Capacity again just before, since the machine is not ours alone.
            std::thread::sleep(Duration::from_secs(2));
            let span = Duration::from_secs(stage.options.seconds);
            let (now, _) = crowd::run(&gaceta, &wishes, 0, connections, span)?;
            let plan = Plan {
                rate: now.per_second() * f64::from(factor),
                span: Duration::from_secs(stage.options.seconds + 3),
                connections: 1000,
            };
            let outcome = open_loop::run(&gaceta, &wishes, 7, plan)?;
            let turn = Turn {
                capacity: now.per_second(),
                outcome,
            };
            println!("  {factor} x  {}", turn.line());
            turns.push(turn);
        }
        rows.push(row(factor, &throttle.how, &best, turns));
    }
    drop(throttle);
    Ok(rows)
}

/// The highest rate of a closed loop, and over how many connections.
fn capacity(stage: &Stage, gaceta: &Server, wishes: &Wishes) -> anyhow::Result<(Crowd, usize)> {
    let span = Duration::from_secs(stage.options.seconds);
    let mut best: Option<(Crowd, usize)> = None;
    for connections in [8, 32, 128] {
        match crowd::run(gaceta, wishes, 0, connections, span) {
            Ok((run, _)) => {
                println!("  {connections:>3} connections  {}", run.line());
                if best
                    .as_ref()
                    .is_none_or(|(best, _)| run.per_second() > best.per_second())
                {
                    best = Some((run, connections));
                }
            }
            // Already more than it can answer.
            Err(error) => println!("  {connections:>3} connections  {error:#}"),
        }
    }
    best.context("the server answers nobody when it has a tenth of a core")
}

/// One overload, and the capacity measured just before it.
struct Turn {
    capacity: f64,
    outcome: Outcome,
}

impl Turn {
    fn p(&mut self, share: f64) -> f64 {
        percentile(&mut self.outcome.waited, share)
    }

    /// Neither served nor refused, as a share of what was offered.
    fn left(&self) -> f64 {
        let Outcome {
            served, refused, ..
        } = &self.outcome;
        let answered: u64 = served.iter().chain(refused).sum();
        1.0 - answered as f64 / self.outcome.offered as f64
    }

    fn line(&self) -> String {
        let of = &self.outcome;
        format!(
            "capacity {:.0}/s, offered {:.0}/s, served {:.0}/s (readers {}, anybody {}), refused {} and {}, broken {}, not sent {}, latest {:.1} ms",
            self.capacity,
            of.offered as f64 / of.seconds,
            of.goodput(),
            of.served[0],
            of.served[1],
            of.refused[0],
            of.refused[1],
            of.broken,
            of.unsent,
            of.late
        )
    }

    fn json(&mut self) -> Value {
        let refused_p99 = percentile(&mut self.outcome.refused_in, 0.99);
        json!({
            "capacity_per_second": self.capacity,
            "offered": self.outcome.offered,
            "seconds": self.outcome.seconds,
            "served_readers": self.outcome.served[0],
            "served_anybody": self.outcome.served[1],
            "refused_readers": self.outcome.refused[0],
            "refused_anybody": self.outcome.refused[1],
            "broken": self.outcome.broken,
            "unsent": self.outcome.unsent,
            "p50_ms": self.p(0.5),
            "p99_ms": self.p(0.99),
            "refused_p99_ms": refused_p99,
            "generator_late_ms": self.outcome.late,
        })
    }
}

fn row(factor: u32, how: &str, best: &Crowd, mut turns: Vec<Turn>) -> Row {
    let goodput = Spread::of(turns.iter().map(|one| one.outcome.goodput() / one.capacity));
    let of_kind = |who: usize| {
        let share =
            |one: &Turn| one.outcome.served[who] as f64 / one.outcome.seconds / one.capacity;
        Spread::of(turns.iter().map(share))
    };
    let (readers, anybody) = (of_kind(0), of_kind(1));
    let left = Spread::of(turns.iter().map(Turn::left));
    let refused = |who: usize| {
        turns
            .iter()
            .map(|one| one.outcome.refused[who])
            .sum::<u64>()
    };
    let (refused_readers, refused_anybody) = (refused(0), refused(1));
    let p99 = Spread::of(turns.iter_mut().map(|one| one.p(0.99)));
    let fast = turns
        .iter_mut()
        .map(|one| percentile(&mut one.outcome.refused_in, 0.99));
    let fast = Spread::of(fast);
    let slower = p99.median / best.p99;
    let ours = format!(
        "goodput {goodput} of capacity: readers {readers}, anybody {anybody}; p99 of served {}; refused {refused_readers} readers and \
         {refused_anybody} others, p99 {}; neither {:.0} %",
        p99.text(0, " ms"),
        fast.text(0, " ms"),
        left.median * 100.0
    );
    let capacity = Spread::of(turns.iter().map(|one| one.capacity));
    let theirs = format!(
        "capacity {} articles/s, p99 {:.1} ms",
        capacity.text(0, ""),
        best.p99
    );
    let verdict = Verdict::at_least(goodput.median, 0.9)
        .and(Verdict::at_most(slower, 4.0))
        .and(Verdict::at_most(left.median, 0.05));
    let row = Row::new("P12", format!("offered {factor} x capacity, {how}"), ours)
        .beside(theirs)
        .ratio(goodput)
        .details(turns.iter_mut().map(Turn::json).collect());
    match factor {
        5 => row.judged(
            "goodput >= 0.9, p99 of served <= 4 x, the rest refused at once",
            verdict,
        ),
        _ => row,
    }
}

/// As P1, with every second wish by somebody without a cookie, who gets the lead.
fn half_by_anybody(gaceta: &Server, data: &Path) -> anyhow::Result<Wishes> {
    let mut wishes = one_device(gaceta, data)?;
    for wish in wishes.list.iter_mut().skip(1).step_by(2) {
        wish.cookie = None;
    }
    ensure!(
        wishes.list.len() > 1000,
        "too few readers to make a crowd of"
    );
    Ok(wishes)
}
