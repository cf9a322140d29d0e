//! To ProseMirror JSON. The schema is in the parent module.

use serde_json::{Value, json};

use crate::run::{self, Leaf, Mark};
use crate::{Block, Document, Inline};

/// Writes the stored form; see [`Document::to_json`]. A document built by hand is tidied first, so that whatever is
/// stored can be read again.
pub(crate) fn write(doc: &Document) -> String {
    let mut doc = doc.clone();
    doc.tidy();
    json!({ "type": "doc", "content": blocks(&doc.blocks) }).to_string()
}

fn blocks(blocks: &[Block]) -> Vec<Value> {
    blocks.iter().map(block).collect()
}

fn block(block: &Block) -> Value {
    match block {
        Block::Paragraph(text) => paragraph(text),
        Block::Heading { level, text } => {
            json!({ "type": "heading", "attrs": { "level": level }, "content": inlines(text) })
        }
        Block::List {
            ordered,
            start,
            items,
        } => {
            let items: Vec<Value> = items
                .iter()
                .map(|item| json!({ "type": "list_item", "content": blocks(item) }))
                .collect();
            if *ordered {
                json!({ "type": "ordered_list", "attrs": { "order": start.unwrap_or(1) }, "content": items })
            } else {
                json!({ "type": "bullet_list", "content": items })
            }
        }
        Block::Quote(inner) => json!({ "type": "blockquote", "content": blocks(inner) }),
        Block::Figure {
            image,
            caption,
            credit,
        } => {
            let attrs = json!({ "src": image.src, "alt": image.alt, "credit": credit });
            json!({ "type": "figure", "attrs": attrs, "content": inlines(caption) })
        }
        Block::Code { language, text } => {
            let text = json!([{ "type": "text", "text": text }]);
            json!({ "type": "code_block", "attrs": { "language": language }, "content": text })
        }
        Block::Table {
            head,
            rows,
            caption,
        } => table(head, rows, caption),
        Block::Rule => json!({ "type": "horizontal_rule" }),
        Block::Cut => json!({ "type": "cut" }),
    }
}

fn table(head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>], caption: &str) -> Value {
    let row = |cells: &[Vec<Inline>], kind: &str| {
        let cells: Vec<Value> = cells
            .iter()
            .map(|text| json!({ "type": kind, "content": [paragraph(text)] }))
            .collect();
        json!({ "type": "table_row", "content": cells })
    };
    let mut all = Vec::with_capacity(rows.len() + 1);
    if !head.is_empty() {
        all.push(row(head, "table_header"));
    }
    all.extend(rows.iter().map(|cells| row(cells, "table_cell")));
    json!({ "type": "table", "attrs": { "caption": caption }, "content": all })
}

fn paragraph(text: &[Inline]) -> Value {
    json!({ "type": "paragraph", "content": inlines(text) })
}

fn inlines(text: &[Inline]) -> Vec<Value> {
    run::flatten(text).iter().map(inline).collect()
}

fn inline(run: &run::Run) -> Value {
    let mut marks: Vec<Value> = run.marks.iter().map(mark).collect();
    let mut node = match &run.leaf {
        Leaf::Text(text) => json!({ "type": "text", "text": text }),
        Leaf::Code(text) => {
            marks.push(json!({ "type": "code" }));
            json!({ "type": "text", "text": text })
        }
        Leaf::Break => json!({ "type": "hard_break" }),
        Leaf::Anchor(name) => json!({ "type": "anchor", "attrs": { "id": name } }),
    };
    if !marks.is_empty() {
        node["marks"] = Value::Array(marks);
    }
    node
}

fn mark(mark: &Mark) -> Value {
    match mark {
        Mark::Strong => json!({ "type": "strong" }),
        Mark::Em => json!({ "type": "em" }),
        Mark::Strike => json!({ "type": "strike" }),
        Mark::Sub => json!({ "type": "sub" }),
        Mark::Sup => json!({ "type": "sup" }),
        Mark::Link(href) => json!({ "type": "link", "attrs": { "href": href.as_str() } }),
    }
}
