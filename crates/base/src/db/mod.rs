//! SQLite and PostgreSQL behind one query text.
//!
//! A query is written once, in the subset that both engines read the same way, and expanded in both arms by the macros
//! of [`sql`]. Engine branches live in this folder only. There is no repository layer: a feature's `store.rs` has free
//! functions on `&mut Tx`.

mod cut_off;
mod embedded;
mod migrate;
mod primary;
// For its macros, wherever they are expanded.
#[doc(hidden)]
pub mod rows;
mod sql;
mod values;

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteError, SqlitePool};
use sqlx::{Postgres, Sqlite, Transaction};

pub use crate::{
    execute, execute_in, fetch_all, fetch_in, fetch_one, fetch_optional, insert_rows, row,
    text_enum,
};
pub use cut_off::{assert_not_droppable, droppable};
pub use migrate::Schema;
pub use values::Column;
// For `row!`, wherever it is expanded.
pub use primary::{GENERATION, Primary};
#[doc(hidden)]
pub use values::column;

use super::config::ServerUrl;
use super::id::Id;
use super::rng::Rng;
use super::time::{Clock, Span, UnixMillis};

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A file of this machine.
    File(PathBuf),
    /// `postgres://user:password@host/database`.
    Url(ServerUrl),
}

impl Location {
    /// How far the connection to a database on another machine is trusted: PostgreSQL's word for it (`sslmode`), and whether
    /// that is all the way. None where nothing leaves this machine.
    ///
    /// # Errors
    /// When the address cannot be understood.
    pub fn ssl_mode(&self) -> sqlx::Result<Option<(&'static str, bool)>> {
        match self {
            Self::File(_) => Ok(None),
            Self::Url(url) => primary::ssl_mode(url),
        }
    }
}

/// An open database. SQLite has one writer and several readers; PostgreSQL one pool.
#[derive(Clone, Debug)]
pub enum Db {
    /// The embedded engine.
    Sqlite {
        /// One connection: writers queue here instead of failing with "busy".
        write: SqlitePool,
        /// Readers see the last committed state while a writer works.
        read: SqlitePool,
    },
    /// The server engine, shared by several nodes.
    Postgres(Primary),
}

/// The two kinds of transaction.
#[derive(Debug)]
pub enum Conn {
    /// On the embedded engine.
    Sqlite(Transaction<'static, Sqlite>),
    /// On the server engine.
    Postgres(Transaction<'static, Postgres>),
}

/// A transaction that has read the clock once. Dropped without [`Tx::commit`] it leaves no trace.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    now: UnixMillis,
    rng: Rng,
}

impl Tx {
    /// The moment of this transaction.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        self.now
    }

    /// A new identifier, ordered by this moment.
    #[must_use]
    pub fn new_id<K>(&self) -> Id<K> {
        Id::new(self.now, &self.rng)
    }

    /// Randomness for tokens that are stored in this transaction.
    #[must_use]
    pub fn rng(&self) -> &Rng {
        &self.rng
    }

    /// Waits until no other transaction holds the lock of this name, and holds it until the end: for what has no row of its
    /// own yet that could be locked. On SQLite whoever writes is alone anyway.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub async fn lock(&mut self, name: &str) -> sqlx::Result<()> {
        if let Conn::Postgres(tx) = &mut self.conn {
            sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind(name)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }

    /// What this transaction changes fails if another one holds it longer than `at_most`: for work in the background, so that
    /// it gives way where the two would wait for each other. PostgreSQL looks for such deadlocks after a second, and ends
    /// either one. On SQLite whoever writes is alone anyway.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub async fn wait_for_locks(&mut self, at_most: Span) -> sqlx::Result<()> {
        if let Conn::Postgres(tx) = &mut self.conn {
            sqlx::query("SELECT set_config('lock_timeout', $1, TRUE)")
                .bind(at_most.0.to_string())
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }

    /// For the query macros.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Commits. On return the change is on disk (`synchronous = FULL`).
    ///
    /// # Errors
    /// Whatever the engine says; then nothing was changed.
    pub async fn commit(self) -> sqlx::Result<()> {
        match self.conn {
            Conn::Sqlite(tx) => tx.commit().await,
            Conn::Postgres(tx) => tx.commit().await,
        }
    }
}

/// Whether the database is away, full or broken, so that the same may work in a moment; else the question was wrong.
#[must_use]
pub fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        // Not a database of ours, for now: a standby, for example.
        | sqlx::Error::Configuration(_) => true,
        sqlx::Error::Database(said) => said.code().is_some_and(|code| {
            if said.try_downcast_ref::<SqliteError>().is_some() {
                embedded::is_away(&code)
            } else {
                primary::is_away(&code)
            }
        }),
        _ => false,
    }
}

impl Db {
    /// Opens, makes the file if there is none, and migrates.
    ///
    /// # Errors
    /// When the place cannot be reached or a migration fails.
    pub async fn open(location: &Location) -> anyhow::Result<Self> {
        let db = match location {
            Location::File(path) => Self::open_file(path).await?,
            Location::Url(url) => Self::Postgres(Primary::open(url.reveal()).await?),
        };
        migrate::run(&db).await?;
        if let Self::Postgres(primary) = &db {
            primary.greet().await?;
        }
        Ok(db)
    }

    /// Opens a database that is there, only to look at it: nothing is made, migrated or changed.
    ///
    /// # Errors
    /// When it cannot be reached, or is no database.
    pub async fn open_to_look(location: &Location) -> sqlx::Result<Self> {
        match location {
            Location::File(path) => Self::open_existing(path).await,
            Location::Url(url) => Ok(Self::Postgres(Primary::open_to_look(url.reveal()).await?)),
        }
    }

    /// What a quick look finds wrong with the file of the embedded engine. A database server looks after its own.
    ///
    /// # Errors
    /// When it is no database at all.
    pub async fn find_quick_damage(&self) -> sqlx::Result<Option<String>> {
        let Self::Sqlite { read, .. } = self else {
            return Ok(None);
        };
        let said: (String,) = sqlx::query_as("PRAGMA quick_check(1)")
            .fetch_one(read)
            .await?;
        Ok((said.0 != "ok").then_some(said.0))
    }

    /// How its schema stands to this program.
    ///
    /// # Errors
    /// When it is no database of a paper.
    pub async fn schema(&self) -> anyhow::Result<Schema> {
        migrate::schema(self).await
    }

    /// What is wrong with a database file that nobody else works on; `None` for a whole one of a paper.
    ///
    /// # Errors
    /// When it is no database of a paper at all.
    pub async fn find_damage(path: &Path) -> sqlx::Result<Option<String>> {
        let Self::Sqlite { read, .. } = Self::open_existing(path).await? else {
            return Ok(None);
        };
        let said: (String,) = sqlx::query_as("PRAGMA integrity_check(1)")
            .fetch_one(&read)
            .await?;
        let _: (i64,) = sqlx::query_as("SELECT COUNT(*) FROM setting")
            .fetch_one(&read)
            .await?;
        read.close().await;
        Ok((said.0 != "ok").then_some(said.0))
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn write(&self, clock: &Clock, rng: &Rng) -> sqlx::Result<Tx> {
        assert_not_droppable();
        let conn = match self {
            Self::Sqlite { write, .. } => Conn::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(primary) => Conn::Postgres(primary.begin().await?),
        };
        Ok(Tx {
            conn,
            now: clock.now(),
            rng: rng.clone(),
        })
    }

    /// Begins a transaction that only reads and waits for no writer.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn read(&self, clock: &Clock, rng: &Rng) -> sqlx::Result<Tx> {
        let conn = match self {
            Self::Sqlite { read, .. } => Conn::Sqlite(read.begin().await?),
            Self::Postgres(primary) => Conn::Postgres(primary.begin().await?),
        };
        Ok(Tx {
            conn,
            now: clock.now(),
            rng: rng.clone(),
        })
    }

    /// Writes a consistent copy of the embedded database into a new file, while others read and write.
    ///
    /// # Errors
    /// When the file exists already, or on the server engine, whose own tools make copies.
    pub async fn copy_into(&self, file: &Path) -> anyhow::Result<()> {
        match self {
            Self::Sqlite { read, .. } => {
                sqlx::query("VACUUM INTO $1")
                    .bind(file.to_string_lossy().into_owned())
                    .execute(read)
                    .await?;
                Ok(())
            }
            Self::Postgres(_) => {
                anyhow::bail!("on PostgreSQL use pg_dump; it copies while the paper is served")
            }
        }
    }

    /// Empties the log of the embedded database into its file, so that what was deleted is not in the log either. Gives
    /// whether that could be done: not while somebody reads what was there before. A database server does it by itself
    /// (docs/nodes.md).
    ///
    /// # Errors
    /// Whatever the engine says.
    pub async fn empty_log(&self) -> sqlx::Result<bool> {
        let Self::Sqlite { write, .. } = self else {
            return Ok(true);
        };
        let (busy, ..): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(write)
            .await?;
        Ok(busy == 0)
    }

    /// Writes the file of the embedded database anew, without anything that was deleted. Nobody else may work on it.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub async fn rewrite(&self) -> sqlx::Result<()> {
        if let Self::Sqlite { write, .. } = self {
            sqlx::query("VACUUM").execute(write).await?;
        }
        Ok(())
    }

    /// Waits until every connection is given back and closed.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(primary) => primary.pool.close().await,
        }
    }
}
