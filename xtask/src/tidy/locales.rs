//! Texts: the same in every language, all there, none left over.
//!
//! A text is asked for where `say("key"`, `say_with("key"` or `html("key"` (or `html_with`) stands, in Rust or in a
//! template. It is used if it is asked for, if its key stands as a string anywhere in Rust, or if another text names it.
//! Deliberately not here: whether a text is good.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Tree;
use super::{Finding, finding};

const FIRST: &str = "locales/en/";
const OTHERS: &[&str] = &["locales/es/"];

/// Keys that are put together while the program runs: (prefix, reason).
const DYNAMIC: &[(&str, &str)] = &[];

/// The names of what says a text.
const ASKS: &[&str] = &["say", "say_with", "html", "html_with"];

/// The rule `locales`.
pub fn agree(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    same_keys(tree, &mut found);
    let defined: BTreeMap<String, (String, usize)> = texts(tree, FIRST)
        .flat_map(|(path, text)| {
            let path = path.to_owned();
            keys(text)
                .into_iter()
                .map(move |(line, key)| (key, (path.clone(), line)))
        })
        .collect();
    let mut used = BTreeSet::new();
    for (path, line, key, certain) in asked(tree) {
        if certain && !defined.contains_key(&key) && !is_dynamic(&key) {
            let advice = format!("there is no text `{key}` in {FIRST}");
            found.push(finding(&path, line, advice));
        }
        used.insert(key);
    }
    for (_, text) in texts(tree, FIRST) {
        used.extend(references(text));
    }
    for (key, (path, line)) in &defined {
        if !used.contains(key) && !is_dynamic(key) {
            let advice = format!("nobody asks for `{key}`: remove it from every language");
            found.push(finding(path, *line, advice));
        }
    }
    found
}

fn is_dynamic(key: &str) -> bool {
    DYNAMIC.iter().any(|(prefix, _)| key.starts_with(prefix))
}

fn texts<'a>(tree: &'a Tree, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
    tree.text(&[".ftl"])
        .filter(move |(file, _)| file.path.starts_with(folder))
        .map(|(file, text)| (file.path.as_str(), text))
}

fn same_keys(tree: &Tree, found: &mut Vec<Finding>) {
    for other in OTHERS {
        for (here, there) in [(FIRST, *other), (*other, FIRST)] {
            for (path, text) in texts(tree, here) {
                let twin = path.replacen(here, there, 1);
                let Some(twin_text) = tree.find(&twin).and_then(|file| file.text.as_deref()) else {
                    found.push(finding(path, 1, format!("there is no {twin}")));
                    continue;
                };
                let theirs: BTreeSet<String> =
                    keys(twin_text).into_iter().map(|(_, key)| key).collect();
                for (line, key) in keys(text) {
                    if !theirs.contains(&key) {
                        found.push(finding(path, line, format!("`{key}` is missing in {twin}")));
                    }
                }
            }
        }
    }
    for (path, text) in tree
        .text(&[".ftl"])
        .map(|(file, text)| (file.path.as_str(), text))
    {
        let mut seen = BTreeSet::new();
        for (line, key) in keys(text) {
            if !seen.insert(key.clone()) {
                found.push(finding(path, line, format!("`{key}` stands here twice")));
            }
        }
    }
}

/// (line, key) of messages and terms, and of their attributes as `key.attribute`.
fn keys(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut message = String::new();
    for (at, line) in text.lines().enumerate() {
        let Some((name, _)) = line.split_once('=') else {
            continue;
        };
        let name = name.trim_end();
        let attribute = name.trim_start().strip_prefix('.');
        let plain = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-')
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        };
        match attribute {
            Some(attribute) if line.starts_with(' ') && plain(attribute) => {
                found.push((at + 1, format!("{message}.{attribute}")));
            }
            None if plain(name) => {
                message = name.to_owned();
                found.push((at + 1, message.clone()));
            }
            _ => {}
        }
    }
    found
}

/// Texts named by texts: `{ key }`, `{ -term }`.
fn references(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in text.split('{').skip(1) {
        let end = part.find(['}', '(']).unwrap_or(part.len());
        found.insert(part[..end].trim().to_owned());
    }
    found
}

/// (path, line, key, certainly a key) of all that may ask for a text.
fn asked(tree: &Tree) -> Vec<(String, usize, String, bool)> {
    let mut found = Vec::new();
    for (file, source) in tree.rust("src/") {
        for (at, token) in source.tokens.iter().enumerate() {
            let Some(key) = token.text() else { continue };
            let asks = at >= 2
                && source.tokens[at - 1].is_mark('(')
                && source.tokens[at - 2]
                    .word()
                    .is_some_and(|word| ASKS.contains(&word));
            found.push((
                file.path.clone(),
                token.line,
                key.to_owned(),
                asks && !token.in_test,
            ));
        }
    }
    for (file, text) in tree.text(&[".html", ".txt", ".xml"]) {
        if !file.path.starts_with("templates/") {
            continue;
        }
        for (at, line) in text.lines().enumerate() {
            for (start, _) in line.match_indices('"') {
                let Some(key) = line[start + 1..].split('"').next() else {
                    continue;
                };
                let before = line[..start].trim_end();
                let asks = before.strip_suffix('(').is_some_and(|call| {
                    ASKS.iter().any(|ask| {
                        let rest = call.strip_suffix(ask);
                        rest.is_some_and(|rest| {
                            !rest.ends_with(|c: char| c.is_alphanumeric() || c == '_')
                        })
                    })
                });
                found.push((file.path.clone(), at + 1, key.to_owned(), asks));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(en: &str, es: &str, template: &str) -> Vec<Finding> {
        agree(&Tree::of(&[
            ("locales/en/a.ftl", en),
            ("locales/es/a.ftl", es),
            ("templates/a/b.html", template),
            (
                "src/web/view.rs",
                "fn f() { t.say_with(\"in-rust\", x); let k = \"as-string\"; }",
            ),
        ]))
    }

    const TEXT: &str = "# a comment = no key\nin-rust = x\n    .title = y\nas-string = { -paper } { $n ->\n    [one] a = b\n   *[other] c\n }\n-paper = z\nhello = w\n";

    #[test]
    fn keys_attributes_and_terms_are_read() {
        let found: Vec<String> = keys(TEXT).into_iter().map(|(_, key)| key).collect();
        assert_eq!(
            found,
            ["in-rust", "in-rust.title", "as-string", "-paper", "hello"]
        );
    }

    #[test]
    fn a_text_that_is_missing_left_over_or_unknown_is_found() {
        let without_title = TEXT.replace("    .title = y\n", "");
        assert_eq!(
            check(&without_title, &without_title, "{{ t.say(\"hello\") }}"),
            []
        );
        let found = check(
            &without_title,
            &without_title.replace("hello = w\n", ""),
            "{{ t.say(\"hello\") }}",
        );
        assert_eq!(found.len(), 1, "{found:?}");
        let found = check(&without_title, &without_title, "");
        assert!(
            found[0].advice.contains("nobody asks for `hello`"),
            "{found:?}"
        );
        let found = check(
            &without_title,
            &without_title,
            "{{ t.say(\"hello\") }} {{ t.html(\"bye\")|safe }}",
        );
        assert!(found[0].advice.contains("no text `bye`"), "{found:?}");
        let twice = format!("{without_title}hello = again\n");
        assert_eq!(
            check(&twice, &without_title, "{{ t.say(\"hello\") }}").len(),
            1
        );
    }

    #[test]
    fn a_file_that_one_language_lacks_is_found() {
        let tree = Tree::of(&[("locales/en/a.ftl", "")]);
        assert_eq!(agree(&tree).len(), 1);
    }
}
