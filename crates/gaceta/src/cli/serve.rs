//! `gaceta serve`: one process, the paper and its background work.

use std::convert::Infallible;
use std::sync::Arc;

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::control;
use crate::App;
use crate::background;
use crate::connections::{self, ConnectionLimits};
use crate::nodes::ChangeListener;
use crate::router::router;
use base::background::Driver;
use base::config::Config;
use base::db::Db;
use base::jobs::free_jobs;
use base::lock::DataLock;
use base::rng::Rng;
use base::time::Clock;
use web::shares::Shares;

/// Serves until the process is told to stop.
///
/// # Errors
/// When the data directory belongs to another process, the port is taken, or the database cannot be opened.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let _lock = lock(&config, DIR_SETTING)?;
    let listener = listen(&config, LISTEN_SETTING).await?;
    let app = App::open(config, Clock::System, Rng::System).await?;
    println!(
        "{} is served on {}",
        app.base.config.site.name, app.base.config.site.public_url
    );
    serve(app, listener).await
}

/// Takes the data directory for this process, unless another one has it.
///
/// # Errors
/// When the directory cannot be made.
pub fn try_lock(config: &Config) -> anyhow::Result<Option<DataLock>> {
    let dir = &config.database.dir;
    std::fs::create_dir_all(dir).map_err(|error| {
        anyhow::anyhow!("cannot make the data directory {}: {error}", dir.display())
    })?;
    Ok(DataLock::take(dir)?)
}

/// How another data directory is chosen.
pub const DIR_SETTING: &str = "[database] dir";
/// How another port is chosen.
const LISTEN_SETTING: &str = "[server] listen or GACETA_SERVER__LISTEN=127.0.0.1:8081";

/// Takes the data directory for this process. `how` another one is chosen stands in the hint.
///
/// # Errors
/// Says who has it and what to do.
pub fn lock(config: &Config, how: &str) -> anyhow::Result<DataLock> {
    try_lock(config)?.ok_or_else(|| {
        anyhow::anyhow!(
            "another gaceta works on {}; stop it first, or choose another directory with {how}",
            config.database.dir.display()
        )
    })
}

/// Takes the port. `how` another one is chosen stands in the hint.
///
/// # Errors
/// Says which port is taken and how to choose another.
pub async fn listen(config: &Config, how: &str) -> anyhow::Result<TcpListener> {
    let at = config.server.listen;
    TcpListener::bind(at).await.map_err(|error| {
        anyhow::anyhow!("cannot listen on {at}: {error}; choose another with {how}")
    })
}

/// Serves an open paper until SIGINT or SIGTERM; then drains requests, orders and background work for `[server] stop_for`,
/// and writes what waits.
///
/// # Errors
/// When the listener breaks or the last writes fail.
pub async fn serve(app: Arc<App>, listener: TcpListener) -> anyhow::Result<()> {
    // Before anybody can know that the paper is there and stop it.
    let told = signal()?;
    if let Db::Sqlite { .. } = app.base.db {
        // Nobody else works on it: a mail that was being sent when this paper died leaves now, not in five minutes.
        let mut tx = app.base.write().await?;
        free_jobs(&mut tx).await?;
        tx.commit().await?;
    }
    // If a backup was put back, nobody who deleted their account meanwhile is there again when the first request comes.
    account::erase::keep_deleted(&app.account).await?;
    let (stop, stopped) = watch::channel(false);
    // A node that joins forgets what it had read before it listened, so reading ahead comes after.
    let changes = ChangeListener::join(&app).await?;
    let tasks = background::tasks(&app, changes);
    let mut background = Driver::start(tasks, &app.base.work, &app.base.clock);
    let mut orders = take_orders(&app, &stopped);
    let mut workers = open_workers(&app, listener, &stopped)?;
    tokio::select! {
        _ = workers.answered.recv() => {}
        () = told => {}
    }
    app.base.stop();
    stop.send_replace(true);
    let patience = app.base.config.server.stop_for.duration();
    // All of them at the same time, so that the slowest decides how long a stop takes.
    tokio::join!(
        async {
            if tokio::time::timeout(patience, &mut orders).await.is_err() {
                orders.abort();
            }
        },
        workers.answered.recv(),
        background.drain(patience),
    );
    // Requests leave something to be written until the last one was answered.
    let written = background.finish(patience).await;
    if tokio::time::timeout(patience, app.base.db.close())
        .await
        .is_err()
    {
        tracing::warn!("the database was not closed within [server] stop_for");
    }
    workers.close.send_replace(true);
    while let Some(ended) = workers.threads.join_next().await {
        ended??;
    }
    written
}

/// The threads that answer.
struct Workers {
    threads: JoinSet<anyhow::Result<()>>,
    /// Closed when every worker has drained its connections.
    answered: mpsc::Receiver<Infallible>,
    /// They go on to run for what they have opened, such as connections to the database that others use after them,
    /// until they are told to close.
    close: watch::Sender<bool>,
}

/// Starts a thread for each core, and each answers its own connections from beginning to end: a request never changes
/// threads, and none waits for another core to wake up. What takes long (passwords, pictures, compression) leaves them.
fn open_workers(
    app: &Arc<App>,
    listener: TcpListener,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<Workers> {
    let listener = listener.into_std()?;
    let config = &app.base.config.server;
    let limits = ConnectionLimits {
        open: Arc::new(Semaphore::new(room(config.connections)?)),
        // Readers come over https only from a proxy, which then has all connections.
        clients: (config.proxies == 0 && !app.base.config.secure())
            .then(|| Shares::new(config.connections_per_client)),
        idle_for: config.idle_for.duration(),
        stop_for: config.stop_for.duration(),
    };
    let (tell, answered) = mpsc::channel(1);
    let (close, closed) = watch::channel(false);
    let mut threads = JoinSet::new();
    for _ in 0..std::thread::available_parallelism()?.get() {
        let (paper, listener) = (router(Arc::clone(app))?, listener.try_clone()?);
        let (limits, stopped) = (limits.clone(), stopped.clone());
        let (tell, mut closed) = (tell.clone(), closed.clone());
        threads.spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener)?;
                connections::answer(paper, listener, limits, stopped).await;
                drop(tell);
                let _ = closed.wait_for(|close| *close).await;
                Ok(())
            })
        });
    }
    Ok(Workers {
        threads,
        answered,
        close,
    })
}

/// What else needs files: databases, threads, pictures.
const OTHER_FILES: usize = 256;

/// How many connections may be open: as many as are asked for, as far as the system lets this process open files.
fn room(connections: usize) -> anyhow::Result<usize> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit)?;
    let files = limit.current.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    });
    let room = connections.min(files.saturating_sub(OTHER_FILES).max(16));
    if room < connections {
        tracing::warn!(
            room,
            connections,
            "the limit of open files leaves less room for connections"
        );
    }
    Ok(room)
}

/// Commands like `gaceta publish` reach the paper over the control socket. Readers are served without it, too.
fn take_orders(app: &Arc<App>, stopped: &watch::Receiver<bool>) -> JoinHandle<()> {
    let app = Arc::clone(app);
    match control::bind(&app.base.config.database.dir) {
        Ok(listener) => tokio::spawn(control::take_orders(app, listener, stopped.clone())),
        Err(error) => {
            let socket = control::socket(&app.base.config.database.dir);
            let socket = socket.display();
            tracing::warn!(%socket, %error, "no control socket: commands need a stopped paper");
            tokio::spawn(async {})
        }
    }
}

/// SIGTERM or SIGINT, from now on.
fn signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
