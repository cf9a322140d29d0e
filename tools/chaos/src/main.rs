//! `cargo xtask chaos`: three nodes, a PostgreSQL with a standby, readers with several devices each, and everything that can
//! break, as real processes. It writes down what every device was told and has it judged.
//!
//! The judge is stateright's linearizability tester (`lease_model::history`); this program only breaks things. Deliberately
//! not here: a machine that loses power (`fsync` is off), and two primaries at once (whoever promotes shuts the old one off).

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "clippy.toml keeps clocks, sleeping and randomness out of the application; here things break in real time"
)]

mod clock;
mod cluster;
mod faults;
mod nodes;
mod readers;
mod wire;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use drive::draws::Draws;
use drive::{child, paper, root};

use crate::cluster::Cluster;
use crate::faults::{Fault, Stage};
use crate::nodes::Node;
use crate::readers::{Device, World};

const USAGE: &str = "\
cargo xtask chaos [--minutes N] [--readers N] [--seed N] [--profile NAME]

  --minutes N     how long things are broken (5)
  --readers N     readers, with two or three devices each (100)
  --seed N        what is drawn: which fault, which node, how long
  --profile NAME  how the paper is built (release)
";

const NODES: usize = 3;
const DEVICES: usize = 3;
/// As the nodes are set: D and grace, milliseconds.
const STALE_FOR: u64 = 2_000;
const GRACE: u64 = 60_000;
/// Between two faults.
const PEACE: Duration = Duration::from_secs(4);

struct Options {
    minutes: u64,
    readers: usize,
    seed: u64,
    profile: String,
}

impl Options {
    fn read(arguments: &[String]) -> anyhow::Result<Options> {
        let mut options = Options {
            minutes: 5,
            readers: 100,
            seed: 1,
            profile: "release".to_owned(),
        };
        drive::options(arguments, USAGE, |name, value| {
            match name {
                "--minutes" => options.minutes = value.parse()?,
                "--readers" => options.readers = value.parse()?,
                "--seed" => options.seed = value.parse()?,
                "--profile" => value.clone_into(&mut options.profile),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(options)
    }
}

fn main() -> ExitCode {
    drive::main("chaos", run)
}

/// True if no promise was broken.
fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let options = Options::read(arguments)?;
    let binary = paper::build(&options.profile)?;
    let folder = root::target().join("chaos");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    println!(
        "chaos: three nodes over one PostgreSQL; seed {}",
        options.seed
    );
    let cluster = Cluster::start()?;
    let workload = paper::build_workload(&options.profile)?;
    let cookies = prepare(&workload, &folder, &cluster, options.readers)?;
    let mut nodes = Vec::new();
    for number in 0..NODES {
        let mut node = Node::new(&binary, folder.join(format!("node-{number}")), &cluster)?;
        node.start()?;
        node.ready_after(Instant::now(), Duration::from_secs(60))?;
        nodes.push(node);
    }
    let zero = Instant::now();
    let paths = std::fs::read_to_string(folder.join("data/urls.txt"))?;
    let world = Arc::new(World {
        ports: nodes.iter().map(|node| node.port).collect(),
        paths: paths.lines().map(str::to_owned).collect(),
        zero,
        cuts: (0..NODES).map(|_| Mutex::default()).collect(),
        stop: AtomicBool::new(false),
        seen: readers::Counts::default(),
    });
    let devices = begin(&world, &cookies, options.seed);
    let mut stage = Stage {
        cluster,
        nodes,
        world: &world,
        draws: Draws(options.seed),
        recovered: std::collections::BTreeMap::new(),
    };
    let suffered = break_things(&mut stage, Duration::from_secs(options.minutes * 60));
    world.stop.store(true, Ordering::Relaxed);
    let (history, remarks, mut takes) = collect(devices)?;
    let history = format!("{STALE_FOR} {GRACE}\n{history}");
    let file = folder.join("history.txt");
    std::fs::write(&file, history)?;
    report(&stage, &suffered?, &mut takes);
    print!("{remarks}");
    let judged = judge(&file, &options.profile)?;
    Ok(judged && world.seen.unserved.load(Ordering::Relaxed) == 0)
}

/// What all devices wrote down, what is to be said of it besides, and how long takes took.
fn collect(devices: Vec<Reading>) -> anyhow::Result<(String, String, Vec<Duration>)> {
    let (mut history, mut remarks, mut takes) = (String::new(), String::new(), Vec::new());
    for device in devices {
        let (lines, took) = device
            .join()
            .map_err(|_| anyhow::anyhow!("a device gave up"))?;
        takes.extend(took);
        for line in lines.lines() {
            let remark = line.starts_with('#');
            let to = if remark { &mut remarks } else { &mut history };
            to.push_str(line);
            to.push('\n');
        }
    }
    Ok((history, remarks, takes))
}

/// A paper with readers; the cookies of each one's devices.
fn prepare(
    workload: &Path,
    folder: &Path,
    cluster: &Cluster,
    readers: usize,
) -> anyhow::Result<Vec<Vec<String>>> {
    let data = folder.join("data");
    let mut make = Command::new(workload);
    make.arg("fill").arg("--dir").arg(&data);
    make.args(["--url", &cluster.url(cluster.port())]);
    make.args(["--readers", &readers.to_string(), "--articles", "20"]);
    make.args(["--devices", &DEVICES.to_string()]);
    make.current_dir(folder);
    child::output(make).context("cannot make a paper")?;
    let mut cookies = vec![Vec::new(); readers];
    for name in ["cookies.txt", "second.txt", "third.txt"] {
        let text = std::fs::read_to_string(data.join(name))?;
        for (reader, cookie) in text.lines().enumerate() {
            cookies[reader].push(cookie.to_owned());
        }
    }
    // Every other reader has two.
    for reader in cookies.iter_mut().step_by(2) {
        reader.truncate(2);
    }
    ensure!(
        cookies.iter().all(|reader| reader.len() >= 2),
        "readers without devices"
    );
    Ok(cookies)
}

type Reading = std::thread::JoinHandle<(String, Vec<Duration>)>;

fn begin(world: &Arc<World>, cookies: &[Vec<String>], seed: u64) -> Vec<Reading> {
    let mut all = Vec::new();
    for (reader, cookies) in cookies.iter().enumerate() {
        let presses = Arc::new(AtomicU64::new(0));
        for (number, cookie) in cookies.iter().enumerate() {
            let device = Device {
                reader,
                number,
                cookie: cookie.clone(),
                world: Arc::clone(world),
                presses: Arc::clone(&presses),
                draws: Draws(seed ^ (reader * 8 + number) as u64 ^ 0x9E37_79B9),
            };
            all.push(std::thread::spawn(move || device.read()));
        }
    }
    all
}

/// All kinds of fault once, then whatever is drawn, until the time is over.
fn break_things(stage: &mut Stage, time: Duration) -> anyhow::Result<Vec<(Fault, usize)>> {
    let begun = Instant::now();
    let mut kinds = Fault::ALL.into_iter();
    let mut suffered: std::collections::BTreeMap<Fault, usize> = std::collections::BTreeMap::new();
    std::thread::sleep(PEACE);
    while begun.elapsed() < time {
        let drawn = usize::try_from(stage.draws.below(Fault::ALL.len() as u64))?;
        let fault = kinds.next().unwrap_or(Fault::ALL[drawn]);
        println!("{:>6.1} s  {fault}", begun.elapsed().as_secs_f64());
        stage.suffer(fault)?;
        *suffered.entry(fault).or_default() += 1;
        std::thread::sleep(PEACE);
    }
    Ok(suffered.into_iter().collect())
}

fn report(stage: &Stage, suffered: &[(Fault, usize)], takes: &mut [Duration]) {
    let seen = &stage.world.seen;
    let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
    println!(
        "\n{} full texts, {} messages, {} takes granted, {} refused for now (503), {} unanswered, {} takers not served",
        count(&seen.full),
        count(&seen.messages),
        count(&seen.taken),
        count(&seen.refused),
        count(&seen.unanswered),
        count(&seen.unserved)
    );
    takes.sort();
    if let Some(last) = takes.last().copied() {
        let of = |percent: usize| takes[(takes.len() - 1) * percent / 100].as_secs_f64() * 1e3;
        println!(
            "a take: {:.1} ms (median), {:.1} ms (p99), {:.1} ms at most, faults included",
            of(50),
            of(99),
            last.as_secs_f64() * 1e3
        );
    }
    println!(
        "\n{:<40} {:>5} {:>24}",
        "fault", "times", "all ready again after"
    );
    for (fault, times) in suffered {
        let longest = stage
            .recovered
            .get(fault)
            .and_then(|after| after.iter().max());
        let after = longest.map_or_else(String::new, |after| {
            format!("{:.2} s at most", after.as_secs_f64())
        });
        println!("{:<40} {times:>5} {after:>24}", fault.to_string());
    }
    println!();
}

fn judge(history: &Path, profile: &str) -> anyhow::Result<bool> {
    let words = ["run", "--quiet", "--profile", profile, "-p", "lease-model"];
    let mut judge = root::cargo(&words);
    judge.args(["--", "judge"]).arg(history);
    let ended = child::run(judge, Duration::from_secs(20 * 60));
    if let Some(trouble) = &ended.trouble {
        println!("chaos: {trouble}");
    }
    Ok(ended.trouble.is_none())
}
