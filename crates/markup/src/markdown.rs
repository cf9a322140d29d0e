//! Markdown, by way of HTML: CommonMark defines what Markdown means as HTML, raw HTML inside it included, so there is one
//! reader of HTML and one set of rules about what is kept. What comrak writes in between is never shown to anybody.

use comrak::Options;

use crate::{Document, Note, html};

/// Reads Markdown; see [`Document::from_markdown`].
pub(crate) fn read(source: &str) -> (Document, Vec<Note>) {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    // Bare web addresses are links in every editor that authors know.
    options.extension.autolink = true;
    // "unsafe" means that raw HTML is handed on, here to the reader that leaves out what is not a node.
    options.render.r#unsafe = true;
    let (source, cut) = html::capped(source);
    let (doc, mut notes) = html::read(
        &comrak::markdown_to_html(source, &options),
        html::Source::Markdown,
    );
    notes.extend(cut);
    (doc, notes)
}
