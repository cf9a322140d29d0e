//! The line of crates.
//!
//! A manifest is a crate's place in the line, and cargo keeps a crate from naming what its manifest does not. What cargo
//! cannot know is the line itself, so [`LINE`] says it, and a new crate needs its place there. Deliberately not here: which
//! names of its crate a file may see (`pure.rs`, `app.rs`).

use std::collections::BTreeMap;

use super::tree::Tree;
use super::{Finding, finding};

/// Every crate that ships, from left to right: a crate depends on those left of it only. Those of one row do not know each
/// other.
const LINE: &[(&str, &[&str])] = &[
    ("leaf", &["lease", "markup"]),
    ("foundation", &["base"]),
    ("foundation", &["web"]),
    ("feature", &["access"]),
    ("feature", &["articles"]),
    ("feature", &["stories"]),
    ("feature", &["about"]),
    ("feature", &["search"]),
    ("feature", &["readers"]),
    ("feature", &["leases"]),
    ("feature", &["subscriptions"]),
    ("feature", &["payments"]),
    ("feature", &["companies"]),
    ("feature", &["reading"]),
    ("feature", &["recommendations"]),
    ("feature", &["comments"]),
    ("feature", &["newsletters"]),
    ("face", &["account", "desk", "admin", "gate"]),
    ("paper", &["gaceta"]),
];

/// Never shipped: these may depend on all of the line, which may depend on them for its tests only.
const WORKSHOP: &[&str] = &[
    "crates/testing/",
    "crates/lease-model/",
    "crates/session-model/",
    "tools/",
    "xtask/",
];

fn row(name: &str) -> Option<usize> {
    LINE.iter().position(|(_, crates)| crates.contains(&name))
}

/// Whether a crate has words of the newspaper and is not the paper itself.
pub fn is_feature_or_face(part: &str) -> bool {
    row(part).is_some_and(|row| matches!(LINE[row].0, "feature" | "face"))
}

/// The rule `line`.
pub fn manifests(tree: &Tree) -> Vec<Finding> {
    let members = members(tree);
    let mut found = Vec::new();
    for (name, folder) in &members {
        let path = format!("{folder}Cargo.toml");
        let text = tree.find(&path).and_then(|file| file.text.as_deref());
        let text = text.unwrap_or_default();
        if WORKSHOP.iter().any(|place| folder.starts_with(place)) {
            continue;
        }
        let Some(own) = row(name) else {
            let advice = format!("`{name}` has no place in the line yet: xtask/src/tidy/line.rs");
            found.push(finding(&path, 1, advice));
            continue;
        };
        for other in depends_on(text) {
            let at = line_of(text, &other);
            let instead = match (row(&other), members.contains_key(other.as_str())) {
                (Some(row), _) if row < own => continue,
                (None, false) => continue,
                (None, true) => "it never ships: take it for tests only, in [dev-dependencies]",
                (Some(row), _) if row == own => "those beside each other do not know each other",
                (Some(_), _) => {
                    "crates look left only: move it left, or let the one on the right ask"
                }
            };
            let kind = LINE[own].0;
            let advice = format!("{name}, a {kind}, may not depend on `{other}`: {instead}");
            found.push(finding(&path, at, advice));
        }
    }
    found
}

/// The crates of the repository with their folders.
fn members(tree: &Tree) -> BTreeMap<&str, &str> {
    let folders = tree
        .files
        .iter()
        .filter_map(|file| file.path.strip_suffix("Cargo.toml"));
    folders
        .filter_map(|folder| Some((folder.strip_suffix('/')?.rsplit('/').next()?, folder)))
        .collect()
}

/// What a crate is built with, tests apart. A crate that a manifest calls otherwise is listed by its own name.
fn depends_on(manifest: &str) -> Vec<String> {
    let table: toml::Table = manifest.parse().unwrap_or_default();
    let mut of_all = vec![&table];
    let targets = table.get("target").and_then(toml::Value::as_table);
    of_all.extend(
        targets
            .into_iter()
            .flat_map(toml::Table::values)
            .filter_map(toml::Value::as_table),
    );
    let sections = of_all.into_iter().flat_map(|table| {
        ["dependencies", "build-dependencies"]
            .into_iter()
            .filter_map(|section| table.get(section)?.as_table())
    });
    sections
        .flatten()
        .map(|(name, how)| {
            let renamed = how.get("package").and_then(toml::Value::as_str);
            renamed.unwrap_or(name).to_owned()
        })
        .collect()
}

/// The line of a manifest that names this crate.
fn line_of(manifest: &str, name: &str) -> usize {
    let names = |line: &str| {
        let quoted = format!("\"{name}\"");
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(['.', ' ', '='])) || line.contains(&quoted)
    };
    manifest.lines().position(names).map_or(1, |at| at + 1)
}

/// What the crate `part` depends on, as it is written in Rust.
pub fn libraries(tree: &Tree, part: &str) -> Vec<String> {
    let manifest = tree.find(&format!("crates/{part}/Cargo.toml"));
    let text = manifest.and_then(|file| file.text.as_deref());
    let all = depends_on(text.unwrap_or_default());
    all.iter().map(|name| name.replace('-', "_")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, manifest: &str) -> Vec<Finding> {
        manifests(&Tree::of(&[
            (path, manifest),
            ("crates/testing/Cargo.toml", ""),
            ("tools/drive/Cargo.toml", ""),
        ]))
    }

    #[test]
    fn crates_look_left_only() {
        let stories = "crates/stories/Cargo.toml";
        let good = "[dependencies]\nbase.workspace = true\narticles.workspace = true\nsqlx = \"1\"\n\
                    [dev-dependencies]\ntesting.workspace = true\nreading.workspace = true\n";
        assert_eq!(of(stories, good), []);
        for bad in [
            "readers.workspace = true",
            "account.workspace = true",
            "gaceta.workspace = true",
            "testing.workspace = true",
            "drive = { path = \"../../tools/drive\" }",
            "other = { package = \"reading\", path = \"../reading\" }",
        ] {
            for section in [
                "dependencies",
                "build-dependencies",
                "target.x.dependencies",
            ] {
                let found = of(stories, &format!("[{section}]\nweb = {{}}\n{bad}\n"));
                assert_eq!(found.len(), 1, "{section}: {bad}");
                assert_eq!(found[0].line, 3, "{section}: {bad}");
            }
        }
    }

    #[test]
    fn faces_see_features_and_no_face() {
        let features = "[dependencies]\nreading = {}\nnewsletters = {}\nweb = {}\n";
        assert_eq!(of("crates/gate/Cargo.toml", features), []);
        let face = "[dependencies]\naccount = {}\n";
        assert_eq!(of("crates/gate/Cargo.toml", face).len(), 1);
    }

    #[test]
    fn the_workshop_sees_all_and_a_new_crate_needs_a_place() {
        let paper = "[dependencies]\ngaceta = {}\ntesting = {}\n";
        assert_eq!(of("tools/workload/Cargo.toml", paper), []);
        assert_eq!(of("crates/obituaries/Cargo.toml", "").len(), 1);
    }
}
