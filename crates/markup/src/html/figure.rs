//! Pictures: alone, in figures with captions, in galleries, as WordPress and Ghost wrap them.

use super::Source;
use super::flow::Flow;
use super::tree::Id;
use crate::note::shown;
use crate::run::{self, Leaf, Mark};
use crate::{Block, Image, Inline, Note, text};

/// Buttons and clocks of Ghost's players, and the second link of WordPress's files.
const DECORATION: [&str; 4] = [
    "kg-video-overlay",
    "kg-video-player-container",
    "kg-audio-player-container",
    "wp-block-file__button",
];

/// Captions met inside the figure that is being read.
#[derive(Default)]
pub(super) struct Captions {
    inside: usize,
    found: Vec<Inline>,
    credit: String,
    cut: bool,
}

impl Flow<'_> {
    /// Elements that only their class tells apart; says whether it was one.
    pub(super) fn by_class(&mut self, id: Id) -> bool {
        let tree = self.tree;
        let has = |class: &str| tree.has_class(id, class);
        if tree.attr(id, "class").is_empty() {
            return false;
        }
        if has("wp-caption") || has("gallery-item") {
            self.figure(id);
        } else if self.captions.inside > 0 && (has("wp-caption-text") || has("gallery-caption")) {
            self.caption(id);
        } else if self.captions.inside > 0 && is_credit(tree.attr(id, "class")) {
            self.cut_if_inside(id);
            let credit = text::line(&tree.text(id));
            self.captions.credit = credit;
        } else if has("kg-bookmark-card") {
            self.bookmark(id);
        } else if DECORATION.iter().any(|class| has(class)) {
            self.drop_element(id);
        } else {
            return false;
        }
        true
    }

    /// An `<img>`: a figure of its own, wherever it stands.
    pub(super) fn image(&mut self, id: Id) {
        let tree = self.tree;
        if tree.has_class(id, "emoji") || tree.has_class(id, "wp-smiley") {
            self.text(tree.attr(id, "alt"));
            return;
        }
        let mut src = source_of(|name| tree.attr(id, name));
        if self.source == Source::Markdown && !src.contains("://") {
            // The name of a file beside the text, which is written as an address.
            src = decoded(&src);
        }
        let pixel = |name: &str| matches!(tree.attr(id, name).trim(), "0" | "1" | "0px" | "1px");
        if src.is_empty() || (pixel("width") && pixel("height")) {
            self.notes.dropped("img");
            return;
        }
        if self.noscript && self.last_image == src {
            return;
        }
        self.flush();
        if let Some(Mark::Link(href)) = self.marks.iter().find(|mark| matches!(mark, Mark::Link(_)))
            && !is_picture(href.as_str())
        {
            self.notes.add(Note::ImageLink(shown(href.as_str())));
        }
        self.last_image.clone_from(&src);
        let title = if self.source == Source::Markdown {
            tree.attr(id, "title")
        } else {
            ""
        };
        let (caption, credit) = match title.rsplit_once('|') {
            Some((caption, credit)) => (text::line(caption), text::line(credit)),
            None => (text::line(title), String::new()),
        };
        let caption = if caption.is_empty() {
            vec![]
        } else {
            vec![Inline::Text(caption)]
        };
        let image = Image {
            src,
            alt: text::line(tree.attr(id, "alt")),
        };
        self.blocks.push(Block::Figure {
            image,
            caption,
            credit,
        });
    }

    /// A `<figure>` or what stands for one: pictures, or a table or quotation with a caption.
    pub(super) fn figure(&mut self, id: Id) {
        if self.tree.has_class(id, "kg-bookmark-card") {
            return self.bookmark(id);
        }
        self.flush();
        let start = self.blocks.len();
        let outer = std::mem::take(&mut self.captions);
        self.captions.inside = outer.inside + 1;
        self.children(id);
        self.flush();
        let captions = std::mem::replace(&mut self.captions, outer);
        let mut inner = self.blocks.split_off(start);
        if captions.cut {
            // The text after it in the caption is not free, so the whole figure is not.
            self.blocks.push(Block::Cut);
        }
        let mut caption = captions.found;
        if self.tree.has_class(id, "wp-caption") && caption.is_empty() {
            caption = take_paragraphs(&mut inner);
        }
        match inner.last_mut() {
            Some(Block::Figure {
                caption: own,
                credit,
                ..
            }) if own.is_empty() => {
                *own = caption;
                if credit.is_empty() {
                    *credit = captions.credit;
                }
            }
            Some(Block::Table { caption: own, .. }) if own.is_empty() => {
                *own = text::line(&text::inlines(&caption))
            }
            _ if caption.is_empty() => {}
            // Of a gallery whose pictures have captions of their own.
            Some(Block::Figure { caption: own, .. }) => {
                own.push(Inline::Break);
                own.append(&mut caption);
            }
            _ => inner.push(Block::Paragraph(caption)),
        }
        self.blocks.append(&mut inner);
    }

    /// A caption: set aside for the figure it is in, a paragraph outside of one.
    pub(super) fn caption(&mut self, id: Id) {
        if self.captions.inside == 0 {
            return self.block_children(id);
        }
        self.captions.cut |= self.has_cut(id);
        // The link around a picture is not one around its caption.
        let marks = std::mem::take(&mut self.marks);
        let blocks = self.nested(id);
        self.marks = marks;
        let mut pictures = Vec::new();
        let text = as_line(blocks, &mut pictures);
        self.blocks.append(&mut pictures);
        if self.captions.found.is_empty() {
            self.captions.found = text;
        } else if !text.is_empty() {
            self.captions.found.push(Inline::Break);
            self.captions.found.extend(text);
        }
    }

    /// Ghost's card for a link: the title as a link, the rest is decoration.
    fn bookmark(&mut self, id: Id) {
        let tree = self.tree;
        self.flush();
        self.cut_if_inside(id);
        let link = tree
            .descendants(id)
            .find(|node| tree.name(*node) == Some("a"));
        let title = tree
            .descendants(id)
            .find(|node| tree.has_class(*node, "kg-bookmark-title"));
        let written = link.map_or("", |link| tree.attr(link, "href"));
        let title = title
            .map(|title| text::line(&tree.text(title)))
            .filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| written.to_owned());
        match crate::Href::parse(written) {
            Some(href) => {
                let children = vec![Inline::Text(title)];
                self.blocks
                    .push(Block::Paragraph(vec![Inline::Link { href, children }]));
            }
            None => {
                self.notes.add(Note::UnsafeLink(shown(written)));
                self.blocks
                    .push(Block::Paragraph(vec![Inline::Text(title)]));
            }
        }
    }
}

/// Without percent signs for bytes, if what they stand for is text.
fn decoded(address: &str) -> String {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = |at: usize| {
            after
                .get(at)
                .and_then(|byte| char::from(*byte).to_digit(16))
        };
        if let (b'%', Some(high), Some(low)) = (first, hex(0), hex(1)) {
            bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).map_or_else(|_| address.to_owned(), |text| text::clean(&text))
}

/// Where a picture is, also when it is loaded late by a script.
fn source_of<'a>(attr: impl Fn(&str) -> &'a str) -> String {
    let src = attr("src").trim();
    let late = [
        "data-src",
        "data-lazy-src",
        "data-original",
        "data-orig-file",
    ];
    let late = late
        .into_iter()
        .map(|name| attr(name).trim())
        .find(|value| !value.is_empty());
    let placeholder =
        src.is_empty() || src.starts_with("data:image/gif") || src.starts_with("data:image/svg");
    text::clean(if placeholder {
        late.unwrap_or(src)
    } else {
        src
    })
}

/// Does an address end like a picture's? WordPress links pictures to their large form.
fn is_picture(address: &str) -> bool {
    let path = address
        .split(['?', '#'])
        .next()
        .unwrap_or("")
        .to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg"]
        .iter()
        .any(|end| path.ends_with(end))
}

fn is_credit(classes: &str) -> bool {
    classes
        .split_ascii_whitespace()
        .any(|class| class == "credit" || class.ends_with("-credit"))
}

/// Takes the paragraphs out of a figure's blocks: its caption, when no element says which it is.
fn take_paragraphs(blocks: &mut Vec<Block>) -> Vec<Inline> {
    let (text, rest) = std::mem::take(blocks)
        .into_iter()
        .partition(|b| matches!(b, Block::Paragraph(_)));
    *blocks = rest;
    as_line(text, &mut Vec::new())
}

/// Blocks as running text where only that can stand (captions, table cells), separated by breaks; pictures are set aside.
pub(super) fn as_line(blocks: Vec<Block>, pictures: &mut Vec<Block>) -> Vec<Inline> {
    let mut runs = Vec::new();
    line_into(blocks, &mut runs, pictures);
    run::nest(runs)
}

fn line_into(blocks: Vec<Block>, runs: &mut Vec<run::Run>, pictures: &mut Vec<Block>) {
    for block in blocks {
        let next = |runs: &mut Vec<run::Run>| {
            if !runs.is_empty() {
                run::push(runs, &[], Leaf::Break);
            }
        };
        match block {
            Block::Paragraph(text) | Block::Heading { text, .. } => {
                next(runs);
                for run in run::flatten(&text) {
                    run::push(runs, &run.marks, run.leaf);
                }
            }
            Block::Code { text, .. } => {
                for line in text.split('\n') {
                    next(runs);
                    run::push(runs, &[], Leaf::Code(line.to_owned()));
                }
            }
            Block::Quote(inner) => line_into(inner, runs, pictures),
            Block::List { items, .. } => items
                .into_iter()
                .for_each(|item| line_into(item, runs, pictures)),
            Block::Table { head, rows, .. } => {
                for row in std::iter::once(head).chain(rows) {
                    line_into(
                        row.into_iter().map(Block::Paragraph).collect(),
                        runs,
                        pictures,
                    );
                }
            }
            Block::Figure { .. } => pictures.push(block),
            Block::Rule | Block::Cut => {}
        }
    }
}
