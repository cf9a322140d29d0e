//! Between html5ever's tokenizer and its tree builder: what must be settled before a tree exists.
//!
//! - Bounds. The tree builder looks through all open elements for most tags, so depth is bounded here, not in the tree:
//!   start tags beyond it are left out and their content goes to the element that is open. Formatting elements are
//!   opened again in every paragraph by the HTML rules, so the number of nodes is bounded as well.
//! - Attributes nobody asks for are gone before they are stored.
//! - WordPress's paragraphs: in classic posts a blank line ends a paragraph and a line end is a break. Both become tags
//!   here, so that the HTML rules carry bold type from one paragraph to the next, as they do on WordPress's own pages.

use std::cell::{Cell, RefCell};

use html5ever::interface::tree_builder::{Tracer, TreeSink, create_element};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, EndTag, StartTag, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{LocalName, QualName, local_name, ns};

use super::Source;
use super::tree::{Id, Sink, Tree};
use crate::Note;
use crate::note::Notes;

/// Elements open at once, the ones that are to be opened again included.
const MAX_OPEN: usize = 160;
/// Nodes of one tree; about 30 MB.
const MAX_NODES: usize = 200_000;

/// How paragraphs are marked in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paragraphs {
    /// By elements alone.
    Marked,
    /// By blank lines, and a line end is a break.
    Lines,
    /// By elements inside Gutenberg's block comments, by blank lines outside of them.
    Blocks,
}

impl Paragraphs {
    /// What an export's body seems to use.
    pub(super) fn of(source: &str) -> Paragraphs {
        if source.contains("<!-- wp:") {
            Paragraphs::Blocks
        } else if source.contains("<!--kg-card-begin") || !super::scan::has_bare_lines(source) {
            Paragraphs::Marked
        } else {
            Paragraphs::Lines
        }
    }
}

/// Parses a fragment as the content of a `<body>`.
pub(super) fn parse(source: &str, paragraphs: Paragraphs, kind: Source, notes: &mut Notes) -> Tree {
    let prose = kind == Source::Markdown;
    let sink = Sink::new();
    let body = create_element(
        &sink,
        QualName::new(None, ns!(html), local_name!("body")),
        vec![],
    );
    // Without scripting the content of <noscript> is parsed; pictures that load late have their plain form there.
    let options = TreeBuilderOpts {
        scripting_enabled: false,
        ..TreeBuilderOpts::default()
    };
    let filter = Filter {
        builder: TreeBuilder::new_for_fragment(sink, body, None, options),
        paragraphs,
        pending: RefCell::default(),
        after_break: Cell::new(false),
        raw: Cell::new(false),
        verbatim: Cell::new(0),
        block_comments: Cell::new(0),
        prose,
        stray: RefCell::default(),
        at_limit: Cell::new(false),
        too_deep: Cell::new(false),
        too_many: Cell::new(false),
    };
    let tokenizer = Tokenizer::new(filter, TokenizerOpts::default());
    let input = BufferQueue::default();
    let source = super::scan::bound_attributes(source);
    // In pieces, so that what comes after too many nodes is not even tokenized.
    let mut rest = &*source;
    while !rest.is_empty() && !tokenizer.sink.too_many.get() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(64 * 1024));
        input.push_back(StrTendril::from(piece));
        // A script's end makes the tokenizer pause for the browser to run it.
        while !matches!(tokenizer.feed(&input), html5ever::TokenizerResult::Done) {}
        rest = after;
    }
    tokenizer.end();
    let filter = tokenizer.sink;
    for name in filter.stray.take() {
        notes.dropped(&name);
    }
    if filter.too_deep.get() {
        notes.add(Note::TooDeep);
    }
    if filter.too_many.get() {
        notes.add(Note::TooLong(source.len() - rest.len()));
    }
    filter.builder.sink.finish()
}

struct Filter {
    builder: TreeBuilder<Id, Sink>,
    paragraphs: Paragraphs,
    /// Text not yet handed on: the tokenizer gives it line by line.
    pending: RefCell<String>,
    /// The last thing was a `<br>`.
    after_break: Cell<bool>,
    /// Inside an element whose content is text (script, textarea).
    raw: Cell<bool>,
    /// Open elements in which line ends are line ends.
    verbatim: Cell<usize>,
    /// Open Gutenberg block comments.
    block_comments: Cell<usize>,
    /// The source is prose in Markdown.
    prose: bool,
    /// Swallowing tags left out of it.
    stray: RefCell<Vec<LocalName>>,
    /// Nothing was closed since the last tag that would have gone too deep.
    at_limit: Cell<bool>,
    too_deep: Cell<bool>,
    too_many: Cell<bool>,
}

impl TokenSink for Filter {
    type Handle = Id;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Id> {
        match token {
            Token::CharacterTokens(text) => {
                self.pending.borrow_mut().push_str(&text);
                return TokenSinkResult::Continue;
            }
            Token::NullCharacterToken | Token::ParseError(_) | Token::DoctypeToken(_) => {
                return TokenSinkResult::Continue;
            }
            Token::TagToken(_) | Token::CommentToken(_) | Token::EOFToken => {}
        }
        self.flush(line);
        match token {
            Token::TagToken(tag) => self.tag(tag, line),
            Token::CommentToken(text) => {
                self.block_comment(&text);
                self.builder.process_token(Token::CommentToken(text), line)
            }
            other => self.builder.process_token(other, line),
        }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder
            .adjusted_current_node_present_but_not_in_html_namespace()
    }
}

impl Filter {
    fn tag(&self, mut tag: Tag, line: u64) -> TokenSinkResult<Id> {
        let verbatim = matches!(
            tag.name,
            local_name!("pre") | local_name!("code") | local_name!("listing")
        );
        if tag.kind == EndTag {
            self.raw.set(false);
            self.at_limit.set(false);
            if verbatim {
                self.verbatim.set(self.verbatim.get().saturating_sub(1));
            }
            return self.builder.process_token(Token::TagToken(tag), line);
        }
        if self.builder.sink.size() > MAX_NODES {
            self.too_many.set(true);
            return TokenSinkResult::Continue;
        }
        if self.prose && SWALLOWING.contains(&&*tag.name) {
            self.stray.borrow_mut().push(tag.name);
            return TokenSinkResult::Continue;
        }
        if !TEXT_ONLY.contains(&&*tag.name) && (self.at_limit.get() || self.open() > MAX_OPEN) {
            self.at_limit.set(true);
            self.too_deep.set(true);
            return TokenSinkResult::Continue;
        }
        self.at_limit.set(false);
        if verbatim {
            self.verbatim.set(self.verbatim.get() + 1);
        }
        self.after_break.set(tag.name == local_name!("br"));
        tag.attrs.retain(|attr| wanted(&tag.name, &attr.name.local));
        let result = self.builder.process_token(Token::TagToken(tag), line);
        if matches!(
            result,
            TokenSinkResult::RawData(_) | TokenSinkResult::Plaintext
        ) {
            self.raw.set(true);
        }
        result
    }

    /// Number of open elements and of those to be opened again.
    fn open(&self) -> usize {
        struct Count(Cell<usize>);
        impl Tracer for Count {
            type Handle = Id;
            fn trace_handle(&self, _: &Id) {
                self.0.set(self.0.get() + 1);
            }
        }
        let count = Count(Cell::new(0));
        self.builder.trace_handles(&count);
        count.0.get()
    }

    fn block_comment(&self, text: &str) {
        let text = text.trim();
        if text.trim_start_matches('/').starts_with("wp:freeform") {
            // The block for what was written before there were blocks.
            return;
        }
        let open = self.block_comments.get();
        if text.starts_with("/wp:") {
            self.block_comments.set(open.saturating_sub(1));
        } else if text.starts_with("wp:") && !text.ends_with('/') {
            self.block_comments.set(open + 1);
        }
    }

    fn lines_matter(&self) -> bool {
        let marked = match self.paragraphs {
            Paragraphs::Marked => true,
            Paragraphs::Lines => false,
            Paragraphs::Blocks => self.block_comments.get() > 0,
        };
        !marked
            && !self.raw.get()
            && self.verbatim.get() == 0
            && !self
                .builder
                .adjusted_current_node_present_but_not_in_html_namespace()
    }

    /// Hands pending text on.
    fn flush(&self, line: u64) {
        let text = self.pending.take();
        if text.is_empty() {
            return;
        }
        if !self.lines_matter() {
            self.text(&text, line);
            return;
        }
        let mut blank_lines = 0;
        for (n, piece) in text.split('\n').enumerate() {
            if n > 0 {
                blank_lines += 1;
            }
            if piece.trim_ascii().is_empty() {
                self.text(piece, line);
                continue;
            }
            self.between(blank_lines, line);
            self.text(piece, line);
            self.after_break.set(false);
            blank_lines = 0;
        }
        self.between(blank_lines, line);
    }

    /// What a number of line ends means.
    fn between(&self, line_ends: usize, line: u64) {
        match line_ends {
            0 => {}
            1 if self.after_break.get() => self.text("\n", line),
            1 => self.start(local_name!("br"), line),
            _ => self.start(local_name!("p"), line),
        }
    }

    fn text(&self, text: &str, line: u64) {
        let _ = self
            .builder
            .process_token(Token::CharacterTokens(StrTendril::from(text)), line);
    }

    fn start(&self, name: LocalName, line: u64) {
        let attrs = Vec::new();
        let tag = Tag {
            kind: StartTag,
            name,
            self_closing: false,
            attrs,
            had_duplicate_attributes: false,
        };
        if self.builder.sink.size() <= MAX_NODES {
            let _ = self.builder.process_token(Token::TagToken(tag), line);
        }
    }
}

/// Elements whose content is text: they cannot make anything deeper, and without their tag the text would be parsed.
const TEXT_ONLY: [&str; 9] = [
    "script",
    "style",
    "textarea",
    "title",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "plaintext",
];

/// Those of them that, in somebody's prose about HTML without backticks, would swallow the rest of the article.
const SWALLOWING: [&str; 5] = ["textarea", "title", "noembed", "noframes", "plaintext"];

/// Is this an attribute that somebody asks for?
fn wanted(element: &LocalName, attribute: &LocalName) -> bool {
    const ANY: [&str; 16] = [
        "class",
        "id",
        "src",
        "alt",
        "title",
        "start",
        "colspan",
        "rowspan",
        "width",
        "height",
        "data",
        "data-src",
        "data-lazy-src",
        "data-original",
        "data-orig-file",
        "encoding",
    ];
    const FORMATTING: [&str; 12] = [
        "b", "big", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
    ];
    match &**element {
        "a" => matches!(&**attribute, "href" | "class" | "id" | "name"),
        "input" => matches!(&**attribute, "type" | "checked"),
        name if FORMATTING.contains(&name) => false,
        _ => ANY.contains(&&**attribute),
    }
}
