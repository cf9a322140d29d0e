//! Frames, players and forms: what belongs to other sites or needs a server behind it. Of the first a link remains, so
//! that no reader's browser asks anybody without being told to; of forms nothing, unless they hold a text.

use super::flow::Flow;
use super::tree::{Data, Id};
use crate::note::shown;
use crate::{Block, Href, Inline, Note};

/// A form with more words than this outside its fields is a page that was wrapped in one.
const FORM_WORDS: usize = 60;

impl Flow<'_> {
    /// A frame or player: a paragraph with a link to what it shows, if that is on the web.
    pub(super) fn embed(&mut self, id: Id) {
        let tree = self.tree;
        let own = ["src", "data-src", "data"]
            .into_iter()
            .map(|attr| tree.attr(id, attr));
        let sources = tree
            .descendants(id)
            .filter(|inner| matches!(tree.name(*inner), Some("source" | "embed")));
        let mut written = own
            .chain(sources.map(|inner| tree.attr(inner, "src")))
            .filter(|src| !src.trim().is_empty());
        let address = written.find_map(|src| {
            let src = src.trim();
            let src = if src.starts_with("//") {
                format!("https:{src}")
            } else {
                src.to_owned()
            };
            Href::parse(&src).filter(Href::is_web)
        });
        let Some(href) = address else {
            return self.drop_element(id);
        };
        self.flush();
        self.cut_if_inside(id);
        self.notes.add(Note::EmbedAsLink(shown(href.as_str())));
        let children = vec![Inline::Text(href.as_str().to_owned())];
        self.blocks
            .push(Block::Paragraph(vec![Inline::Link { href, children }]));
    }

    pub(super) fn form(&mut self, id: Id) {
        let tree = self.tree;
        let words = tree
            .descendants(id)
            .filter_map(|inner| match tree.data(inner) {
                Data::Text(text) => Some(text.split_ascii_whitespace().count()),
                _ => None,
            });
        if words.sum::<usize>() > FORM_WORDS {
            self.notes.dropped("form");
            self.block_children(id);
        } else {
            self.drop_element(id);
        }
    }
}
