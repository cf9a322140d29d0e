//! The nodes an article is made of, and what can be asked of a whole document.
//!
//! The set is closed on purpose: a new kind of node is a decision for every reader of it (page, feed, mail, export), not
//! a string that slips through. Reading and writing the different formats is in the modules named after them.

use crate::{Error, Href, Note, html, json, markdown, text, tidy};

/// An article's body.
///
/// What [`Document::from_markdown`], [`Document::from_html`] and [`Document::from_json`] return is *tidy* (see
/// [`Document::tidy`]): nothing empty, one cut at most and that at the top level, nesting of bounded depth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Top-level blocks in reading order.
    pub blocks: Vec<Block>,
}

/// A block of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Inline>),
    /// A crosshead. Level 1 is the article's headline and never inside the body.
    Heading {
        /// 2 to 4.
        level: u8,
        /// What it says.
        text: Vec<Inline>,
    },
    /// A list, numbered or not.
    List {
        /// Numbered?
        ordered: bool,
        /// First number, when it is numbered and does not start at 1.
        start: Option<u32>,
        /// Each item is a sequence of blocks.
        items: Vec<Vec<Block>>,
    },
    /// Words of somebody else.
    Quote(Vec<Block>),
    /// A picture with its caption.
    Figure {
        /// The picture.
        image: Image,
        /// What the caption says.
        caption: Vec<Inline>,
        /// Photographer, source, agency; empty when unknown.
        credit: String,
    },
    /// Source text, kept to the letter.
    Code {
        /// Language name as written, such as `rust`; empty when unknown.
        language: String,
        /// The text, lines separated by `\n`.
        text: String,
    },
    /// A table with at most one header row; all rows have the same number of cells.
    Table {
        /// Header row; empty when there is none.
        head: Vec<Vec<Inline>>,
        /// Body rows of cells.
        rows: Vec<Vec<Vec<Inline>>>,
        /// What the table shows; empty when not said.
        caption: String,
    },
    /// A thematic break.
    Rule,
    /// The free part ends here. At most one, at the top level.
    Cut,
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Plain text, not escaped.
    Text(String),
    /// Of importance.
    Strong(Vec<Inline>),
    /// Stressed.
    Em(Vec<Inline>),
    /// A link.
    Link {
        /// Where it goes.
        href: Href,
        /// What it says.
        children: Vec<Inline>,
    },
    /// Source text in a line.
    Code(String),
    /// Below the line.
    Sub(Vec<Inline>),
    /// Above the line.
    Sup(Vec<Inline>),
    /// No longer valid.
    Strike(Vec<Inline>),
    /// A line break inside a paragraph.
    Break,
    /// A place that links on the page lead to, by its name; nothing is seen of it.
    Anchor(String),
}

/// A picture as the author named it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Address as written, *not* checked: it never gets into HTML, the application answers it with an
    /// [`ImageTag`](crate::ImageTag) of its own.
    pub src: String,
    /// What stands in for the picture for those who do not see it.
    pub alt: String,
}

impl Document {
    /// Reads Markdown (CommonMark with GitHub's tables, strikethrough, footnotes, tasks and bare web addresses, and with
    /// definition lists). A heading has the place that `{#name}` behind it names. Shortcodes and tags of Hugo, Zola,
    /// Jekyll and the like are left out with a note.
    ///
    /// HTML inside it goes the way of [`Document::from_html`]; `<!--more-->` and `<!--members-only-->` are the
    /// [`Block::Cut`]. A picture alone in a paragraph is a [`Block::Figure`] and its title is `caption | credit`.
    pub fn from_markdown(source: &str) -> (Document, Vec<Note>) {
        markdown::read(source)
    }

    /// Reads an article's HTML as WordPress and Ghost export it; any other HTML works too.
    ///
    /// Links relative to the page they were on cannot be kept; a caller who knows the base (Ghost's `__GHOST_URL__`)
    /// replaces it before.
    pub fn from_html(source: &str) -> (Document, Vec<Note>) {
        html::read(source, html::Source::Export)
    }

    /// Reads HTML that is one line of text, such as a headline or a name: tags of running text are gone, references are
    /// their characters, and everything else (a bracket, `3<5`) is text as it was written.
    pub fn line_from_html(source: &str) -> String {
        html::line(source)
    }

    /// Reads the stored form, ProseMirror JSON; its schema stands at the top of `json/mod.rs`.
    ///
    /// # Errors
    /// Text that is not JSON; a node, mark or attribute value that is not of the schema, with its place.
    pub fn from_json(source: &str) -> Result<Document, Error> {
        json::read(source)
    }

    /// Writes the stored form. `Document::from_json(&doc.to_json())` is `doc`, tidied.
    pub fn to_json(&self) -> String {
        json::write(self)
    }

    /// The blocks up to the cut; all of them when there is none.
    pub fn free_part(&self) -> &[Block] {
        &self.blocks[..self.cut().unwrap_or(self.blocks.len())]
    }

    /// The blocks after the cut; none when there is no cut.
    pub fn paid_part(&self) -> &[Block] {
        match self.cut() {
            Some(at) => &self.blocks[at + 1..],
            None => &[],
        }
    }

    /// Puts a cut after the n-th top-level paragraph, if the document has none and text or a picture follows there.
    /// Zero puts it before everything. Says whether the document has a cut now: a text too short for it stays whole,
    /// and the caller decides what that means.
    pub fn cut_after(&mut self, paragraphs: usize) -> bool {
        if self.cut().is_some() {
            return true;
        }
        let mut left = paragraphs;
        let at = self.blocks.iter().position(|block| {
            let here = left == 0;
            if matches!(block, Block::Paragraph(_)) {
                left = left.saturating_sub(1);
            }
            here
        });
        match at {
            Some(at) if self.blocks[at..].iter().any(|b| !matches!(b, Block::Rule)) => {
                self.blocks.insert(at, Block::Cut);
                true
            }
            _ => false,
        }
    }

    /// All pictures in reading order.
    pub fn images(&self) -> Vec<&Image> {
        let mut found = Vec::new();
        collect_images(&self.blocks, &mut found);
        found
    }

    /// Lets the caller change every picture, in reading order.
    pub fn map_images(&mut self, mut change: impl FnMut(&mut Image)) {
        change_images(&mut self.blocks, &mut change);
    }

    /// What the blocks say, without mark-up: a line for each block, list item and table row.
    /// Captions are in it; credits and texts that stand in for pictures are not.
    pub fn plain_text(blocks: &[Block]) -> String {
        text::plain(blocks)
    }

    /// Number of words, both parts together.
    pub fn words(&self) -> usize {
        text::plain(&self.blocks).split_whitespace().count()
    }

    /// Brings a document built by hand into the form the readers return: empty nodes gone, like neighbours merged,
    /// table rows of one length, control characters gone, only the first cut kept and that at the top level (what
    /// contained it is split in two), nesting beyond 32 levels flattened.
    pub fn tidy(&mut self) {
        let blocks = std::mem::take(&mut self.blocks);
        self.blocks = tidy::tidy(blocks, &mut crate::note::Notes::default());
    }

    fn cut(&self) -> Option<usize> {
        self.blocks.iter().position(|b| matches!(b, Block::Cut))
    }
}

fn collect_images<'a>(blocks: &'a [Block], found: &mut Vec<&'a Image>) {
    for block in blocks {
        match block {
            Block::Figure { image, .. } => found.push(image),
            Block::Quote(inner) => collect_images(inner, found),
            Block::List { items, .. } => items.iter().for_each(|item| collect_images(item, found)),
            _ => {}
        }
    }
}

fn change_images(blocks: &mut [Block], change: &mut dyn FnMut(&mut Image)) {
    for block in blocks {
        match block {
            Block::Figure { image, .. } => change(image),
            Block::Quote(inner) => change_images(inner, change),
            Block::List { items, .. } => {
                for item in items {
                    change_images(item, change);
                }
            }
            _ => {}
        }
    }
}
