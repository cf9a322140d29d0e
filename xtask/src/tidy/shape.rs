//! How long files are, how modules begin, what types are called, and that nothing is left half done.
//!
//! Deliberately not here: layout, which is rustfmt's, and the length of functions, which is clippy's.

use super::tree::Tree;
use super::{Finding, finding, layout};

const LONGEST_FILE: usize = 600;

/// Files that may be longer: (path, reason).
const LONG_FILES: &[(&str, &str)] = &[];

/// Words that say nothing about what a type is.
const EMPTY_WORDS: &[&str] = &[
    "Manager",
    "Service",
    "Helper",
    "Util",
    "Utils",
    "Processor",
    "Handler",
];

/// Drawers: modules that would hold anything.
const DRAWERS: &[&str] = &[
    "core", "common", "util", "utils", "helpers", "misc", "shared",
];

/// The rule `file-length`.
pub fn file_length(tree: &Tree) -> Vec<Finding> {
    let endings = [".rs", ".mjs", ".js", ".css", ".html", ".sql", ".sh", ".ftl"];
    let mut found = Vec::new();
    for (file, text) in tree.text(&endings) {
        let lines = text.lines().count();
        if lines > LONGEST_FILE && !LONG_FILES.iter().any(|(path, _)| *path == file.path) {
            let advice =
                format!("{lines} lines, and {LONGEST_FILE} are the most: make it a folder");
            found.push(finding(&file.path, lines, advice));
        }
    }
    found
}

/// The rule `module-prose`.
pub fn module_prose(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in tree.rust("") {
        let first_token = source.tokens.first().map_or(usize::MAX, |token| token.line);
        let prose = source
            .comments
            .iter()
            .find(|comment| comment.text.starts_with("//!"));
        if prose.is_none_or(|comment| comment.line > first_token) {
            let advice = "begin with `//!`: what this is, why, and what is deliberately not here";
            found.push(finding(&file.path, 1, advice));
        }
    }
    found
}

/// The rule `type-names`.
pub fn type_names(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in tree.rust("") {
        for pair in source.tokens.windows(2) {
            let kinds = ["struct", "enum", "trait", "type", "union"];
            let (Some(kind), Some(name)) = (pair[0].word(), pair[1].word()) else {
                continue;
            };
            let empty = EMPTY_WORDS.iter().find(|word| name.ends_with(**word));
            if let (true, Some(word)) = (kinds.contains(&kind), empty) {
                let advice = format!(
                    "`{name}`: `{word}` says nothing; take the noun of the newspaper or of the field"
                );
                found.push(finding(&file.path, pair[1].line, advice));
            }
        }
        let spot = layout::source(&file.path);
        let names = spot
            .into_iter()
            .flat_map(|spot| std::iter::once(spot.part).chain(spot.inside.split('/')));
        let drawer = names
            .map(|name| name.strip_suffix(".rs").unwrap_or(name))
            .find(|name| DRAWERS.contains(name));
        if let Some(drawer) = drawer {
            let advice = format!("`{drawer}` is a drawer: name the module by what is in it");
            found.push(finding(&file.path, 1, advice));
        }
    }
    found
}

/// Written apart, so that this file does not find itself.
const MARKS: &[&str] = &[concat!("FIX", "ME"), concat!("X", "XX")];
const MACROS: &[&str] = &["todo", "unimplemented"];

/// The rule `finished`.
pub fn finished(tree: &Tree) -> Vec<Finding> {
    let advice = "close the gap, or name it in an issue";
    let mut found = Vec::new();
    for (file, source) in tree.rust("") {
        for pair in source.tokens.windows(2) {
            let word = pair[0].word().unwrap_or_default();
            if MACROS.contains(&word) && pair[1].is_mark('!') {
                found.push(finding(&file.path, pair[0].line, advice));
            }
        }
        for comment in source
            .comments
            .iter()
            .filter(|comment| has_mark(&comment.text))
        {
            found.push(finding(&file.path, comment.line, advice));
        }
    }
    let endings = [
        ".mjs", ".js", ".css", ".html", ".sql", ".sh", ".ftl", ".md", ".toml", ".yml",
    ];
    for (file, text) in tree.text(&endings) {
        for (at, _) in text.lines().enumerate().filter(|(_, line)| has_mark(line)) {
            found.push(finding(&file.path, at + 1, advice));
        }
    }
    found
}

fn has_mark(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| MARKS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(path: &str, text: &str) -> Tree {
        Tree::of(&[(path, text)])
    }

    #[test]
    fn long_files_are_found() {
        assert_eq!(
            file_length(&one("crates/web/src/a.rs", &"\n".repeat(600))),
            []
        );
        assert_eq!(
            file_length(&one("crates/web/src/a.rs", &"\n".repeat(601))).len(),
            1
        );
        assert_eq!(file_length(&one("README.md", &"\n".repeat(601))), []);
    }

    #[test]
    fn modules_begin_with_prose() {
        assert_eq!(
            module_prose(&one("crates/web/src/a.rs", "//! What it is.\nfn f() {}")),
            []
        );
        assert_eq!(
            module_prose(&one("crates/web/src/a.rs", "// not so\nfn f() {}")).len(),
            1
        );
        assert_eq!(
            module_prose(&one(
                "crates/web/src/a.rs",
                "fn f() {}\nmod a {\n//! late\n}"
            ))
            .len(),
            1
        );
        assert_eq!(module_prose(&one("crates/web/src/a.rs", "")).len(), 1);
    }

    #[test]
    fn empty_words_are_no_names() {
        assert_eq!(
            type_names(&one(
                "crates/web/src/a.rs",
                "struct Desk; enum Handle {} impl Service for X {}"
            )),
            []
        );
        for bad in [
            "struct LeaseManager;",
            "trait Handler {}",
            "type StringUtils = u8;",
        ] {
            assert_eq!(
                type_names(&one("crates/web/src/a.rs", bad)).len(),
                1,
                "{bad}"
            );
        }
        assert_eq!(type_names(&one("crates/web/src/utils.rs", "")).len(), 1);
        assert_eq!(type_names(&one("crates/common/src/a.rs", "")).len(), 1);
    }

    #[test]
    fn gaps_are_found() {
        assert_eq!(
            finished(&one(
                "crates/web/src/a.rs",
                "//! todo lists\nfn todo() { \"todo!()\" }"
            )),
            []
        );
        assert_eq!(
            finished(&one("crates/web/src/a.rs", "fn f() { todo!() }")).len(),
            1
        );
        let mark = format!("// {}: later", MARKS[0]);
        assert_eq!(finished(&one("crates/web/src/a.rs", &mark)).len(), 1);
        assert_eq!(finished(&one("README.md", &mark)).len(), 1);
    }
}
