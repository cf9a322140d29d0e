//! Where things live: the one place that knows the folders of the application.
//!
//! A crate has its sources in `crates/NAME/src`, and beside them its `templates` and its `locales`, a folder for each
//! language. Deliberately not here: what may stand in any of them, and the schema, which is in one folder for all
//! (`migrations.rs`).

/// Crates in `crates/` that never ship: people for tests, and the model that is checked.
const WORKSHOP: &[&str] = &["testing", "lease-model", "session-model"];

/// The place of a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot<'a> {
    /// The crate that it is of: `articles`, `base`.
    pub part: &'a str,
    /// The path inside of its `src`: `store/cards.rs`.
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
        self.part == "base" || self.is_module("store")
    }

    /// Whether it is of a module of this name, wherever that stands in the crate.
    pub fn is_module(self, name: &str) -> bool {
        let inside = self.inside.strip_suffix(".rs").unwrap_or(self.inside);
        inside.split('/').any(|module| module == name)
    }
}

/// The place of `crates/articles/src/store.rs`; nothing for what is no source of a crate that ships.
pub fn source(path: &str) -> Option<Spot<'_>> {
    let (part, rest) = in_crate(path)?;
    let inside = rest.strip_prefix("src/")?;
    (!WORKSHOP.contains(&part)).then_some(Spot { part, inside })
}

/// The module that a source is, from the root of its crate: `["store", "cards"]`.
pub fn module(inside: &str) -> Vec<String> {
    let inside = inside.strip_suffix(".rs").unwrap_or(inside);
    let mut parts: Vec<String> = inside.split('/').map(str::to_owned).collect();
    let last = parts.last().map(String::as_str);
    if matches!(last, Some("mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

/// Whether this is a template.
pub fn is_template(path: &str) -> bool {
    in_crate(path).is_some_and(|(_, rest)| rest.starts_with("templates/"))
}

/// The language of a file of texts.
pub fn language(path: &str) -> Option<&str> {
    let (_, rest) = in_crate(path)?;
    let (language, name) = rest.strip_prefix("locales/")?.split_once('/')?;
    name.ends_with(".ftl").then_some(language)
}

/// Where the texts that stand at `path` are in another language.
pub fn in_language(path: &str, language: &str) -> String {
    let mut folders: Vec<&str> = path.split('/').collect();
    // crates/NAME/locales/LANGUAGE/..
    if let Some(own) = folders.get_mut(3) {
        *own = language;
    }
    folders.join("/")
}

/// (name of the crate, path in it)
fn in_crate(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("crates/")?.split_once('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_those_of_crates_that_ship() {
        let spot = |part, inside| Some(Spot { part, inside });
        for (path, wanted) in [
            (
                "crates/articles/src/store/cards.rs",
                spot("articles", "store/cards.rs"),
            ),
            ("crates/gaceta/src/app.rs", spot("gaceta", "app.rs")),
            ("crates/base/tests/db.rs", None),
            ("crates/testing/src/lib.rs", None),
            ("xtask/src/main.rs", None),
            ("src/app.rs", None),
        ] {
            assert_eq!(source(path), wanted, "{path}");
        }
    }

    #[test]
    fn stores_are_known_by_their_name() {
        let store = |path| source(path).is_some_and(Spot::is_store);
        assert!(store("crates/articles/src/store.rs"));
        assert!(store("crates/articles/src/store/cards.rs"));
        assert!(store("crates/base/src/jobs.rs"));
        assert!(!store("crates/articles/src/bookstore.rs"));
        assert!(!store("crates/store/src/pages.rs"));
    }

    #[test]
    fn modules_of_files() {
        assert_eq!(module("lib.rs"), Vec::<String>::new());
        assert_eq!(module("pages/mod.rs"), ["pages"]);
        assert_eq!(module("store/feeds.rs"), ["store", "feeds"]);
    }

    #[test]
    fn texts_and_templates_are_found() {
        assert_eq!(language("crates/web/locales/es/a.ftl"), Some("es"));
        assert_eq!(language("crates/web/src/locales.rs"), None);
        let twin = in_language("crates/web/locales/en/b/a.ftl", "es");
        assert_eq!(twin, "crates/web/locales/es/b/a.ftl");
        assert!(is_template("crates/web/templates/a.html"));
        assert!(!is_template("crates/web/src/templates/a.rs"));
    }
}
