//! Markdown, by way of HTML: CommonMark defines what Markdown means as HTML, raw HTML inside it included, so there is one
//! reader of HTML and one set of rules about what is kept. What comrak writes in between is never shown to anybody.

mod foreign;

use comrak::Options;

use crate::note::Notes;
use crate::{Document, Note, html};

/// Reads Markdown; see [`Document::from_markdown`].
pub(crate) fn read(source: &str) -> (Document, Vec<Note>) {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    // Bare web addresses are links in every editor that authors know.
    options.extension.autolink = true;
    options.extension.footnotes = true;
    options.extension.tasklist = true;
    options.extension.description_lists = true;
    // Links to headings work as they do where the text comes from; a heading that none leads to gets no name.
    options.extension.header_id_prefix = Some(String::new());
    // "unsafe" means that raw HTML is handed on, here to the reader that leaves out what is not a node.
    options.render.r#unsafe = true;
    let (source, cut) = html::capped(source);
    let mut left_out = Notes::default();
    let source = foreign::without(source, &mut left_out);
    let (doc, mut notes) = html::read(
        &comrak::markdown_to_html(&source, &options),
        html::Source::Markdown,
    );
    notes.extend(left_out.into_vec());
    notes.extend(cut);
    (doc, notes)
}
