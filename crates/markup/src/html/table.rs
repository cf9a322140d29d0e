//! Tables: cells that were merged are taken apart, cells that hold blocks become lines, tables that only place things
//! on the page are read as what they hold.

use super::figure::as_line;
use super::flow::Flow;
use super::tree::{Id, Tree};
use crate::tidy::MAX_COLUMNS;
use crate::{Block, Inline, Note, text};

/// Rows that a cell may span; longer ones would only be a way to use memory.
const MAX_ROWSPAN: usize = 1_000;

impl Flow<'_> {
    pub(super) fn table(&mut self, id: Id) {
        let tree = self.tree;
        let rows = rows(tree, id);
        let cells = rows.iter().map(|row| row.cells.len()).sum::<usize>();
        let is_table = |inner: Id| tree.name(inner) == Some("table");
        if cells <= 1 || tree.descendants(id).any(is_table) {
            return self.block_children(id);
        }
        self.flush();
        self.cut_if_inside(id);
        let mut grid = Grid::default();
        let mut pictures = Vec::new();
        let caption = self.table_caption(id, &mut pictures);
        let mut head: Vec<Vec<Inline>> = Vec::new();
        let mut body = Vec::new();
        for (n, row) in rows.iter().enumerate() {
            let mut texts = Vec::with_capacity(row.cells.len());
            for cell in &row.cells {
                let text = as_line(self.nested(*cell), &mut pictures);
                let span = |name: &str| tree.attr(*cell, name).trim().parse().unwrap_or(1_usize);
                texts.push((text, span("colspan").max(1), span("rowspan").max(1)));
            }
            let is_head =
                row.in_head || row.cells.iter().all(|cell| tree.name(*cell) == Some("th"));
            let cells = grid.row(texts);
            if n == 0 && is_head && rows.len() > 1 {
                head = cells
            } else {
                body.push(cells)
            }
        }
        if grid.merged {
            self.notes.add(Note::MergedCells);
        }
        self.blocks.push(Block::Table {
            head,
            rows: body,
            caption,
        });
        self.blocks.append(&mut pictures);
    }

    fn table_caption(&mut self, id: Id, pictures: &mut Vec<Block>) -> String {
        let tree = self.tree;
        let Some(caption) = tree
            .children(id)
            .find(|child| tree.name(*child) == Some("caption"))
        else {
            return String::new();
        };
        text::line(&text::inlines(&as_line(self.nested(caption), pictures)))
    }
}

struct Row {
    cells: Vec<Id>,
    in_head: bool,
}

/// The rows of a table, the head first and the foot last, whatever their order in the source.
fn rows(tree: &Tree, table: Id) -> Vec<Row> {
    let (mut head, mut body, mut foot) = (Vec::new(), Vec::new(), Vec::new());
    for child in tree.children(table) {
        let (part, in_head) = match tree.name(child) {
            Some("thead") => (&mut head, true),
            Some("tbody") => (&mut body, false),
            Some("tfoot") => (&mut foot, false),
            _ => continue,
        };
        for row in tree
            .children(child)
            .filter(|row| tree.name(*row) == Some("tr"))
        {
            let is_cell = |cell: &Id| matches!(tree.name(*cell), Some("td" | "th"));
            let cells: Vec<Id> = tree.children(row).filter(is_cell).collect();
            if !cells.is_empty() {
                part.push(Row { cells, in_head });
            }
        }
    }
    head.append(&mut body);
    head.append(&mut foot);
    head
}

/// Places cells in columns, keeping free what a cell above spans.
#[derive(Default)]
struct Grid {
    /// For each column the number of rows it is still taken.
    taken: Vec<usize>,
    merged: bool,
}

impl Grid {
    /// One row from its cells, each with the columns and rows it spans.
    fn row(&mut self, cells: Vec<(Vec<Inline>, usize, usize)>) -> Vec<Vec<Inline>> {
        let mut out: Vec<Vec<Inline>> = Vec::new();
        for (text, columns, rows) in cells {
            self.skip_taken(&mut out);
            let (columns, rows) = (columns.min(MAX_COLUMNS), rows.min(MAX_ROWSPAN));
            self.merged |= columns > 1 || rows > 1;
            let mut text = Some(text);
            for _ in 0..columns {
                if out.len() >= MAX_COLUMNS {
                    break;
                }
                self.taken.resize(self.taken.len().max(out.len() + 1), 0);
                self.taken[out.len()] = rows - 1;
                out.push(text.take().unwrap_or_default());
            }
        }
        self.skip_taken(&mut out);
        // Columns behind the end of this row are passed as well.
        for rows in self.taken.iter_mut().skip(out.len()) {
            *rows = rows.saturating_sub(1);
        }
        out
    }

    fn skip_taken(&mut self, out: &mut Vec<Vec<Inline>>) {
        while let Some(rows) = self.taken.get_mut(out.len()).filter(|rows| **rows > 0) {
            *rows -= 1;
            out.push(Vec::new());
        }
    }
}
