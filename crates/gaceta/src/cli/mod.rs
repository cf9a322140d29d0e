//! The command line: one module for each command. A command that changes a paper works on a stopped one by itself, and
//! tells a serving process what to do otherwise; see `control`.

mod about;
mod backup;
mod demo;
mod doctor;
mod draft;
mod front;
mod grant;
mod import;
mod mail;
mod paper;
mod plan;
mod publish;
mod reader;
mod seat;
mod serve;
mod staff;
mod story;
mod subscription;

// What several commands share.
mod control;

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rustix::fs::Mode;
use tracing_subscriber::EnvFilter;

use base::config::Config;
use base::lang::Lang;
use web::locale::Say;

/// A digital newspaper in one binary, where each subscribed reader reads on one device at a time.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// The configuration file; `gaceta.toml` in this directory, if it is there.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what is wrong with the paper and how to mend it; changes nothing.
    Doctor {
        /// What to look at more closely.
        #[command(subcommand)]
        closely: Option<Closely>,
    },
    /// Fill an empty paper with the demo edition and serve it.
    Demo(demo::Demo),
    /// Write gaceta.toml and editions.toml as files to be filled in, and make the database.
    Init,
    /// Read the editions of the paper from a file.
    Editions {
        /// The file, such as the editions.toml that `init` writes.
        file: PathBuf,
    },
    /// Add or list topics.
    #[command(subcommand)]
    Topic(paper::Topic),
    /// Publish article files, also while the paper is served; those published before are changed.
    Publish(publish::Publish),
    /// Publish or list running stories, also while the paper is served.
    #[command(subcommand)]
    Story(story::Story),
    /// What the paper says of itself: terms, privacy, who owns it, and pages of its own.
    #[command(subcommand)]
    About(about::AboutCommand),
    /// Take over what another system exported.
    #[command(subcommand)]
    Import(import::Import),
    /// Copy the whole paper into one file, also while it is served.
    Backup {
        /// The file to write.
        file: PathBuf,
    },
    /// Put a backup in the place of the database.
    Restore(backup::Restore),
    /// Serve the paper.
    Serve,
    /// What can be subscribed to.
    #[command(subcommand)]
    Plan(plan::PlanCommand),
    /// Give a reader a subscription.
    Grant(grant::Grant),
    /// Look at subscriptions, and change them.
    #[command(subcommand)]
    Subscription(subscription::Subscription),
    /// Who reads on a subscription: list, invite, remove.
    #[command(subcommand)]
    Seat(seat::Seat),
    /// Accounts.
    #[command(subcommand)]
    Reader(reader::Reader),
    /// Who works for the paper.
    #[command(subcommand)]
    Staff(staff::Staff),
    /// Try whether mail leaves, and make the key that signs it.
    #[command(subcommand)]
    Mail(mail::Mail),
}

/// What the doctor can look at more closely.
#[derive(Debug, Subcommand)]
enum Closely {
    /// Mail: the server, and what the DNS says of it (SPF, DKIM, DMARC, MX, PTR).
    Mail {
        /// The address from which mails leave for the internet: that of the mail server.
        #[arg(long)]
        ip: Option<IpAddr>,
    },
}

/// What is logged, as the operator wants it, but for what libraries would say of each request: the address of a link that
/// was mailed holds its token.
#[must_use]
pub fn log_filter(wanted: EnvFilter) -> EnvFilter {
    ["tower_http=warn", "hyper=info", "hyper_util=info"]
        .into_iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(wanted, EnvFilter::add_directive)
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // Whatever is made from here on is for its owner alone: the database, its log, mails, backups while they are written,
    // a configuration that will hold passwords.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    tracing_subscriber::fmt()
        .with_env_filter(log_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| "gaceta=info,warn".into()),
        ))
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Threads for pictures, passwords and compression keep what they worked with as long as they live.
        .thread_keep_alive(std::time::Duration::from_secs(1))
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("gaceta: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(run(cli));
    // A question to a name server that does not answer would keep the process for as long as that takes.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gaceta: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Demo(demo) => demo::run(demo).await,
        Command::Doctor { closely: None } => doctor::run(config_file(cli.config)).await,
        Command::Doctor {
            closely: Some(Closely::Mail { ip }),
        } => doctor::mail::run(config_file(cli.config), ip).await,
        Command::Init => paper::init(cli.config).await,
        Command::Editions { file } => paper::editions(config(cli.config)?, &file).await,
        Command::Topic(topic) => paper::topic(config(cli.config)?, topic).await,
        Command::Publish(publish) => publish::run(config(cli.config)?, publish).await,
        Command::Story(story) => story::run(config(cli.config)?, story).await,
        Command::About(what) => about::run(config(cli.config)?, what).await,
        Command::Import(import) => import::run(config(cli.config)?, import).await,
        Command::Backup { file } => backup::backup(&config(cli.config)?, &file).await,
        Command::Restore(restore) => backup::restore(&config(cli.config)?, &restore).await,
        Command::Serve => serve::run(config(cli.config)?).await,
        Command::Plan(plan) => plan::run(config(cli.config)?, plan).await,
        Command::Grant(grant) => grant::run(config(cli.config)?, grant).await,
        Command::Subscription(what) => subscription::run(config(cli.config)?, what).await,
        Command::Seat(what) => seat::run(config(cli.config)?, what).await,
        Command::Reader(reader) => reader::run(config(cli.config)?, reader).await,
        Command::Staff(staff) => staff::run(config(cli.config)?, staff).await,
        Command::Mail(what) => mail::run(cli.config, what).await,
    }
}

/// Speaks the language of the locale (POSIX: the first of these variables that is set decides), or else English.
fn say() -> Say {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
    let tag = locale.and_then(|locale| locale.split(['_', '.', '@']).next()?.parse().ok());
    Say::new(tag.unwrap_or(Lang::EN))
}

fn config_file(named: Option<PathBuf>) -> Option<PathBuf> {
    let beside = PathBuf::from("gaceta.toml");
    named.or_else(|| beside.exists().then_some(beside))
}

fn config(file: Option<PathBuf>) -> anyhow::Result<Config> {
    let file = config_file(file);
    Config::load(file.as_deref(), std::env::vars())
}
