//! `workload takes`: take-overs by two nodes over one PostgreSQL beside a bare compare-and-set of a row by the same client
//! library, for `cargo xtask bench`.
//!
//! A take-over comes after a message, for which the node has asked the row; so that is done first, and only the takes are
//! timed. The paper is one that `fill` wrote with two devices a reader. Deliberately not here: HTTP, and the change
//! stream, which no take-over waits for.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use base::db::Db;
use base::secret::TokenHash;
use clap::Args;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use gaceta::App;
use lease::{Epoch, Op, Outcome};
use readers::Session;

use crate::store;

/// Options of `takes`.
#[derive(Debug, Args)]
pub struct Takes {
    /// The PostgreSQL that `fill` wrote into.
    #[arg(long)]
    url: String,
    /// The directory with its lists.
    #[arg(long)]
    dir: PathBuf,
    /// How often both are timed.
    #[arg(long, default_value_t = 10)]
    runs: usize,
}

/// At the same time.
const TASKS: usize = 32;

/// A reader's two devices.
type Pair = [Arc<Session>; 2];

/// Prints a line a run: bare compare-and-sets a second, take-overs a second.
///
/// # Errors
/// When the database is no such paper, or a take is not granted.
pub async fn run(options: Takes) -> anyhow::Result<()> {
    let nodes = [node(&options).await?, node(&options).await?];
    let pairs = pairs(&nodes[0], &options).await?;
    let Db::Postgres(primary) = &nodes[0].base.db else {
        anyhow::bail!("--url must name a PostgreSQL");
    };
    let pool = &primary.pool;
    store::make_rows(pool, i64::try_from(pairs.len())?).await?;
    for run in 0..=options.runs {
        let version = i64::try_from(run)?;
        let rows = 0..i64::try_from(pairs.len())?;
        let bare = timed(&nodes[0], async {
            stream::iter(rows.map(anyhow::Ok))
                .try_for_each_concurrent(TASKS, |row| compare_and_set(pool, row, version))
                .await
        });
        let bare = bare.await?;
        let at = run % 2;
        let (node, device) = (&nodes[at], at);
        let seen: Vec<Epoch> = stream::iter(pairs.iter())
            .map(|pair| shown(node, &pair[device]))
            .buffered(TASKS)
            .try_collect()
            .await?;
        let ours = timed(node, async {
            stream::iter(pairs.iter().zip(seen).map(anyhow::Ok))
                .try_for_each_concurrent(TASKS, |(pair, seen)| take(node, &pair[device], seen))
                .await
        });
        let ours = ours.await?;
        let each = |span: Duration| pairs.len() as f64 / span.as_secs_f64();
        // The first time connections are opened and statements prepared.
        if run > 0 {
            println!("{:.0} {:.0}", each(bare), each(ours));
        }
    }
    Ok(())
}

async fn node(options: &Takes) -> anyhow::Result<Arc<App>> {
    crate::open(&options.dir, &options.url, |_| {}).await
}

async fn pairs(app: &App, options: &Takes) -> anyhow::Result<Vec<Pair>> {
    let read = |name: &str| std::fs::read_to_string(options.dir.join(name));
    let (first, second) = (read("cookies.txt")?, read("second.txt")?);
    let mut pairs = Vec::new();
    for (one, other) in first.lines().zip(second.lines()) {
        let devices = [session(app, one).await?, session(app, other).await?];
        app.leases.open(&devices[1], app.leases.next_op()).await?;
        pairs.push(devices);
    }
    ensure!(!pairs.is_empty(), "fill must be told --devices 2");
    Ok(pairs)
}

async fn session(app: &App, cookie: &str) -> anyhow::Result<Arc<Session>> {
    let token = cookie.trim_start_matches("session=");
    let session = app.readers.sessions.load(TokenHash::of(token)).await?;
    session.with_context(|| format!("{cookie} is no session"))
}

async fn compare_and_set(pool: &sqlx::PgPool, row: i64, version: i64) -> anyhow::Result<()> {
    let swapped = store::compare_and_set(pool, row, version).await?;
    ensure!(swapped, "row {row} had another version");
    Ok(())
}

/// The epoch that the message shows on a device that does not have the lease.
async fn shown(app: &App, session: &Session) -> anyhow::Result<Epoch> {
    match app.leases.open(session, app.leases.next_op()).await? {
        Outcome::Contended(holder) => Ok(holder.epoch),
        Outcome::Held { .. } => anyhow::bail!("the other device has the lease"),
    }
}

async fn take(app: &App, session: &Session, seen: Epoch) -> anyhow::Result<()> {
    let op = Op(app.base.rng.u64());
    let outcome = app.leases.take(session, seen, op).await?;
    ensure!(
        matches!(outcome, Outcome::Held { .. }),
        "a take was not granted"
    );
    Ok(())
}

async fn timed(
    app: &App,
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<Duration> {
    let begun = app.base.clock.mono();
    work.await?;
    Ok(Duration::from_millis(
        app.base.clock.mono().minus(begun).0.max(1),
    ))
}
