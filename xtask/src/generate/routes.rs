//! `docs/routes.md`: every address that answers, from where it is declared.

use std::fmt::Write as _;

use anyhow::ensure;

use super::NOTE;
use crate::tidy::lexer::{Kind, Token};
use crate::tidy::tree::Tree;

/// Every `Route::get("..", handler)` and its kin.
pub fn document(tree: &Tree) -> anyhow::Result<String> {
    let mut rows = Vec::new();
    for (file, source, spot) in tree.sources() {
        for at in 0..source.tokens.len() {
            if let Some((method, path, handler)) = route(&source.tokens[at..]) {
                rows.push(format!(
                    "| `{path}` | {method} | {} | [`{handler}`](../{}) |",
                    spot.part, file.path
                ));
            }
        }
    }
    ensure!(!rows.is_empty(), "no source declares a route");
    rows.sort();
    rows.dedup();
    let mut text = format!(
        "{NOTE}\n# Routes\n\nWhat is not here does not answer. A `GET` answers `HEAD` too.\n\n\
         | Path | Method | Crate | Answered by |\n|---|---|---|---|\n"
    );
    for row in rows {
        let _ = writeln!(text, "{row}");
    }
    Ok(text)
}

/// (method, path, handler) if a route is declared at the beginning of `tokens`, outside tests.
fn route(tokens: &[Token]) -> Option<(String, String, String)> {
    let [name, colons, method, open, path, comma, rest @ ..] = tokens else {
        return None;
    };
    let declared = name.is("Route")
        && !name.in_test
        && colons.kind == Kind::Path
        && open.is_mark('(')
        && comma.is_mark(',');
    if !declared {
        return None;
    }
    let handler: String = rest
        .iter()
        .map_while(|token| match &token.kind {
            Kind::Word(word) => Some(word.as_str()),
            Kind::Path => Some("::"),
            _ => None,
        })
        .collect();
    let method = method.word()?.to_uppercase();
    Some((method, path.text()?.to_owned(), handler))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_found_where_they_are_declared() {
        let tree = Tree::of(&[(
            "crates/articles/src/pages.rs",
            "fn routes() { vec![Route::get(\"/\", show_home), Route::post(\"/a/{b}\", c::submit_d)] }\n\
             #[cfg(test)] mod tests { fn f() { Route::get(\"/test\", x); } }",
        )]);
        let text = document(&tree).unwrap();
        let rows: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("| `/"))
            .collect();
        assert_eq!(
            rows,
            [
                "| `/` | GET | articles | [`show_home`](../crates/articles/src/pages.rs) |",
                "| `/a/{b}` | POST | articles | [`c::submit_d`](../crates/articles/src/pages.rs) |",
            ]
        );
        assert!(document(&Tree::of(&[])).is_err());
    }
}
