//! Which way things may look, and what decisions may see.
//!
//! `main -> web/router -> desk, admin -> features -> base`, and the features in one line. The tables here are the
//! architecture: a new module at the top of `src/` needs its place in them. Deliberately not here: the leaf crates, which
//! cannot look back at all.

use std::collections::BTreeSet;

use super::names::{self, Named};
use super::tree::Tree;
use super::{Finding, finding};

/// The features, in the order in which they may look: never to the right.
pub const FEATURES: &[&str] = &[
    "access",
    "articles",
    "stories",
    "readers",
    "subscriptions",
    "leases",
    "reading",
    "newsletters",
];

/// Faces: pages only. They look at features and own nothing.
const FACES: &[&str] = &["desk", "admin", "nodes"];

/// Puts the paper together, so it sees all of it. Nobody looks at these, but each other.
const TOP: &[&str] = &["main", "lib", "cli", "demo", "jobs", "background"];

/// Handed to everybody: the paper that runs.
const APP: &[&str] = &["app", "App"];

/// What `web` may see of features, apart from its router: (file, feature, reason).
const WEB_SEES: &[(&str, &str, &str)] = &[];

/// The parts of `base` that a decision may see: they are values, and do nothing.
const VALUES: &[&str] = &["time", "id", "money", "lang"];

/// Features that are decisions from end to end. They keep the rule everywhere, and other decisions may name them.
const ALL_RULES: &[&str] = &["access"];

/// Single names that a decision may use: (path, reason).
const PURE_NAMES: &[(&str, &str)] = &[(
    "base::db::text_enum",
    "a macro that says beside an enum how it is spelled in a column; it runs nothing",
)];

/// Crates whose types a decision may use.
const PURE_CRATES: &[&str] = &["std", "core", "alloc", "lease", "markup", "serde"];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Top,
    App,
    Router,
    Face(usize),
    Feature(usize),
    Web,
    Base,
}

/// Where a module stands; nothing for one that no table knows.
fn place(module: &[String]) -> Option<Place> {
    let Some(first) = module.first().map(String::as_str) else {
        return Some(Place::Top);
    };
    let index = |table: &[&str]| table.iter().position(|name| *name == first);
    if TOP.contains(&first) {
        Some(Place::Top)
    } else if APP.contains(&first) {
        Some(Place::App)
    } else if first == "web" {
        let second = module.get(1).map(String::as_str);
        Some(if second == Some("router") {
            Place::Router
        } else {
            Place::Web
        })
    } else if first == "base" {
        Some(Place::Base)
    } else if let Some(at) = index(FACES) {
        Some(Place::Face(at))
    } else {
        index(FEATURES).map(Place::Feature)
    }
}

fn may_look(from: Place, to: Place) -> bool {
    match (from, to) {
        (_, Place::App) | (Place::Top | Place::App, _) => true,
        (_, Place::Top) => false,
        (Place::Router, _) => true,
        // Inside `web` they know each other.
        (Place::Web, Place::Router) => true,
        (_, Place::Router) => false,
        (Place::Face(own), Place::Face(other)) => own == other,
        (Place::Face(_), _) => true,
        (_, Place::Face(_)) => false,
        (Place::Feature(own), Place::Feature(other)) => other <= own,
        (_, Place::Feature(_)) => false,
        (Place::Base, to) => to == Place::Base,
        (Place::Feature(_) | Place::Web, Place::Web | Place::Base) => true,
    }
}

/// The rule `import-order`.
pub fn import_order(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in tree.rust("src/") {
        let module = names::module_of(&file.path);
        let Some(from) = place(&module) else {
            let advice = format!(
                "`{}` has no place yet: give it one in xtask/src/tidy/order.rs",
                module[0]
            );
            found.push(finding(&file.path, 1, advice));
            continue;
        };
        let all = names::named(&source.tokens, &module);
        for named in all
            .iter()
            .filter(|n| n.of_crate && !n.in_test && !n.is_macro)
        {
            let Some(to) = place(&named.segments) else {
                continue;
            };
            if named.segments.is_empty() || may_look(from, to) || excepted(&file.path, from, named)
            {
                continue;
            }
            let advice = format!(
                "{} may not look at `{}`: {}",
                module.join("::"),
                named.segments.join("::"),
                instead(from, to)
            );
            found.push(finding(&file.path, named.line, advice));
        }
    }
    found
}

fn excepted(path: &str, from: Place, named: &Named) -> bool {
    from == Place::Web
        && WEB_SEES
            .iter()
            .any(|(file, feature, _)| *file == path && named.segments[0] == *feature)
}

fn instead(from: Place, to: Place) -> &'static str {
    match (from, to) {
        (_, Place::Router) => "the router looks at pages, never the other way; take a route's name",
        (Place::Feature(_), Place::Feature(_)) => {
            "features look left only; move it left, or let the feature on the right ask"
        }
        (Place::Base, _) => "base knows no newspaper words; hand the value in",
        (Place::Web, _) => "web is used by every feature; hand the value in",
        (Place::Face(_), Place::Face(_)) => "faces do not know each other; move it into a feature",
        _ => "see design of the house in ARCHITECTURE.md",
    }
}

fn is_rules(path: &str) -> bool {
    let by_name = path.ends_with("/rules.rs") || path.contains("/rules/");
    let mut all = ALL_RULES.iter();
    path.starts_with("src/") && by_name
        || all.any(|feature| path.starts_with(&format!("src/{feature}/")))
}

/// The rule `pure-rules`.
pub fn pure_rules(tree: &Tree) -> Vec<Finding> {
    let libraries = libraries(tree);
    let handed_on = handed_on(tree);
    let mut found = Vec::new();
    for (file, source) in tree.rust("src/") {
        if !is_rules(&file.path) {
            continue;
        }
        let module = names::module_of(&file.path);
        for named in names::named(&source.tokens, &module) {
            let of_rules = named.of_crate && handed_on.contains(&named.segments.join("::"));
            if named.in_test || of_rules || pure(&named, &module, &libraries) {
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

/// Names that a feature hands on from its `rules`, such as `readers::ReaderId`: they are rules by another address.
fn handed_on(tree: &Tree) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (file, source) in tree.rust("src/") {
        let module = names::module_of(&file.path);
        let ([feature], true) = (module.as_slice(), file.path.ends_with("/mod.rs")) else {
            continue;
        };
        let all = names::named(&source.tokens, &module);
        for named in all.iter().filter(|named| named.imported) {
            // Inside `readers/mod.rs` it is `use rules::..` or `use self::rules::..`.
            let own = match named.segments.as_slice() {
                [first, rest @ ..] if named.of_crate && first == feature => rest,
                all => all,
            };
            if let ([first, .., name], true) = (own, own.len() > 1)
                && first == "rules"
            {
                found.insert(format!("{feature}::{name}"));
            }
        }
    }
    found
}

fn pure(named: &Named, module: &[String], libraries: &[String]) -> bool {
    let first = named.segments[0].as_str();
    if !named.of_crate {
        let foreign = named.imported || libraries.iter().any(|name| name == first);
        return !foreign || PURE_CRATES.contains(&first) || first.starts_with(char::is_uppercase);
    }
    let second = named.segments.get(1).map(String::as_str);
    let of_base = first == "base" && second.is_some_and(|part| VALUES.contains(&part));
    let path = named.segments.join("::");
    of_base
        || PURE_NAMES.iter().any(|(name, _)| *name == path)
        // Its own inline modules, and rules of any feature.
        || named.segments.starts_with(module)
        || named.segments.iter().any(|part| part == "rules")
        || ALL_RULES.contains(&first)
}

/// The crates that the application depends on, as they are written in Rust.
fn libraries(tree: &Tree) -> Vec<String> {
    let manifest = tree
        .find("Cargo.toml")
        .and_then(|file| file.text.as_deref());
    let table: toml::Table = manifest
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let dependencies = table.get("dependencies").and_then(toml::Value::as_table);
    dependencies
        .into_iter()
        .flat_map(toml::Table::keys)
        .map(|name| name.replace('-', "_"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(path: &str, text: &str) -> Vec<Finding> {
        import_order(&Tree::of(&[(path, text)]))
    }

    fn pure(path: &str, text: &str) -> Vec<Finding> {
        pure_rules(&Tree::of(&[
            (
                "Cargo.toml",
                "[dependencies]\nsqlx = \"1\"\nserde = \"1\"\n",
            ),
            (path, text),
        ]))
    }

    #[test]
    fn features_look_left() {
        let good = "use crate::{access::Pass, base::db::Tx, web::view, App};";
        assert_eq!(order("src/articles/pages.rs", good), []);
        for bad in [
            "use crate::readers::Reader;",
            "fn f() { super::super::leases::open() }",
            "use crate::{base, reading::{page, wall}};",
            "use crate::web::router::routes;",
            "use crate::desk;",
            "use crate::cli;",
        ] {
            assert!(!order("src/articles/pages.rs", bad).is_empty(), "{bad}");
        }
    }

    #[test]
    fn web_and_base_know_no_feature_but_the_router_knows_all() {
        let text = "use crate::articles::routes;";
        assert_eq!(order("src/web/router.rs", text), []);
        assert_eq!(order("src/web/view.rs", text).len(), 1);
        assert_eq!(order("src/base/mail.rs", text).len(), 1);
        assert_eq!(order("src/base/mail.rs", "use crate::web::view;").len(), 1);
        assert_eq!(
            order("src/base/mail.rs", "use crate::App; use super::time;"),
            []
        );
    }

    #[test]
    fn the_top_sees_everything_and_faces_see_features() {
        assert_eq!(order("src/cli/serve.rs", "use crate::web::router;"), []);
        assert_eq!(
            order("src/desk/pages.rs", "use crate::newsletters::list;"),
            []
        );
        assert_eq!(order("src/desk/pages.rs", "use crate::admin::x;").len(), 1);
        assert_eq!(order("src/lib.rs", "pub mod web; pub use app::App;"), []);
    }

    #[test]
    fn a_module_without_a_place_is_reported() {
        assert_eq!(order("src/common/mod.rs", "").len(), 1);
    }

    #[test]
    fn tests_may_look_anywhere() {
        let text = "#[cfg(test)] mod tests { use crate::newsletters::x; }";
        assert_eq!(order("src/access/rules.rs", text), []);
    }

    #[test]
    fn what_a_feature_hands_on_from_its_rules_is_a_rule() {
        let tree = |handed_on: &str| {
            pure_rules(&Tree::of(&[
                ("src/readers/mod.rs", handed_on),
                (
                    "src/subscriptions/rules.rs",
                    "use crate::readers::ReaderId;",
                ),
            ]))
        };
        assert_eq!(tree("pub mod rules; pub use rules::{Email, ReaderId};"), []);
        assert_eq!(tree("pub use self::rules::ReaderId;"), []);
        assert_eq!(tree("pub use store::ReaderId;").len(), 1);
    }

    #[test]
    fn decisions_see_values_and_other_decisions() {
        let good = "use std::fmt; use crate::base::time::Millis; use crate::access::rules::Pass; use serde::Serialize; \
                    use super::rules::x; fn f() { Millis::new(); self::g() } #[cfg(test)] mod t { use proptest::p; }";
        assert_eq!(pure("src/articles/rules.rs", good), []);
        for bad in [
            "use sqlx::Row;",
            "fn f() { sqlx::query(\"\") }",
            "use crate::base::db::Tx;",
            "use crate::articles::store;",
            "async fn f() {}",
        ] {
            assert_eq!(pure("src/articles/rules.rs", bad).len(), 1, "{bad}");
            assert_eq!(pure("src/articles/rules/deep.rs", bad).len(), 1, "{bad}");
        }
        assert_eq!(
            pure("src/articles/rules.rs", "use super::pages::x;").len(),
            1
        );
        assert_eq!(pure("src/articles/store.rs", "use sqlx::Row;"), []);
        let named = "use crate::access::Pass; use crate::base::db::text_enum;";
        assert_eq!(pure("src/articles/rules.rs", named), []);
        assert_eq!(pure("src/access/doors.rs", "use sqlx::Row;").len(), 1);
    }
}
