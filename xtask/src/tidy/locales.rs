//! Texts: the same in every language, all there, none left over.
//!
//! A text is asked for where `say("key"`, `with("key"` and the like stand, in Rust or in a template (see [`ASKS`]). It is
//! used if it is asked for, if its key stands as a string anywhere in Rust, if a string with gaps fits it
//! (`"month-{n}"`), or if another text names it. Deliberately not here: whether a text is good.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Tree;
use super::{Finding, finding};

const FIRST: &str = "locales/en/";
const OTHERS: &[&str] = &["locales/es/"];

/// The names of what says a text. `with` also means other things; there a string counts only if it looks like a key.
const ASKS: &[&str] = &[
    "say",
    "say_with",
    "with",
    "with2",
    "with3",
    "args",
    "html",
    "html_with",
];

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
        if certain && !defined.contains_key(&key) {
            let advice = format!("there is no text `{key}` in {FIRST}");
            found.push(finding(&path, line, advice));
        }
        used.insert(key);
    }
    for (_, text) in texts(tree, FIRST) {
        used.extend(references(text));
    }
    for (key, (path, line)) in &defined {
        let fits = || used.iter().any(|gaps| fits(gaps, key));
        if !used.contains(key) && !fits() {
            let advice = format!("nobody asks for `{key}`: remove it from every language");
            found.push(finding(path, *line, advice));
        }
    }
    found
}

/// Whether `key` can come out of a string like `month-{n}` or `{key}-title`. A string that says too little fits nothing.
fn fits(gaps: &str, key: &str) -> bool {
    let mut parts = gaps.split('{').enumerate().map(|(at, part)| match at {
        0 => Some(part),
        _ => part.split_once('}').map(|(_, said)| said),
    });
    let said: usize = gaps
        .split('{')
        .map(|part| part.rsplit('}').next().unwrap_or("").len())
        .sum();
    let Some(Some(first)) = parts.next() else {
        return false;
    };
    let parts: Option<Vec<&str>> = parts.collect();
    let Some((last, between)) = parts.as_deref().and_then(<[&str]>::split_last) else {
        return false;
    };
    let Some(mut rest) = key
        .strip_prefix(first)
        .and_then(|rest| rest.strip_suffix(last))
    else {
        return false;
    };
    for part in between {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    said >= 4
}

/// Whether `text` is certainly the key of a text when it is handed to `ask`. Words that also mean other things ask only
/// for what looks like a key.
fn is_key(ask: &str, text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let sure = ask.starts_with("say") || ask.starts_with("html");
    ASKS.contains(&ask) && (sure || text.contains('-') && text.chars().all(plain))
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
            let called = at >= 2 && source.tokens[at - 1].is_mark('(');
            let ask = called.then(|| source.tokens[at - 2].word()).flatten();
            let asks = !token.in_test && ask.is_some_and(|ask| is_key(ask, key));
            found.push((file.path.clone(), token.line, key.to_owned(), asks));
        }
    }
    for (file, text) in tree.text(&[".html", ".txt", ".xml"]) {
        if !file.path.starts_with("templates/") {
            continue;
        }
        for (at, line) in text.lines().enumerate() {
            for (start, _) in line.match_indices('"') {
                let key = line[start + 1..].split('"').next().unwrap_or_default();
                let called = line[..start].trim_end().strip_suffix('(');
                let ask = called.and_then(|call| {
                    call.rsplit(|c: char| !c.is_alphanumeric() && c != '_')
                        .next()
                });
                let asks = ask.is_some_and(|ask| is_key(ask, key));
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
    fn keys_that_are_put_together_are_found_by_their_gaps() {
        assert!(fits("month-{n}", "month-12"));
        assert!(fits("{key}-title", "error-x-title"));
        assert!(fits("plan-{}-and-{}-x", "plan-a-and-b-x"));
        assert!(!fits("month-{n}", "moment"));
        assert!(!fits("{a}-{b}", "month-12"));
        assert!(!fits("month-12", "month-12"));
    }

    #[test]
    fn a_file_that_one_language_lacks_is_found() {
        let tree = Tree::of(&[("locales/en/a.ftl", "")]);
        assert_eq!(agree(&tree).len(), 1);
    }
}
