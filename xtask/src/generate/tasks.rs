//! `docs/tasks.md`: background tasks and kinds of jobs, from where they are declared.
//!
//! A task is declared by `Plan::new("name", "about")` and what is chained to it, a job by `Kind::new("name", "about", limit)`.

use std::fmt::Write as _;

use anyhow::ensure;

use super::NOTE;
use crate::tidy::lexer::{Kind, Token};
use crate::tidy::tree::Tree;

/// One step of a task that does not say how long it may take.
const LIMIT: &str = "1m";

/// Makes the document.
pub fn document(tree: &Tree) -> anyhow::Result<String> {
    let (mut tasks, mut jobs) = (Vec::new(), Vec::new());
    for (file, source) in tree.rust("crates/") {
        let declared: Vec<usize> = (0..source.tokens.len())
            .filter(|at| declared(&source.tokens[*at..]).is_some())
            .collect();
        for (nth, at) in declared.iter().enumerate() {
            let end = declared.get(nth + 1).copied();
            let tokens = &source.tokens[*at..end.unwrap_or(source.tokens.len())];
            let Some((what, name, about)) = self::declared(tokens) else {
                continue;
            };
            let link = format!("[`{name}`](../{})", file.path);
            if what == "Kind" {
                let limit = tokens.get(8..).and_then(span).unwrap_or_default();
                jobs.push(format!("| {link} | {limit} | {about} |"));
            } else {
                let (when, limit) = times(tokens);
                tasks.push(format!("| {link} | {when} | {limit} | {about} |"));
            }
        }
    }
    ensure!(!tasks.is_empty(), "no source declares a background task");
    ensure!(!jobs.is_empty(), "no source declares a kind of job");
    let mut text = format!(
        "{NOTE}\n# Background work\n\nA serving paper runs each task by itself: one that hangs or fails holds up no other. After a \
         failure a task comes back after 1, 2, 4 .. up to 60 seconds. `gaceta doctor` shows how each is doing, and \
         `/health/tasks` says it to monitors: a line for each task, and the status 503 while one of them has failed three times \
         or more in a row. A stop waits `[server] stop_for` for what is under way.\n\n\
         ## Tasks\n\n| Task | When | A step takes at most | What it does |\n|---|---|---|---|\n"
    );
    for row in tasks {
        let _ = writeln!(text, "{row}");
    }
    text.push_str(
        "\n## Jobs\n\nThese wait in the database until they are done. One that fails is tried again after 1, 4, 16 .. minutes; \
         after the eighth time it stays for a person, and `gaceta doctor` names it. A job may run twice.\n\n\
         | Job | It takes at most | What it does |\n|---|---|---|\n",
    );
    for row in jobs {
        let _ = writeln!(text, "{row}");
    }
    Ok(text)
}

/// (what, name, about) if a task or a kind of job is declared at the beginning of `tokens`, outside tests.
fn declared(tokens: &[Token]) -> Option<(&str, &str, &str)> {
    let [what, colons, new, open, name, comma, about, ..] = tokens else {
        return None;
    };
    let shape = !what.in_test
        && colons.kind == Kind::Path
        && new.is("new")
        && open.is_mark('(')
        && comma.is_mark(',');
    let what = what.word().filter(|word| ["Plan", "Kind"].contains(word))?;
    shape.then_some(())?;
    Some((what, name.text()?, about.text()?))
}

/// When a task runs, and how long a step may take.
fn times(tokens: &[Token]) -> (String, String) {
    let argument = |method: &str| {
        let at = tokens.windows(3).position(|three| {
            three[0].is_mark('.') && three[1].is(method) && three[2].is_mark('(')
        })?;
        Some(&tokens[at + 3..])
    };
    let when = match (argument("every").and_then(span), argument("woken")) {
        (Some(period), _) => format!("every {period}"),
        (None, Some(_)) => "when it is asked for".to_owned(),
        (None, None) => "once, at the start".to_owned(),
    };
    let limit = argument("within").and_then(span);
    (when, limit.unwrap_or_else(|| LIMIT.to_owned()))
}

/// `Span::seconds(1)` is 1s, `app.config.nodes.look_every` the setting, `worker.limit()` what its name says.
fn span(tokens: &[Token]) -> Option<String> {
    if let [_, colons, unit, open, number, ..] = tokens
        && colons.kind == Kind::Path
        && open.is_mark('(')
        && let Kind::Number(number) = &number.kind
    {
        let unit = match unit.word()? {
            "days" => "d",
            "minutes" => "m",
            "seconds" => "s",
            _ => return None,
        };
        return Some(format!("{number}{unit}"));
    }
    let end = tokens
        .iter()
        .position(|token| token.is_mark(')') || token.is_mark('(') || token.is_mark(','))?;
    let words: Vec<&str> = tokens[..end].iter().filter_map(Token::word).collect();
    match words.as_slice() {
        [.., "config", section, name] => Some(format!("`[{section}] {name}`")),
        [owner, "limit"] => Some(format!("that of the {owner}'s longest job")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_and_jobs_are_found_where_they_are_declared() {
        let tree = Tree::of(&[(
            "crates/gaceta/src/background.rs",
            "const MAIL: Kind<Mail> = Kind::new(\"mail\", \"Sends.\", Span::minutes(2));\n\
             fn tasks() { vec![\n\
             Plan::new(\"a\", \"Does a.\").every(Span::seconds(1)).within(Span::minutes(10)).step((), f),\n\
             Plan::new(\"b\", \"Does b.\").every(app.config.nodes.look_every).within(worker.limit()).step((), f),\n\
             Plan::new(\"c\", \"Does c.\",).woken(x, w).step((), f),\n\
             Plan::new(\"d\", \"Does d.\").step((), f)] }\n\
             #[cfg(test)] mod tests { fn f() { Plan::new(\"no\", \"No.\") } }",
        )]);
        let text = document(&tree).unwrap();
        let rows: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("| [`"))
            .collect();
        assert_eq!(
            rows,
            [
                "a`](../crates/gaceta/src/background.rs) | every 1s | 10m | Does a. |",
                "b`](../crates/gaceta/src/background.rs) | every `[nodes] look_every` | that of the worker's longest job | Does b. |",
                "c`](../crates/gaceta/src/background.rs) | when it is asked for | 1m | Does c. |",
                "d`](../crates/gaceta/src/background.rs) | once, at the start | 1m | Does d. |",
                "mail`](../crates/gaceta/src/background.rs) | 2m | Sends. |",
            ]
        );
        assert!(document(&Tree::of(&[])).is_err());
    }
}
