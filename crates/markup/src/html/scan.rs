//! A quick look over HTML source before it is parsed: where are tags, where is text, where is code?
//!
//! Needed for what WordPress does to the source itself (shortcodes, paragraphs from blank lines). It decides what text
//! means to WordPress, never what is safe: whatever it gets wrong is parsed properly afterwards.

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
}

const VERBATIM: [&str; 5] = ["pre", "code", "script", "style", "textarea"];

impl<'a> Scan<'a> {
    pub(super) fn new(source: &'a str) -> Scan<'a> {
        Scan {
            source,
            at: 0,
            verbatim: None,
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
            self.verbatim = VERBATIM.into_iter().find(|name| is_start_tag(tag, name));
            return Some(Piece::Markup(tag));
        }
        let mut length = 1;
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
        // A first character is needed for the text that follows; it may be of any length.
        return None;
    }
    if text.starts_with("<!--") {
        return Some(text.find("-->").map_or(text.len(), |at| at + 3));
    }
    let mut quote = None;
    for (at, c) in text.bytes().enumerate() {
        match (quote, c) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    Some(text.len())
}

/// The name in a tag, as written; empty for comments.
fn tag_name(tag: &str) -> &str {
    let name = tag.trim_start_matches('<').trim_start_matches('/');
    let end = name
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    &name[..end]
}

fn is_start_tag(tag: &str, name: &str) -> bool {
    !tag.starts_with("</") && tag_name(tag).eq_ignore_ascii_case(name)
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

/// Does a blank line, or any line end in a source without block elements, separate running text? Then the source was
/// written for WordPress's `wpautop` and has no elements for its paragraphs.
pub(super) fn has_bare_lines(source: &str) -> bool {
    let pieces: Vec<Piece> = Scan::new(source).collect();
    let mut any_block = false;
    let mut any_line = false;
    for (n, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Markup(tag) => any_block |= !tag_name(tag).is_empty() && !is_inline(tag),
            Piece::Verbatim(_) => {}
            Piece::Text(text) => {
                let before = n.checked_sub(1).map(|n| pieces[n]);
                if blank_line_in_text(text, before, pieces.get(n + 1).copied()) {
                    return true;
                }
                any_line |= text.trim_ascii().contains('\n');
            }
        }
    }
    any_line && !any_block
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
        Some(Piece::Markup(tag)) => tag.starts_with("</") || tag.starts_with("<!"),
        Some(_) => false,
    }
}
