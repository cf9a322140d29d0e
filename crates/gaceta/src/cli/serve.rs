//! `gaceta serve`: one process, the paper and its background work.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::control;
use crate::App;
use crate::connections::{self, Limits};
use crate::nodes::{self, Ear};
use crate::router::router;
use base::changes;
use base::config::Config;
use base::db::Db;
use base::jobs::free_jobs;
use base::lock::DataLock;
use base::rng::Rng;
use base::time::Clock;

/// Serves until the process is told to stop.
///
/// # Errors
/// When the data directory belongs to another process, the port is taken, or the database cannot be opened.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let _lock = lock(&config)?;
    let listener = listen(&config).await?;
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

/// Takes the data directory for this process.
///
/// # Errors
/// Says who has it and what to do.
pub fn lock(config: &Config) -> anyhow::Result<DataLock> {
    try_lock(config)?.ok_or_else(|| {
        anyhow::anyhow!(
            "another gaceta works on {}; stop it first, or choose another directory with [database] dir",
            config.database.dir.display()
        )
    })
}

/// Takes the port.
///
/// # Errors
/// Says which port is taken and how to choose another.
pub async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let at = config.server.listen;
    TcpListener::bind(at).await.map_err(|error| {
        anyhow::anyhow!("cannot listen on {at}: {error}; choose another with [server] listen or GACETA_SERVER__LISTEN=127.0.0.1:8081")
    })
}

/// Serves an open paper until SIGINT or SIGTERM; then finishes the requests under way and writes what waits.
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
    let (stop, stopped) = watch::channel(false);
    let work = tokio::spawn(work(Arc::clone(&app), stopped.clone()));
    let renewal = tokio::spawn({
        let app = Arc::clone(&app);
        async move { app.reading.renewal.run(&app.reading).await }
    });
    // A node that joins forgets what it had read before it listened, so reading ahead comes after.
    let ear = Ear::join(&app).await?;
    let following = ear.map(|ear| {
        let (app, stopped) = (Arc::clone(&app), stopped.clone());
        tokio::spawn(nodes::follow(app, ear, stopped))
    });
    let preload = tokio::spawn(preload(Arc::clone(&app)));
    let mut orders = take_orders(&app, &stopped);
    let mut counters = open_counters(&app, listener, &stopped)?;
    tokio::select! {
        _ = counters.answered.recv() => {}
        () = told => {}
    }
    app.base.stop();
    stop.send_replace(true);
    let patience = app.base.config.server.stop_for.duration();
    if tokio::time::timeout(patience, &mut orders).await.is_err() {
        orders.abort();
    }
    let _ = counters.answered.recv().await;
    work.await?;
    if let Some(following) = following {
        following.await?;
    }
    app.leases.write_signs().await?;
    for ahead in [preload, renewal] {
        ahead.abort();
        let _ = ahead.await;
    }
    app.leases.events.write().await?;
    app.readers.sessions.save_seen().await?;
    app.base.db.close().await;
    counters.close.send_replace(true);
    while let Some(ended) = counters.threads.join_next().await {
        ended??;
    }
    Ok(())
}

/// The threads that answer.
struct Counters {
    threads: JoinSet<anyhow::Result<()>>,
    /// Nothing ever comes; it closes when all of them have ended their last connection.
    answered: mpsc::Receiver<Infallible>,
    /// They go on to run for what they have opened, such as connections to the database that others use after them,
    /// until they are told to close.
    close: watch::Sender<bool>,
}

/// Starts a thread for each core, and each answers its own connections from beginning to end: a request never changes
/// threads, and none waits for another core to wake up. What takes long (passwords, pictures, compression) leaves them.
fn open_counters(
    app: &Arc<App>,
    listener: TcpListener,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<Counters> {
    let listener = listener.into_std()?;
    let config = &app.base.config.server;
    let limits = Limits {
        open: Arc::new(Semaphore::new(room(config.connections)?)),
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
    Ok(Counters {
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

/// Reads who is signed in, who has a seat and what devices are called, while pages are answered already: whoever comes
/// before it is done is looked up by themselves.
async fn preload(app: Arc<App>) {
    let done = async {
        app.subscriptions.seats.preload().await?;
        app.readers.sessions.preload().await?;
        app.readers.devices.preload().await
    };
    if let Err(error) = done.await {
        tracing::warn!(%error, "readers could not be read ahead; each is looked up when they come");
    }
}

/// Background work: each turn is a few single steps, which tests call by themselves.
async fn work(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let mut forget_at = app.base.clock.mono();
    loop {
        let pause = match turn(&app, &mut forget_at).await {
            Ok(()) => Duration::from_secs(1),
            Err(error) => {
                tracing::warn!(%error, "background work failed and is tried again");
                Duration::from_secs(5)
            }
        };
        if tokio::time::timeout(pause, stopped.wait_for(|stop| *stop))
            .await
            .is_ok()
        {
            return;
        }
    }
}

/// Makes the allocator look whether there is memory to give back to the system. It does that with what was freed a second
/// ago and is not used again, but only when something large comes or goes; in a paper at rest nothing does, and it would
/// keep for hours what a few pictures once took. The piece is never written to, so this takes microseconds.
fn give_back() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(4 << 20)));
}

/// Between two looks at what is old, milliseconds: an hour.
const FORGET_EVERY: u64 = 3_600_000;

async fn turn(app: &App, forget_at: &mut lease::Millis) -> anyhow::Result<()> {
    app.leases.write_signs().await?;
    app.leases.events.write().await?;
    app.readers.sessions.save_seen().await?;
    while !app.base.stopping() && crate::jobs::step(app).await? {}
    app.articles.shelf.renew_old().await?;
    app.readers.limits.forget_full(app.base.clock.now());
    give_back();
    let now = app.base.clock.mono();
    if now >= *forget_at {
        app.leases.forget_old().await?;
        let mut tx = app.base.write().await?;
        changes::forget_old(&mut tx).await?;
        tx.commit().await?;
        *forget_at = lease::Millis(now.0 + FORGET_EVERY);
    }
    Ok(())
}
