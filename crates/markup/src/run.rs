//! Running text as a flat list of leaves with their marks, outermost first: the form ProseMirror stores and the form in
//! which text is easiest to split, trim and join. [`Inline`] trees are made from it, so that equal texts are equal trees.

use crate::{Href, Inline};

/// What surrounds a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Strong,
    Em,
    Strike,
    Sub,
    Sup,
    Link(Href),
}

impl Mark {
    /// Same kind, whatever it points at: no text is strong twice, and no link stands in a link.
    pub(crate) fn same_kind(&self, other: &Mark) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// What cannot be split further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    Text(String),
    Code(String),
    Break,
    Anchor(String),
}

/// A leaf and its marks, outermost first, no kind twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) marks: Vec<Mark>,
    pub(crate) leaf: Leaf,
}

/// Adds a mark unless its kind is there already; says whether it was added.
pub(crate) fn add_mark(marks: &mut Vec<Mark>, mark: Mark) -> bool {
    let new = !marks.iter().any(|known| known.same_kind(&mark));
    if new {
        marks.push(mark);
    }
    new
}

/// Appends a leaf, to the last one if that has the same marks and kind; nothing for an empty text.
pub(crate) fn push(runs: &mut Vec<Run>, marks: &[Mark], leaf: Leaf) {
    if let Leaf::Text(text) | Leaf::Code(text) = &leaf
        && text.is_empty()
    {
        return;
    }
    if let Some(last) = runs.last_mut()
        && last.marks == marks
    {
        match (&mut last.leaf, &leaf) {
            (Leaf::Text(before), Leaf::Text(more)) | (Leaf::Code(before), Leaf::Code(more)) => {
                before.push_str(more);
                return;
            }
            _ => {}
        }
    }
    runs.push(Run {
        marks: marks.to_vec(),
        leaf,
    });
}

/// A tree as runs, its texts cleaned.
pub(crate) fn flatten(inlines: &[Inline]) -> Vec<Run> {
    let mut runs = Vec::new();
    flatten_into(inlines, &mut Vec::new(), &mut runs);
    runs
}

fn flatten_into(inlines: &[Inline], marks: &mut Vec<Mark>, runs: &mut Vec<Run>) {
    for inline in inlines {
        let (mark, children) = match inline {
            Inline::Text(text) => {
                push(runs, marks, Leaf::Text(crate::text::clean(text)));
                continue;
            }
            Inline::Code(text) => {
                push(runs, marks, Leaf::Code(crate::text::clean(text)));
                continue;
            }
            Inline::Break => {
                push(runs, marks, Leaf::Break);
                continue;
            }
            Inline::Anchor(name) => {
                if is_anchor(name) {
                    push(runs, marks, Leaf::Anchor(name.clone()));
                }
                continue;
            }
            Inline::Strong(children) => (Mark::Strong, children),
            Inline::Em(children) => (Mark::Em, children),
            Inline::Strike(children) => (Mark::Strike, children),
            Inline::Sub(children) => (Mark::Sub, children),
            Inline::Sup(children) => (Mark::Sup, children),
            Inline::Link { href, children } => (Mark::Link(href.clone()), children),
        };
        let added = add_mark(marks, mark);
        flatten_into(children, marks, runs);
        if added {
            marks.pop();
        }
    }
}

/// Takes links away from what nobody can see or press: a link around a space, left where a picture was.
pub(crate) fn unlink_blank(runs: Vec<Run>) -> Vec<Run> {
    let link = |run: &Run| {
        run.marks
            .iter()
            .find(|mark| matches!(mark, Mark::Link(_)))
            .cloned()
    };
    let mut out = Vec::with_capacity(runs.len());
    for group in runs.chunk_by(|a, b| link(a) == link(b)) {
        let blank = is_blank(group);
        for run in group {
            let mut marks = run.marks.clone();
            marks.retain(|mark| !(blank && matches!(mark, Mark::Link(_))));
            push(&mut out, &marks, run.leaf.clone());
        }
    }
    out
}

/// Runs as a tree: neighbours under the same mark stand in one node.
pub(crate) fn nest(runs: Vec<Run>) -> Vec<Inline> {
    nest_from(&runs, 0)
}

fn nest_from(runs: &[Run], depth: usize) -> Vec<Inline> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < runs.len() {
        let Some(mark) = runs[at].marks.get(depth) else {
            out.push(match &runs[at].leaf {
                Leaf::Text(text) => Inline::Text(text.clone()),
                Leaf::Code(text) => Inline::Code(text.clone()),
                Leaf::Break => Inline::Break,
                Leaf::Anchor(name) => Inline::Anchor(name.clone()),
            });
            at += 1;
            continue;
        };
        let end = at
            + runs[at..]
                .iter()
                .take_while(|run| run.marks.get(depth) == Some(mark))
                .count();
        let children = nest_from(&runs[at..end], depth + 1);
        out.push(match mark {
            Mark::Strong => Inline::Strong(children),
            Mark::Em => Inline::Em(children),
            Mark::Strike => Inline::Strike(children),
            Mark::Sub => Inline::Sub(children),
            Mark::Sup => Inline::Sup(children),
            Mark::Link(href) => Inline::Link {
                href: href.clone(),
                children,
            },
        });
        at = end;
    }
    out
}

/// Can this be the name of a place on a page? HTML allows everything but white space.
pub(crate) fn is_anchor(name: &str) -> bool {
    let fine = |c: char| !c.is_whitespace() && !crate::text::is_unwanted(c);
    (1..=MAX_ANCHOR).contains(&name.len()) && name.chars().all(fine)
}

/// Longer names are no names, bytes.
const MAX_ANCHOR: usize = 400;

/// Is there anything to see?
pub(crate) fn is_blank(runs: &[Run]) -> bool {
    runs.iter().all(|run| match &run.leaf {
        Leaf::Text(text) | Leaf::Code(text) => crate::text::is_blank(text),
        Leaf::Break | Leaf::Anchor(_) => true,
    })
}
