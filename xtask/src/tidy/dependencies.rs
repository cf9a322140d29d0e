//! What we depend on: licences that deny.toml allows, and none of the crates it bans.
//!
//! `cargo deny check` says the same and more, where it is installed; this reads the same file and needs nothing but cargo.
//! Deliberately not here: advisories, which need the network and a date.

use std::collections::BTreeSet;

use super::tree::Tree;
use super::{Finding, finding};
use drive::{child, root};

/// The rule `dependencies`.
pub fn allowed(tree: &Tree) -> Vec<Finding> {
    let Some(policy) = tree.find("deny.toml").and_then(|file| file.text.as_deref()) else {
        return vec![finding(
            "deny.toml",
            1,
            "is missing: it says what we may depend on",
        )];
    };
    let policy: toml::Table = match policy.parse() {
        Ok(policy) => policy,
        Err(error) => return vec![finding("deny.toml", 1, format!("cannot be read: {error}"))],
    };
    match child::output(built()) {
        Ok(list) => judge(&policy, &list),
        Err(error) => {
            let advice = format!("cargo cannot say what we depend on: {error:#}");
            vec![finding("Cargo.lock", 1, advice)]
        }
    }
}

/// Asks cargo for what is truly built: the lock file also holds crates that no feature of ours switches on.
fn built() -> std::process::Command {
    root::cargo(&[
        "tree",
        "--locked",
        "--workspace",
        "--edges=normal,build",
        "--prefix=none",
        "--format={p}|{l}|",
    ])
}

/// `list` has a line `name vVersion|licence|` for each crate.
fn judge(policy: &toml::Table, list: &str) -> Vec<Finding> {
    let licences = names(policy, &["licenses", "allow"]);
    let banned = names(policy, &["bans", "deny"]);
    let mut found = BTreeSet::new();
    for line in list.lines().filter(|line| !line.is_empty()) {
        let mut parts = line.split('|');
        let name = parts.next().and_then(|part| part.split(' ').next());
        let name = name.unwrap_or_default();
        let expression = parts.next().unwrap_or_default();
        if banned.iter().any(|ban| ban == name) {
            found.insert(format!(
                "`{name}` is banned and has come in: see `cargo tree -i {name}`"
            ));
        }
        if !permits(expression, &licences) {
            found.insert(format!(
                "`{name}` has the licence `{expression}`, which is not on the list"
            ));
        }
    }
    found
        .into_iter()
        .map(|advice| finding("deny.toml", 1, advice))
        .collect()
}

/// The strings of a list, or the `crate`/`name` of its tables.
fn names(policy: &toml::Table, path: &[&str]) -> Vec<String> {
    let list = policy.get(path[0]).and_then(|table| table.get(path[1]));
    let entry = |value: &toml::Value| {
        let inner = value.get("crate").or_else(|| value.get("name"));
        inner.unwrap_or(value).as_str().map(str::to_owned)
    };
    list.and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(entry)
        .collect()
}

/// Whether we may use something under this SPDX expression: one side of every OR, both of every AND.
fn permits(expression: &str, allowed: &[String]) -> bool {
    let apart = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = apart.split_whitespace().collect();
    let mut at = 0;
    let verdict = either(&words, &mut at, allowed);
    verdict && at == words.len()
}

fn either(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut verdict = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        verdict |= both(words, at, allowed);
    }
    verdict
}

fn both(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut verdict = licence(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        verdict &= licence(words, at, allowed);
    }
    verdict
}

fn licence(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    if *word == "(" {
        let verdict = either(words, at, allowed);
        *at += 1;
        return verdict;
    }
    let mut name = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        name = format!(
            "{name} WITH {}",
            words.get(*at + 1).copied().unwrap_or_default()
        );
        *at += 2;
    }
    allowed.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licence_expressions_are_understood() {
        let allowed = [
            "MIT".to_owned(),
            "Apache-2.0".to_owned(),
            "Apache-2.0 WITH LLVM-exception".to_owned(),
        ];
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0/MIT",
            "(GPL-3.0 OR MIT) AND Apache-2.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(permits(good, &allowed), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR GPL-3.0) AND GPL-3.0",
            "GPL-3.0 WITH LLVM-exception",
            "MIT Apache-2.0",
        ] {
            assert!(!permits(bad, &allowed), "{bad}");
        }
    }

    #[test]
    fn banned_crates_and_unknown_licences_are_found() {
        let policy = "[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{ crate = \"openssl\" }]\n";
        let policy: toml::Table = policy.parse().unwrap();
        let judged = |list| judge(&policy, list).len();
        assert_eq!(judged("a v1.0.0|MIT|\na v1.0.0|MIT| (*)\n"), 0);
        assert_eq!(judged("openssl v1.0.0|MIT|"), 1);
        assert_eq!(judged("a v1.0.0|AGPL-3.0|\nb v1.0.0||"), 2);
    }
}
