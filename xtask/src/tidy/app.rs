//! Who may name `App`, the paper put together: whoever has it can reach everything.
//!
//! Deliberately not here: which crate may depend on which (`line.rs`).

use super::tree::Tree;
use super::{Finding, finding};

/// Where `App` may be named, and whether each file there counts: where parts are put together it does, where they are
/// tried out it does not.
const APP: &[(&str, bool)] = &[
    ("crates/gaceta/src/", true),
    ("crates/gaceta/tests/", false),
    ("crates/testing/", false),
    ("tools/workload/", false),
];

/// With more files than this, `App` is a back door again.
const MOST_WITH_APP: usize = 15;

/// The rule `app`.
pub fn named(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, line, place) in who_names_app(tree) {
        if place.is_none() {
            let advice = "`App` is named where parts are put together: take the parts that you use";
            found.push(finding(path, line, advice));
        }
    }
    let count = count(tree);
    if count > MOST_WITH_APP {
        let advice = format!("{count} files name `App`, and {MOST_WITH_APP} are the most");
        found.push(finding("crates/gaceta/src/app.rs", 1, advice));
    }
    found
}

/// How many files name `App`, for people.
pub fn told(tree: &Tree) -> String {
    let count = count(tree);
    format!("App is named in {count} files outside tests and tools ({MOST_WITH_APP} at most)")
}

fn count(tree: &Tree) -> usize {
    let all = who_names_app(tree).into_iter();
    all.filter(|(.., place)| place.is_none_or(|counts| counts))
        .count()
}

/// (path, line, whether its place counts, if it has one) of files that name `App`, without the tests of the paper.
fn who_names_app(tree: &Tree) -> Vec<(&str, usize, Option<bool>)> {
    let mut found = Vec::new();
    for (file, source) in tree.rust("") {
        let place = APP.iter().find(|(place, _)| file.path.starts_with(place));
        let place = place.map(|(_, counts)| *counts);
        // A feature's tests have a `TestPaper`, not the `App`.
        let mut tokens = source
            .tokens
            .iter()
            .filter(|token| place.is_none() || !token.in_test);
        if let Some(token) = tokens.find(|token| token.is("App")) {
            found.push((file.path.as_str(), token.line, place));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn app_is_named_where_parts_are_put_together() {
        let files = |path: &str| {
            let tree = Tree::of(&[
                ("crates/gaceta/src/app.rs", "pub struct App;"),
                ("crates/gaceta/tests/it/main.rs", "use gaceta::App;"),
                ("crates/testing/src/lib.rs", "use gaceta::App;"),
                (path, "mod tests { fn f(app: &App) {} } // App"),
            ]);
            (count(&tree), named(&tree).len())
        };
        assert_eq!(files("crates/gaceta/src/cli/serve.rs"), (2, 0));
        assert_eq!(files("tools/workload/src/main.rs"), (1, 0));
        assert_eq!(files("tools/bench/src/main.rs"), (2, 1));
        assert_eq!(files("crates/articles/src/pages.rs"), (2, 1));
        assert_eq!(files("crates/articles/tests/it.rs"), (2, 1));
    }

    #[test]
    fn fifteen_files_with_app_are_enough() {
        let paths: Vec<String> = (0..=MOST_WITH_APP)
            .map(|n| format!("crates/gaceta/src/cli/a{n}.rs"))
            .collect();
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "App")).collect();
        assert_eq!(named(&Tree::of(&files)).len(), 1);
        assert_eq!(named(&Tree::of(&files[1..])), []);
    }
}
