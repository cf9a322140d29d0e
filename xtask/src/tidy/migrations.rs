//! The schema: one text for both engines, `NNNN_title.sql`; or two that say why they differ, `NNNN_title.sqlite.sql` and
//! `NNNN_title.postgres.sql`; and above every table its owner, a crate with a store.
//!
//! Deliberately not here: whether the schemas are equal once applied, which a test on both engines compares.

use std::collections::BTreeMap;

use super::tree::Tree;
use super::{Finding, finding, sql};

const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// Which crate owns which table, as the comments above `CREATE TABLE` say.
pub fn owners(tree: &Tree) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for (_, text) in migrations(tree) {
        for (_, table, owner) in tables(text) {
            if let Some(owner) = owner {
                owners.insert(table, owner);
            }
        }
    }
    owners
}

fn migrations(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.text(&[".sql"])
        .filter(|(file, _)| file.path.starts_with("migrations/"))
        .map(|(file, text)| (file.path.as_str(), text))
}

/// (line, table, owner) of every `CREATE TABLE`.
fn tables(text: &str) -> Vec<(usize, String, Option<String>)> {
    let mut found = Vec::new();
    let mut owner = None;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix("--") {
            if let Some(name) = comment.trim().strip_prefix("owner:") {
                owner = Some(name.trim().to_owned());
            }
            continue;
        }
        let upper = line.to_uppercase();
        if let Some(rest) = upper.find("CREATE TABLE").map(|start| &line[start + 12..]) {
            let mut words = rest.split(|c: char| !c.is_alphanumeric() && c != '_');
            let skipped = ["", "IF", "NOT", "EXISTS", "if", "not", "exists"];
            if let Some(table) = words.find(|word| !skipped.contains(word)) {
                found.push((at + 1, table.to_lowercase(), owner.clone()));
            }
        }
        // A comment belongs to the statement right below it.
        owner = None;
    }
    found
}

/// Number, title and, if it is for one only, engine of a file.
fn parts(path: &str) -> Option<(u32, &str, Option<&str>)> {
    let name = path.strip_prefix("migrations/")?.strip_suffix(".sql")?;
    let (number, title) = name.split_once('_')?;
    let number = (number.len() == 4).then(|| number.parse().ok())??;
    match title.split_once('.') {
        None => Some((number, title, None)),
        Some((title, engine)) => ENGINES
            .contains(&engine)
            .then_some((number, title, Some(engine))),
    }
}

/// The rule `migrations`.
pub fn agree(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut numbers: BTreeMap<u32, Vec<(&str, &str)>> = BTreeMap::new();
    for (path, text) in migrations(tree) {
        let Some((number, title, engine)) = parts(path) else {
            let advice = "a migration is called NNNN_title.sql, or NNNN_title.sqlite.sql and NNNN_title.postgres.sql";
            found.push(finding(path, 1, advice));
            continue;
        };
        let of_number = numbers.entry(number).or_default();
        if let Some((_, other)) = of_number.iter().find(|(other, _)| *other != title) {
            let advice = format!("number {number} is taken by `{other}`");
            found.push(finding(path, 1, advice));
        }
        of_number.push((title, path));
        let Some(engine) = engine else { continue };
        let other = if engine == ENGINES[0] {
            ENGINES[1]
        } else {
            ENGINES[0]
        };
        let twin = format!("migrations/{number:04}_{title}.{other}.sql");
        match tree.find(&twin).and_then(|file| file.text.as_deref()) {
            None => {
                let advice = format!("there is no {twin}: both engines have the same numbers");
                found.push(finding(path, 1, advice));
            }
            Some(twin) if twin == text => {
                found.push(finding(
                    path,
                    1,
                    "both engines read the same: write it once",
                ));
            }
            Some(_) => {}
        }
        let reason = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("-- differs:"));
        if reason.is_none_or(|reason| reason.trim().is_empty()) {
            let advice = "say in line 1 why the two engines differ here: `-- differs: ...`";
            found.push(finding(path, 1, advice));
        }
    }
    for (path, text) in migrations(tree) {
        for (line, table, owner) in tables(text) {
            let advice = match owner {
                None => format!("say above `{table}` whose it is: `-- owner: feature`"),
                Some(owner) if !sql::may_own(tree, &owner) => {
                    format!(
                        "`{owner}` has no store: `{table}` belongs to a crate that has one, or to base"
                    )
                }
                Some(_) => continue,
            };
            found.push(finding(path, line, advice));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "-- owner: readers\nCREATE TABLE IF NOT EXISTS reader (id TEXT);\n";

    fn of(files: &[(&str, &str)]) -> Vec<Finding> {
        let store = [("crates/readers/src/store.rs", "")];
        agree(&Tree::of(&[files, &store].concat()))
    }

    #[test]
    fn one_text_for_both_and_two_that_say_why_are_fine() {
        let excused = format!("-- differs: full text search\n{GOOD}");
        let other = excused.replace("TEXT", "UUID");
        let found = of(&[
            ("migrations/0001_a.sql", GOOD),
            ("migrations/0002_b.sqlite.sql", &excused),
            ("migrations/0002_b.postgres.sql", &other),
        ]);
        assert_eq!(found, []);
    }

    #[test]
    fn two_texts_need_a_reason_and_a_difference() {
        let both = |one: &str, two: &str| {
            of(&[
                ("migrations/0001_a.sqlite.sql", one),
                ("migrations/0001_a.postgres.sql", two),
            ])
            .len()
        };
        assert_eq!(both("-- differs:\n", "-- differs: bytes\n"), 1);
        assert_eq!(both("SELECT 1", "SELECT 2"), 2);
        assert_eq!(both("-- differs: x", "-- differs: x"), 2);
    }

    #[test]
    fn a_file_of_one_engine_only_is_found() {
        let excused = format!("-- differs: bytes\n{GOOD}");
        assert_eq!(of(&[("migrations/0001_a.sqlite.sql", &excused)]).len(), 1);
    }

    #[test]
    fn names_and_numbers_are_as_the_program_reads_them() {
        for bad in [
            "migrations/a.sql",
            "migrations/1_a.sql",
            "migrations/0001_a.mysql.sql",
            "migrations/sqlite/0001_a.sql",
        ] {
            assert_eq!(of(&[(bad, GOOD)]).len(), 1, "{bad}");
        }
        let twice = [
            ("migrations/0001_a.sql", GOOD),
            ("migrations/0001_b.sql", GOOD),
        ];
        assert_eq!(of(&twice).len(), 1);
    }

    #[test]
    fn every_table_has_an_owner() {
        let file = "migrations/0001_a.sql";
        assert_eq!(of(&[(file, "CREATE TABLE reader (id TEXT);")]).len(), 1);
        for (owner, count) in [("readers", 0), ("base", 0), ("admin", 1)] {
            let text = format!("-- owner: {owner}\nCREATE TABLE reader (id TEXT);");
            assert_eq!(of(&[(file, &text)]).len(), count, "{owner}");
        }
        let tree = Tree::of(&[(file, GOOD)]);
        assert_eq!(
            owners(&tree).get("reader").map(String::as_str),
            Some("readers")
        );
    }

    #[test]
    fn an_owner_counts_for_the_next_statement_only() {
        let text = "-- owner: readers\nCREATE INDEX i ON x (id);\nCREATE TABLE y (id TEXT);";
        assert_eq!(tables(text), [(3, "y".to_owned(), None)]);
    }
}
