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
                let text = text::clean(&text);
                if !text::is_blank(&text) {
                    let language = language_name(&language);
                    out.push(Block::Code { language, text });
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
        let mut part = Vec::new();
        for block in self.blocks(inner, depth + 1) {
            if !matches!(block, Block::Cut) {
                part.push(block);
                continue;
            }
            if !part.is_empty() {
                out.push(Block::Quote(std::mem::take(&mut part)));
            }
            out.push(Block::Cut);
        }
        if !part.is_empty() {
            out.push(Block::Quote(part));
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
        let mut list = OpenList {
            ordered,
            first: start.unwrap_or(1),
            items: Vec::new(),
        };
        for item in items {
            let mut blocks = self.blocks(item, depth + 2);
            if let Some(at) = blocks.iter().position(|b| matches!(b, Block::Cut)) {
                let after = blocks.split_off(at + 1);
                blocks.pop();
                // What follows the cut in the same item keeps the item's number.
                let split = !blocks.is_empty() && !after.is_empty();
                list.add(blocks);
                list.close(out);
                list.first = list.first.saturating_sub(u32::from(split));
                out.push(Block::Cut);
                blocks = after;
            }
            list.add(blocks);
        }
        list.close(out);
    }
}

/// A list being put together; a cut closes it and the numbers go on in the next.
struct OpenList {
    ordered: bool,
    first: u32,
    items: Vec<Vec<Block>>,
}

impl OpenList {
    fn add(&mut self, item: Vec<Block>) {
        if !item.is_empty() {
            self.items.push(item);
        }
    }

    fn close(&mut self, out: &mut Vec<Block>) {
        let items = std::mem::take(&mut self.items);
        if items.is_empty() {
            return;
        }
        let start = (self.ordered && self.first != 1).then_some(self.first);
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        self.first = self.first.saturating_add(count);
        out.push(Block::List {
            ordered: self.ordered,
            start,
            items,
        });
    }
}

/// Tidy running text; `None` when there is nothing to see.
fn inlines(text: &[Inline]) -> Option<Vec<Inline>> {
    let runs = run::unlink_blank(run::flatten(text));
    (!run::is_blank(&runs)).then(|| run::nest(runs))
}

fn figure(image: Image, caption: &[Inline], credit: &str) -> Option<Block> {
    let caption = inlines(caption).unwrap_or_default();
    let src = text::clean(&image.src).trim().to_owned();
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
