//! Article documents: what authors and other systems write, as one closed set of nodes, and those as HTML.
//!
//! ```text
//! Markdown ──> HTML ──┐
//! WordPress, Ghost ───┼──> Document (Block, Inline) ──> render ──> HTML
//! ProseMirror JSON ───┘          └──> ProseMirror JSON, the stored form
//! ```
//!
//! Safety rests on the shape, not on a filter: there is no node for a script, a style, an event handler or raw HTML, an
//! [`Href`] cannot hold another scheme than the few it names, and [`render()`] writes nothing but these nodes with every
//! text escaped. What a source has beyond that is left out and said in a [`Note`].
//!
//! Deliberately not here: fetching or storing pictures (the application maps [`Image::src`] to its own files), who may
//! read the paid part, templates, embeds of other sites (they become links) and any input or output.
//!
//! ```
//! use markup::{Document, Html, render};
//! let (doc, notes) = Document::from_markdown("Hola, *mundo*.\n\n<!--more-->\n\nPaid. <script>alert(1)</script>");
//! let html = Html { image: &|_| None, first_id: 1, own_host: "gaceta.example", table_label: "Table" };
//! assert_eq!(render(doc.free_part(), &html), "<p id=\"p-1\">Hola, <em>mundo</em>.</p>\n");
//! assert_eq!(notes[0].to_string(), "left out: script (1)");
//! ```
#![forbid(unsafe_code)]

mod document;
mod href;
mod html;
mod json;
mod markdown;
mod note;
mod render;
mod run;
mod text;
mod tidy;

pub use document::{Block, Document, Image, Inline};
pub use href::Href;
pub use json::Error;
pub use note::Note;
pub use render::{Html, ImageTag, render};
