//! Texts: the same in every language, all there, none left over.
//!
//! A text is asked for where `say("key"`, `with("key"` and the like stand, in Rust or in a template (see [`ASKS`]). It is
//! used if it is asked for, if its key stands as a string anywhere in Rust, if a string with gaps fits it
//! (`"month-{n}"`), or if another text names it. Deliberately not here: whether a text is good.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

use super::tree::Tree;
use super::{Finding, finding, layout};

/// The language in which texts are written first.
const FIRST: &str = "en";

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
    let files: Vec<File> = files(tree, &mut found);
    same_keys(&files, &mut found);
    let first = || files.iter().filter(|file| file.language == FIRST);
    let defined: BTreeMap<&str, (&str, usize)> = first()
        .flat_map(|file| {
            let keys = file.keys.iter();
            keys.map(|(line, key)| (key.as_str(), (file.path, *line)))
        })
        .collect();
    let mut used = BTreeSet::new();
    for (path, line, key, certain) in asked(tree) {
        if certain && !defined.contains_key(key.as_str()) {
            let advice = format!("there is no text `{key}` in `{FIRST}`");
            found.push(finding(&path, line, advice));
        }
        used.insert(key);
    }
    for file in first() {
        used.extend(file.named.iter().cloned());
    }
    for (key, (path, line)) in &defined {
        let fits = || used.iter().any(|gaps| fits(gaps, key));
        if !used.contains(*key) && !fits() {
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

/// A file of texts, read.
struct File<'a> {
    path: &'a str,
    language: &'a str,
    /// Line and key of messages and terms, and of their attributes as `key.attribute`.
    keys: Vec<(usize, String)>,
    /// Texts that these texts name, terms with their hyphen.
    named: BTreeSet<String>,
}

/// Reads all of them; what is no Fluent is a finding.
fn files<'a>(tree: &'a Tree, found: &mut Vec<Finding>) -> Vec<File<'a>> {
    let mut files = Vec::new();
    for (file, text) in tree.text(&[".ftl"]) {
        let Some(language) = layout::language(&file.path) else {
            continue;
        };
        let (resource, errors) = match parser::parse(text) {
            Ok(resource) => (resource, Vec::new()),
            Err(partly) => partly,
        };
        for error in errors {
            let line = text[..error.pos.start].lines().count().max(1);
            found.push(finding(&file.path, line, format!("is no Fluent: {error}")));
        }
        let mut read = File {
            path: &file.path,
            language,
            keys: Vec::new(),
            named: BTreeSet::new(),
        };
        for entry in resource.body {
            read.entry(text, entry);
        }
        files.push(read);
    }
    files
}

/// The line of a piece of `text`.
fn line_of(text: &str, piece: &str) -> usize {
    let before = piece.as_ptr().addr() - text.as_ptr().addr();
    text[..before].matches('\n').count() + 1
}

impl<'a> File<'a> {
    fn entry(&mut self, text: &str, entry: Entry<&'a str>) {
        let (name, key, value, attributes) = match entry {
            Entry::Message(it) => (it.id.name, it.id.name.to_owned(), it.value, it.attributes),
            Entry::Term(it) => (
                it.id.name,
                format!("-{}", it.id.name),
                Some(it.value),
                it.attributes,
            ),
            _ => return,
        };
        self.keys.push((line_of(text, name), key.clone()));
        if let Some(value) = value {
            self.pattern(&value);
        }
        for attribute in attributes {
            let own = attribute.id.name;
            self.keys.push((line_of(text, own), format!("{key}.{own}")));
            self.pattern(&attribute.value);
        }
    }

    fn pattern(&mut self, pattern: &Pattern<&'a str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&'a str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                for variant in variants {
                    self.pattern(&variant.value);
                }
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&'a str>) {
        match inline {
            InlineExpression::MessageReference { id, .. } => {
                self.named.insert(id.name.to_owned());
            }
            InlineExpression::TermReference { id, .. } => {
                self.named.insert(format!("-{}", id.name));
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            _ => {}
        }
    }
}

fn same_keys(files: &[File], found: &mut Vec<Finding>) {
    let languages: BTreeSet<&str> = files.iter().map(|file| file.language).collect();
    for file in files {
        for other in languages.iter().filter(|other| **other != file.language) {
            let twin = layout::in_language(file.path, other);
            let Some(theirs) = files.iter().find(|file| file.path == twin) else {
                found.push(finding(file.path, 1, format!("there is no {twin}")));
                continue;
            };
            for (line, key) in &file.keys {
                if !theirs.keys.iter().any(|(_, theirs)| theirs == key) {
                    let advice = format!("`{key}` is missing in {twin}");
                    found.push(finding(file.path, *line, advice));
                }
            }
        }
        let mut seen = BTreeSet::new();
        for (line, key) in &file.keys {
            if !seen.insert(key) {
                found.push(finding(
                    file.path,
                    *line,
                    format!("`{key}` stands here twice"),
                ));
            }
        }
    }
}

/// (path, line, key, certainly a key) of all that may ask for a text.
fn asked(tree: &Tree) -> Vec<(String, usize, String, bool)> {
    let mut found = Vec::new();
    for (file, source, _) in tree.sources() {
        for (at, token) in source.tokens.iter().enumerate() {
            let Some(key) = token.text() else { continue };
            let called = at >= 2 && source.tokens[at - 1].is_mark('(');
            let ask = called.then(|| source.tokens[at - 2].word()).flatten();
            let asks = !token.in_test && ask.is_some_and(|ask| is_key(ask, key));
            found.push((file.path.clone(), token.line, key.to_owned(), asks));
        }
    }
    for (file, text) in tree.text(&[".html", ".txt", ".xml"]) {
        if !layout::is_template(&file.path) {
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
            ("crates/web/locales/en/a.ftl", en),
            ("crates/web/locales/es/a.ftl", es),
            ("crates/web/templates/a/b.html", template),
            (
                "crates/web/src/view.rs",
                "fn f() { t.say_with(\"in-rust\", x); let k = \"as-string\"; }",
            ),
        ]))
    }

    const TEXT: &str = "# a comment = no key\nin-rust = x\n    .title = y\nas-string = { -paper } { $n ->\n    [one] a = b\n   *[other] c\n }\n-paper = z\nhello = w\n";

    #[test]
    fn keys_attributes_and_terms_are_read() {
        let tree = Tree::of(&[("crates/web/locales/en/a.ftl", TEXT)]);
        let read = files(&tree, &mut Vec::new()).swap_remove(0);
        let keys: Vec<(usize, &str)> = read
            .keys
            .iter()
            .map(|(line, key)| (*line, key.as_str()))
            .collect();
        let expected = [
            (2, "in-rust"),
            (3, "in-rust.title"),
            (4, "as-string"),
            (8, "-paper"),
            (9, "hello"),
        ];
        assert_eq!(keys, expected);
        assert!(read.named.contains("-paper"));
    }

    #[test]
    fn what_is_no_fluent_is_found_with_its_line() {
        let found = agree(&Tree::of(&[(
            "crates/web/locales/en/a.ftl",
            "# one\nhello = { $n -> }\n",
        )]));
        assert_eq!(found[0].line, 2, "{found:?}");
        assert!(found[0].advice.starts_with("is no Fluent"), "{found:?}");
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
        let tree = Tree::of(&[
            ("crates/web/locales/en/a.ftl", ""),
            ("crates/web/locales/es/a.ftl", ""),
            ("crates/web/locales/en/b.ftl", ""),
        ]);
        let found = agree(&tree);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].advice.contains("crates/web/locales/es/b.ftl"));
    }
}
