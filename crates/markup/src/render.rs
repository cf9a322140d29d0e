//! From nodes to HTML: the only way out, and therefore the only place that writes a `<`.
//!
//! Every text and attribute value goes through [`escape`]; element and attribute names are literals in this file. The
//! caller brings what the crate does not know: addresses and sizes of pictures, its own host, a word for "Table".

use std::borrow::Cow;

use crate::{Block, Image, Inline, text};

/// What the application knows and the document does not.
pub struct Html<'a> {
    /// The application's own file for a picture; `None` when it has none, and then nothing is shown.
    pub image: &'a dyn Fn(&Image) -> Option<ImageTag>,
    /// Number of the first block's `id`: 1, or the length of the free part plus 1 for the paid part.
    pub first_id: usize,
    /// The paper's own host, with the port if it has one; links to it are not external.
    pub own_host: &'a str,
    /// Name of a table that has no caption, in the reader's language: "Table", "Tabla".
    pub table_label: &'a str,
}

/// A picture that can be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageTag {
    /// Address of the file: `http`, `https` or a path of this site. Anything else is not shown.
    pub src: String,
    /// The `srcset` attribute; empty for none.
    pub srcset: String,
    /// The `sizes` attribute; empty for none.
    pub sizes: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Writes blocks as HTML, one top-level block a line.
///
/// Top-level blocks have the ids `p-1`, `p-2` and so on, by which a reader's place in the text is kept; a
/// [`Block::Cut`] writes nothing and takes no number.
pub fn render(blocks: &[Block], html: &Html) -> String {
    let mut out = String::with_capacity(blocks.len() * 256);
    let shown = blocks.iter().filter(|b| !matches!(b, Block::Cut));
    for (number, block) in (html.first_id..).zip(shown) {
        write_block(block, Some(number), html, &mut out);
    }
    out
}

/// The characters that mean something in HTML text or in a quoted attribute, as references.
fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

fn attribute(name: &'static str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(value, out);
    out.push('"');
}

fn open(tag: &'static str, id: Option<usize>, out: &mut String) {
    out.push('<');
    out.push_str(tag);
    if let Some(number) = id {
        attribute("id", &format!("p-{number}"), out);
    }
}

fn write_block(block: &Block, id: Option<usize>, html: &Html, out: &mut String) {
    match block {
        Block::Paragraph(text) => element("p", id, text, html, out),
        Block::Heading { level, text } => {
            let tag = match level {
                0..=2 => "h2",
                3 => "h3",
                _ => "h4",
            };
            element(tag, id, text, html, out);
        }
        Block::Quote(inner) => {
            open("blockquote", id, out);
            out.push_str(">\n");
            inner
                .iter()
                .for_each(|block| write_block(block, None, html, out));
            out.push_str("</blockquote>\n");
        }
        Block::List {
            ordered,
            start,
            items,
        } => write_list(*ordered, *start, items, id, html, out),
        Block::Figure {
            image,
            caption,
            credit,
        } => write_figure(image, caption, credit, id, html, out),
        Block::Code { language, text } => {
            open("pre", id, out);
            out.push_str("><code");
            let language = crate::tidy::language_name(language);
            if !language.is_empty() {
                attribute("class", &format!("language-{language}"), out);
            }
            out.push('>');
            escape(text, out);
            out.push_str("</code></pre>\n");
        }
        Block::Table {
            head,
            rows,
            caption,
        } => write_table(head, rows, caption, id, html, out),
        Block::Rule => {
            open("hr", id, out);
            out.push_str(">\n");
        }
        Block::Cut => {}
    }
}

/// An element with running text.
fn element(tag: &'static str, id: Option<usize>, text: &[Inline], html: &Html, out: &mut String) {
    open(tag, id, out);
    out.push('>');
    write_inlines(text, html, out);
    out.push_str("</");
    out.push_str(tag);
    out.push_str(">\n");
}

fn write_list(
    ordered: bool,
    start: Option<u32>,
    items: &[Vec<Block>],
    id: Option<usize>,
    html: &Html,
    out: &mut String,
) {
    open(if ordered { "ol" } else { "ul" }, id, out);
    if let (true, Some(first)) = (ordered, start) {
        attribute("start", &first.to_string(), out);
    }
    out.push_str(">\n");
    for item in items {
        out.push_str("<li>");
        match item.as_slice() {
            // A list of plain lines is written as one: no paragraph, no paragraph's space.
            [Block::Paragraph(text)] => write_inlines(text, html, out),
            [Block::Paragraph(text), rest @ ..]
                if rest.iter().all(|b| matches!(b, Block::List { .. })) =>
            {
                write_inlines(text, html, out);
                out.push('\n');
                rest.iter()
                    .for_each(|block| write_block(block, None, html, out));
            }
            blocks => blocks
                .iter()
                .for_each(|block| write_block(block, None, html, out)),
        }
        out.push_str("</li>\n");
    }
    out.push_str(if ordered { "</ol>\n" } else { "</ul>\n" });
}

fn write_figure(
    image: &Image,
    caption: &[Inline],
    credit: &str,
    id: Option<usize>,
    html: &Html,
    out: &mut String,
) {
    let shown = (html.image)(image).filter(|tag| is_file_address(&tag.src));
    let Some(tag) = shown else {
        // A caption says nothing without its picture.
        return;
    };
    open("figure", id, out);
    out.push_str("><img");
    attribute("src", &tag.src, out);
    for (name, value) in [("srcset", &tag.srcset), ("sizes", &tag.sizes)] {
        if !value.is_empty() {
            attribute(name, value, out);
        }
    }
    attribute("width", &tag.width.to_string(), out);
    attribute("height", &tag.height.to_string(), out);
    attribute("alt", &image.alt, out);
    out.push_str(" loading=\"lazy\" decoding=\"async\">");
    if !caption.is_empty() || !credit.is_empty() {
        out.push_str("<figcaption>");
        write_inlines(caption, html, out);
        if !credit.is_empty() {
            out.push_str(if caption.is_empty() { "" } else { " " });
            out.push_str("<span class=\"credit\">");
            escape(credit, out);
            out.push_str("</span>");
        }
        out.push_str("</figcaption>");
    }
    out.push_str("</figure>\n");
}

/// A picture's address may be what a link's may be, but for mail, telephone and places on the page.
fn is_file_address(src: &str) -> bool {
    crate::Href::parse(src).is_some_and(|href| href.is_web() || href.as_str().starts_with('/'))
}

fn write_table(
    head: &[Vec<Inline>],
    rows: &[Vec<Vec<Inline>>],
    caption: &str,
    id: Option<usize>,
    html: &Html,
    out: &mut String,
) {
    // Wide tables scroll; a region that scrolls needs a name and the keyboard (WCAG 2.1.1, 4.1.2).
    open("div", id, out);
    out.push_str(" class=\"table\" role=\"region\" tabindex=\"0\"");
    attribute(
        "aria-label",
        if text::is_blank(caption) {
            html.table_label
        } else {
            caption
        },
        out,
    );
    out.push_str("><table>");
    if !text::is_blank(caption) {
        out.push_str("<caption>");
        escape(caption, out);
        out.push_str("</caption>");
    }
    if !head.is_empty() {
        out.push_str("<thead><tr>");
        for cell in head {
            // An empty header cell would be announced as a header without a name.
            let (open, close) = if cell.is_empty() {
                ("<td>", "</td>")
            } else {
                ("<th scope=\"col\">", "</th>")
            };
            out.push_str(open);
            write_inlines(cell, html, out);
            out.push_str(close);
        }
        out.push_str("</tr></thead>");
    }
    out.push_str("<tbody>");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            out.push_str("<td>");
            write_inlines(cell, html, out);
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
}

fn write_inlines(text: &[Inline], html: &Html, out: &mut String) {
    for inline in text {
        match inline {
            Inline::Text(text) => escape(text, out),
            Inline::Break => out.push_str("<br>"),
            Inline::Anchor(name) => {
                out.push_str("<span");
                attribute("id", &own_place(name), out);
                out.push_str("></span>");
            }
            Inline::Code(text) => {
                out.push_str("<code>");
                escape(text, out);
                out.push_str("</code>");
            }
            Inline::Strong(inner) => wrap("<strong>", inner, "</strong>", html, out),
            Inline::Em(inner) => wrap("<em>", inner, "</em>", html, out),
            Inline::Sub(inner) => wrap("<sub>", inner, "</sub>", html, out),
            Inline::Sup(inner) => wrap("<sup>", inner, "</sup>", html, out),
            Inline::Strike(inner) => wrap("<s>", inner, "</s>", html, out),
            Inline::Link { href, children } => {
                out.push_str("<a");
                match href.as_str().strip_prefix('#') {
                    Some(name) => attribute("href", &format!("#{}", own_place(name)), out),
                    None => attribute("href", href.as_str(), out),
                }
                if href
                    .host()
                    .is_some_and(|host| !host.eq_ignore_ascii_case(html.own_host))
                {
                    out.push_str(" rel=\"noopener\"");
                }
                wrap(">", children, "</a>", html, out);
            }
        }
    }
}

/// Places that the page around a text has.
const PAGE: [&str; 9] = [
    "contenido",
    "language",
    "moved-text",
    "moved-title",
    "people",
    "problem",
    "recommended",
    "text",
    "wall",
];

/// The name of a place in the text. Where the page has that name, or it is that of a numbered block, it gets another.
fn own_place(name: &str) -> Cow<'_, str> {
    let numbered = name
        .strip_prefix("p-")
        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    if numbered || PAGE.contains(&name) {
        Cow::Owned(format!("in-{name}"))
    } else {
        Cow::Borrowed(name)
    }
}

fn wrap(open: &str, inner: &[Inline], close: &str, html: &Html, out: &mut String) {
    out.push_str(open);
    write_inlines(inner, html, out);
    out.push_str(close);
}
