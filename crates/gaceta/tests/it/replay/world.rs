//! What is everybody's: the rows of the database that name them, where they read, whether they are signed in and seated,
//! and what their own pages show.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base::db::Db;
use http::Method;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow};
use testing::TestPaper;

use super::people::{ARTICLE, Role, Someone};

/// A row, with its table.
type Row = (String, String);

/// Rows of texts, from either engine.
async fn rows<R>(db: &Db, sql: String) -> Vec<R>
where
    R: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
{
    let sql = AssertSqlSafe(sql);
    match db {
        Db::Sqlite { write, .. } => sqlx::query_as(sql).fetch_all(write).await.unwrap(),
        Db::Postgres(primary) => sqlx::query_as(sql).fetch_all(&primary.pool).await.unwrap(),
    }
}

/// Some texts, from either engine.
pub async fn query(db: &Db, sql: String) -> Vec<String> {
    let rows: Vec<(String,)> = rows(db, sql).await;
    rows.into_iter().map(|(text,)| text).collect()
}

fn is_sqlite(paper: &TestPaper) -> bool {
    matches!(paper.app.base.db, Db::Sqlite { .. })
}

/// Columns for which somebody types whatever they like, another one's identifier too.
const TYPED: [&str; 4] = ["label", "name", "note", "company_name"];

/// Each table with the query that gives its rows as texts: what names somebody in it, and all of it.
async fn tables(paper: &TestPaper) -> BTreeMap<String, String> {
    type Written = fn(&str) -> String;
    let (tables, of_table, text): (_, Written, Written) = if is_sqlite(paper) {
        (
            "SELECT name FROM sqlite_master WHERE type = 'table'",
            |table| format!("SELECT name FROM pragma_table_info('{table}')"),
            |column| format!("quote(\"{column}\")"),
        )
    } else {
        (
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
            |table| {
                format!(
                    "SELECT column_name::text FROM information_schema.columns
                     WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
                )
            },
            |column| format!("COALESCE(\"{column}\"::text, 'NULL')"),
        )
    };
    let db = &paper.app.base.db;
    let mut queries = BTreeMap::new();
    // What tells other nodes to look again changes nothing by itself.
    let named = query(db, tables.into()).await.into_iter();
    for table in named.filter(|table| table != "change") {
        let columns = query(db, of_table(&table)).await;
        let texts = |names: &dyn Fn(&str) -> bool| {
            let columns = columns.iter().filter(|column| names(column));
            let texts: Vec<_> = columns.map(|column| text(column)).collect();
            texts.join(" || ',' || ")
        };
        let naming = texts(&|column| !TYPED.contains(&column));
        let all = texts(&|_| true);
        queries.insert(
            table.clone(),
            format!("SELECT {naming}, {all} FROM \"{table}\""),
        );
    }
    queries
}

/// A change of what is somebody's.
#[derive(Debug)]
pub struct Change {
    pub whose: Role,
    /// The table; or `(lease)`, `(session)`, `(seat)`.
    pub table: String,
    pub gone: Vec<String>,
    pub come: Vec<String>,
}

impl Change {
    /// There are more rows, and none of the old ones is different.
    pub fn is_more(&self) -> bool {
        self.gone.is_empty() && !self.come.is_empty()
    }
}

pub struct World {
    tables: BTreeMap<String, String>,
    /// By these a row names somebody: the address, the reader's identifier, the subscription's.
    keys: BTreeMap<Role, Vec<String>>,
    mark: String,
    /// Whose a row is that names somebody with these words.
    owners: HashMap<String, Vec<Role>>,
    rows: Everything,
    memory: Everything,
}

/// What is whose.
type Everything = BTreeMap<Role, BTreeSet<Row>>;

impl World {
    pub async fn of(paper: &TestPaper, people: &[Someone<'_>]) -> Self {
        let mut keys = BTreeMap::new();
        for someone in people {
            let mut words = vec![someone.role.email()];
            if let Some(id) = someone.id {
                words.push(id.to_string());
                let mut tx = paper.app.base.read().await.unwrap();
                let owned = subscriptions::store::find_owned(&mut tx, id).await.unwrap();
                words.extend(owned.map(|of| of.id.to_string()));
            }
            keys.insert(someone.role, words);
        }
        let mut world = Self {
            tables: tables(paper).await,
            keys,
            mark: String::new(),
            owners: HashMap::new(),
            rows: Everything::new(),
            memory: Everything::new(),
        };
        world.forget_jobs(paper).await;
        world.forget_others(paper).await;
        world.rows = world.look(paper).await;
        world.changed_memory(paper, people).await;
        world
    }

    /// Tables that have rows, and none of anybody's: articles and the like.
    async fn forget_others(&mut self, paper: &TestPaper) {
        for (table, sql) in self.tables.clone() {
            let rows: Vec<(String, String)> = rows(&paper.app.base.db, sql).await;
            let names = |row: &(String, String)| {
                let mut keys = self.keys.values().flatten();
                keys.any(|key| row.0.contains(key))
            };
            if !rows.is_empty() && !rows.iter().any(names) {
                self.tables.remove(&table);
            }
        }
    }

    /// A row is somebody's that has an identifier of theirs; or their address, unless it is another reader's: everybody
    /// may call a device of their own as they like.
    fn is_of(&self, role: Role, keys: &[String], row: &str) -> bool {
        let has = |key: &String| row.contains(key.as_str());
        let mut others = self.keys.iter().filter(|(other, _)| **other != role);
        keys.iter().skip(1).any(has)
            || keys.first().is_some_and(has)
                && !others.any(|(_, keys)| keys.get(1).is_some_and(has))
    }

    async fn look(&mut self, paper: &TestPaper) -> Everything {
        let mut all = Everything::new();
        for (table, sql) in self.tables.clone() {
            let found: Vec<(String, String)> = rows(&paper.app.base.db, sql).await;
            for (naming, row) in found {
                if !self.owners.contains_key(&naming) {
                    let keys = self.keys.iter();
                    let owners = keys.filter(|(role, keys)| self.is_of(**role, keys, &naming));
                    let owners = owners.map(|(role, _)| *role).collect();
                    self.owners.insert(naming.clone(), owners);
                }
                for role in &self.owners[&naming] {
                    let rows = all.entry(*role).or_default();
                    rows.insert((table.clone(), row.clone()));
                }
            }
        }
        all
    }

    /// Identifiers in the rows of this one: of the row itself, and of those it refers to.
    pub fn identifiers(&self, role: Role) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (table, row) in &self.rows[&role] {
            let words = row.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
            for word in words.filter(|word| word.len() == 36 && word.matches('-').count() == 4) {
                found.insert(word.to_owned(), format!("id in {table}"));
            }
        }
        found
    }

    /// Whether something has been written since it was asked last, perhaps.
    async fn was_written(&mut self, paper: &TestPaper) -> bool {
        let mark = if is_sqlite(paper) {
            "SELECT CAST(total_changes() AS TEXT)"
        } else {
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
        };
        let mark = query(&paper.app.base.db, mark.into()).await.remove(0);
        std::mem::replace(&mut self.mark, mark.clone()) != mark
    }

    /// What is different in the database since it was asked last.
    pub async fn changed_rows(&mut self, paper: &TestPaper) -> Vec<Change> {
        if !self.was_written(paper).await {
            return Vec::new();
        }
        let now = self.look(paper).await;
        let changes = changes(&self.rows, &now);
        self.rows = now;
        self.forget_jobs(paper).await;
        changes
    }

    /// Nobody waits for the mails that are asked for, and they are long to look at.
    async fn forget_jobs(&mut self, paper: &TestPaper) {
        query(&paper.app.base.db, "DELETE FROM job RETURNING id".into()).await;
        for rows in self.rows.values_mut() {
            rows.retain(|(table, _)| table != "job");
        }
        self.was_written(paper).await;
    }

    /// What is different in memory since it was asked last.
    pub async fn changed_memory(
        &mut self,
        paper: &TestPaper,
        people: &[Someone<'_>],
    ) -> Vec<Change> {
        let mut now = Everything::new();
        for someone in people {
            now.insert(someone.role, in_memory(paper, someone).await);
        }
        let before = std::mem::replace(&mut self.memory, now);
        changes(&before, &self.memory)
    }
}

fn changes(before: &Everything, after: &Everything) -> Vec<Change> {
    let mut changes = Vec::new();
    for (whose, rows) in after {
        let Some(before) = before.get(whose) else {
            continue;
        };
        let tables: BTreeSet<_> = before
            .symmetric_difference(rows)
            .map(|row| &row.0)
            .collect();
        for table in tables {
            let only = |these: &BTreeSet<Row>, others: &BTreeSet<Row>| {
                let rows = these.difference(others).filter(|row| row.0 == *table);
                rows.map(|row| row.1.clone()).collect()
            };
            changes.push(Change {
                whose: *whose,
                table: table.clone(),
                gone: only(before, rows),
                come: only(rows, before),
            });
        }
    }
    changes
}

/// What no row says.
async fn in_memory(paper: &TestPaper, someone: &Someone<'_>) -> BTreeSet<Row> {
    let mut rows = BTreeSet::new();
    let Some(id) = someone.id else { return rows };
    let app = &paper.app;
    let holder = app.leases.holder(id).await.unwrap();
    rows.insert(("(lease)".to_owned(), format!("{holder:?}")));
    let seated = app.subscriptions.seats.active(id).await.unwrap();
    rows.insert(("(seat)".to_owned(), seated.to_string()));
    for (number, browser) in someone.browsers.iter().enumerate() {
        let session = app.readers.sessions.of(&browser.headers()).await.unwrap();
        let session = session.is_some_and(|session| session.reader == id);
        rows.insert(("(session)".to_owned(), format!("{number} {session}")));
    }
    rows
}

/// What the own pages of this one show, and whether the links in the mails still work.
pub async fn portrait(someone: &Someone<'_>, links: &[String]) -> Vec<String> {
    let mut seen = Vec::new();
    let browser = &someone.browsers[0];
    for page in [
        "/account",
        "/account/devices",
        "/account/password",
        "/account/seats",
        "/account/subscription",
        "/sign-in",
    ] {
        let shown = browser.opens(page).await;
        seen.push(format!("{page} {} {}", shown.status, shown.text));
    }
    let article = browser.send(Method::GET, ARTICLE, &[], "").await;
    seen.push(format!("reads: {}", article.access()));
    for link in links {
        let shown = browser.opens(link).await;
        seen.push(format!("{link} {}", shown.status));
    }
    seen
}
