//! What decisions may see, and how stores and decisions refuse.
//!
//! A decision stands in `rules.rs` of its crate. It sees values, and other decisions. Deliberately not here: which crate
//! may see which (`line.rs`).

use std::collections::BTreeSet;

use super::layout::{self, Spot};
use super::names::{self, Named};
use super::tree::Tree;
use super::{Finding, finding, line};

/// The parts of `base` that a decision may see: they are values, and do nothing.
const VALUES: &[&str] = &["time", "id", "money", "lang"];

/// Crates that are decisions from end to end. They keep the rule everywhere, and other decisions may name them.
const ALL_RULES: &[&str] = &["access"];

/// Single names that a decision may use: (path, reason).
const PURE_NAMES: &[(&str, &str)] = &[
    (
        "base::db::text_enum",
        "a macro that says beside an enum how it is spelled in a column; it runs nothing",
    ),
    (
        "base::text_column",
        "the same for a type whose text is checked when it is parsed",
    ),
    (
        "lettre::message::Mailbox",
        "an address as the library that sends our mail reads it; it sends nothing",
    ),
];

/// Crates whose types a decision may use.
const PURE_CRATES: &[&str] = &[
    "std",
    "core",
    "alloc",
    "lease",
    "markup",
    "serde",
    // Tables of Unicode and what follows from them.
    "idna",
    "unicode_normalization",
];

/// Where a failure is a value of a type that says what it can be; elsewhere in a feature this is the aim.
const TYPED: &[&str] = &["rules", "store"];

fn is_rules(spot: Spot) -> bool {
    spot.is_module("rules") || ALL_RULES.contains(&spot.part)
}

/// The rule `pure-rules`.
pub fn rules(tree: &Tree) -> Vec<Finding> {
    let handed_on = handed_on(tree);
    let mut found = Vec::new();
    for (file, source, spot) in tree.sources().filter(|(.., spot)| is_rules(*spot)) {
        let decision = Decision {
            part: spot.part,
            module: layout::module(spot.inside),
            libraries: line::libraries(tree, spot.part),
            handed_on: &handed_on,
        };
        for named in names::named(&source.tokens, &decision.module) {
            if named.in_test || decision.may_see(&named) {
                continue;
            }
            let advice = format!(
                "decisions see std, base::{{time,id,money,lang}}, the leaf crates and other rules, not `{}`: hand the value in",
                named.segments.join("::")
            );
            found.push(finding(&file.path, named.line, advice));
        }
        let waits = |word: &str| word == "async" || word == "await";
        for token in source.tokens.iter().filter(|token| !token.in_test) {
            if token.word().is_some_and(waits) {
                let advice = "decisions do not wait: fetch first, decide then";
                found.push(finding(&file.path, token.line, advice));
            }
        }
    }
    found
}

/// A file of decisions.
struct Decision<'a> {
    part: &'a str,
    module: Vec<String>,
    /// What its crate depends on.
    libraries: Vec<String>,
    handed_on: &'a BTreeSet<String>,
}

impl Decision<'_> {
    fn may_see(&self, named: &Named) -> bool {
        let path = named.segments.join("::");
        let first = named.segments[0].as_str();
        let of_rules = named.segments.iter().any(|part| part == "rules");
        if named.of_crate {
            // Its own inline modules, and rules of this crate.
            return ALL_RULES.contains(&self.part)
                || named.segments.starts_with(&self.module)
                || of_rules
                || self.handed_on.contains(&format!("{}::{path}", self.part));
        }
        let foreign = named.imported || self.libraries.iter().any(|name| name == first);
        let second = named.segments.get(1).map(String::as_str);
        !foreign
            || first.starts_with(char::is_uppercase)
            || PURE_CRATES.contains(&first)
            || ALL_RULES.contains(&first)
            || first == "base" && second.is_some_and(|part| VALUES.contains(&part))
            || PURE_NAMES.iter().any(|(name, _)| *name == path)
            || of_rules
            || self.handed_on.contains(&path)
    }
}

/// Names that a crate hands on from its `rules`, such as `readers::ReaderId`: they are rules by another address.
fn handed_on(tree: &Tree) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, source, spot) in tree.sources().filter(|(.., spot)| spot.inside == "lib.rs") {
        for named in names::named(&source.tokens, &[]) {
            if let ([first, .., name], true) = (named.segments.as_slice(), named.imported)
                && first == "rules"
            {
                found.insert(format!("{}::{name}", spot.part));
            }
        }
    }
    found
}

/// The rule `typed-refusals`.
pub fn refusals(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source, spot) in tree.sources() {
        let typed = TYPED.iter().any(|module| spot.is_module(module));
        if !typed || !line::is_feature_or_face(spot.part) {
            continue;
        }
        let mut tokens = source.tokens.iter().filter(|token| !token.in_test);
        if let Some(token) = tokens.find(|token| token.is("anyhow")) {
            let advice = "an enum says what can go wrong here, and whoever asked can tell a person; \
                          `anyhow` is for the command line";
            found.push(finding(&file.path, token.line, advice));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[dependencies]\nsqlx = \"1\"\nserde = \"1\"\nbase.workspace = true\n";

    fn pure(path: &str, text: &str) -> Vec<Finding> {
        rules(&Tree::of(&[
            ("crates/articles/Cargo.toml", MANIFEST),
            ("crates/articles/src/lib.rs", "pub use rules::Slug;"),
            (path, text),
        ]))
    }

    #[test]
    fn decisions_see_values_and_other_decisions() {
        let rules = "crates/articles/src/rules.rs";
        let good = "use std::fmt; use base::time::UnixMillis; use access::Pass; use serde::Serialize; use base::db::text_enum; \
                    use super::rules::x; use readers::rules::ReaderId; use crate::Slug; \
                    fn f() { UnixMillis::new(); self::g(); base::id::Id::new() } #[cfg(test)] mod t { use proptest::p; }";
        assert_eq!(pure(rules, good), []);
        for bad in [
            "use sqlx::Row;",
            "fn f() { sqlx::query(\"\") }",
            "use base::db::Tx;",
            "fn f(tx: &mut base::db::Tx) {}",
            "use crate::store;",
            "use crate::Catalog;",
            "use readers::Sessions;",
            "async fn f() {}",
        ] {
            assert_eq!(pure(rules, bad).len(), 1, "{bad}");
            let deep = "crates/articles/src/rules/deep.rs";
            assert_eq!(pure(deep, bad).len(), 1, "{bad}");
        }
        assert_eq!(pure(rules, "use super::pages::x;").len(), 1);
        assert_eq!(pure("crates/articles/src/store.rs", "use sqlx::Row;"), []);
    }

    #[test]
    fn a_crate_of_decisions_keeps_the_rule_everywhere() {
        let doors = "crates/access/src/doors.rs";
        assert_eq!(pure(doors, "use sqlx::Row;").len(), 1);
        assert_eq!(pure(doors, "use crate::Pass;"), []);
    }

    #[test]
    fn what_a_crate_hands_on_from_its_rules_is_a_rule() {
        let tree = |handed_on: &str| {
            rules(&Tree::of(&[
                ("crates/readers/src/lib.rs", handed_on),
                (
                    "crates/subscriptions/src/rules.rs",
                    "use readers::ReaderId;",
                ),
            ]))
        };
        assert_eq!(tree("pub mod rules; pub use rules::{Email, ReaderId};"), []);
        assert_eq!(tree("pub use self::rules::ReaderId;"), []);
        assert_eq!(tree("pub use store::ReaderId;").len(), 1);
    }

    #[test]
    fn decisions_and_stores_refuse_by_a_type() {
        let text = "fn f() -> anyhow::Result<()> { anyhow::bail!(\"no\") } fn g() -> anyhow::Result<()> {}";
        for (path, count) in [
            ("crates/articles/src/rules.rs", 1),
            ("crates/articles/src/store/cards.rs", 1),
            ("crates/account/src/rules.rs", 1),
            ("crates/articles/src/publish.rs", 0),
            ("crates/gaceta/src/cli/rules.rs", 0),
        ] {
            assert_eq!(refusals(&Tree::of(&[(path, text)])).len(), count, "{path}");
        }
        let test = "#[cfg(test)] mod tests { fn f() -> anyhow::Result<()> {} }";
        let tree = Tree::of(&[("crates/articles/src/store.rs", test)]);
        assert_eq!(refusals(&tree), []);
    }
}
