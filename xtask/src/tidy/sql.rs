//! Where SQL stands, whose tables it names, and that nothing is pasted into it.
//!
//! A string counts as SQL when it begins like a statement or like a clause of one, in capitals; or in small letters when
//! it also goes on like one. Deliberately not here: whether the SQL is right, which tests on both engines decide.

use super::layout::Spot;
use super::lexer::{Kind, Source, Token};
use super::migrations;
use super::tree::Tree;
use super::{Finding, finding};

/// Files that read tables of other features, in one statement, because a page needs it: (part, file in it, reason).
const READ_MODELS: &[(&str, &str, &str)] = &[
    (
        "articles",
        "store/named.rs",
        "asks whether the story that an article names is there, to refuse it in words before the foreign key does",
    ),
    (
        "subscriptions",
        "store.rs",
        "shows names and addresses of owners, in one query for a whole list",
    ),
    (
        "subscriptions",
        "store/admins.rs",
        "shows names and addresses of those who look after a subscription, in one query for a whole list",
    ),
    (
        "subscriptions",
        "store/seat_events.rs",
        "shows addresses of those who did something about seats, in one query for a whole list",
    ),
    (
        "subscriptions",
        "store/publisher.rs",
        "finds subscriptions by names and addresses of owners, in one query for a whole list",
    ),
    (
        "subscriptions",
        "store/ends.rs",
        "whom to tell about the end of a subscription, with address and language, in one query",
    ),
    (
        "subscriptions",
        "store/seats.rs",
        "shows names and addresses of members, and whether their mail was given up, in one query for a whole list",
    ),
];

/// More branches by engine than this are a second program.
const MOST_BRANCHES: usize = 10;

fn is_read_model(spot: Spot) -> bool {
    let mut listed = READ_MODELS.iter();
    listed.any(|(part, inside, _)| spot.part == *part && spot.inside == *inside)
}

/// Only there text is turned into SQL, and one engine told from the other.
fn is_database(spot: Spot) -> bool {
    spot.part == "base" && (spot.inside == "db.rs" || spot.inside.starts_with("db/"))
}

/// True for what begins like a statement or a clause.
fn looks_like_sql(text: &str) -> bool {
    let text = text.trim_start();
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    let first = words.first().copied().unwrap_or_default();
    let second = words.get(1).copied().unwrap_or_default().to_uppercase();
    let loud = !first.is_empty() && first.chars().all(|c| c.is_ascii_uppercase());
    let quiet = first.chars().all(|c| c.is_ascii_lowercase());
    let goes_on = |with: &str| text.to_lowercase().contains(with);
    let made = [
        "TABLE", "INDEX", "UNIQUE", "VIEW", "TRIGGER", "TEMP", "DATABASE",
    ];
    match first.to_uppercase().as_str() {
        "SELECT" => !second.is_empty() && (loud || quiet && goes_on(" from ")),
        "INSERT" => (loud || quiet) && matches!(second.as_str(), "INTO" | "OR"),
        "UPDATE" => !second.is_empty() && (loud || quiet) && goes_on(" set "),
        "DELETE" => (loud || quiet) && second == "FROM",
        "CREATE" | "DROP" | "ALTER" => (loud || quiet) && made.contains(&second.as_str()),
        "WITH" => loud && goes_on(" as ("),
        "PRAGMA" | "VACUUM" => loud,
        "WHERE" | "FROM" | "JOIN" | "VALUES" => loud && !second.is_empty(),
        "ORDER" | "GROUP" => loud && second == "BY",
        "ON" => loud && second == "CONFLICT",
        _ => false,
    }
}

fn literals(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    let outside_tests = source.tokens.iter().filter(|token| !token.in_test);
    outside_tests.filter_map(|token| Some((token.line, token.text()?)))
}

/// The rule `sql-place`.
pub fn place(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source, spot) in tree.sources() {
        if spot.is_store() {
            continue;
        }
        for (line, text) in literals(source) {
            if looks_like_sql(text) {
                let advice =
                    "SQL stands in store.rs of the feature that owns the table, or in base";
                found.push(finding(&file.path, line, advice));
            }
        }
    }
    found
}

/// The rule `sql-owner`.
pub fn owner(tree: &Tree) -> Vec<Finding> {
    let owners = migrations::owners(tree);
    let mut found = Vec::new();
    // The samples of the tests are no whole trees.
    let whole = tree.find("Cargo.toml").is_some();
    for (part, inside, _) in READ_MODELS.iter().filter(|_| whole) {
        if tree.at(Spot { part, inside }).is_none() {
            let advice =
                format!("{inside} of {part} is listed as a read model in tidy and is not there");
            found.push(finding("xtask/src/tidy/sql.rs", 1, advice));
        }
    }
    for (file, source, spot) in tree.sources() {
        if !spot.is_store() || is_read_model(spot) {
            continue;
        }
        for (line, text) in literals(source) {
            for table in tables_in(text) {
                match owners.get(table.as_str()) {
                    Some(owner) if owner != spot.part => {
                        let advice = format!(
                            "`{table}` belongs to {owner}: ask {owner}, or list this file as a read model in tidy"
                        );
                        found.push(finding(&file.path, line, advice));
                    }
                    _ => {}
                }
            }
        }
    }
    found
}

/// The words that stand where a statement names a table.
fn tables_in(sql: &str) -> Vec<String> {
    let apart: String = sql
        .chars()
        .flat_map(|c| match c {
            '(' | ')' | ',' | ';' => vec![' ', c, ' '],
            '"' => vec![' '],
            other => vec![other],
        })
        .collect();
    let words: Vec<&str> = apart.split_whitespace().collect();
    let mut tables = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let upper = word.to_uppercase();
        if !matches!(
            upper.as_str(),
            "FROM" | "JOIN" | "INTO" | "UPDATE" | "TABLE"
        ) {
            continue;
        }
        let mut next = at + 1;
        while words.get(next).is_some_and(|word| {
            ["IF", "NOT", "EXISTS", "ONLY"].contains(&word.to_uppercase().as_str())
        }) {
            next += 1;
        }
        if let Some(table) = words.get(next).filter(|table| is_name(table)) {
            tables.push(table.to_lowercase());
        }
        // `FROM a, b` and `FROM a AS x, b`
        for back in [next + 1, next + 2, next + 3] {
            if upper == "FROM" && words.get(back) == Some(&",") {
                let table = words.get(back + 1).filter(|table| is_name(table));
                tables.extend(table.map(|table| table.to_lowercase()));
                break;
            }
        }
    }
    tables
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The rule `sql-text`.
pub fn no_text_into_sql(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source, spot) in tree.sources() {
        let tokens = &source.tokens;
        let in_db = is_database(spot);
        for (at, token) in tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| !token.in_test)
        {
            if token.is("AssertSqlSafe") && !in_db {
                let advice = "only base/db may vouch for SQL; write a literal and bind the value";
                found.push(finding(&file.path, token.line, advice));
            }
            if makes_text(tokens, at) && !in_db {
                let first = tokens[at..].iter().take(6).find_map(Token::text);
                if first.is_some_and(looks_like_sql) {
                    let advice = "no text is put into SQL: write a literal and bind the value";
                    found.push(finding(&file.path, token.line, advice));
                }
            }
        }
    }
    found
}

fn makes_text(tokens: &[Token], at: usize) -> bool {
    let makers = ["format", "write", "writeln", "format_args"];
    tokens[at].word().is_some_and(|word| makers.contains(&word))
        && tokens.get(at + 1).is_some_and(|token| token.is_mark('!'))
}

/// The rule `engine-branches`.
pub fn engine_branches(tree: &Tree) -> Vec<Finding> {
    let mut branches = Vec::new();
    for (file, source, spot) in tree.sources() {
        if is_database(spot) {
            continue;
        }
        let lines = |engine: &str| -> Vec<usize> {
            source
                .tokens
                .windows(3)
                .filter(|three| {
                    let owner = ["Db", "Tx", "Conn", "Engine"];
                    !three[0].in_test
                        && three[0].word().is_some_and(|word| owner.contains(&word))
                        && three[1].kind == Kind::Path
                        && three[2].is(engine)
                })
                .map(|three| three[0].line)
                .collect()
        };
        // A branch names one engine or both; both arms of one are not two branches.
        let (sqlite, postgres) = (lines("Sqlite"), lines("Postgres"));
        let more = if sqlite.len() > postgres.len() {
            sqlite
        } else {
            postgres
        };
        branches.extend(more.into_iter().map(|line| (file.path.clone(), line)));
    }
    if branches.len() <= MOST_BRANCHES {
        return Vec::new();
    }
    let advice = format!(
        "{} branches by engine outside base/db, and {MOST_BRANCHES} are enough: write the query once for both",
        branches.len()
    );
    branches
        .iter()
        .map(|(path, line)| finding(path, *line, advice.clone()))
        .collect()
}

/// True for what has a store, and for base, which owns the tables of jobs and the like.
pub fn may_own(tree: &Tree, name: &str) -> bool {
    name == "base"
        || tree
            .sources()
            .any(|(_, _, spot)| spot.part == name && spot.is_store())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_is_told_from_english() {
        for sql in [
            "SELECT 1",
            "  INSERT INTO reader (id) VALUES ($1)",
            "UPDATE reader SET x = 1",
            "select id from reader where x = 1",
            "DELETE FROM reader",
            "CREATE TABLE x (id TEXT)",
            "WITH a AS (SELECT 1) SELECT * FROM a",
            " WHERE id = $1",
            "ORDER BY id",
        ] {
            assert!(looks_like_sql(sql), "{sql}");
        }
        for english in [
            "Select an article from the list",
            "Update your card and set a new one",
            "delete the file",
            "create an account",
            "with a smile",
            "DELETE",
            "",
        ] {
            assert!(!looks_like_sql(english), "{english}");
        }
    }

    #[test]
    fn sql_stands_in_stores_and_base() {
        let text = "fn f() { q(\"SELECT 1\") } #[cfg(test)] mod t { fn g() { q(\"SELECT 2\") } }";
        let tree = Tree::of(&[
            ("crates/articles/src/pages.rs", text),
            ("crates/articles/src/store.rs", text),
            ("crates/articles/src/store/feeds.rs", text),
            ("crates/base/src/jobs.rs", text),
            ("crates/markup/tests/sample.rs", text),
        ]);
        let found = place(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "crates/articles/src/pages.rs");
    }

    #[test]
    fn tables_are_named_by_their_owner_only() {
        let migration = "-- owner: readers\nCREATE TABLE reader (id TEXT);\n\
                         -- owner: articles\nCREATE TABLE article (id TEXT);";
        let tree = |sql: &str| {
            let text = format!("fn f() {{ q(\"{sql}\") }}");
            Tree::of(&[
                ("migrations/0001_a.sql", migration),
                ("crates/articles/src/store.rs", &text),
            ])
        };
        assert_eq!(owner(&tree("SELECT 1 FROM article")), []);
        assert_eq!(owner(&tree("WITH c AS (SELECT 1) SELECT * FROM c")), []);
        for bad in [
            "SELECT * FROM article JOIN reader ON 1 = 1",
            "SELECT * FROM article AS a, reader",
            "INSERT INTO reader(id) VALUES ($1)",
            "UPDATE reader SET id = 1",
            "DELETE FROM reader",
            "SELECT (SELECT id FROM reader) FROM article",
        ] {
            assert_eq!(owner(&tree(bad)).len(), 1, "{bad}");
        }
    }

    #[test]
    fn nothing_is_pasted_into_sql() {
        let bad = [
            "fn f() { format!(\"SELECT {x}\") }",
            "fn f() { write!(out, \"ORDER BY {x}\") }",
            "use sqlx::AssertSqlSafe;",
        ];
        for text in bad {
            let found = no_text_into_sql(&Tree::of(&[("crates/articles/src/store.rs", text)]));
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(
                no_text_into_sql(&Tree::of(&[("crates/base/src/db/mod.rs", text)])),
                []
            );
        }
        let good = "fn f() { format!(\"Select {x}\"); query(\"SELECT 1\") }";
        assert_eq!(
            no_text_into_sql(&Tree::of(&[("crates/articles/src/store.rs", good)])),
            []
        );
    }

    #[test]
    fn ten_branches_by_engine_are_enough() {
        let one = "match db { Db::Sqlite => 1, Db::Postgres => 2 }";
        let tree = |n: usize| {
            let text = format!("fn f() {{ {} }}", one.repeat(n));
            Tree::of(&[
                ("crates/articles/src/store.rs", &text),
                ("crates/base/src/db/mod.rs", &text),
            ])
        };
        assert_eq!(engine_branches(&tree(10)), []);
        assert_eq!(engine_branches(&tree(11)).len(), 11);
    }
}
