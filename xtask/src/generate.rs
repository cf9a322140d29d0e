//! `cargo xtask gen`: documents that follow from the sources are written from them, so they cannot drift.
//!
//! Each row of [`FILES`] names a document and what makes it. `--check` compares and writes nothing; it is a step of
//! `cargo xtask test`. Deliberately not here: fonts, pictures and scripts, which are made by hand-run tools.

mod tasks;

use std::fmt::Write as _;

use anyhow::{Context as _, bail, ensure};
use drive::child::Ended;
use drive::root;

use crate::tidy::layout::Spot;
use crate::tidy::lexer::{Kind, Token};
use crate::tidy::tree::Tree;

/// A document, and what makes it from the tree.
struct Generated {
    path: &'static str,
    make: fn(&Tree) -> anyhow::Result<String>,
}

const FILES: &[Generated] = &[
    Generated {
        path: "docs/routes.md",
        make: routes,
    },
    Generated {
        path: "docs/settings.md",
        make: settings,
    },
    Generated {
        path: "docs/tasks.md",
        make: tasks::document,
    },
];

const NOTE: &str = "<!-- Written by `cargo xtask gen`. Change the source, not this file. -->\n";

/// The default configuration, whose comments are its documentation.
const DEFAULTS: Spot = Spot {
    part: "base",
    inside: "gaceta.toml",
};

/// The task.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => bail!("`cargo xtask gen` takes --check and nothing else"),
    };
    let stale = go(check)?;
    for path in &stale {
        println!("{path}: {}", if check { "stale" } else { "written" });
    }
    Ok(!check || stale.is_empty())
}

/// `--check` as a step of `cargo xtask test`.
pub fn step() -> Ended {
    match go(true) {
        Ok(stale) if stale.is_empty() => Ended::well(),
        Ok(stale) => Ended::badly(format!(
            "stale: {}; please run `cargo xtask gen`",
            stale.join(", ")
        )),
        Err(error) => Ended::badly(format!("{error:#}")),
    }
}

/// Returns the files that were not as they should be; writes them unless `check`.
fn go(check: bool) -> anyhow::Result<Vec<&'static str>> {
    let tree = Tree::read(root::repository())?;
    let mut stale = Vec::new();
    for file in FILES {
        let wanted = (file.make)(&tree).with_context(|| format!("cannot make {}", file.path))?;
        let there = tree.find(file.path).and_then(|file| file.text.as_deref());
        if there == Some(wanted.as_str()) {
            continue;
        }
        if !check {
            let path = root::repository().join(file.path);
            std::fs::create_dir_all(path.parent().context("a document stands in a folder")?)?;
            std::fs::write(&path, wanted).with_context(|| format!("cannot write {}", file.path))?;
        }
        stale.push(file.path);
    }
    Ok(stale)
}

/// Every `Route::get("..", handler)` and its kin.
fn routes(tree: &Tree) -> anyhow::Result<String> {
    let mut rows = Vec::new();
    for (file, source, spot) in tree.sources() {
        let feature = spot.part;
        for at in 0..source.tokens.len() {
            if let Some((method, path, handler)) = route(&source.tokens[at..]) {
                rows.push(format!(
                    "| `{path}` | {method} | {feature} | [`{handler}`](../{}) |",
                    file.path
                ));
            }
        }
    }
    ensure!(!rows.is_empty(), "no source declares a route");
    rows.sort();
    rows.dedup();
    let mut text = format!(
        "{NOTE}\n# Routes\n\nWhat is not here does not answer. A `GET` answers `HEAD` too.\n\n\
         | Path | Method | Feature | Answered by |\n|---|---|---|---|\n"
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

/// Every setting with its default, the variable that overrides it, and what its comment says.
fn settings(tree: &Tree) -> anyhow::Result<String> {
    let defaults = tree.at(DEFAULTS).and_then(|file| file.text.as_deref());
    let defaults = defaults.with_context(|| format!("there is no {DEFAULTS}"))?;
    let mut text = format!(
        "{NOTE}\n# Settings\n\nIn `gaceta.toml`, each under the heading of its section; a variable of the environment \
         overrides it. Spans are a number and ms, s, m, h or d.\n"
    );
    let (mut section, mut said, mut count) = (String::new(), String::new(), 0);
    for line in defaults.lines() {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            name.clone_into(&mut section);
            said.clear();
            let _ = write!(
                text,
                "\n## [{section}]\n\n| Setting | Default | Variable | What it does |\n|---|---|---|---|\n"
            );
        } else if let Some((name, value)) = setting(line) {
            let variable = format!("GACETA_{section}__{name}").to_uppercase();
            let _ = writeln!(
                text,
                "| `{name}` | `{value}` | `{variable}` | {} |",
                said.trim()
            );
            // It was said of this one; lines right below it speak for themselves.
            said.clear();
            count += 1;
        } else if let Some(comment) = line.strip_prefix('#') {
            said.push_str(comment);
        } else {
            said.clear();
        }
    }
    ensure!(count > 0, "{DEFAULTS} declares no setting");
    Ok(text)
}

/// `# name = value` or `name = value`, with a plain name.
fn setting(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("# ").unwrap_or(line);
    let (name, value) = line.split_once(" = ")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (!name.is_empty() && name.chars().all(plain)).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_found_where_they_are_declared() {
        let tree = Tree::of(&[(
            "src/articles/pages.rs",
            "fn routes() { vec![Route::get(\"/\", show_home), Route::post(\"/a/{b}\", c::submit_d)] }\n\
             #[cfg(test)] mod tests { fn f() { Route::get(\"/test\", x); } }",
        )]);
        let text = routes(&tree).unwrap();
        let rows: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("| `/"))
            .collect();
        assert_eq!(
            rows,
            [
                "| `/` | GET | articles | [`show_home`](../src/articles/pages.rs) |",
                "| `/a/{b}` | POST | articles | [`c::submit_d`](../src/articles/pages.rs) |",
            ]
        );
        assert!(routes(&Tree::of(&[])).is_err());
    }

    #[test]
    fn settings_come_with_their_comments() {
        let tree = Tree::of(&[(
            "crates/base/src/gaceta.toml",
            "# All of it.\n\n[site]\n# The name.\n# Of the paper.\n# name = \"Gaceta\"\n# port = 1\n# Other.\n# other_thing = 2\n",
        )]);
        let text = settings(&tree).unwrap();
        let rows: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("| `"))
            .collect();
        assert_eq!(
            rows,
            [
                "| `name` | `\"Gaceta\"` | `GACETA_SITE__NAME` | The name. Of the paper. |",
                "| `port` | `1` | `GACETA_SITE__PORT` |  |",
                "| `other_thing` | `2` | `GACETA_SITE__OTHER_THING` | Other. |",
            ]
        );
        assert!(settings(&Tree::of(&[("src/base/gaceta.toml", "")])).is_err());
    }
}
