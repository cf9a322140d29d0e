//! From ProseMirror JSON. The schema is in the parent module.

use serde_json::{Map, Value};

use super::Error;
use crate::note::{Notes, shown};
use crate::run::{self, Leaf, Mark, Run};
use crate::{Block, Document, Href, Image, Inline, tidy};

/// Reads the stored form; see [`Document::from_json`].
pub(crate) fn read(source: &str) -> Result<Document, Error> {
    // serde_json refuses more than 128 levels, so nothing below recurses further than that.
    let value: Value = serde_json::from_str(source).map_err(|e| Error::Syntax(e.to_string()))?;
    let doc = Node::new(&value, &Place::Root)?;
    if doc.kind != "doc" {
        return Err(doc.error(format!("expected a doc, found {:?}", shown(doc.kind))));
    }
    let mut blocks = Vec::new();
    let mut cut = false;
    for child in doc.children()? {
        let child = Node::new(child.value, &child.place)?;
        if child.kind == "cut" {
            if std::mem::replace(&mut cut, true) {
                return Err(child.error("a second cut".to_owned()));
            }
            blocks.push(Block::Cut);
        } else {
            blocks.push(block(&child, 0)?);
        }
    }
    Ok(Document {
        blocks: tidy::tidy(blocks, &mut Notes::default()),
    })
}

/// Where a node stands; spelled out only when something is wrong there.
enum Place<'a> {
    Root,
    Inside {
        parent: &'a Place<'a>,
        list: &'static str,
        index: usize,
    },
}

impl Place<'_> {
    fn spell(&self) -> String {
        match self {
            Place::Root => String::new(),
            Place::Inside {
                parent,
                list,
                index,
            } => {
                let before = parent.spell();
                let dot = if before.is_empty() { "" } else { "." };
                format!("{before}{dot}{list}[{index}]")
            }
        }
    }

    fn error(&self, what: String) -> Error {
        Error::Schema {
            at: self.spell(),
            what,
        }
    }
}

/// An object with a `type`: a node or a mark.
struct Node<'a> {
    kind: &'a str,
    object: &'a Map<String, Value>,
    place: &'a Place<'a>,
}

struct Child<'a> {
    value: &'a Value,
    place: Place<'a>,
}

impl<'a> Node<'a> {
    fn new(value: &'a Value, place: &'a Place<'a>) -> Result<Node<'a>, Error> {
        let object = value
            .as_object()
            .ok_or_else(|| place.error("expected an object".to_owned()))?;
        let kind = object.get("type").and_then(Value::as_str);
        let kind = kind.ok_or_else(|| place.error("a node without a type".to_owned()))?;
        Ok(Node {
            kind,
            object,
            place,
        })
    }

    fn error(&self, what: String) -> Error {
        self.place.error(what)
    }

    fn unknown(&self, role: &str) -> Error {
        self.error(format!("unknown {role} {:?}", shown(self.kind)))
    }

    fn children(&'a self) -> Result<Vec<Child<'a>>, Error> {
        self.list("content")
    }

    fn list(&'a self, name: &'static str) -> Result<Vec<Child<'a>>, Error> {
        let values = match self.object.get(name) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(values)) => values,
            Some(_) => return Err(self.error(format!("{name} of {} is not a list", self.kind))),
        };
        let child = |(index, value)| Child {
            value,
            place: Place::Inside {
                parent: self.place,
                list: name,
                index,
            },
        };
        Ok(values.iter().enumerate().map(child).collect())
    }

    fn attribute(&self, name: &str) -> Option<&'a Value> {
        self.object
            .get("attrs")
            .and_then(|attrs| attrs.get(name))
            .filter(|value| !value.is_null())
    }

    /// A text attribute; empty when absent.
    fn text(&self, name: &str) -> Result<String, Error> {
        match self.attribute(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(self.error(format!("{name} of {} is not a text", self.kind))),
        }
    }

    fn number(&self, name: &str) -> Result<Option<u32>, Error> {
        let Some(value) = self.attribute(name) else {
            return Ok(None);
        };
        let number = value.as_u64().and_then(|n| u32::try_from(n).ok());
        number
            .map(Some)
            .ok_or_else(|| self.error(format!("{name} of {} is not a number", self.kind)))
    }
}

fn block(node: &Node, depth: usize) -> Result<Block, Error> {
    if depth > tidy::MAX_DEPTH {
        return Err(node.error(format!("nested more than {} levels deep", tidy::MAX_DEPTH)));
    }
    Ok(match node.kind {
        "paragraph" => Block::Paragraph(inlines(node)?),
        "heading" => {
            let level = node.number("level")?.unwrap_or(2);
            if !(2..=4).contains(&level) {
                return Err(node.error(format!("a heading of level {level} (2 to 4 are allowed)")));
            }
            Block::Heading {
                level: level as u8,
                text: inlines(node)?,
            }
        }
        "blockquote" => Block::Quote(blocks(node, depth + 1)?),
        "bullet_list" => Block::List {
            ordered: false,
            start: None,
            items: items(node, depth)?,
        },
        "ordered_list" => {
            let start = node.number("order")?.filter(|first| *first != 1);
            Block::List {
                ordered: true,
                start,
                items: items(node, depth)?,
            }
        }
        "figure" => {
            let image = Image {
                src: node.text("src")?,
                alt: node.text("alt")?,
            };
            Block::Figure {
                image,
                caption: inlines(node)?,
                credit: node.text("credit")?,
            }
        }
        "code_block" => Block::Code {
            language: node.text("language")?,
            text: code(node)?,
        },
        "table" => table(node)?,
        "horizontal_rule" => Block::Rule,
        "cut" => {
            return Err(
                node.error("a cut inside another node (it stands at the top level)".to_owned())
            );
        }
        _ => return Err(node.unknown("node")),
    })
}

fn blocks(node: &Node, depth: usize) -> Result<Vec<Block>, Error> {
    node.children()?
        .iter()
        .map(|child| block(&Node::new(child.value, &child.place)?, depth))
        .collect()
}

fn items(node: &Node, depth: usize) -> Result<Vec<Vec<Block>>, Error> {
    let mut out = Vec::new();
    for child in node.children()? {
        let item = Node::new(child.value, &child.place)?;
        if item.kind != "list_item" {
            return Err(item.unknown("node in a list"));
        }
        out.push(blocks(&item, depth + 2)?);
    }
    Ok(out)
}

fn code(node: &Node) -> Result<String, Error> {
    let mut out = String::new();
    for child in node.children()? {
        let leaf = Node::new(child.value, &child.place)?;
        match leaf.kind {
            "text" => out.push_str(text(&leaf)?),
            "hard_break" => out.push('\n'),
            _ => return Err(leaf.unknown("node in a code block")),
        }
    }
    Ok(out)
}

fn table(node: &Node) -> Result<Block, Error> {
    let mut head = Vec::new();
    let mut rows = Vec::new();
    for (n, child) in node.children()?.iter().enumerate() {
        let row = Node::new(child.value, &child.place)?;
        if row.kind != "table_row" {
            return Err(row.unknown("node in a table"));
        }
        let mut all_header = true;
        let mut cells = Vec::new();
        for child in row.children()? {
            let cell = Node::new(child.value, &child.place)?;
            match cell.kind {
                "table_header" => {}
                "table_cell" => all_header = false,
                _ => return Err(cell.unknown("node in a table row")),
            }
            if cell.number("colspan")?.unwrap_or(1) > 1 || cell.number("rowspan")?.unwrap_or(1) > 1
            {
                return Err(cell.error("a merged table cell".to_owned()));
            }
            cells.push(self::cell(&cell)?);
        }
        if n == 0 && all_header {
            head = cells
        } else {
            rows.push(cells)
        }
    }
    Ok(Block::Table {
        head,
        rows,
        caption: node.text("caption")?,
    })
}

/// A cell's text: inline nodes, or paragraphs, which become lines.
fn cell(node: &Node) -> Result<Vec<Inline>, Error> {
    let mut runs: Vec<Run> = Vec::new();
    for child in node.children()? {
        let inner = Node::new(child.value, &child.place)?;
        if inner.kind == "paragraph" {
            if !runs.is_empty() {
                run::push(&mut runs, &[], Leaf::Break);
            }
            for leaf in inner.children()? {
                inline(&Node::new(leaf.value, &leaf.place)?, &mut runs)?;
            }
        } else {
            inline(&inner, &mut runs)?;
        }
    }
    Ok(run::nest(runs))
}

fn inlines(node: &Node) -> Result<Vec<Inline>, Error> {
    let mut runs = Vec::new();
    for child in node.children()? {
        inline(&Node::new(child.value, &child.place)?, &mut runs)?;
    }
    Ok(run::nest(runs))
}

fn inline(node: &Node, runs: &mut Vec<Run>) -> Result<(), Error> {
    let mut marks = Vec::new();
    let mut is_code = false;
    for child in node.list("marks")? {
        let mark = Node::new(child.value, &child.place)?;
        let found = match mark.kind {
            "strong" => Mark::Strong,
            "em" => Mark::Em,
            "strike" => Mark::Strike,
            "sub" => Mark::Sub,
            "sup" => Mark::Sup,
            "code" => {
                is_code = true;
                continue;
            }
            "link" => match Href::parse(&mark.text("href")?) {
                Some(href) => Mark::Link(href),
                None => continue,
            },
            _ => return Err(mark.unknown("mark")),
        };
        run::add_mark(&mut marks, found);
    }
    let leaf = match node.kind {
        "text" if is_code => Leaf::Code(text(node)?.to_owned()),
        "text" => Leaf::Text(text(node)?.to_owned()),
        "hard_break" => Leaf::Break,
        "anchor" => match node.text("id")? {
            name if run::is_anchor(&name) => Leaf::Anchor(name),
            _ => return Err(node.error("an anchor without a name".to_owned())),
        },
        _ => return Err(node.unknown("node")),
    };
    run::push(runs, &marks, leaf);
    Ok(())
}

fn text<'a>(node: &Node<'a>) -> Result<&'a str, Error> {
    let text = node.object.get("text").and_then(Value::as_str);
    text.ok_or_else(|| node.error("a text node without text".to_owned()))
}
