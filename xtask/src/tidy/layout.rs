//! Where things live: the one place that knows the folders of the application.
//!
//! One crate has its sources in `src`, a folder for each part; crates by feature have theirs in `crates/NAME/src`. Templates,
//! texts and migrations stand in folders of those names, at the top or inside of a crate. Deliberately not here: what may
//! stand in any of them.

/// The place of a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot<'a> {
    /// The feature, face or foundation that it is of: `articles`, `base`.
    pub part: &'a str,
    /// The path inside of that: `store/cards.rs`.
    pub inside: &'a str,
}

impl std::fmt::Display for Spot<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.inside, self.part)
    }
}

impl Spot<'_> {
    /// Whether SQL may stand there.
    pub fn is_store(self) -> bool {
        self.part == "base"
            || self.inside.starts_with("store/")
            || self.inside == "store.rs"
            || self.inside.contains("/store/")
            || self.inside.ends_with("/store.rs")
    }
}

/// The place of `crates/articles/src/store.rs` and of `src/articles/store.rs`; nothing for what is no source of a crate.
pub fn source(path: &str) -> Option<Spot<'_>> {
    if let Some((part, rest)) = in_crate(path) {
        let inside = rest.strip_prefix("src/")?;
        return Some(Spot { part, inside });
    }
    let rest = path.strip_prefix("src/")?;
    let (part, inside) = match rest.split_once('/') {
        Some(both) => both,
        None => (rest.strip_suffix(".rs")?, rest),
    };
    Some(Spot { part, inside })
}

/// The module of a source, from the root of all: `["articles", "store"]`.
pub fn module(path: &str) -> Vec<String> {
    let (own, rest) = in_crate(path).map_or((None, path), |(name, rest)| (Some(name), rest));
    let inside = rest.strip_prefix("src/").unwrap_or(rest);
    let inside = inside.strip_suffix(".rs").unwrap_or(inside);
    let mut parts: Vec<String> = own.map(|name| name.replace('-', "_")).into_iter().collect();
    parts.extend(inside.split('/').map(str::to_owned));
    let last = parts.last().map(String::as_str);
    if matches!(last, Some("mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

/// Whether this is a template.
pub fn is_template(path: &str) -> bool {
    at_top(path).starts_with("templates/")
}

/// The language of a file of texts.
pub fn language(path: &str) -> Option<&str> {
    let (language, name) = at_top(path).strip_prefix("locales/")?.split_once('/')?;
    name.ends_with(".ftl").then_some(language)
}

/// Where the same texts stand in another language.
pub fn in_language(path: &str, language: &str) -> String {
    let top = at_top(path);
    let before = &path[..path.len() - top.len()];
    let name = top.splitn(3, '/').nth(2).unwrap_or_default();
    format!("{before}locales/{language}/{name}")
}

/// An engine of databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Whether this is a migration; and if it is one engine's, which, and where the other's stands.
pub fn migration(path: &str) -> Option<Option<(Engine, String)>> {
    if !at_top(path).starts_with("migrations/") || !path.ends_with(".sql") {
        return None;
    }
    let names = [(Engine::Sqlite, "sqlite"), (Engine::Postgres, "postgres")];
    for ((engine, own), (_, other)) in names.iter().zip(names.iter().rev()) {
        for [before, after] in [["/", "/"], [".", ".sql"]] {
            let (own, other) = (
                format!("{before}{own}{after}"),
                format!("{before}{other}{after}"),
            );
            if path.contains(&own) {
                return Some(Some((*engine, path.replace(&own, &other))));
            }
        }
    }
    Some(None)
}

/// (name of the crate, path in it)
fn in_crate(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("crates/")?.split_once('/')
}

/// The path from the top of its crate, or of the repository.
fn at_top(path: &str) -> &str {
    in_crate(path).map_or(path, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_found_in_both_layouts() {
        let spot = |part, inside| Some(Spot { part, inside });
        for (path, wanted) in [
            (
                "src/articles/store/cards.rs",
                spot("articles", "store/cards.rs"),
            ),
            (
                "crates/articles/src/store/cards.rs",
                spot("articles", "store/cards.rs"),
            ),
            ("src/app.rs", spot("app", "app.rs")),
            ("crates/gaceta/src/app.rs", spot("gaceta", "app.rs")),
            ("crates/base/tests/db.rs", None),
            ("xtask/src/main.rs", None),
        ] {
            assert_eq!(source(path), wanted, "{path}");
        }
        let store = |path| source(path).unwrap().is_store();
        assert!(store("crates/articles/src/store.rs") && store("src/articles/store/cards.rs"));
        assert!(store("src/base/jobs.rs") && !store("crates/articles/src/bookstore.rs"));
    }

    #[test]
    fn modules_of_files() {
        assert_eq!(module("src/lib.rs"), Vec::<String>::new());
        assert_eq!(module("src/web/mod.rs"), ["web"]);
        assert_eq!(module("crates/web/src/lib.rs"), ["web"]);
        for path in [
            "src/articles/store/feeds.rs",
            "crates/articles/src/store/feeds.rs",
        ] {
            assert_eq!(module(path), ["articles", "store", "feeds"]);
        }
    }

    #[test]
    fn texts_and_templates_are_found_in_both_layouts() {
        assert_eq!(language("locales/en/a.ftl"), Some("en"));
        assert_eq!(language("crates/web/locales/es/a.ftl"), Some("es"));
        assert_eq!(language("crates/web/src/locales.rs"), None);
        assert_eq!(in_language("locales/en/a.ftl", "es"), "locales/es/a.ftl");
        let twin = in_language("crates/web/locales/en/b/a.ftl", "es");
        assert_eq!(twin, "crates/web/locales/es/b/a.ftl");
        assert!(is_template("templates/a.html") && is_template("crates/web/templates/a.html"));
    }

    #[test]
    fn a_migration_of_one_engine_has_a_twin() {
        assert_eq!(migration("migrations/0001_first.sql"), Some(None));
        assert_eq!(migration("src/base/a.sql"), None);
        for (path, engine, twin) in [
            (
                "migrations/sqlite/1.sql",
                Engine::Sqlite,
                "migrations/postgres/1.sql",
            ),
            (
                "migrations/2_b.postgres.sql",
                Engine::Postgres,
                "migrations/2_b.sqlite.sql",
            ),
        ] {
            assert_eq!(migration(path), Some(Some((engine, twin.to_owned()))));
        }
    }
}
