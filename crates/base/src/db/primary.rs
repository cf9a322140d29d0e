//! Which PostgreSQL this is, asked of every new connection: so that a promoted standby, or a backup that was restored under
//! a running node, never goes on where another one had been.
//!
//! Such a server may have lost the end of what was acknowledged. The **generation** is a number in the settings that grows
//! each time that may have happened; whoever hands out numbers of its own in it (leases do) begins anew. A connection is
//! given out only to a primary whose generation is right, and since a connection stays with one server, nothing has to be
//! asked again afterwards. Deliberately not here: a replaced primary that still answers. It has to be shut off by
//! whoever promotes another (`docs/nodes.md`).

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};
use sqlx::{Connection, PgConnection, PgTransaction};

use crate::config::ServerUrl;

/// The setting with the generation: unix milliseconds of its beginning, or more.
pub const GENERATION: &str = "lease_generation";
/// Connections of one node.
const CONNECTIONS: u32 = 16;
/// How long anybody waits for one.
const PATIENCE: Duration = Duration::from_secs(5);
/// Locked while a generation begins; and held, shared, by every node that serves.
const LOCK: i64 = 0x6741_6365;

/// A primary and the newest place in its log that this process has seen.
#[derive(Clone, Debug)]
pub struct Primary {
    /// Connections that were greeted.
    pub pool: PgPool,
    newest: Arc<Mutex<Seen>>,
}

/// How far the log of the primary was seen to have come, and in which generation.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    place: i64,
    generation: u64,
}

impl Primary {
    /// Opens a pool of connections, each of which is asked whom it leads to.
    pub(super) async fn open(url: &str) -> sqlx::Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        let newest = Arc::<Mutex<Seen>>::default();
        let seen = Arc::clone(&newest);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .after_connect(move |conn, _| {
                let seen = Arc::clone(&seen);
                Box::pin(async move { greet(conn, &seen).await })
            })
            .connect_with(options)
            .await?;
        Ok(Self { pool, newest })
    }

    /// One connection, only to look at the database: whoever it leads to, nothing is changed.
    pub(super) async fn open_to_look(url: &str) -> sqlx::Result<Self> {
        let pool = PgPoolOptions::new().max_connections(1).connect(url).await?;
        Ok(Self {
            pool,
            newest: Arc::default(),
        })
    }

    /// Greets one connection of the pool once more, after the schema was made.
    pub(super) async fn greet(&self) -> sqlx::Result<()> {
        let mut conn = self.pool.acquire().await?;
        greet(&mut conn, &self.newest).await
    }

    /// A connection of its own, outside the pool.
    ///
    /// # Errors
    /// When the primary cannot be reached, or is none.
    pub async fn connect(&self) -> sqlx::Result<PgConnection> {
        let mut conn = PgConnection::connect_with(&self.pool.connect_options()).await?;
        greet(&mut conn, &self.newest).await?;
        Ok(conn)
    }

    /// Begins a transaction, to the end even if nobody waits for it any more: a browser that goes away would else leave it open
    /// on a connection of the pool, and whoever has that connection next would be told of writes that are never committed
    /// (sqlx 4385, mended after 0.9.0).
    pub(super) async fn begin(&self) -> sqlx::Result<PgTransaction<'static>> {
        let pool = self.pool.clone();
        let begun = tokio::spawn(async move { pool.begin().await });
        begun
            .await
            .unwrap_or_else(|error| Err(sqlx::Error::Io(error.into())))
    }

    /// This node serves from now on, as long as the connection lasts. If it is the only one it begins a new generation:
    /// everything was stopped, and nobody can say what was done to the database meanwhile.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn join(&self, conn: &mut PgConnection) -> sqlx::Result<()> {
        let (alone,): (bool,) = sqlx::query_as("SELECT pg_try_advisory_lock($1)")
            .bind(LOCK)
            .fetch_one(&mut *conn)
            .await?;
        if alone {
            let (name,) = fingerprint(conn).await?;
            let seen = lock(&self.newest).generation;
            let (_, generation, _) = place(conn).await?;
            begin(conn, &name, generation, seen).await?;
        }
        self.rejoin(conn).await?;
        if alone {
            sqlx::query("SELECT pg_advisory_unlock($1)")
                .bind(LOCK)
                .execute(conn)
                .await?;
        }
        Ok(())
    }

    /// The same on a new connection of a node that was serving: [`greet`] has seen that nothing was lost.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn rejoin(&self, conn: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query("SELECT pg_advisory_lock_shared($1)")
            .bind(LOCK)
            .execute(conn)
            .await?;
        Ok(())
    }

    /// The log has been seen up to here.
    pub fn saw(&self, place: i64, generation: u64) {
        *lock(&self.newest) = Seen { place, generation };
    }
}

/// How far the connection to a server on another machine is trusted, by PostgreSQL's own word for it (`sslmode`), and whether
/// that is all the way: encrypted, to a server whose certificate is right and of its name. None for a server on this machine.
///
/// # Errors
/// When the address cannot be understood.
pub(super) fn ssl_mode(url: &ServerUrl) -> sqlx::Result<Option<(&'static str, bool)>> {
    let options: PgConnectOptions = url.reveal().parse()?;
    let host = options.get_host();
    let here = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|at| at.is_loopback());
    if here {
        return Ok(None);
    }
    Ok(Some(match options.get_ssl_mode() {
        PgSslMode::Disable => ("disable", false),
        PgSslMode::Allow => ("allow", false),
        PgSslMode::Prefer => ("prefer", false),
        PgSslMode::Require => ("require", false),
        PgSslMode::VerifyCa => ("verify-ca", false),
        PgSslMode::VerifyFull => ("verify-full", true),
    }))
}

/// Who it is: the cluster and its timeline.
async fn fingerprint(conn: &mut PgConnection) -> sqlx::Result<(String,)> {
    sqlx::query_as(
        "SELECT system_identifier::text || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_control_system()",
    )
    .fetch_one(conn)
    .await
}

/// Refuses a standby, and begins a generation on a server that is not the one the settings know, or that stands behind
/// what was seen of it.
async fn greet(conn: &mut PgConnection, newest: &Mutex<Seen>) -> sqlx::Result<()> {
    let (standby, made): (bool, bool) =
        sqlx::query_as("SELECT pg_is_in_recovery(), to_regclass('change') IS NOT NULL")
            .fetch_one(&mut *conn)
            .await?;
    if standby {
        let what = "the database is a standby; [database] url must lead to the primary";
        return Err(sqlx::Error::Configuration(what.into()));
    }
    if !made {
        return Ok(());
    }
    let (name,) = fingerprint(conn).await?;
    let (place, generation, known) = place(conn).await?;
    let seen = *lock(newest);
    // In a later generation than then, somebody else has noticed. In an earlier one the backup is older than the generation.
    let behind =
        generation < seen.generation || generation == seen.generation && place < seen.place;
    if known.as_deref() != Some(&name) || behind {
        begin(conn, &name, generation, seen.generation).await?;
    }
    Ok(())
}

/// How far the log has come, the generation, and the name of the primary that began it.
async fn place(conn: &mut PgConnection) -> sqlx::Result<(i64, u64, Option<String>)> {
    let (place, generation, name): (i64, Option<i64>, Option<String>) = sqlx::query_as(
        "SELECT (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint, lease_generation(),
                (SELECT value FROM setting WHERE name = 'primary')",
    )
    .fetch_one(conn)
    .await?;
    Ok((place, generation.unwrap_or(0).unsigned_abs(), name))
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock()
        .expect("nothing panics while it holds this lock")
}

/// Begins a generation, greater than the one that was `found` here and than any that was `seen`; every node finds it with
/// its next look. One that another node has begun meanwhile is enough.
async fn begin(conn: &mut PgConnection, name: &str, found: u64, seen: u64) -> sqlx::Result<()> {
    let number = |generation: u64| i64::try_from(generation).unwrap_or(i64::MAX);
    let mut tx = Connection::begin(conn).await?;
    let generation: Option<(String,)> = sqlx::query_as(
        "INSERT INTO setting (name, value)
         VALUES ($1, GREATEST((extract(epoch FROM clock_timestamp()) * 1000)::bigint, $2)::text)
         ON CONFLICT (name) DO UPDATE SET value = GREATEST(setting.value::bigint + 1, excluded.value::bigint)::text
         WHERE setting.value::bigint = $3
         RETURNING value",
    )
    .bind(GENERATION)
    .bind(number(seen.saturating_add(1)))
    .bind(number(found))
    .fetch_optional(&mut *tx)
    .await?;
    let Some((generation,)) = generation else {
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO setting (name, value) VALUES ('primary', $1)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    tracing::warn!(
        generation,
        primary = name,
        "a new generation of leases: the database is another one, or everything was stopped"
    );
    Ok(())
}

/// Whether PostgreSQL says that it starts, stops, has no room or may not write, or that it rolled a transaction back for
/// another one's sake (SQLSTATE, appendix A of its manual).
pub(super) fn is_away(code: &str) -> bool {
    ["08", "40", "53", "57"]
        .iter()
        .any(|class| code.starts_with(class))
        || code == "25006"
}
