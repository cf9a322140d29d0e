//! White space in running text, as HTML shows it and as people use it to make paragraphs.

use crate::run::{self, Leaf, Mark, Run};
use crate::{Href, Inline};

/// A paragraph that is nothing but a web address is how WordPress embeds things; here it is a link.
pub(super) fn address_as_link(mut runs: Vec<Run>) -> Vec<Inline> {
    if let [run] = runs.as_mut_slice()
        && run.marks.is_empty()
        && let Leaf::Text(text) = &run.leaf
        && !text.contains(' ')
        && let Some(href) = Href::parse(text).filter(Href::is_web)
    {
        run.marks.push(Mark::Link(href));
    }
    run::nest(runs)
}

/// White space as HTML shows it: one space for many, none at the ends of lines.
pub(super) fn collapse(runs: Vec<Run>) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let mut at_space = true;
    for Run { marks, leaf } in runs {
        let leaf = match leaf {
            Leaf::Break => {
                trim_end(&mut out);
                at_space = true;
                Leaf::Break
            }
            Leaf::Anchor(name) => Leaf::Anchor(name),
            Leaf::Text(text) => Leaf::Text(collapse_text(&text, &mut at_space)),
            Leaf::Code(text) => Leaf::Code(collapse_text(&text, &mut at_space)),
        };
        run::push(&mut out, &marks, leaf);
    }
    trim_end(&mut out);
    while out.last().is_some_and(|run| run.leaf == Leaf::Break) {
        out.pop();
        trim_end(&mut out);
    }
    let blank = |run: &Run| run::is_blank(std::slice::from_ref(run));
    let before = out.iter().take_while(|run| blank(run)).count();
    let mut at = 0;
    out.retain(|run| {
        at += 1;
        at > before || matches!(run.leaf, Leaf::Anchor(_))
    });
    let first = out.iter_mut().find_map(|run| match &mut run.leaf {
        Leaf::Text(text) | Leaf::Code(text) => Some(text),
        _ => None,
    });
    if let Some(text) = first {
        *text = text.trim_start().to_owned();
    }
    out
}

fn collapse_text(text: &str, at_space: &mut bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let space = c.is_ascii_whitespace();
        if !space {
            out.push(c);
        } else if !*at_space {
            out.push(' ');
        }
        *at_space = space;
    }
    out
}

/// Removes white space at the end, no-break spaces too: editors leave them there.
fn trim_end(runs: &mut Vec<Run>) {
    while let Some(Run {
        leaf: Leaf::Text(text) | Leaf::Code(text),
        ..
    }) = runs.last_mut()
    {
        text.truncate(text.trim_end().len());
        if !text.is_empty() {
            return;
        }
        runs.pop();
    }
}

/// Two breaks in a row were somebody's way to end a paragraph.
pub(super) fn split_at_double_breaks(runs: Vec<Run>) -> Vec<Vec<Run>> {
    let mut parts = vec![Vec::new()];
    let mut breaks: Vec<Run> = Vec::new();
    for run in runs {
        if run.leaf == Leaf::Break {
            breaks.push(run);
            continue;
        }
        if breaks.len() > 1 {
            parts.push(Vec::new());
            breaks.clear();
        }
        if let Some(part) = parts.last_mut() {
            part.append(&mut breaks);
            part.push(run);
        }
    }
    parts
}
