//! What is done inside of the paper's library, without the program that ships and without a network: papers of any size are
//! written, and answers and take-overs made ready to be counted and timed.
//!
//! It is the only tool that links the paper; `bench`, `chaos`, `xtask instructions` and the journeys of `e2e` start it.
//! Deliberately not here: any judgement, and anything for a real paper.

#![forbid(unsafe_code)]

mod fill;
mod hot;
mod store;
mod takes;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use base::config::{Config, MailTransport};
use base::rng::Rng;
use base::time::Clock;
use clap::{Parser, Subcommand};
use gaceta::App;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Papers to be measured, and what is measured inside of one.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a paper with many readers and articles.
    Fill(fill::Fill),
    /// Do what a paper does most often, to be counted.
    Hot(hot::Hot),
    /// Take-overs by two nodes over PostgreSQL.
    Takes(takes::Takes),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime")
        .and_then(|runtime| runtime.block_on(run(cli.command)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("workload: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Fill(what) => fill::run(what).await,
        Command::Hot(options) => hot::run(options).await,
        Command::Takes(options) => takes::run(options).await,
    }
}

/// The paper in this directory, or in the database at `url` if there is one.
async fn open(dir: &Path, url: &str, set: impl FnOnce(&mut Config)) -> anyhow::Result<Arc<App>> {
    let mut config = Config::default();
    config.database.dir = dir.to_owned();
    config.database.url = url.into();
    config.mail.transport = MailTransport::Memory;
    set(&mut config);
    App::open(config, Clock::System, Rng::System).await
}
