//! The two schemas: same files, same text, and an owner above every table.
//!
//! Deliberately not here: whether the schemas are equal once applied, which a test on both engines compares.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Tree;
use super::{Finding, finding, sql};

const SQLITE: &str = "migrations/sqlite/";
const POSTGRES: &str = "migrations/postgres/";

/// Which feature owns which table, as the comments above `CREATE TABLE` say.
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

/// The rule `migrations`.
pub fn agree(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let names = |folder: &str| -> BTreeSet<&str> {
        migrations(tree)
            .filter_map(|(path, _)| path.strip_prefix(folder))
            .collect()
    };
    let (sqlite, postgres) = (names(SQLITE), names(POSTGRES));
    for name in sqlite.symmetric_difference(&postgres) {
        let (here, there) = if sqlite.contains(name) {
            (SQLITE, POSTGRES)
        } else {
            (POSTGRES, SQLITE)
        };
        let advice = format!("there is no {there}{name}: both engines have the same files");
        found.push(finding(&format!("{here}{name}"), 1, advice));
    }
    for name in sqlite.intersection(&postgres) {
        let text = |folder: &str| {
            let file = tree.find(&format!("{folder}{name}"));
            file.and_then(|file| file.text.as_deref())
                .unwrap_or_default()
        };
        let (one, two) = (text(SQLITE), text(POSTGRES));
        let excused = |text: &str| {
            let reason = text
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("-- differs:"));
            reason.is_some_and(|reason| !reason.trim().is_empty())
        };
        if one != two && !(excused(one) && excused(two)) {
            let line = first_difference(one, two);
            let advice = "the two engines differ here: write it once for both, or say why in line 1 of both: `-- differs: ...`";
            found.push(finding(&format!("{POSTGRES}{name}"), line, advice));
        }
    }
    for (path, text) in migrations(tree) {
        for (line, table, owner) in tables(text) {
            let advice = match owner {
                None => format!("say above `{table}` whose it is: `-- owner: feature`"),
                Some(owner) if !sql::may_own(&owner) => {
                    format!("`{owner}` is no feature: `{table}` belongs to one, or to base")
                }
                Some(_) => continue,
            };
            found.push(finding(path, line, advice));
        }
    }
    found
}

fn first_difference(one: &str, two: &str) -> usize {
    let same = one.lines().zip(two.lines()).take_while(|(a, b)| a == b);
    same.count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "-- owner: readers\nCREATE TABLE IF NOT EXISTS reader (id TEXT);\n";

    fn both(sqlite: &str, postgres: &str) -> Vec<Finding> {
        agree(&Tree::of(&[
            ("migrations/sqlite/0001_a.sql", sqlite),
            ("migrations/postgres/0001_a.sql", postgres),
        ]))
    }

    #[test]
    fn equal_files_and_excused_differences_are_fine() {
        assert_eq!(both(GOOD, GOOD), []);
        let excused = "-- differs: full text search\n";
        assert_eq!(both(&format!("{excused}{GOOD}"), excused), []);
    }

    #[test]
    fn differences_without_a_reason_are_found_with_their_line() {
        let found = both(GOOD, &GOOD.replace("TEXT", "UUID"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 2);
        assert_eq!(both("-- differs:\n", "-- differs: x\n").len(), 1);
    }

    #[test]
    fn a_file_of_one_engine_only_is_found() {
        let tree = Tree::of(&[("migrations/sqlite/0001_a.sql", GOOD)]);
        assert_eq!(agree(&tree).len(), 1);
    }

    #[test]
    fn every_table_has_an_owner() {
        let nobody = "CREATE TABLE reader (id TEXT);";
        assert_eq!(both(nobody, nobody).len(), 2);
        let wrong = "-- owner: core\nCREATE TABLE reader (id TEXT);";
        assert_eq!(both(wrong, wrong).len(), 2);
        let tree = Tree::of(&[("migrations/sqlite/1.sql", GOOD)]);
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
