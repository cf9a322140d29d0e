//! P11: the subscribers' article with more readers and more articles, and while something is published each second.
//!
//! Two papers at a time, one of each size, in turns on the same core; and one paper with itself, with and without
//! `gaceta publish`. Deliberately not here: nginx, which does not grow.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::ensure;
use serde_json::json;

use crate::contention::{one_device, warm};
use crate::crowd::{self, Crowd, Wishes};
use crate::figures::{Row, Spread};
use crate::pages::Who;
use crate::servers::Server;
use crate::stage::{self, ASKERS, Stage};
use drive::{child, paper};

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    stage::keep_to(ASKERS)?;
    let small = Grown::write(stage, "small", 1000, 100)?;
    let mut sizes: Vec<(usize, usize)> = if stage.options.quick {
        vec![(50_000, 100), (1000, 1000)]
    } else {
        vec![(100_000, 100), (1000, 10_000)]
    };
    if stage.options.full {
        sizes.extend([(100_000, 10_000), (1_000_000, 100), (1000, 100_000)]);
    }
    let mut rows = Vec::new();
    for (readers, articles) in sizes {
        println!("P11 {readers} readers, {articles} articles");
        let large = Grown::write(stage, "large", readers, articles)?;
        let both = [
            (&large.gaceta, &large.wishes),
            (&small.gaceta, &small.wishes),
        ];
        let [ours, base] = in_turns(stage, both)?;
        let what = format!("{readers} readers, {articles} articles");
        rows.push(row(&what, "1000 readers, 100 articles", &ours, &base));
        large.remove()?;
    }
    rows.push(publishing(stage)?);
    Ok(rows)
}

/// A paper of some size that is served and warm.
struct Grown {
    gaceta: Server,
    wishes: Wishes,
    data: std::path::PathBuf,
}

impl Grown {
    fn write(stage: &Stage, name: &str, readers: usize, articles: usize) -> anyhow::Result<Grown> {
        let data = stage.write(name, readers, articles)?;
        let gaceta = Server::gaceta(&stage.binary, &data)?;
        let wishes = one_device(&gaceta, &data)?;
        warm(stage, &gaceta, &wishes)?;
        Ok(Grown {
            gaceta,
            wishes,
            data,
        })
    }

    fn remove(self) -> anyhow::Result<()> {
        drop(self.gaceta);
        Ok(std::fs::remove_dir_all(&self.data)?)
    }
}

fn in_turns(stage: &Stage, both: [(&Server, &Wishes); 2]) -> anyhow::Result<[Vec<Crowd>; 2]> {
    let span = Duration::from_secs(stage.options.seconds);
    let mut runs = [Vec::new(), Vec::new()];
    let mut at = [0, 0];
    for _ in 0..stage.options.runs {
        for (side, (gaceta, wishes)) in both.into_iter().enumerate() {
            let (run, next) =
                crowd::run(gaceta, wishes, at[side], stage.options.connections, span)?;
            ensure!(run.refused == 0, "some were refused");
            at[side] = next;
            println!("  {}  {}", ["large", "small"][side], run.line());
            runs[side].push(run);
        }
    }
    Ok(runs)
}

fn row(what: &str, base: &str, ours: &[Crowd], theirs: &[Crowd]) -> Row {
    let pairs = || ours.iter().zip(theirs);
    let ratio = Spread::of(pairs().map(|(ours, theirs)| ours.per_second() / theirs.per_second()));
    let cpu = Spread::of(pairs().map(|(ours, theirs)| theirs.cpu_each() / ours.cpu_each()));
    let side = |runs: &[Crowd]| {
        let rate = Spread::of(runs.iter().map(Crowd::per_second));
        let cpu = Spread::of(runs.iter().map(Crowd::cpu_each));
        format!(
            "{} articles/s, {} µs CPU",
            rate.text(0, ""),
            cpu.text(1, "")
        )
    };
    Row::new("P11", format!("growth: {what}"), side(ours))
        .beside(format!("{base}: {}", side(theirs)))
        .both_at_least(0.8, ratio, cpu)
        .details(json!({
            "ours": ours.iter().map(Crowd::json).collect::<Vec<_>>(),
            "base": theirs.iter().map(Crowd::json).collect::<Vec<_>>(),
        }))
}

/// The same paper with and without something new each second.
fn publishing(stage: &Stage) -> anyhow::Result<Row> {
    println!("P11 an article each second");
    let data = stage.paper()?;
    let gaceta = Server::gaceta(&stage.binary, data)?;
    let mut wishes = one_device(&gaceta, data)?;
    warm(stage, &gaceta, &wishes)?;
    // What is new stands beside every article.
    wishes.sizes = None;
    let span = Duration::from_secs(stage.options.seconds.max(3));
    let (mut quiet, mut busy) = (Vec::new(), Vec::new());
    let (mut at, mut number) = (0, 0);
    let binary = stage.binary.as_path();
    for _ in 0..stage.options.runs {
        let connections = stage.options.connections;
        let (run, next) = crowd::run(&gaceta, &wishes, at, connections, span)?;
        println!("  nothing new   {}", run.line());
        quiet.push(run);
        let over = AtomicBool::new(false);
        let (run, published) = std::thread::scope(|scope| {
            let press = scope.spawn(|| publish_until(binary, &gaceta, data, number, &over));
            let run = crowd::run(&gaceta, &wishes, next, connections, span);
            over.store(true, Ordering::Relaxed);
            (run, press.join().expect("publishing returns its errors"))
        });
        let (run, next) = run?;
        number = published?;
        at = next;
        println!("  one a second  {}", run.line());
        ensure!(run.refused == 0, "some were refused");
        busy.push(run);
    }
    ensure!(number >= busy.len(), "nothing was published meanwhile");
    Ok(row(
        "an article published each second",
        "nothing new",
        &busy,
        &quiet,
    ))
}

/// Publishes one article a second, beginning with number `from`; gives the number of the next one.
fn publish_until(
    binary: &Path,
    gaceta: &Server,
    data: &Path,
    from: usize,
    over: &AtomicBool,
) -> anyhow::Result<usize> {
    let mut number = from;
    while !over.load(Ordering::Relaxed) {
        let file = data.join("new.md");
        let text = format!(
            "+++\nheadline = \"New {number}\"\ndeck = \"It has just come in\"\nbyline = [\"Ada Bench\"]\n\
             published = \"2026-03-01T{:02}:{:02}:{:02}Z\"\nedition = \"en\"\nslug = \"new-{number}\"\n\
             topics = [\"topic-1\"]\naccess = \"subscribers\"\n+++\n\nThis is what is known so far.\n\nMore later.\n",
            number / 3600 % 24,
            number / 60 % 60,
            number % 60
        );
        std::fs::write(&file, text)?;
        let mut publish = Command::new(binary);
        publish.arg("publish").arg(&file).current_dir(data);
        paper::place(&mut publish, gaceta.port(Who::Reader), data);
        let said = child::output(publish)?;
        ensure!(said.starts_with("new "), "it was not published: {said}");
        number += 1;
        std::thread::sleep(Duration::from_secs(1));
    }
    Ok(number)
}
