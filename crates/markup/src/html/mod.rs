//! From HTML: the exports of WordPress and Ghost, HTML inside Markdown, and whatever else somebody pastes.
//!
//! ```text
//! source ─ shortcode ─> html5ever's tokenizer ─ tokens ─> its tree builder ─> tree ─ flow ─> blocks ─ tidy ─>
//! ```
//!
//! The source is parsed exactly as browsers do, so that what an attacker hides from a simpler reader is seen here as the
//! browser would see it; then only what has a node is taken over. Depth, size and number of nodes are bounded before
//! they cost anything. Not here: sanitising in the sense of handing HTML on with parts removed.

mod elements;
mod embed;
mod figure;
mod flow;
mod scan;
mod shortcode;
mod space;
mod table;
mod tokens;
mod tree;

use std::borrow::Cow;

use tokens::Paragraphs;

use crate::note::Notes;
use crate::{Document, Note, tidy};

/// The longest source that is read, in bytes. A long article has 100 kB; pictures inside addresses make it more.
const MAX_SOURCE: usize = 8 * 1024 * 1024;

/// Where the HTML comes from, which decides what is more than HTML in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// An export: may have shortcodes, and blank lines for paragraphs.
    Export,
    /// Written by the Markdown reader: no shortcodes; a picture's title is its caption.
    Markdown,
}

/// Reads HTML; see [`Document::from_html`].
pub(crate) fn read(source: &str, kind: Source) -> (Document, Vec<Note>) {
    let mut notes = Notes::default();
    let (source, cut) = capped(source);
    cut.into_iter().for_each(|note| notes.add(note));
    let (source, paragraphs) = match kind {
        Source::Export => {
            let expanded = shortcode::expand(source, &mut notes);
            let paragraphs = Paragraphs::of(&expanded);
            (Cow::Owned(expanded), paragraphs)
        }
        Source::Markdown => (Cow::Borrowed(source), Paragraphs::Marked),
    };
    let tree = tokens::parse(&source, paragraphs, kind, &mut notes);
    let blocks = flow::blocks(&tree, kind, &mut notes);
    (
        Document {
            blocks: tidy::tidy(blocks, &mut notes),
        },
        notes.into_vec(),
    )
}

/// Elements that stand in headlines and names.
const IN_LINES: [&str; 24] = [
    "a", "abbr", "b", "bdi", "big", "br", "cite", "code", "del", "em", "font", "i", "ins", "mark",
    "p", "q", "s", "small", "span", "strong", "sub", "sup", "u", "wbr",
];

/// HTML that is one line of text: see [`Document::line_from_html`].
pub(crate) fn line(source: &str) -> String {
    let (source, _) = capped(source);
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest[1..].find(['<', '>']).map(|end| end + 1);
        let tag = end
            .filter(|end| rest[*end..].starts_with('>'))
            .map(|end| &rest[1..end]);
        let name = tag.map(|tag| {
            tag.trim_start_matches('/')
                .split([' ', '/', '\n'])
                .next()
                .unwrap_or("")
        });
        match (tag, name) {
            (Some(tag), Some(name))
                if IN_LINES
                    .iter()
                    .any(|known| name.eq_ignore_ascii_case(known)) =>
            {
                if matches!(name, "br" | "p" | "BR" | "P") {
                    out.push(' ');
                }
                rest = &rest[tag.len() + 2..];
            }
            _ => {
                out.push_str("&lt;");
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    let (document, _) = read(&out, Source::Markdown);
    crate::text::line(&crate::text::plain(&document.blocks))
}

/// The part of a source that is read, and a note when it is not all.
pub(crate) fn capped(source: &str) -> (&str, Option<Note>) {
    if source.len() <= MAX_SOURCE {
        return (source, None);
    }
    let end = source.floor_char_boundary(MAX_SOURCE);
    (&source[..end], Some(Note::TooLong(end)))
}
