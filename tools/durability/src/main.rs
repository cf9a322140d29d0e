//! `cargo xtask durability`: whatever was acknowledged is there afterwards, however the paper ended.
//!
//! A single node over its own files is killed at random moments while people use it as they do: over HTTP and by commands.
//! Half of the times the machine "loses its power", too: what was written and not synced is taken away ([`disk`]). After each
//! start everybody looks whether what they were told is true. First the judge is judged: a database set back by one round,
//! and a disk that lies, have to be noticed. Deliberately not here: several nodes (`chaos`), and a real power cut.

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "clippy.toml keeps clocks, sleeping and randomness out of the application; here a paper dies in real time"
)]

mod accounts;
mod browser;
mod disk;
mod full;
mod newsroom;
mod people;
mod place;
mod post;
mod rounds;
mod seats;
mod sessions;
mod takers;
mod verdict;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use drive::{paper, root};

use crate::disk::Mode;
use crate::place::{Ground, copy_files};
use crate::rounds::{Death, World};
use crate::verdict::Verdict;

const USAGE: &str = "\
cargo xtask durability [--kills N] [--seed N] [--profile NAME]

  --kills N       how often the paper dies (300); every other time with the power lost
  --seed N        what is drawn: when it dies, and what of the unsynced is left
  --profile NAME  how the paper is built (release)
";

struct Options {
    kills: u64,
    seed: u64,
    profile: String,
}

impl Options {
    fn read(arguments: &[String]) -> anyhow::Result<Options> {
        let mut options = Options {
            kills: 300,
            seed: 1,
            profile: "release".to_owned(),
        };
        drive::options(arguments, USAGE, |name, value| {
            match name {
                "--kills" => options.kills = value.parse()?,
                "--seed" => options.seed = value.parse()?,
                "--profile" => value.clone_into(&mut options.profile),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(options)
    }
}

/// Every so many kills each page and index of the database is looked at.
const DEEP: u64 = 20;

fn main() -> ExitCode {
    drive::main("durability", run)
}

/// True if nothing was lost, half done or came back, and the judge sees what it must.
fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let options = Options::read(arguments)?;
    let binary = paper::build(&options.profile)?;
    let folder = root::target().join("durability");
    std::fs::create_dir_all(&folder)?;
    println!("durability: {} kills, seed {}", options.kills, options.seed);
    let mut well = true;
    for (what, noticed) in [
        (
            "a database set back by one round is noticed",
            is_set_back_noticed(&binary, &folder, options.seed)?,
        ),
        (
            "a disk that lies about syncing is noticed",
            is_lying_noticed(&binary, &folder, options.seed)?,
        ),
    ] {
        println!("{what}: {}", if noticed { "yes" } else { "NO" });
        well &= noticed;
    }
    let half = options.kills / 2;
    for (death, kills) in [
        (Death::Killed, options.kills - half),
        (Death::PowerLost, half),
    ] {
        well &= kill(&binary, &folder, death, kills, options.seed)?;
    }
    well &= full::run(&binary, &folder, options.seed)?;
    Ok(well)
}

/// The judge must see a loss where there is one: the files of the round before are put in the place of the newest.
fn is_set_back_noticed(binary: &Path, folder: &Path, seed: u64) -> anyhow::Result<bool> {
    let mut world = World::new(binary, &folder.join("set-back"), Ground::Real, seed)?;
    let kept = world.place.folder.join("kept");
    world.act_until(Death::Killed)?;
    copy_files(&world.place.data(), &kept)?;
    world.start(Death::Killed)?;
    world.look(false)?;
    world.act(|place, _| {
        std::thread::sleep(Duration::from_secs(2));
        place.kill(false);
    })?;
    copy_files(&kept, &world.place.data())?;
    world.start(Death::Killed)?;
    let found = world.look(false)?;
    world.place.kill(false);
    Ok(!found.lost.is_empty() && found.back.is_empty())
}

/// And where a disk says that it has what it has not.
fn is_lying_noticed(binary: &Path, folder: &Path, seed: u64) -> anyhow::Result<bool> {
    let mut world = World::new(binary, &folder.join("lying"), Ground::Simulated, seed)?;
    world.place.disk.set(Mode::Lying)?;
    world.act(|place, _| {
        std::thread::sleep(Duration::from_secs(2));
        place.kill(true);
    })?;
    let data = world.place.data();
    world.place.disk.lose_power(&data, &mut world.draws)?;
    world.place.disk.set(Mode::Well)?;
    world.place.start()?;
    // It may not even start: that is noticed, too.
    let noticed = match world.place.ready() {
        Ok(_) => !world.look(false)?.is_clean(),
        Err(_) => true,
    };
    world.place.kill(false);
    Ok(noticed)
}

fn kill(binary: &Path, folder: &Path, death: Death, kills: u64, seed: u64) -> anyhow::Result<bool> {
    let (name, ground) = match death {
        Death::Killed => ("killed", Ground::Real),
        Death::PowerLost => ("power-lost", Ground::Simulated),
    };
    let begun = Instant::now();
    let mut world = World::new(binary, &folder.join(name), ground, seed)?;
    for round in 0..kills {
        world.round(death, round % DEEP == DEEP - 1)?;
        if round % 25 == 24 {
            let sum = world.tally.sum();
            println!(
                "{:>6.0} s  {} kills, {} acknowledged, {} lost",
                begun.elapsed().as_secs_f64(),
                round + 1,
                sum.acknowledged,
                world.verdict.lost.len()
            );
        }
    }
    let last = world.look(true)?;
    for line in last.lost.iter().chain(&last.half).chain(&last.back) {
        println!("        in the end: {line}");
    }
    world.verdict.add(last);
    world.place.kill(false);
    if let Some(damage) = world.place.deep_damage()? {
        world.verdict.half(format!("the database: {damage}"));
    }
    report(&mut world, death, kills, begun.elapsed());
    Ok(world.verdict.is_clean())
}

fn report(world: &mut World, death: Death, kills: u64, took: Duration) {
    let what = match death {
        Death::Killed => "killed (SIGKILL)",
        Death::PowerLost => "killed, and what was not synced taken away",
    };
    println!(
        "\n{what}: {kills} times under load and {} times while it started, in {:.0} s",
        world.killed_starts,
        took.as_secs_f64()
    );
    print!("{}", world.tally);
    let Verdict {
        lost,
        half,
        back,
        looked,
    } = &world.verdict;
    println!(
        "looks at single things: {looked}; lost: {}; half done: {}; epochs that came back: {}",
        lost.len(),
        half.len(),
        back.len()
    );
    if death == Death::PowerLost {
        println!(
            "written and not synced when the power failed: {} KiB",
            world.unsynced >> 10
        );
    }
    world.ready.sort();
    let all = &world.ready;
    if let (Some(middle), Some(last)) = (all.get(all.len() / 2), all.last()) {
        println!(
            "ready again after {:.2} s (median), {:.2} s at most\n",
            middle.as_secs_f64(),
            last.as_secs_f64()
        );
    }
}
