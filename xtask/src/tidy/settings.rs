//! Every setting of `gaceta.toml` is obeyed by somebody.
//!
//! A setting counts as read where its field is taken in a file that also names its section, as a field (`config.reading`)
//! or as a type (`&Reading`); not in the configuration itself, which reads all of them to check them. Deliberately not here:
//! whether it is obeyed rightly, and whether the file lists them all, which tests decide.

use std::collections::BTreeSet;

use super::lexer::Source;
use super::tree::Tree;
use super::{Finding, finding, layout};

/// Settings that the configuration itself makes something else of: (section, field, reason).
const TURNED: &[(&str, &str, &str)] = &[(
    "database",
    "url",
    "`Config::location` says where the database is, and everybody asks that",
)];

/// The rule `settings`.
pub fn obeyed(tree: &Tree) -> Vec<Finding> {
    let readers: Vec<_> = tree
        .sources()
        .filter(|(.., spot)| !(spot.part == "base" && spot.is_module("config")))
        .map(|(_, source, _)| taken(source))
        .collect();
    let mut found = Vec::new();
    for (file, text) in tree.text(&["/gaceta.toml"]) {
        if layout::source(&file.path).is_none() {
            continue;
        }
        for (line, section, field) in settings(text) {
            let read = readers
                .iter()
                .any(|(words, fields)| words.contains(section) && fields.contains(field));
            let turned = |(of, name, _): &(&str, &str, &str)| *of == section && *name == field;
            if !read && !TURNED.iter().any(turned) {
                let advice = format!("nobody reads [{section}] {field}: obey it, or take it out");
                found.push(finding(&file.path, line, advice));
            }
        }
    }
    found
}

/// Line, section and name of each, whether it is set or a comment with its default.
fn settings(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    let mut section = "";
    text.lines().enumerate().filter_map(move |(at, line)| {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            section = name;
            return None;
        }
        let (name, _) = line.strip_prefix("# ").unwrap_or(line).split_once(" = ")?;
        let word = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        word.then_some((at + 1, section, name))
    })
}

/// The sections that a file names, and the fields that it takes of anything.
fn taken(source: &Source) -> (BTreeSet<String>, BTreeSet<&str>) {
    let (mut sections, mut fields) = (BTreeSet::new(), BTreeSet::new());
    let tokens: Vec<_> = source
        .tokens
        .iter()
        .filter(|token| !token.in_test)
        .collect();
    for (at, token) in tokens.iter().enumerate() {
        let Some(word) = token.word() else { continue };
        let behind_a_point = at > 0 && tokens[at - 1].is_mark('.');
        if behind_a_point && !tokens.get(at + 1).is_some_and(|next| next.is_mark('(')) {
            sections.insert(word.to_owned());
            fields.insert(word);
        } else if word.starts_with(|c: char| c.is_ascii_uppercase()) {
            sections.insert(word.to_lowercase());
        }
    }
    (sections, fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[reading]\n# Prose: a = b.\n# beat_every = \"30s\"\nmode = \"off\"\n";

    fn lines(code: &str) -> Vec<usize> {
        let tree = Tree::of(&[
            ("crates/base/src/gaceta.toml", FILE),
            (
                "crates/base/src/config.rs",
                "fn check(c: &Config) { c.reading.beat_every; c.reading.mode; }",
            ),
            ("crates/reading/src/pages.rs", code),
        ]);
        obeyed(&tree).into_iter().map(|one| one.line).collect()
    }

    #[test]
    fn a_setting_that_only_the_configuration_reads_is_found() {
        assert_eq!(lines(""), [3, 4]);
        assert_eq!(lines("fn a() { app.config.reading.mode; }"), [3]);
        assert_eq!(
            lines("fn a() { app.config.reading.mode; lease.beat_every(); }"),
            [3]
        );
        let test =
            "fn a(r: &Reading) { r.mode; } #[cfg(test)] mod tests { fn b() { r.beat_every; } }";
        assert_eq!(lines(test), [3]);
    }

    #[test]
    fn a_setting_that_is_read_by_way_of_its_section_is_none() {
        assert_eq!(
            lines("fn a() { let r = &app.config.reading; (r.mode, r.beat_every); }"),
            [0; 0]
        );
        assert_eq!(
            lines("fn a(r: &Reading) { (r.mode, r.beat_every); }"),
            [0; 0]
        );
    }
}
