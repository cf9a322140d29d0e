//! Migrations, embedded in the binary: one text for both engines (`0001_title.sql`), or one for each where they must differ
//! (`0002_title.sqlite.sql`, `0002_title.postgres.sql`). A test compares what they make.
//!
//! On SQLite all that is missing is applied in one transaction without foreign keys, and the references are checked before
//! it is committed: with foreign keys a table that is built anew takes the rows that refer to it along, without an error
//! (docs/adr/0009).

use anyhow::Context as _;
use rust_embed::RustEmbed;
use sqlx::migrate::{Migrate as _, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{AssertSqlSafe, Connection as _, SqlSafeStr as _};

use super::{Db, row};

#[derive(RustEmbed)]
#[folder = "../../migrations"]
#[include = "*.sql"]
struct Files;

/// The end of the names of files that are for one engine only.
const SQLITE: &str = "sqlite";
const POSTGRES: &str = "postgres";

fn migrator(engine: &str) -> anyhow::Result<Migrator> {
    let mut list = Vec::new();
    for name in Files::iter() {
        let (number, title, only) = parts(&name)
            .with_context(|| format!("the migration {name} is not named NNNN_title.sql"))?;
        if only.is_some_and(|only| only != engine) {
            continue;
        }
        let file = Files::get(&name).expect("the name was just listed");
        let text = String::from_utf8(file.data.into_owned())?;
        list.push(migration(number, title, &text));
    }
    Ok(migrator_of(list))
}

/// Number, title and engine in the name of a file.
fn parts(name: &str) -> Option<(i64, &str, Option<&str>)> {
    let (number, title) = name.strip_suffix(".sql")?.split_once('_')?;
    let (title, only) = match title.split_once('.') {
        None => (title, None),
        Some((title, engine @ (SQLITE | POSTGRES))) => (title, Some(engine)),
        Some(_) => return None,
    };
    Some((number.parse().ok()?, title, only))
}

/// The text is ours, embedded when the program was built. Its checksum is that of the text with plain line ends: built from
/// files with carriage returns, the same program would refuse the same database.
fn migration(number: i64, title: &str, text: &str) -> Migration {
    let sql = AssertSqlSafe(text.replace('\r', "")).into_sql_str();
    Migration::new(
        number,
        title.to_owned().into(),
        MigrationType::Simple,
        sql,
        false,
    )
}

fn migrator_of(mut list: Vec<Migration>) -> Migrator {
    list.sort();
    Migrator {
        migrations: list.into(),
        ..Migrator::DEFAULT
    }
}

/// How the schema of a database stands to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Made by this very version of it.
    Current,
    /// Some migrations are missing.
    Older,
    /// It has migrations that this program does not know.
    Newer,
}

/// Compares the schema with what this program would make of it.
pub(super) async fn schema(db: &Db) -> anyhow::Result<Schema> {
    const LAST: &str = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations";
    let ((last,), known): ((i64,), Migrator) = match db {
        Db::Sqlite { read, .. } => (
            sqlx::query_as(LAST).fetch_one(read).await?,
            migrator(SQLITE)?,
        ),
        Db::Postgres(primary) => (
            sqlx::query_as(LAST).fetch_one(&primary.pool).await?,
            migrator(POSTGRES)?,
        ),
    };
    let newest = known.iter().map(|one| one.version).max().unwrap_or(0);
    Ok(match last.cmp(&newest) {
        std::cmp::Ordering::Less => Schema::Older,
        std::cmp::Ordering::Equal => Schema::Current,
        std::cmp::Ordering::Greater => Schema::Newer,
    })
}

/// Brings the schema up to this program's version.
pub(super) async fn run(db: &Db) -> anyhow::Result<()> {
    match db {
        Db::Sqlite { write, .. } => run_on_file(write, &migrator(SQLITE)?).await?,
        Db::Postgres(primary) => migrator(POSTGRES)?.run(&primary.pool).await?,
    }
    Ok(())
}

row! {
    /// A row of `table` that refers to one that is not there.
    struct Orphan {
        table: String,
        parent: String,
    }
}

/// On a connection of its own, since foreign keys cannot be switched within a transaction.
async fn run_on_file(write: &SqlitePool, known: &Migrator) -> anyhow::Result<()> {
    let options = write.connect_options().as_ref().clone().foreign_keys(false);
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
    tx.ensure_migrations_table(&known.table_name).await?;
    let before = tx.list_applied_migrations(&known.table_name).await?.len();
    known.run_direct(None, &mut *tx, false).await?;
    if before < known.migrations.len() {
        let broken: Option<Orphan> = sqlx::query_as("PRAGMA foreign_key_check")
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(Orphan { table, parent }) = broken {
            anyhow::bail!(
                "the schema was not changed: a row of {table} would refer to nothing in {parent}"
            );
        }
    }
    tx.commit().await?;
    conn.close().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const FIRST: &str = "
        CREATE TABLE parent (id TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('a')));
        CREATE TABLE child (id TEXT PRIMARY KEY, parent_id TEXT NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
        CREATE TABLE friend (id TEXT PRIMARY KEY, parent_id TEXT REFERENCES parent (id) ON DELETE SET NULL);
        INSERT INTO parent VALUES ('p1', 'a'), ('p2', 'a');
        INSERT INTO child VALUES ('c1', 'p1'), ('c2', 'p1'), ('c3', 'p2');
        INSERT INTO friend VALUES ('f1', 'p1'), ('f2', NULL);";

    /// As docs/adr/0009 says.
    const ANEW: &str = "
        CREATE TABLE parent_new (id TEXT PRIMARY KEY, kind TEXT NOT NULL);
        INSERT INTO parent_new SELECT id, kind FROM parent;
        DROP TABLE parent;
        ALTER TABLE parent_new RENAME TO parent;";

    async fn open(dir: &Path) -> (SqlitePool, SqlitePool) {
        let Db::Sqlite { write, read } = Db::open_file(&dir.join("scratch.db")).await.unwrap()
        else {
            unreachable!("a file is of the embedded engine");
        };
        (write, read)
    }

    async fn count(pool: &SqlitePool, from: &str) -> i64 {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {from}"));
        let row: (i64,) = sqlx::query_as(sql).fetch_one(pool).await.unwrap();
        row.0
    }

    fn scratch(texts: &[&str]) -> Migrator {
        let list = (1..)
            .zip(texts)
            .map(|(number, text)| migration(number, "scratch", text));
        migrator_of(list.collect())
    }

    #[tokio::test]
    async fn a_table_that_is_built_anew_loses_no_child() {
        let dir = tempfile::tempdir().unwrap();
        let (write, read) = open(dir.path()).await;
        run_on_file(&write, &scratch(&[FIRST])).await.unwrap();
        run_on_file(&write, &scratch(&[FIRST, ANEW])).await.unwrap();
        for (from, rows) in [
            ("parent", 2),
            ("child", 3),
            ("friend WHERE parent_id = 'p1'", 1),
        ] {
            assert_eq!(count(&read, from).await, rows, "{from}");
        }
        let orphan = sqlx::query("INSERT INTO child VALUES ('c4', 'nobody')");
        assert!(
            orphan.execute(&write).await.is_err(),
            "foreign keys hold again"
        );
        sqlx::query("DELETE FROM parent WHERE id = 'p1'")
            .execute(&write)
            .await
            .unwrap();
        assert_eq!(
            count(&read, "child").await,
            1,
            "children still know their parent"
        );
    }

    /// Why `run_on_file` takes the trouble.
    #[tokio::test]
    async fn with_foreign_keys_it_would_lose_them_without_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let (write, read) = open(dir.path()).await;
        scratch(&[FIRST, ANEW]).run(&write).await.unwrap();
        assert_eq!(count(&read, "child").await, 0);
        assert_eq!(count(&read, "friend WHERE parent_id IS NOT NULL").await, 0);
    }

    #[tokio::test]
    async fn a_migration_that_loses_a_parent_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (write, read) = open(dir.path()).await;
        run_on_file(&write, &scratch(&[FIRST])).await.unwrap();
        let forgetful = ANEW.replace("FROM parent;", "FROM parent WHERE id = 'p2';");
        let known = scratch(&[FIRST, &forgetful]);
        let error = run_on_file(&write, &known).await.unwrap_err().to_string();
        assert!(
            error.contains("child") && error.contains("parent"),
            "{error}"
        );
        assert_eq!(count(&read, "parent").await, 2);
        assert_eq!(count(&read, "_sqlx_migrations").await, 1);
    }

    #[tokio::test]
    async fn carriage_returns_make_no_other_migration() {
        let dir = tempfile::tempdir().unwrap();
        let (write, _) = open(dir.path()).await;
        run_on_file(&write, &scratch(&[FIRST])).await.unwrap();
        let with_returns = FIRST.replace('\n', "\r\n");
        run_on_file(&write, &scratch(&[&with_returns]))
            .await
            .unwrap();
    }

    #[test]
    fn names_say_number_title_and_engine() {
        assert_eq!(parts("0001_first.sql"), Some((1, "first", None)));
        assert_eq!(
            parts("0002_engine.postgres.sql"),
            Some((2, "engine", Some(POSTGRES)))
        );
        for bad in ["first.sql", "0001_first.txt", "0001_first.mysql.sql"] {
            assert_eq!(parts(bad), None, "{bad}");
        }
    }
}
