//! One of several nodes over one database: hears what the others changed, forgets it here, and says whether it is up to date.
//!
//! There is no list of nodes and no node that is special; each reads the same stream ([`changes`]), and none waits for
//! another. A node alone with an embedded database has nothing to hear. Deliberately not here: leases, which have rules of
//! their own for what may be kept (`leases::rows`).

mod tasks;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use lease::Millis;
use sqlx::PgConnection;

use self::heard::Unreadable;
use crate::App;
use base::Base;
use base::changes::{self, HEARD_FOR, Look};
use base::db::{Db, Primary};
use base::time::Span;
use web::{Route, with_state};

mod heard;

pub use heard::{Heard, Kind};

/// Where a load balancer asks.
#[must_use]
pub fn routes(base: &Arc<Base>) -> Vec<Route> {
    let routes = vec![
        Route::get("/health/live", show_live),
        Route::get("/health/ready", show_ready),
        Route::get("/health/tasks", tasks::show_tasks),
    ];
    with_state(routes, base)
}

/// The listener of this node.
#[derive(Debug)]
pub struct ChangeListener {
    primary: Primary,
    /// Outside the pool, so that it is there when the pool is busy; and it is what says that this node serves.
    conn: PgConnection,
    /// Where the next look begins.
    from: i64,
    generation: u64,
    /// The last look failed or was abandoned half way: the connection is not used again.
    lost: bool,
    unreadable: Unreadable,
}

impl ChangeListener {
    /// Joins the other nodes; `None` for one that is alone. Before it serves: what it read before it listened may be old.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn join(app: &App) -> anyhow::Result<Option<Self>> {
        let Db::Postgres(primary) = &app.base.db else {
            return Ok(None);
        };
        let mut conn = primary.connect().await?;
        primary.join(&mut conn).await?;
        let mut listener = Self::on(primary, conn).await?;
        begin_anew(app).await?;
        listener.listen(app).await?;
        Ok(Some(listener))
    }

    async fn on(primary: &Primary, mut conn: PgConnection) -> sqlx::Result<Self> {
        let first = changes::look(&mut conn, None).await?;
        Ok(Self {
            primary: primary.clone(),
            conn,
            from: first.next,
            generation: first.generation,
            lost: false,
            unreadable: Unreadable::default(),
        })
    }

    /// Looks once, and does what it brings.
    ///
    /// # Errors
    /// When the database does not answer within the span for which memory is good.
    pub async fn listen(&mut self, app: &App) -> anyhow::Result<()> {
        let put_at = app.base.fresh.now();
        let patience = app.base.config.nodes.stale_for.duration();
        let look = changes::look(&mut self.conn, Some(self.from));
        let look = tokio::time::timeout(patience, look).await??;
        self.primary.saw(look.place, look.generation);
        app.leases.set_clock(look.now);
        let (next, generation) = (look.next, look.generation);
        if generation == self.generation {
            apply(app, look, &mut self.unreadable).await?;
        } else {
            app.leases.hear_generation(generation);
            begin_anew(app).await?;
            app.leases.notices.recheck_all();
        }
        // Not before all of it was done: a look that failed half way brings the same again.
        (self.from, self.generation) = (next, generation);
        self.unreadable.settle(next);
        app.base.fresh.heard(put_at);
        Ok(())
    }

    /// Listens again after the connection was lost. What is in memory is still right if that was not for long, and if the
    /// database is the same.
    async fn return_to(&mut self, app: &App) -> anyhow::Result<()> {
        let patience = app.base.config.nodes.stale_for.duration();
        let away_for = app.base.fresh.age();
        let connect = async {
            let mut conn = self.primary.connect().await?;
            self.primary.rejoin(&mut conn).await?;
            Ok::<_, sqlx::Error>(conn)
        };
        let conn = tokio::time::timeout(patience, connect).await??;
        if away_for < Millis(HEARD_FOR.0) {
            self.conn = conn;
        } else {
            let primary = self.primary.clone();
            let anew = Self::on(&primary, conn).await?;
            *self = Self { lost: true, ..anew };
            app.leases.hear_generation(self.generation);
            begin_anew(app).await?;
        }
        self.listen(app).await?;
        app.leases.notices.recheck_all();
        Ok(())
    }
}

/// Looks once more, on a new connection after a look that failed; one step of background work. May be dropped half way.
///
/// # Errors
/// When the database does not answer.
pub async fn follow(app: &App, listener: &mut ChangeListener) -> anyhow::Result<()> {
    let lost = std::mem::replace(&mut listener.lost, true);
    let heard = if lost {
        listener.return_to(app).await
    } else {
        listener.listen(app).await
    };
    if heard.is_err() {
        app.base.fresh.failed();
    }
    listener.lost = heard.is_err();
    heard
}

/// Forgets all that other nodes may have changed, and reads again what is needed whole.
async fn begin_anew(app: &App) -> sqlx::Result<()> {
    app.readers.sessions.forget_all();
    app.subscriptions.seats.forget_all();
    app.readers.devices.forget_all();
    app.leases.forget_all();
    app.articles.load().await?;
    app.articles.changed_everywhere();
    Ok(())
}

/// Does what the changes ask for. Each may have been made here, and may come twice.
async fn apply(app: &App, look: Look, unreadable: &mut Unreadable) -> anyhow::Result<()> {
    let (mut editions, mut images, mut anew) = (false, false, false);
    let (mut paths, mut sidebars) = (BTreeSet::new(), BTreeSet::new());
    for change in &look.changes {
        match Heard::parse(change) {
            Ok(Heard::Lease(reader, epoch)) => app.leases.hear(reader, epoch),
            Ok(Heard::Session(token)) => {
                // Its open pages ask whether it has ended.
                if let Some(session) = app.readers.sessions.forget(&token) {
                    app.leases.notices.recheck(session.reader);
                }
            }
            Ok(Heard::Seat(reader)) => {
                app.subscriptions.seats.forget(reader);
                app.leases.notices.recheck(reader);
            }
            Ok(Heard::Device(device)) => app.readers.devices.forget(device),
            Ok(Heard::Article(path)) => drop(paths.insert(path)),
            Ok(Heard::Story(edition)) => drop(sidebars.insert(edition)),
            Ok(Heard::Edition) => editions = true,
            Ok(Heard::Image) => images = true,
            // Whatever it would have said may be true: nothing that it may concern is used any more.
            Err(concerned) => {
                if unreadable.note(change) {
                    anew |= !forget_kind(app, concerned);
                }
            }
        }
    }
    if anew {
        begin_anew(app).await?;
        app.leases.notices.recheck_all();
    }
    if editions {
        app.articles.load_editions().await?;
    }
    if images {
        let mut tx = app.base.read().await?;
        app.articles.images.load(&mut tx).await?;
    }
    if !paths.is_empty() {
        articles::reload(&app.articles, paths.into_iter().collect()).await?;
    }
    for room in app.articles.editions.all().iter() {
        if editions || sidebars.contains(room.edition.slug.as_str()) {
            app.articles.sidebars.changed(&room.edition.slug);
        }
    }
    Ok(())
}

/// Forgets all that is kept of this kind; says whether that is enough.
fn forget_kind(app: &App, kind: Option<Kind>) -> bool {
    match kind {
        Some(Kind::Lease) => app.leases.forget_all(),
        Some(Kind::Session) => app.readers.sessions.forget_all(),
        Some(Kind::Seat) => app.subscriptions.seats.forget_all(),
        Some(Kind::Device) => app.readers.devices.forget_all(),
        Some(Kind::Article | Kind::Story | Kind::Edition | Kind::Image) | None => return false,
    }
    app.leases.notices.recheck_all();
    true
}

fn said(status: StatusCode, text: String) -> Response {
    let mut response = (status, text).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn show_live() -> Response {
    said(StatusCode::OK, "live\n".to_owned())
}

/// 200 while this node is up to date. Readers who come all the same are served for `[reading] grace`.
async fn show_ready(State(base): State<Arc<Base>>) -> Response {
    if base.stopping() {
        return said(StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned());
    }
    if base.fresh.is_ready() {
        return said(StatusCode::OK, "ready\n".to_owned());
    }
    let age = Span(base.fresh.age().0 / 1_000 * 1_000);
    said(
        StatusCode::SERVICE_UNAVAILABLE,
        format!("not ready: nothing was heard from the database for {age}\n"),
    )
}
