//! The tidy form of a document: what every reader returns and the stored form keeps.
//!
//! It makes equal documents equal, gives the renderer nothing empty to write, and keeps the promise about the cut: it is
//! at the top level, so that the free part is a slice. When a source has it inside a list or a quote, that is split there.

use crate::note::Notes;
use crate::{Block, Image, Inline, Note, run, text};

/// How deep blocks may stand in each other; a quote is one level, a list with its items two.
pub(crate) const MAX_DEPTH: usize = 32;
/// Wider tables are cut here; nobody can read them, and a row of a million cells costs memory.
pub(crate) const MAX_COLUMNS: usize = 64;

/// Tidies top-level blocks.
pub(crate) fn tidy(blocks: Vec<Block>, notes: &mut Notes) -> Vec<Block> {
    let mut pass = Pass {
        notes,
        cut_seen: false,
    };
    pass.blocks(blocks, 0)
}

struct Pass<'a> {
    notes: &'a mut Notes,
    cut_seen: bool,
}

impl Pass<'_> {
    /// Tidies a sequence; a cut from inside one of the blocks is now between its two halves.
    fn blocks(&mut self, blocks: Vec<Block>, depth: usize) -> Vec<Block> {
        let mut out = Vec::with_capacity(blocks.len());
        for block in blocks {
            self.block(block, depth, &mut out);
        }
        out
    }

    fn block(&mut self, block: Block, depth: usize, out: &mut Vec<Block>) {
        match block {
            Block::Paragraph(text) => out.extend(inlines(&text).map(Block::Paragraph)),
            Block::Heading { level, text } => {
                out.extend(inlines(&text).map(|text| Block::Heading {
                    level: level.clamp(2, 4),
                    text,
                }));
            }
            Block::Quote(inner) => self.quote(inner, depth, out),
            Block::List {
                ordered,
                start,
                items,
            } => self.list(ordered, start, items, depth, out),
            Block::Figure {
                image,
                caption,
                credit,
            } => out.extend(figure(image, &caption, &credit)),
            Block::Code { language, text } => {
                if !text::is_blank(&text) {
                    out.push(Block::Code {
                        language: language_name(&language),
                        text: text::clean(&text),
                    });
                }
            }
            Block::Table {
                head,
                rows,
                caption,
            } => table(head, rows, &caption, out),
            Block::Rule => out.push(Block::Rule),
            Block::Cut if self.cut_seen => self.notes.add(Note::SecondCut),
            Block::Cut => {
                self.cut_seen = true;
                out.push(Block::Cut);
            }
        }
    }

    fn quote(&mut self, inner: Vec<Block>, depth: usize, out: &mut Vec<Block>) {
        if depth + 1 > MAX_DEPTH {
            self.notes.add(Note::TooDeep);
            out.extend(self.blocks(inner, depth));
            return;
        }
        let inner = self.blocks(inner, depth + 1);
        for part in inner.split_inclusive(|b| matches!(b, Block::Cut)) {
            let (content, cut) = match part.split_last() {
                Some((Block::Cut, content)) => (content, true),
                _ => (part, false),
            };
            if !content.is_empty() {
                out.push(Block::Quote(content.to_vec()));
            }
            if cut {
                out.push(Block::Cut);
            }
        }
    }

    fn list(
        &mut self,
        ordered: bool,
        start: Option<u32>,
        items: Vec<Vec<Block>>,
        depth: usize,
        out: &mut Vec<Block>,
    ) {
        if depth + 2 > MAX_DEPTH {
            self.notes.add(Note::TooDeep);
            for item in items {
                out.extend(self.blocks(item, depth));
            }
            return;
        }
        let mut number = start.unwrap_or(1);
        let mut first = number;
        let mut kept: Vec<Vec<Block>> = Vec::new();
        let close = |kept: &mut Vec<Vec<Block>>, first: u32| {
            if !kept.is_empty() {
                let start = (ordered && first != 1).then_some(first);
                Some(Block::List {
                    ordered,
                    start,
                    items: std::mem::take(kept),
                })
            } else {
                None
            }
        };
        for item in items {
            let mut blocks = self.blocks(item, depth + 2);
            if let Some(at) = blocks.iter().position(|b| matches!(b, Block::Cut)) {
                // What follows the cut in the same item keeps the item's number.
                let after = blocks.split_off(at + 1);
                blocks.pop();
                let split = !blocks.is_empty() && !after.is_empty();
                if !blocks.is_empty() {
                    kept.push(blocks);
                }
                out.extend(close(&mut kept, first));
                out.push(Block::Cut);
                number = if split {
                    number
                } else {
                    number.saturating_add(u32::from(after.is_empty()))
                };
                first = number;
                blocks = after;
            }
            if !blocks.is_empty() {
                kept.push(blocks);
                number = number.saturating_add(1);
            }
        }
        out.extend(close(&mut kept, first));
    }
}

/// Tidy running text; `None` when there is nothing to see.
fn inlines(text: &[Inline]) -> Option<Vec<Inline>> {
    let runs = run::flatten(text);
    (!run::is_blank(&runs)).then(|| run::nest(runs))
}

fn figure(image: Image, caption: &[Inline], credit: &str) -> Option<Block> {
    let caption = inlines(caption).unwrap_or_default();
    let src = text::clean(image.src.trim());
    if src.is_empty() {
        return (!caption.is_empty()).then_some(Block::Paragraph(caption));
    }
    let image = Image {
        src,
        alt: text::line(&image.alt),
    };
    Some(Block::Figure {
        image,
        caption,
        credit: text::line(credit),
    })
}

fn table(head: Vec<Vec<Inline>>, rows: Vec<Vec<Vec<Inline>>>, caption: &str, out: &mut Vec<Block>) {
    let row = |cells: Vec<Vec<Inline>>| -> Vec<Vec<Inline>> {
        cells
            .iter()
            .take(MAX_COLUMNS)
            .map(|cell| inlines(cell).unwrap_or_default())
            .collect()
    };
    let filled = |cells: &Vec<Vec<Inline>>| cells.iter().any(|cell| !cell.is_empty());
    let mut head = Some(row(head)).filter(filled).unwrap_or_default();
    let mut rows: Vec<_> = rows.into_iter().map(row).filter(filled).collect();
    let caption = text::line(caption);
    let columns = rows
        .iter()
        .map(Vec::len)
        .chain([head.len()])
        .max()
        .unwrap_or(0);
    if columns == 0 {
        out.extend((!caption.is_empty()).then(|| Block::Paragraph(vec![Inline::Text(caption)])));
        return;
    }
    if !head.is_empty() {
        head.resize(columns, Vec::new());
    }
    for row in &mut rows {
        row.resize(columns, Vec::new());
    }
    out.push(Block::Table {
        head,
        rows,
        caption,
    });
}

/// A language name that can stand in a class attribute, or nothing.
pub(crate) fn language_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '.' | '_' | '-');
    let usable = name.len() <= 32 && name.chars().all(plain);
    if usable {
        name.to_owned()
    } else {
        String::new()
    }
}
