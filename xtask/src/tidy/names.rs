//! Which modules a file names: every path in it, with `use` trees unfolded and `super` resolved.
//!
//! Deliberately not here: which of them it may name (see `pure.rs`).

use super::lexer::{Kind, Token};

/// A path that stands somewhere in a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    /// Starts in this crate; `segments` are then counted from its root.
    pub of_crate: bool,
    pub segments: Vec<String>,
    /// Stands in a `use`.
    pub imported: bool,
    /// Followed by `!`.
    pub is_macro: bool,
    pub in_test: bool,
}

/// Every path with at least two segments, and every `use`, in the file that is `module` of its crate.
pub fn named(tokens: &[Token], module: &[String]) -> Vec<Named> {
    let mut reader = Reader {
        tokens,
        module: module.to_vec(),
        depth: 0,
        opened: Vec::new(),
        found: Vec::new(),
    };
    let mut at = 0;
    while at < tokens.len() {
        at = reader.step(at);
    }
    reader.found
}

struct Reader<'a> {
    tokens: &'a [Token],
    module: Vec<String>,
    depth: usize,
    /// Brace depths at which inline modules opened.
    opened: Vec<usize>,
    found: Vec<Named>,
}

impl Reader<'_> {
    fn step(&mut self, at: usize) -> usize {
        let tokens = self.tokens;
        let token = &tokens[at];
        match &token.kind {
            Kind::Mark('{') => self.depth += 1,
            Kind::Mark('}') => {
                self.depth = self.depth.saturating_sub(1);
                if self.opened.last() == Some(&self.depth) {
                    self.opened.pop();
                    self.module.pop();
                }
            }
            Kind::Word(word) if word == "mod" => {
                let name = tokens.get(at + 1).and_then(Token::word);
                let opens = tokens.get(at + 2).is_some_and(|t| t.is_mark('{'));
                if let (Some(name), true) = (name, opens) {
                    self.opened.push(self.depth);
                    self.module.push(name.to_owned());
                    self.depth += 1;
                    return at + 3;
                }
            }
            Kind::Word(word) if word == "use" => return self.tree(at + 1, &[], true),
            Kind::Word(_) if tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Path) => {
                return self.tree(at, &[], false);
            }
            _ => {}
        }
        at + 1
    }

    /// Reads a path (in a `use`: a tree of paths) that begins at `at`, behind `prefix`; returns where it ends.
    fn tree(&mut self, mut at: usize, prefix: &[String], imported: bool) -> usize {
        let tokens = self.tokens;
        let mut segments = prefix.to_vec();
        let line = tokens.get(at).map_or(0, |token| token.line);
        if tokens.get(at).is_some_and(|t| t.kind == Kind::Path) {
            at += 1;
        }
        loop {
            match tokens.get(at).map(|token| &token.kind) {
                Some(Kind::Word(word)) => {
                    segments.push(word.clone());
                    at += 1;
                }
                Some(Kind::Mark('*')) if imported => {
                    segments.push("*".to_owned());
                    at += 1;
                }
                Some(Kind::Mark('{')) if imported => {
                    return self.branches(at + 1, &segments);
                }
                _ => break,
            }
            if tokens.get(at).is_some_and(|t| t.kind == Kind::Path) {
                at += 1;
            } else {
                break;
            }
        }
        let is_macro = tokens.get(at).is_some_and(|t| t.is_mark('!'));
        let in_test = tokens.get(at.saturating_sub(1)).is_some_and(|t| t.in_test);
        self.keep(line, segments, imported, is_macro, in_test);
        if imported && tokens.get(at).is_some_and(|t| t.is("as")) {
            at += 2;
        }
        at
    }

    fn branches(&mut self, mut at: usize, prefix: &[String]) -> usize {
        while let Some(token) = self.tokens.get(at) {
            match token.kind {
                Kind::Mark('}') => return at + 1,
                Kind::Mark(',') => at += 1,
                _ => {
                    let next = self.tree(at, prefix, true);
                    at = next.max(at + 1);
                }
            }
        }
        at
    }

    fn keep(
        &mut self,
        line: usize,
        segments: Vec<String>,
        imported: bool,
        is_macro: bool,
        in_test: bool,
    ) {
        let (of_crate, segments) = resolve(&self.module, segments);
        if !segments.is_empty() {
            self.found.push(Named {
                line,
                of_crate,
                segments,
                imported,
                is_macro,
                in_test,
            });
        }
    }
}

fn resolve(module: &[String], segments: Vec<String>) -> (bool, Vec<String>) {
    let mut base = match segments.first().map(String::as_str) {
        Some("crate") => Vec::new(),
        Some("self" | "super") => module.to_vec(),
        _ => return (false, segments),
    };
    let mut rest = segments.iter().peekable();
    while let Some(word) = rest.peek() {
        match word.as_str() {
            "super" => drop(base.pop()),
            "crate" | "self" => {}
            _ => break,
        }
        rest.next();
    }
    base.extend(rest.filter(|word| *word != "self").cloned());
    (true, base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{layout, lexer};

    fn of_crate(text: &str, inside: &str) -> Vec<String> {
        named(&lexer::read(text).tokens, &layout::module(inside))
            .into_iter()
            .filter(|named| named.of_crate)
            .map(|named| named.segments.join("::"))
            .collect()
    }

    #[test]
    fn use_trees_are_unfolded() {
        let text = "use crate::{store::{Tx, id::{self, Id}}, pages::*, rules as r}; use std::fmt;";
        let found = of_crate(text, "lib.rs");
        assert_eq!(
            found,
            [
                "store::Tx",
                "store::id",
                "store::id::Id",
                "pages::*",
                "rules"
            ]
        );
    }

    #[test]
    fn super_and_self_are_resolved_also_in_inline_modules() {
        let text = "use super::rules::A; fn f() { super::super::publish::x(); self::y::z() } \
                    mod inner { use super::super::store; } use super::b;";
        let found = of_crate(text, "pages/archive.rs");
        let expected = [
            "pages::rules::A",
            "publish::x",
            "pages::archive::y::z",
            "pages::store",
            "pages::b",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn paths_in_expressions_are_seen() {
        let found = of_crate("let x = crate::notices::Board::<u8>::new();", "a.rs");
        assert_eq!(found, ["notices::Board"]);
    }

    #[test]
    fn macros_are_known_as_such() {
        let found = named(&lexer::read("crate::both!(x)").tokens, &[]);
        assert!(found[0].is_macro);
    }
}
