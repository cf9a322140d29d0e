//! Characters and plain text: which characters never belong into an article, and what a document says without mark-up.
//!
//! Text is otherwise left as it was written: no Unicode normalisation, no smart quotes, no-break spaces stay.

use crate::{Block, Inline};

/// Characters that are invisible and carry no meaning in an article, or turn the direction of what follows: control
/// characters (line ends and tabs excepted), zero-width space and no-break, bidirectional embeddings and overrides,
/// non-characters. Joiners (emoji, Persian), direction marks, isolates and soft hyphens stay.
pub(crate) fn is_unwanted(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{fff9}'..='\u{fffb}')
        || (c as u32) & 0xfffe == 0xfffe
}

/// Tag characters spell out a region after a black flag (England, Scotland, Wales) and are hidden text anywhere else.
fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// The text without unwanted characters; line ends become `\n`.
pub(crate) fn clean(text: &str) -> String {
    let plain = |c: char| !is_unwanted(c) && !is_tag(c) && !matches!(c, '\u{2028}' | '\u{2029}');
    if text.chars().all(plain) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut in_flag = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            c if is_tag(c) && !in_flag => {}
            c if is_unwanted(c) => {}
            c => out.push(c),
        }
        in_flag = c == '\u{1f3f4}' || (in_flag && is_tag(c));
    }
    out
}

/// Runs of white space as one space, none at the ends: for texts of one line.
pub(crate) fn line(text: &str) -> String {
    let cleaned = clean(text);
    // No-break spaces stay inside, where they mean something.
    let words: Vec<&str> = cleaned.trim().split_ascii_whitespace().collect();
    words.join(" ")
}

/// Is there anything to see?
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// The blocks as lines of text.
pub(crate) fn plain(blocks: &[Block]) -> String {
    let mut out = String::new();
    blocks_into(blocks, &mut out);
    out
}

fn blocks_into(blocks: &[Block], out: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(text)
            | Block::Heading { text, .. }
            | Block::Figure { caption: text, .. } => {
                inlines_into(text, out);
            }
            Block::Quote(inner) => blocks_into(inner, out),
            Block::List { items, .. } => {
                for item in items {
                    blocks_into(item, out);
                    end_line(out);
                }
            }
            Block::Code { text, .. } => out.push_str(text),
            Block::Table {
                head,
                rows,
                caption,
            } => {
                out.push_str(caption);
                for row in std::iter::once(head).chain(rows) {
                    end_line(out);
                    for (n, cell) in row.iter().enumerate() {
                        out.push_str(if n == 0 { "" } else { "\t" });
                        inlines_into(cell, out);
                    }
                }
            }
            Block::Rule | Block::Cut => {}
        }
        end_line(out);
    }
}

/// The text of a line, breaks as line ends.
pub(crate) fn inlines(text: &[Inline]) -> String {
    let mut out = String::new();
    inlines_into(text, &mut out);
    out
}

fn inlines_into(text: &[Inline], out: &mut String) {
    for inline in text {
        match inline {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Strong(inner)
            | Inline::Em(inner)
            | Inline::Sub(inner)
            | Inline::Sup(inner)
            | Inline::Strike(inner)
            | Inline::Link {
                children: inner, ..
            } => inlines_into(inner, out),
            Inline::Break => out.push('\n'),
            Inline::Anchor(_) => {}
        }
    }
}

fn end_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}
