//! `cargo xtask bench`: how fast pages are, against nginx serving the same bytes from files, in the same run.
//!
//! On a shared machine an absolute figure means nothing; a ratio within one run does. Both servers are pinned to one
//! core and wrk to another; the runs are interleaved; every page is compared byte by byte before and after; a run with
//! one error, or with a byte too many or too few, is not reported at all. What is measured: the subscribers' article for
//! signed-in readers (goal P1), and lead page, front page, feed and 304 for everybody (P3).
//! Deliberately not here: micro-benchmarks, which stand beside the crates they measure.

mod cpu;
mod http;
mod load;
mod pages;
mod picks;
mod report;
mod servers;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use crate::{child, provision, root};
use load::Load;
use pages::Pages;
use report::{Pair, Report};
use servers::Server;

const HELP: &str = "\
cargo xtask bench [options]
  --profile release|dist   how the program is built (release; dist takes much longer to build)
  --bin PATH               a program that is built already
  --seconds N              of each run (3)
  --runs N                 of each server and workload, at least five (5)
  --readers N              100000
  --articles N             1000
  --connections N          32
  --open-file-cache        let nginx keep its files open, which is not its default
  --only WORD              workloads whose name contains WORD
";

/// What the command line says.
pub struct Options {
    pub profile: String,
    pub binary: Option<PathBuf>,
    pub seconds: u64,
    pub runs: usize,
    pub readers: usize,
    pub articles: usize,
    pub connections: usize,
    pub open_file_cache: bool,
    pub only: String,
}

impl Options {
    fn read(arguments: &[String]) -> anyhow::Result<Options> {
        let mut options = Options {
            profile: "release".to_owned(),
            binary: None,
            seconds: 3,
            runs: 5,
            readers: 100_000,
            articles: 1000,
            connections: 32,
            open_file_cache: false,
            only: String::new(),
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            if word == "--open-file-cache" {
                options.open_file_cache = true;
                continue;
            }
            let value = words
                .next()
                .with_context(|| format!("{word} needs a value\n{HELP}"))?;
            match word.as_str() {
                "--profile" => options.profile.clone_from(value),
                "--bin" => options.binary = Some(PathBuf::from(value)),
                "--seconds" => options.seconds = value.parse()?,
                "--runs" => options.runs = value.parse()?,
                "--readers" => options.readers = value.parse()?,
                "--articles" => options.articles = value.parse()?,
                "--connections" => options.connections = value.parse()?,
                "--only" => options.only.clone_from(value),
                _ => bail!("there is no option {word}\n{HELP}"),
            }
        }
        ensure!(options.runs >= 5, "fewer than five runs say nothing");
        ensure!(
            (1..=60).contains(&options.seconds),
            "a run takes 1 to 60 seconds"
        );
        ensure!(
            options.readers > 0 && options.articles > 1 && options.connections > 0,
            "there is nothing to read"
        );
        Ok(options)
    }
}

/// The task.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    if arguments.iter().any(|word| word == "--help") {
        print!("{HELP}");
        return Ok(true);
    }
    let options = Options::read(arguments)?;
    provision::need(&[&provision::NGINX, &provision::WRK])?;
    let cores = std::thread::available_parallelism()?.get();
    ensure!(
        cores >= 2,
        "one core for the servers and one for wrk are needed"
    );
    let binary = match &options.binary {
        Some(binary) => std::fs::canonicalize(binary)
            .with_context(|| format!("there is no {}", binary.display()))?,
        None => build(&options.profile)?,
    };
    let folder = root::target().join("bench");
    let data = fresh(&folder.join("data"))?;
    fill(&binary, &data, &options)?;

    let gaceta = Server::gaceta(&binary, &data)?;
    let pages = Pages::fetch(&gaceta, &data)?;
    let nginx = Server::nginx(
        &fresh(&folder.join("nginx"))?,
        &pages,
        options.open_file_cache,
    )?;
    let mut report = Report::new(&options, &pages);
    for load in pages.loads(&options) {
        println!("{}", load.name);
        let pair = measure(&options, &folder, &pages, &load, [&gaceta, &nginx])?;
        report.add(&load, pair);
    }
    ensure!(
        !report.is_empty(),
        "no workload is called `{}`",
        options.only
    );
    report.memory = gaceta.memory();
    print!("{}", report.table());
    let file = root::repository().join("target/bench.json");
    std::fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    std::fs::write(&file, report.json())?;
    println!("target/bench.json is written.");
    Ok(true)
}

fn build(profile: &str) -> anyhow::Result<PathBuf> {
    ensure!(
        ["release", "dist"].contains(&profile),
        "only `release` and `dist` are worth measuring"
    );
    let mut build = root::cargo(&["build", "--bin", "gaceta", "--profile", profile]);
    build.env("CARGO_TERM_PROGRESS_WHEN", "never");
    let ended = child::run(build, Duration::from_secs(3600));
    match ended.trouble {
        None => Ok(root::target().join(profile).join("gaceta")),
        Some(trouble) => bail!("the program was not built: {trouble}"),
    }
}

/// An empty folder.
fn fresh(folder: &Path) -> anyhow::Result<PathBuf> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
}

/// Lets the program itself write a paper with many readers and articles.
fn fill(binary: &Path, data: &Path, options: &Options) -> anyhow::Result<()> {
    println!(
        "a paper with {} readers and {} articles",
        options.readers, options.articles
    );
    let mut fill = Command::new(binary);
    fill.arg("bench-data")
        .arg("--dir")
        .arg(data)
        .args(["--readers", &options.readers.to_string()])
        .args(["--articles", &options.articles.to_string()])
        .current_dir(data);
    let ended = child::run(fill, Duration::from_secs(900));
    match ended.trouble {
        None => Ok(()),
        Some(trouble) => bail!("`gaceta bench-data` did not write the paper: {trouble}"),
    }
}

/// Interleaved runs of one workload, with every page compared before and after.
fn measure(
    options: &Options,
    folder: &Path,
    pages: &Pages,
    load: &Load,
    servers: [&Server; 2],
) -> anyhow::Result<Pair> {
    let mut prepared = Vec::new();
    for server in servers {
        let answers = pages.compare(load, server)?;
        prepared.push(load.prepare(folder, server.side, pages, &answers)?);
    }
    let run = |server: &Server, prepared: &load::Prepared| {
        load::run(options, server, prepared)
            .with_context(|| format!("{}, {}", load.name, server.side.name()))
    };
    // Both are warm when each list was gone through once: sessions and pages are in memory, files in the page cache.
    for (server, prepared) in servers.iter().zip(&prepared) {
        let mut asked = 0;
        while asked < prepared.len() {
            asked += usize::try_from(run(server, prepared)?.requests)?;
        }
    }
    let mut pair = Pair::default();
    for _ in 0..options.runs {
        for (server, prepared) in servers.iter().zip(&prepared) {
            let run = run(server, prepared)?;
            println!("  {:<7} {run}", server.side.name());
            pair.add(server.side, run);
        }
    }
    for server in servers {
        pages
            .compare(load, server)
            .context("pages changed while they were measured")?;
    }
    Ok(pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> anyhow::Result<Options> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::read(&words)
    }

    #[test]
    fn options_are_read_and_bounded() {
        let options = read("--seconds 2 --runs 7 --open-file-cache --readers 10").unwrap();
        assert_eq!((options.seconds, options.runs, options.readers), (2, 7, 10));
        assert!(options.open_file_cache);
        for bad in [
            "--runs 4",
            "--seconds 0",
            "--seconds 600",
            "--what 1",
            "--runs",
            "--readers 0",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
