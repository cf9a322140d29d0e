//! The embedded engine: how its file is opened, and which connections are not used again.

use std::path::Path;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};

use super::Db;

impl Db {
    pub(super) async fn open_file(path: &Path) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is deleted is overwritten: somebody who deleted their account is not to be found in free pages.
            .pragma("secure_delete", "ON")
            .busy_timeout(Duration::from_secs(10));
        let write = pool(1).connect_with(options.clone()).await?;
        let read = pool(4).connect_lazy_with(options);
        Ok(Self::Sqlite { write, read })
    }

    /// Opens a file that is there, as it is: nothing is made or migrated. For backups beside a running server.
    ///
    /// # Errors
    /// When it is no database.
    pub async fn open_existing(path: &Path) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(Duration::from_secs(10));
        let pool: SqlitePool = pool(1).connect_with(options).await?;
        Ok(Self::Sqlite {
            write: pool.clone(),
            read: pool,
        })
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .after_release(|connection, _| Box::pin(is_sound(connection)))
}

/// Whether a connection that was given back is used again. A statement that finds the disk full or broken ends its whole
/// transaction (<https://www.sqlite.org/lang_transaction.html>, section 3); the rollback that follows finds none and fails,
/// and sqlx 0.9.0 believes from then on that one is open: nothing could be written any more until the next start.
async fn is_sound(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    // Then all that was asked of it before was done, a rollback, too.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Whether SQLite says that the disk is full or fails, or that it cannot be written now (<https://www.sqlite.org/rescode.html>).
pub(super) fn is_away(code: &str) -> bool {
    const BUSY: i32 = 5;
    const NO_MEMORY: i32 = 7;
    const READ_ONLY: i32 = 8;
    const IO_ERROR: i32 = 10;
    const FULL: i32 = 13;
    const CANNOT_OPEN: i32 = 14;
    // The last byte is the kind; the rest says more.
    let kind = code.parse::<i32>().map(|code| code & 0xff);
    matches!(
        kind,
        Ok(BUSY | NO_MEMORY | READ_ONLY | IO_ERROR | FULL | CANNOT_OPEN)
    )
}

#[cfg(test)]
mod tests {
    use super::super::{Conn, Location, Tx};
    use super::*;
    use crate::rng::Rng;
    use crate::settings::{find_setting, set_setting};
    use crate::time::{Clock, UnixMillis};

    async fn pages(tx: &mut Tx, most: Option<i64>) -> i64 {
        let Conn::Sqlite(conn) = tx.conn() else {
            unreachable!("the embedded engine");
        };
        let sql = most.map_or("PRAGMA page_count".to_owned(), |most| {
            format!("PRAGMA max_page_count = {most}")
        });
        let row: (i64,) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut **conn)
            .await
            .unwrap();
        row.0
    }

    #[tokio::test]
    async fn after_a_full_disk_the_paper_writes_again() {
        let dir = tempfile::tempdir().unwrap();
        let (clock, rng) = (Clock::fixed(UnixMillis(0)), Rng::seeded(1));
        let file = Location::File(dir.path().join("gaceta.db"));
        let db = Db::open(&file).await.unwrap();
        let mut tx = db.write(&clock, &rng).await.unwrap();
        let now = pages(&mut tx, None).await;
        pages(&mut tx, Some(now)).await;
        set_setting(&mut tx, "small", "is there").await.unwrap();
        let refused = set_setting(&mut tx, "large", &"x".repeat(1 << 20)).await;
        let sqlx::Error::Database(said) = refused.unwrap_err() else {
            panic!("the engine says what is wrong");
        };
        assert!(is_away(&said.code().unwrap()), "{said}");
        drop(tx);
        // There is room again.
        let mut tx = db.write(&clock, &rng).await.unwrap();
        pages(&mut tx, Some(now * 100)).await;
        let small = find_setting(&mut tx, "small").await.unwrap();
        assert_eq!(small, None, "of what was not committed nothing is there");
        set_setting(&mut tx, "large", "fits").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.read(&clock, &rng).await.unwrap();
        let large = find_setting(&mut tx, "large").await.unwrap();
        assert_eq!(large.as_deref(), Some("fits"));
    }
}
