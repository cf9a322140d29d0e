//! `docs/routes.md`: every address that answers, from where it is declared.

use std::fmt::Write as _;

use anyhow::{Context as _, anyhow, ensure};

use super::NOTE;
use crate::tidy::lexer::{Kind, Token};
use crate::tidy::tree::Tree;

/// Every `Route::get("..", handler)` and its kin.
pub fn document(tree: &Tree) -> anyhow::Result<String> {
    let mut rows = Vec::new();
    for (file, source, spot) in tree.sources() {
        for at in 0..source.tokens.len() {
            if let Some(Declared {
                method,
                path,
                needs,
                handler,
            }) = route(&source.tokens[at..])
                .transpose()
                .with_context(|| file.path.clone())?
            {
                rows.push(format!(
                    "| `{path}` | {method} | {needs} | {} | [`{handler}`](../{}) |",
                    spot.part, file.path
                ));
            }
        }
    }
    ensure!(!rows.is_empty(), "no source declares a route");
    rows.sort();
    rows.dedup();
    let mut text = format!(
        "{NOTE}\n# Routes\n\nWhat is not here does not answer. A `GET` answers `HEAD` too. Where nothing is needed, \
         the handler decides what a visitor gets.\n\n\
         | Path | Method | Needs | Crate | Answered by |\n|---|---|---|---|---|\n"
    );
    for row in rows {
        let _ = writeln!(text, "{row}");
    }
    Ok(text)
}

struct Declared {
    method: String,
    path: String,
    /// In the words of `web::Needs`, in small letters.
    needs: String,
    handler: String,
}

/// The route that is declared at the beginning of `tokens`, outside tests.
fn route(tokens: &[Token]) -> Option<anyhow::Result<Declared>> {
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
    let (handler, rest) = name_at(rest);
    // `get_detached` is a GET, too.
    let (method, _) = method
        .word()?
        .split_once('_')
        .unwrap_or((method.word()?, ""));
    let Some(path) = path.text() else {
        return Some(Err(anyhow!(
            "a route is declared without writing its path out"
        )));
    };
    Some(Ok(Declared {
        method: method.to_uppercase(),
        path: path.to_owned(),
        needs: needs(rest).unwrap_or_else(|| "nothing".to_owned()),
        handler,
    }))
}

/// `a::b` at the beginning, and what comes behind.
fn name_at(tokens: &[Token]) -> (String, &[Token]) {
    let part = |token: &Token| match &token.kind {
        Kind::Word(word) => Some(word.clone()),
        Kind::Path => Some("::".to_owned()),
        _ => None,
    };
    let parts: Vec<String> = tokens.iter().map_while(part).collect();
    (parts.concat(), &tokens[parts.len()..])
}

/// Behind the handler: `).needs(Needs::Reader)`, on lines of their own with a comma before.
fn needs(tokens: &[Token]) -> Option<String> {
    let tokens = match tokens {
        [comma, rest @ ..] if comma.is_mark(',') => rest,
        _ => tokens,
    };
    let [close, dot, needs, open, rest @ ..] = tokens else {
        return None;
    };
    let declared = close.is_mark(')') && dot.is_mark('.') && needs.is("needs") && open.is_mark('(');
    let (name, _) = name_at(rest);
    declared.then(|| name.rsplit("::").next().unwrap_or_default().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_found_where_they_are_declared() {
        let tree = Tree::of(&[(
            "crates/articles/src/pages.rs",
            "fn routes() { vec![Route::get_detached(\"/\", show_home), Route::post(\"/a/{b}\", c::submit_d,).needs(Needs::Staff)] }\n\
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
                "| `/` | GET | nothing | articles | [`show_home`](../crates/articles/src/pages.rs) |",
                "| `/a/{b}` | POST | staff | articles | [`c::submit_d`](../crates/articles/src/pages.rs) |",
            ]
        );
        assert!(document(&Tree::of(&[])).is_err());
    }
}
