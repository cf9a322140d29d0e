//! A quick look over HTML source before it is parsed: where are tags, where is text, where is code?
//!
//! Needed for what WordPress does to the source itself (shortcodes, paragraphs from blank lines). It decides what text
//! means to WordPress, never what is safe: whatever it gets wrong is parsed properly afterwards.

use std::borrow::Cow;

/// A stretch of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    /// A tag or comment.
    Markup(&'a str),
    /// The content of an element in which brackets and blank lines mean nothing.
    Verbatim(&'a str),
}

/// Walks over a source; linear, because each piece is looked at once.
pub(super) struct Scan<'a> {
    source: &'a str,
    at: usize,
    /// Name of the element whose end tag ends the verbatim stretch that begins here.
    verbatim: Option<&'static str>,
    elements: &'static [&'static str],
}

/// Elements in which shortcodes and blank lines mean nothing; the parser takes the content of all but the first two as text.
const VERBATIM: [&str; 10] = [
    "pre", "code", "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes",
];
/// Attributes of one tag that are kept. The tokenizer compares each with all before it.
const MAX_ATTRIBUTES: usize = 100;

impl<'a> Scan<'a> {
    pub(super) fn new(source: &'a str) -> Scan<'a> {
        Scan {
            source,
            at: 0,
            verbatim: None,
            elements: &VERBATIM,
        }
    }

    /// Where the next piece begins, in bytes.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes on at another place, which must not be before the end of the last piece's beginning.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
        self.verbatim = None;
    }

    fn take(&mut self, length: usize) -> &'a str {
        let piece = &self.source[self.at..self.at + length];
        self.at += length;
        piece
    }
}

impl<'a> Iterator for Scan<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let rest = &self.source[self.at..];
        if rest.is_empty() {
            return None;
        }
        if let Some(name) = self.verbatim.take() {
            let length = find_end_tag(rest, name).unwrap_or(rest.len());
            if length > 0 {
                return Some(Piece::Verbatim(self.take(length)));
            }
        }
        if let Some(length) = markup_length(rest) {
            let tag = self.take(length);
            let name = if tag.starts_with("</") {
                ""
            } else {
                tag_name(tag)
            };
            let mut elements = self.elements.iter();
            self.verbatim = elements
                .find(|known| name.eq_ignore_ascii_case(known))
                .copied();
            return Some(Piece::Markup(tag));
        }
        let mut length = 0;
        loop {
            match rest[length..].find('<') {
                None => return Some(Piece::Text(self.take(rest.len()))),
                Some(more) if begins_markup(&rest[length + more..]) => {
                    return Some(Piece::Text(self.take(length + more)));
                }
                Some(more) => length += more + 1,
            }
        }
    }
}

fn begins_markup(text: &str) -> bool {
    let second = text.as_bytes().get(1);
    text.starts_with('<')
        && second.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, b'/' | b'!' | b'?'))
}

/// Length of the tag or comment at the start; the rest of the source when it does not end.
fn markup_length(text: &str) -> Option<usize> {
    if !begins_markup(text) {
        return None;
    }
    if let Some(comment) = text.strip_prefix("<!--") {
        let ends = |before: &str| {
            before.ends_with("--") || before.ends_with("--!") || matches!(before, "" | "-")
        };
        let mut ends = comment
            .match_indices('>')
            .filter(|(at, _)| ends(&comment[..*at]));
        return Some(ends.next().map_or(text.len(), |(at, _)| 4 + at + 1));
    }
    if text.starts_with("<!") || text.starts_with("<?") {
        return Some(text.find('>').map_or(text.len(), |at| at + 1));
    }
    Some(tag_length(text).0)
}

/// Length of the tag at the start, and where its attributes become too many. The states are those of the HTML standard
/// (13.2.5, from "tag name" to "after attribute value (quoted)"): a quote opens a value only right after `=`.
fn tag_length(tag: &str) -> (usize, Option<usize>) {
    enum State {
        TagName,
        BeforeName,
        Name,
        AfterName,
        BeforeValue,
        Unquoted,
        Quoted(u8),
    }
    let mut state = State::TagName;
    let mut attributes = 0;
    let mut too_many = None;
    for (at, c) in tag.bytes().enumerate().skip(1) {
        let space = c.is_ascii_whitespace();
        let in_value = matches!(state, State::Quoted(_));
        if c == b'>' && !in_value {
            return (at + 1, too_many);
        }
        state = match state {
            State::TagName if at == 1 => State::TagName,
            State::TagName | State::Name if c == b'/' => State::BeforeName,
            State::TagName if space => State::BeforeName,
            State::TagName => State::TagName,
            State::BeforeName | State::AfterName if c == b'/' => State::BeforeName,
            State::BeforeName if space => State::BeforeName,
            State::Name | State::AfterName if space => State::AfterName,
            State::Name | State::AfterName if c == b'=' => State::BeforeValue,
            State::Name => State::Name,
            State::BeforeName | State::AfterName => {
                attributes += 1;
                if attributes > MAX_ATTRIBUTES {
                    too_many = too_many.or(Some(at));
                }
                State::Name
            }
            State::BeforeValue if space => State::BeforeValue,
            State::BeforeValue if matches!(c, b'"' | b'\'') => State::Quoted(c),
            State::BeforeValue => State::Unquoted,
            State::Unquoted if space => State::BeforeName,
            State::Unquoted => State::Unquoted,
            State::Quoted(quote) if c == quote => State::BeforeName,
            State::Quoted(quote) => State::Quoted(quote),
        };
    }
    (tag.len(), too_many)
}

/// The source without the attributes that are too many. Its cost is what the tokenizer's would not be: linear.
pub(super) fn bound_attributes(source: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    // Only what the parser takes as text, too; `<pre>` and `<code>` hold tags.
    let mut scan = Scan {
        elements: &VERBATIM[2..],
        ..Scan::new(source)
    };
    while let Some(piece) = scan.next() {
        let Piece::Markup(tag) = piece else { continue };
        if tag.len() <= MAX_ATTRIBUTES || tag.starts_with("<!") || tag.starts_with("<?") {
            continue;
        }
        if let (length, Some(end)) = tag_length(tag) {
            let start = scan.at() - length;
            out.push_str(&source[copied..start + end]);
            out.push('>');
            copied = scan.at();
        }
    }
    if copied == 0 {
        return Cow::Borrowed(source);
    }
    out.push_str(&source[copied..]);
    Cow::Owned(out)
}

/// The name in a tag, as written; empty for comments.
fn tag_name(tag: &str) -> &str {
    let name = tag.trim_start_matches('<').trim_start_matches('/');
    let end = name
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    &name[..end]
}

fn find_end_tag(text: &str, name: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let at = from + at;
        if tag_name(&text[at..]).eq_ignore_ascii_case(name) {
            return Some(at);
        }
        from = at + 2;
    }
    None
}

/// Elements that stand in running text.
const INLINE: [&str; 32] = [
    "a", "abbr", "acronym", "b", "big", "br", "cite", "code", "del", "em", "font", "i", "img",
    "ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
    "time", "tt", "u", "var", "wbr", "bdi", "bdo",
];

fn is_inline(tag: &str) -> bool {
    INLINE
        .iter()
        .any(|name| tag_name(tag).eq_ignore_ascii_case(name))
}

/// Does a blank line separate running text, or, in a source without `<p>`, a line end outside of all block elements? Then
/// the source was written for WordPress's `wpautop` and has no elements for its paragraphs.
pub(super) fn has_bare_lines(source: &str) -> bool {
    let mut any_paragraph = false;
    let mut any_line = false;
    let mut open_blocks = 0_usize;
    let mut before = None;
    let mut text = String::new();
    // Comments are as good as not there: text before and after one is one text.
    let pieces = Scan::new(source)
        .filter(|piece| !matches!(piece, Piece::Markup(tag) if tag.starts_with("<!")));
    for piece in pieces.map(Some).chain([None]) {
        if let Some(Piece::Text(more)) = piece {
            text.push_str(more);
            continue;
        }
        if blank_line_in_text(&text, before, piece) {
            return true;
        }
        any_line |= open_blocks == 0 && text.trim_ascii().contains('\n');
        if let Some(Piece::Markup(tag)) = piece
            && !is_inline(tag)
        {
            any_paragraph |= tag_name(tag).eq_ignore_ascii_case("p");
            if tag.starts_with("</") {
                open_blocks = open_blocks.saturating_sub(1);
            } else if !tag.ends_with("/>") && !tag_name(tag).eq_ignore_ascii_case("hr") {
                open_blocks += 1;
            }
        }
        text.clear();
        before = piece;
    }
    any_line && !any_paragraph
}

/// Is there a blank line with running text on both sides, in the text or in what stands before and after it?
fn blank_line_in_text(text: &str, before: Option<Piece>, after: Option<Piece>) -> bool {
    let inline = |piece: Option<Piece>| matches!(piece, Some(Piece::Markup(tag)) if is_inline(tag));
    let mut text_before = inline(before);
    let mut line_ends = 0;
    for (n, line) in text.split('\n').enumerate() {
        line_ends += usize::from(n > 0);
        if !line.trim_ascii().is_empty() {
            if line_ends > 1 && text_before {
                return true;
            }
            text_before = true;
            line_ends = 0;
        }
    }
    line_ends > 1 && text_before && (inline(after) || !ends_block(after))
}

/// Is this nothing, or the end tag of a block?
fn ends_block(piece: Option<Piece>) -> bool {
    match piece {
        None => true,
        Some(Piece::Markup(tag)) => tag.starts_with("</"),
        Some(_) => false,
    }
}
