//! What the migrations say, and that both engines keep it: the same columns, and every value of every enum.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use access::Access;
use base::db::Db;
use base::lang::Lang;
use http::{Method, StatusCode};
use leases::EventKind;
use readers::DeviceKind;
use readers::store::{Purpose, Role, insert_operator};
use sqlx::AssertSqlSafe;
use subscriptions::rules::{
    Audience, EndNotice, Happened, Period, Provider, Reason, SeatChange, SeatStatus,
};

use testing::TestPaper;

/// The top of the repository.
fn top() -> &'static Path {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    folders
        .find(|folder| folder.join("migrations").is_dir())
        .unwrap()
}

struct Column {
    table: String,
    name: String,
    /// As written.
    text: String,
    /// The enum in `-- values: Enum` above it.
    values: Option<String>,
}

/// The columns that an engine's migrations make.
fn columns(engine: &str) -> Vec<Column> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(top().join("migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.matches('.').count() == 1 || name.ends_with(&format!(".{engine}.sql"))
        })
        .collect();
    files.sort();
    let mut columns = Vec::new();
    for file in files {
        let (mut table, mut values) = (None, None);
        for line in std::fs::read_to_string(file).unwrap().lines() {
            if let Some(name) = line.strip_prefix("CREATE TABLE ") {
                table = Some(name.trim_end_matches(" (").to_owned());
            } else if line == ");" {
                table = None;
            } else if let (Some(table), Some(text)) = (&table, line.strip_prefix("    ")) {
                if let Some(comment) = text.strip_prefix("--") {
                    values = comment.trim().strip_prefix("values: ").map(str::to_owned);
                    continue;
                }
                columns.push(Column {
                    table: table.clone(),
                    name: text.split(' ').next().unwrap().to_owned(),
                    text: text.trim_end_matches(',').to_owned(),
                    values: values.take(),
                });
            }
        }
    }
    columns
}

#[test]
fn the_two_schemas_are_the_same() {
    let written = |engine: &str| -> BTreeSet<String> {
        let line = |one: Column| format!("{}: {}", one.table, one.text.replace("BYTEA", "BLOB"));
        columns(engine).into_iter().map(line).collect()
    };
    let (sqlite, postgres) = (written("sqlite"), written("postgres"));
    assert!(sqlite.len() > 50);
    assert_eq!(sqlite, postgres);
}

/// Gives a function that writes every value of the enum with that name into a column and reads it back as that enum.
macro_rules! enums {
    ($($name:literal => $enum:ty),+ $(,)?) => {
        async fn write_and_read(paper: &TestPaper, name: &str, table: &str, column: &str) {
            match name {
                $($name => for value in <$enum>::ALL {
                    let place = format!("{table}.{column} = {value}");
                    paper.execute(format!("UPDATE {table} SET {column} = '{value}'")).await;
                    let sql = AssertSqlSafe(format!("SELECT DISTINCT {column} FROM {table}"));
                    let read: Vec<($enum,)> = match &paper.app.base.db {
                        Db::Sqlite { read, .. } => sqlx::query_as(sql).fetch_all(read).await,
                        Db::Postgres(primary) => sqlx::query_as(sql).fetch_all(&primary.pool).await,
                    }
                    .unwrap_or_else(|error| panic!("{place}: {error}"));
                    assert_eq!(read, [(*value,)], "{place}: has the table a row in this test?");
                },)+
                other => panic!("{table}.{column}: name {other} in `enums!`"),
            }
        }
    };
}

enums! {
    "Access" => Access,
    "Audience" => Audience,
    "DeviceKind" => DeviceKind,
    "EndNotice" => EndNotice,
    "EventKind" => EventKind,
    "Happened" => Happened,
    "Lang" => Lang,
    "Period" => Period,
    "Provider" => Provider,
    "Purpose" => Purpose,
    "Reason" => Reason,
    "Role" => Role,
    "SeatChange" => SeatChange,
    "SeatStatus" => SeatStatus,
}

/// A row in every table that has a column of an enum.
async fn paper_with_rows() -> TestPaper {
    let paper = TestPaper::new().await;
    let app = &paper.app;
    let ada = paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    phone.opens("/en/2026-02-24/subscribers-1").await;
    app.leases.events.write().await.unwrap();
    let new = "name=Eve&email=Eve%40example.com&password=first+choice+of+mine";
    let asked = paper.guest().send(Method::POST, "/sign-up", &[], new).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    let mut tx = app.base.write().await.unwrap();
    insert_operator(&mut tx, ada.id).await.unwrap();
    tx.commit().await.unwrap();
    let terms = about::Draft {
        page: "terms".into(),
        language: Lang::EN,
        title: "Terms".into(),
        version: None,
        published: None,
        body: "Be kind.".into(),
    };
    let said = about::publish(&app.about, &[terms]).await.unwrap();
    assert!(said[0].is_ok());
    // One row for each plan, since all of them get one language.
    paper
        .execute("DELETE FROM plan_text WHERE language <> 'en'".to_owned())
        .await;
    // The link of the sign-up.
    paper.mails().await;
    let told = "INSERT INTO end_notice (subscription_id, ends_at, kind, told_at) SELECT id, ends_at, 'soon', 1 FROM subscription";
    paper.execute(told.to_owned()).await;
    paper
}

#[tokio::test]
async fn every_value_of_every_enum_is_written_and_read() {
    let paper = paper_with_rows().await;
    for column in columns("sqlite") {
        if let Some(values) = &column.values {
            write_and_read(&paper, values, &column.table, &column.name).await;
        }
    }
}

#[tokio::test]
async fn a_moment_that_has_not_come_is_null_and_not_zero() {
    let paper = paper_with_rows().await;
    let moment = |name: &str| name.ends_with("_at") || name.ends_with("_until");
    for column in columns("sqlite") {
        if !moment(&column.name) {
            continue;
        }
        let (table, name) = (&column.table, &column.name);
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table} WHERE {name} = 0"));
        let (zeros,): (i64,) = match &paper.app.base.db {
            Db::Sqlite { read, .. } => sqlx::query_as(sql).fetch_one(read).await,
            Db::Postgres(primary) => sqlx::query_as(sql).fetch_one(&primary.pool).await,
        }
        .unwrap();
        assert_eq!(zeros, 0, "{table}.{name}");
    }
}

/// Columns that are called like one of an enum and are of none: each feature names its own kinds.
const OF_NO_ENUM: [&str; 2] = ["job.kind", "change.kind"];
/// Enums of settings and of lists, which no column holds, and that of changes, whose kinds a test of `nodes` reads out of the triggers.
const NOT_STORED: [&str; 5] = ["Mode", "MailTransport", "Kind", "Filter", "Answer"];

#[test]
fn every_column_of_an_enum_says_so() {
    let columns = columns("sqlite");
    let names: BTreeSet<&str> = columns
        .iter()
        .filter(|column| column.values.is_some())
        .map(|column| column.name.as_str())
        .collect();
    for column in &columns {
        let place = format!("{}.{}", column.table, column.name);
        let like_one = names.contains(column.name.as_str()) && column.values.is_none();
        assert!(
            !like_one || OF_NO_ENUM.contains(&place.as_str()),
            "{place} is called like the column of an enum: write `-- values: ENUM` above it"
        );
    }
    let named: BTreeSet<&str> = columns
        .iter()
        .filter_map(|column| column.values.as_deref())
        .collect();
    for (name, file) in text_enums() {
        assert!(
            named.contains(name.as_str()) || NOT_STORED.contains(&name.as_str()),
            "{name} ({}) is stored in no column: write `-- values: {name}` above the one that holds it",
            file.display()
        );
    }
}

/// Every `text_enum!` of the program, with its file.
fn text_enums() -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut folders = vec![top().join("src"), top().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|end| end != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            // At the start of a line: where the macro is defined or told of, it stands within one.
            for after in text.split("\ntext_enum! {").skip(1) {
                let name = after.split("enum ").nth(1).unwrap();
                let name = name.split_whitespace().next().unwrap();
                found.insert(name.to_owned(), path.clone());
            }
        }
    }
    assert!(found.len() > 8, "{found:?}");
    found
}
