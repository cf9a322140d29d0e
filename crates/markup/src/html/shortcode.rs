//! WordPress shortcodes, before the HTML is parsed, as WordPress itself does it.
//!
//! What is known becomes what it means (`[caption]` a `<figure>`, `[youtube]` and its kin a link, `[sourcecode]` code letter
//! by letter) or is left out with a note, its text kept. Brackets are everyday characters in a newspaper (`[sic]`, `[1]`,
//! "the [gallery] is closed"), so everything else stays as it is; what looks like a shortcode gets a note. Code is left
//! alone. The lists are in `known`.

mod known;

use std::collections::{HashMap, HashSet};

use known::Kind;

use super::scan::{Piece, Scan};
use crate::Note;
use crate::note::{Notes, shown};

/// No shortcode is longer, in bytes; keeps a source full of `[a "` from being read again and again.
const MAX_LENGTH: usize = 8 * 1024;

/// A tag in brackets.
#[derive(Debug, PartialEq, Eq)]
struct Shortcode<'a> {
    name: &'a str,
    closing: bool,
    /// Names and values; a value without a name has an empty one.
    attrs: Vec<(&'a str, &'a str)>,
    /// What stands between the name and the bracket, as written.
    written: &'a str,
    /// In bytes, brackets included.
    length: usize,
}

impl<'a> Shortcode<'a> {
    fn attr(&self, name: &str) -> Option<&'a str> {
        self.attrs
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }
}

/// The source without shortcodes.
pub(super) fn expand(source: &str, notes: &mut Notes) -> String {
    if !source.contains('[') {
        return source.to_owned();
    }
    let names = Names::of(source);
    let mut expansion = Expansion {
        source,
        names,
        out: String::with_capacity(source.len()),
        captions: vec![],
        notes,
    };
    let mut scan = Scan::new(source);
    while let Some(piece) = scan.next() {
        match piece {
            Piece::Markup(piece) | Piece::Verbatim(piece) => expansion.out.push_str(piece),
            Piece::Text(text) => {
                let end = expansion.text(scan.at() - text.len(), scan.at());
                if end > scan.at() {
                    scan.go_to(end);
                }
            }
        }
    }
    expansion.out
}

struct Expansion<'a> {
    source: &'a str,
    names: Names<'a>,
    out: String,
    /// Captions given as attributes of the figures that are open.
    captions: Vec<&'a str>,
    notes: &'a mut Notes,
}

impl<'a> Expansion<'a> {
    /// Expands a stretch of text; returns where to go on, which is behind it when an attribute had a `<`.
    fn text(&mut self, start: usize, end: usize) -> usize {
        let source = self.source;
        let mut at = start;
        while at < end {
            let bracket = source[at..end].find('[').map_or(end, |found| at + found);
            self.out.push_str(&source[at..bracket]);
            at = bracket;
            if at == end {
                break;
            }
            if let Some(inner) = escaped(&source[at..]) {
                self.out.push_str(inner);
                at += inner.len() + 2;
            } else if let Some(code) =
                parse(&source[at..]).filter(|code| self.is_shortcode(code, at))
            {
                at = self.shortcode(&code, at);
            } else {
                self.out.push('[');
                at += 1;
            }
        }
        at
    }

    /// Is it one of the known, in a place where it is not a word in brackets?
    fn is_shortcode(&mut self, code: &Shortcode<'a>, at: usize) -> bool {
        let (name, names) = (code.name, &self.names);
        let paired = if code.closing {
            names.opened.contains(name)
        } else {
            names.closes_after(name, at)
        };
        let is = match known::kind(name) {
            // Half of a caption is one, too: it only surrounds things.
            Kind::Caption => true,
            Kind::Code | Kind::Embed if code.closing => false,
            Kind::Code => paired,
            Kind::Embed => paired || !code.written.is_empty(),
            Kind::Other => paired || !code.attrs.is_empty() || alone(self.source, at, code.length),
            Kind::Unknown => false,
        };
        let quoted = code.written.contains("=\"") || code.written.contains("='");
        if !is && !code.closing && (paired || quoted) {
            self.notes.add(Note::KeptShortcode(shown(name), 1));
        }
        is
    }

    /// Writes what it means, and says where to go on.
    fn shortcode(&mut self, code: &Shortcode<'a>, at: usize) -> usize {
        let after = at + code.length;
        match known::kind(code.name) {
            Kind::Code => return self.code(code, after),
            Kind::Embed => return self.embed(code, after),
            _ => {}
        }
        match (code.name, code.closing) {
            ("caption" | "wp_caption", false) if self.names.closes_after(code.name, at) => {
                self.out.push_str("<figure class=\"wp-caption\">");
                self.captions.push(code.attr("caption").unwrap_or(""));
            }
            ("caption" | "wp_caption", true) => {
                let Some(caption) = self.captions.pop() else {
                    return after;
                };
                if !caption.is_empty() {
                    self.out.push_str("<figcaption>");
                    self.out.push_str(caption);
                    self.out.push_str("</figcaption>");
                }
                self.out.push_str("</figure>");
            }
            ("embed", false) => self.out.push_str("<p>"),
            ("embed", true) => self.out.push_str("</p>"),
            ("audio" | "video", false) if media(code).is_some() => {
                let address = media(code).unwrap_or("").replace('"', "%22");
                self.out
                    .push_str(&format!("<{0} src=\"{address}\"></{0}>", code.name));
            }
            (_, true) => {}
            (name, false) => self.notes.add(Note::DroppedShortcode(shown(name), 1)),
        }
        after
    }

    /// What stands up to the closing half, and where that ends.
    fn enclosed(&self, name: &str, start: usize) -> Option<(&'a str, usize)> {
        let close = format!("[/{name}]");
        let length = self.source[start..].find(&close)?;
        Some((
            &self.source[start..start + length],
            start + length + close.len(),
        ))
    }

    fn code(&mut self, code: &Shortcode<'a>, start: usize) -> usize {
        let Some((text, end)) = self.enclosed(code.name, start) else {
            return start;
        };
        let language = code.attr("language").or_else(|| code.attr("lang"));
        let language = language.unwrap_or(if known::is_language(code.name) {
            code.name
        } else {
            ""
        });
        let language: String = language
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        self.out
            .push_str(&format!("<pre class=\"language-{language}\"><code>"));
        // The visual editor writes references, the other one the characters themselves.
        let plain = text.contains('<');
        for c in text.trim_matches(['\r', '\n']).chars() {
            match c {
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '&' if plain => self.out.push_str("&amp;"),
                c => self.out.push(c),
            }
        }
        self.out.push_str("</code></pre>");
        end
    }

    fn embed(&mut self, code: &Shortcode<'a>, start: usize) -> usize {
        let (mut written, mut end) = (code.written, start);
        if let Some((inside, after)) = self.enclosed(code.name, start)
            && !inside.contains('[')
        {
            end = after;
            if !inside.trim().is_empty() {
                written = inside;
            }
        }
        match known::address(code.name, written.trim(), |name| code.attr(name)) {
            Some(address) => {
                let address = address.replace('"', "%22").replace(['<', '>'], "");
                self.notes.add(Note::EmbedAsLink(shown(&address)));
                let link = format!("<p><a href=\"{address}\">{address}</a></p>");
                self.out.push_str(&link);
            }
            None => self.notes.add(Note::DroppedShortcode(shown(code.name), 1)),
        }
        end
    }
}

/// The address an `[audio]` or `[video]` plays.
fn media<'a>(code: &Shortcode<'a>) -> Option<&'a str> {
    const NAMES: [&str; 12] = [
        "src", "mp3", "m4a", "ogg", "wav", "flac", "wma", "mp4", "m4v", "webm", "ogv", "flv",
    ];
    let named = NAMES.into_iter().find_map(|name| code.attr(name));
    named.or_else(|| code.attr("").filter(|value| value.starts_with("http")))
}

/// Which names in brackets stand in a source.
struct Names<'a> {
    opened: HashSet<&'a str>,
    /// Where each is closed for the last time.
    closed: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    fn of(source: &'a str) -> Names<'a> {
        let mut names = Names {
            opened: HashSet::new(),
            closed: HashMap::new(),
        };
        for (at, _) in source.match_indices('[') {
            let text = &source[at + 1..];
            if let Some(name) = text.strip_prefix('/').and_then(name) {
                names.closed.insert(name, at);
            } else if let Some(name) = name(text) {
                names.opened.insert(name);
            }
        }
        names
    }

    fn closes_after(&self, name: &str, at: usize) -> bool {
        self.closed.get(name).is_some_and(|last| *last > at)
    }
}

/// Does it stand on a line of its own, but for other mark-up?
fn alone(source: &str, at: usize, length: usize) -> bool {
    let before = source[..at].trim_end_matches([' ', '\t']);
    let after = source[at + length..].trim_start_matches([' ', '\t']);
    (before.is_empty() || before.ends_with(['\n', '>', ']']))
        && (after.is_empty() || after.starts_with(['\n', '\r', '<', '[']))
}

/// `[[gallery]]` is how one writes about `[gallery]`; the inner part.
fn escaped(text: &str) -> Option<&str> {
    let inner = text
        .strip_prefix('[')
        .filter(|inner| inner.starts_with('['))?;
    let code = parse(inner)?;
    inner[code.length..]
        .starts_with(']')
        .then(|| &inner[..code.length])
}

/// The name at the start of a text, which must not go on as a word.
fn name(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))?;
    let usable = (2..=40).contains(&end) && text.starts_with(|c: char| c.is_ascii_alphabetic());
    let ends =
        text[end..].starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, ']' | '/' | '='));
    (usable && ends).then(|| &text[..end])
}

/// Reads `[name key="value" key='value' key=value value]` or `[/name]` at the start of a text.
fn parse(text: &str) -> Option<Shortcode<'_>> {
    let text = &text[..text.floor_char_boundary(MAX_LENGTH)];
    let inside = text.strip_prefix('[')?;
    let (inside, closing) = match inside.strip_prefix('/') {
        Some(inside) => (inside, true),
        None => (inside, false),
    };
    let name = name(inside)?;
    let mut rest = &inside[name.len()..];
    if known::kind(name) == Kind::Embed {
        // `[youtube=https://..]`
        rest = rest.strip_prefix('=').unwrap_or(rest);
    } else if rest.starts_with('=') {
        return None;
    }
    let written = rest;
    let mut attrs = Vec::new();
    loop {
        rest = rest.trim_ascii_start();
        if let Some(after) = rest.strip_prefix(']').or_else(|| rest.strip_prefix("/]")) {
            return Some(Shortcode {
                name,
                closing,
                attrs,
                written: written[..written.len() - rest.len()].trim(),
                length: text.len() - after.len(),
            });
        }
        let (attr, after) = attribute(rest)?;
        attrs.push(attr);
        rest = after;
    }
}

/// One attribute, and what follows it.
fn attribute(text: &str) -> Option<((&str, &str), &str)> {
    let end = text.find(|c: char| {
        c.is_ascii_whitespace() || matches!(c, '=' | ']' | '<' | '>' | '[' | '"' | '\'')
    })?;
    if end > 0 && text[end..].starts_with('=') {
        let (value, after) = value(&text[end + 1..])?;
        return Some(((&text[..end], value), after));
    }
    let (value, after) = value(text)?;
    Some((("", value), after))
}

/// A value in quotes or up to the next space, and what follows it.
fn value(text: &str) -> Option<(&str, &str)> {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = text[1..].find(quote)?;
        return Some((&text[1..end + 1], &text[end + 2..]));
    }
    let end = text.find(|c: char| {
        c.is_ascii_whitespace() || matches!(c, ']' | '<' | '>' | '[' | '"' | '\'')
    })?;
    (end > 0).then(|| (&text[..end], &text[end..]))
}
