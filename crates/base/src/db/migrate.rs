//! Migrations, embedded in the binary. Both folders hold the same names; a test compares what they make.

use rust_embed::RustEmbed;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use super::Db;

#[derive(RustEmbed)]
#[folder = "../../migrations/sqlite"]
struct Sqlite;

#[derive(RustEmbed)]
#[folder = "../../migrations/postgres"]
struct Postgres;

fn migrator<F: RustEmbed>() -> anyhow::Result<Migrator> {
    let mut list = Vec::new();
    for name in F::iter() {
        let Some((number, title)) = name
            .strip_suffix(".sql")
            .and_then(|stem| stem.split_once('_'))
        else {
            anyhow::bail!("the migration {name} is not named NNNN_title.sql");
        };
        let file = F::get(&name).expect("the name was just listed");
        let text = String::from_utf8(file.data.into_owned())?;
        // The text is ours, embedded when the program was built.
        let sql = AssertSqlSafe(text).into_sql_str();
        list.push(Migration::new(
            number.parse()?,
            title.to_owned().into(),
            MigrationType::Simple,
            sql,
            false,
        ));
    }
    list.sort();
    Ok(Migrator {
        migrations: list.into(),
        ..Migrator::DEFAULT
    })
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
            migrator::<Sqlite>()?,
        ),
        Db::Postgres(primary) => (
            sqlx::query_as(LAST).fetch_one(&primary.pool).await?,
            migrator::<Postgres>()?,
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
        Db::Sqlite { write, .. } => migrator::<Sqlite>()?.run(write).await?,
        Db::Postgres(primary) => migrator::<Postgres>()?.run(&primary.pool).await?,
    }
    Ok(())
}
