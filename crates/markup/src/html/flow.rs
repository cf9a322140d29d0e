//! From the tree to blocks: walks over the tree once and keeps what there is a node for.
//!
//! Running text is collected as runs until a block begins or ends; the elements around it are marks on a stack. So text
//! between two blocks becomes a paragraph, a link around two paragraphs becomes two links, and a cut in the middle of a
//! sentence splits the paragraph, all without special cases. Pictures, tables and embeds have their own modules.

use std::collections::HashSet;

use super::tree::{Data, Id, Tree};
use super::{Source, elements, space};
use crate::note::{Notes, shown};
use crate::run::{self, Leaf, Mark, Run};
use crate::{Block, Href, Note, text};

/// Levels of elements the walk goes down; the parser allows few more.
const MAX_LEVELS: usize = 250;

/// The blocks of a parsed source, not yet tidy.
pub(super) fn blocks(tree: &Tree, source: Source, notes: &mut Notes) -> Vec<Block> {
    let mut flow = Flow::new(tree, source, notes);
    flow.children(Tree::ROOT);
    flow.flush();
    flow.place_last();
    flow.blocks
}

/// What has been read so far.
pub(super) struct Flow<'t> {
    pub(super) tree: &'t Tree,
    pub(super) source: Source,
    pub(super) notes: &'t mut Notes,
    pub(super) blocks: Vec<Block>,
    /// Running text that belongs to no block yet.
    runs: Vec<Run>,
    pub(super) marks: Vec<Mark>,
    /// Level of the heading the text is in.
    heading: Option<u8>,
    /// Inside `<code>` in running text.
    code: bool,
    level: usize,
    pub(super) captions: super::figure::Captions,
    /// The last picture, and whether this is the `<noscript>` that repeats it.
    pub(super) last_image: String,
    pub(super) noscript: bool,
    /// Places that links of the text lead to.
    linked: HashSet<&'t str>,
    /// Places whose text is still to come.
    places: Vec<String>,
}

impl<'t> Flow<'t> {
    fn new(tree: &'t Tree, source: Source, notes: &'t mut Notes) -> Flow<'t> {
        Flow {
            tree,
            source,
            notes,
            blocks: Vec::new(),
            runs: Vec::new(),
            marks: Vec::new(),
            heading: None,
            code: false,
            level: 0,
            captions: Default::default(),
            last_image: String::new(),
            noscript: false,
            linked: linked(tree),
            places: Vec::new(),
        }
    }

    pub(super) fn children(&mut self, id: Id) {
        if self.level >= MAX_LEVELS {
            self.notes.add(Note::TooDeep);
            self.cut_if_inside(id);
            return self.text(&self.tree.text(id));
        }
        self.level += 1;
        let tree = self.tree;
        for child in tree.children(id) {
            match tree.data(child) {
                Data::Text(text) => self.text(text),
                Data::Comment(text) => self.comment(text),
                Data::Root => {}
                Data::Element(_) => match tree.name(child) {
                    Some(name) => self.element(child, name),
                    None => self.drop_element(child),
                },
            }
        }
        self.level -= 1;
    }

    /// The children of an element that stands on lines of its own.
    pub(super) fn block_children(&mut self, id: Id) {
        self.flush();
        self.children(id);
        self.flush();
    }

    /// The children of an element as blocks of their own.
    pub(super) fn nested(&mut self, id: Id) -> Vec<Block> {
        self.flush();
        let outer = std::mem::take(&mut self.blocks);
        let heading = self.heading.take();
        self.children(id);
        self.flush();
        self.heading = heading;
        std::mem::replace(&mut self.blocks, outer)
    }

    fn element(&mut self, id: Id, name: &str) {
        self.place(id, name);
        if self.special(id, name) {
            return;
        }
        match name {
            "b" | "strong" => self.marked(id, Mark::Strong),
            "cite" => self.cite(id),
            "i" | "em" | "dfn" | "var" => self.marked(id, Mark::Em),
            "s" | "strike" | "del" => self.marked(id, Mark::Strike),
            "sub" => self.marked(id, Mark::Sub),
            "sup" => self.marked(id, Mark::Sup),
            "a" => self.link(id),
            "br" => self.push(Leaf::Break),
            "code" | "kbd" | "samp" | "tt" => {
                let outer = std::mem::replace(&mut self.code, true);
                self.children(id);
                self.code = outer;
            }
            "q" => {
                self.text("“");
                self.children(id);
                self.text("”");
            }
            "h1" | "h2" => self.heading(id, 2),
            "h3" => self.heading(id, 3),
            "h4" | "h5" | "h6" => self.heading(id, 4),
            "blockquote" => {
                let inner = self.nested(id);
                self.blocks.push(Block::Quote(inner));
            }
            "ul" | "ol" | "menu" | "dir" => self.list(id, name == "ol"),
            "dt" | "summary" => {
                self.flush();
                self.marked(id, Mark::Strong);
                self.flush();
            }
            "pre" | "listing" | "xmp" => self.pre(id),
            "hr" => {
                self.flush();
                self.blocks.push(Block::Rule);
            }
            "table" => self.table(id),
            "section" if self.tree.has_class(id, "footnotes") => {
                self.flush();
                self.blocks.push(Block::Rule);
                self.block_children(id);
            }
            "noscript" => {
                let outer = std::mem::replace(&mut self.noscript, true);
                self.children(id);
                self.noscript = outer;
            }
            name if elements::is_block(name) => self.block_children(id),
            _ => self.children(id),
        }
    }

    /// Elements that have a module of their own, and those that are left out; says whether it was one.
    fn special(&mut self, id: Id, name: &str) -> bool {
        match name {
            "img" => self.image(id),
            "figure" => self.figure(id),
            "figcaption" => self.caption(id),
            "iframe" | "embed" | "object" | "video" | "audio" | "frame" => self.embed(id),
            "form" => self.form(id),
            "input" if self.tree.attr(id, "type") == "checkbox" => self.checkbox(id),
            _ if elements::is_dropped(name) => self.drop_element(id),
            "source" | "track" | "param" | "col" | "colgroup" | "area" | "wbr" => {
                self.cut_if_inside(id)
            }
            _ => return self.by_class(id),
        }
        true
    }

    /// Leaves an element out with all that is in it.
    pub(super) fn drop_element(&mut self, id: Id) {
        self.notes.dropped(self.tree.any_name(id).unwrap_or(""));
        self.cut_if_inside(id);
    }

    /// Ends the free part here if it ends anywhere in an element that cannot be split: what follows must not become free.
    pub(super) fn cut_if_inside(&mut self, id: Id) {
        if self.has_cut(id) {
            self.cut();
        }
    }

    /// Does the free part end inside an element?
    pub(super) fn has_cut(&self, id: Id) -> bool {
        let cut = |node| matches!(self.tree.data(node), Data::Comment(text) if is_cut(text));
        self.tree.descendants(id).any(cut)
    }

    /// Remembers the name of a place: of a heading, of an element that is nothing else, or of one that the text links to.
    fn place(&mut self, id: Id, name: &str) {
        for written in [self.tree.attr(id, "id"), self.tree.attr(id, "name")] {
            let kept = match name {
                // The Markdown reader gives each heading a name, and puts a link to itself into it.
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                    let mut inside = self.tree.children(id);
                    let by_reader = inside.any(|child| self.tree.has_class(child, "anchor"));
                    !by_reader || self.linked.contains(written)
                }
                "a" if self.tree.has_class(id, "anchor") => self.linked.contains(written),
                "a" => self.tree.attr(id, "href").is_empty() || self.linked.contains(written),
                _ => self.linked.contains(written),
            };
            if kept && run::is_anchor(written) && !self.places.iter().any(|known| known == written)
            {
                self.places.push(written.to_owned());
            }
        }
    }

    /// What no text follows stands at the end of the last paragraph.
    fn place_last(&mut self) {
        let places = std::mem::take(&mut self.places);
        if let Some(Block::Paragraph(text)) = self.blocks.last_mut() {
            text.extend(places.into_iter().map(crate::Inline::Anchor));
        }
    }

    /// Of a list of tasks.
    fn checkbox(&mut self, id: Id) {
        let tree = self.tree;
        let done = tree.has_attr(id, "checked");
        self.push(Leaf::Text(
            if done { "\u{2611}" } else { "\u{2610}" }.to_owned(),
        ));
    }

    pub(super) fn comment(&mut self, comment: &str) {
        let comment = comment.trim();
        if is_cut(comment) {
            self.cut();
        } else if let Some(block) = comment
            .strip_prefix("wp:")
            .filter(|rest| rest.ends_with('/'))
        {
            // A block that WordPress fills in when the page is shown: newest posts, a reusable block.
            let name = block.split([' ', '/']).next().unwrap_or("");
            self.notes.dropped(&format!("wp:{name}"));
        }
    }

    fn cut(&mut self) {
        self.flush();
        self.blocks.push(Block::Cut);
    }

    fn marked(&mut self, id: Id, mark: Mark) {
        let added = run::add_mark(&mut self.marks, mark);
        self.children(id);
        if added {
            self.marks.pop();
        }
    }

    fn link(&mut self, id: Id) {
        let written = self.tree.attr(id, "href");
        match Href::parse(written) {
            Some(href) => self.marked(id, Mark::Link(href)),
            None => {
                if !written.is_empty() {
                    self.notes.add(Note::UnsafeLink(shown(written)));
                }
                self.children(id);
            }
        }
    }

    /// Who is quoted: on a line of its own, unless a dash leads to it.
    fn cite(&mut self, id: Id) {
        let in_quote = self
            .tree
            .parent(id)
            .is_some_and(|parent| self.tree.name(parent) == Some("blockquote"));
        let dash = self.runs.iter().rev().find_map(|run| match &run.leaf {
            Leaf::Text(text) if !text::is_blank(text) => {
                Some(text.trim_end().ends_with(['-', '–', '—', '―']))
            }
            _ => None,
        });
        if in_quote && dash != Some(true) {
            self.flush();
        }
        self.marked(id, Mark::Em);
    }

    fn heading(&mut self, id: Id, level: u8) {
        self.flush();
        let outer = self.heading.replace(level);
        self.children(id);
        self.flush();
        self.heading = outer;
    }

    fn list(&mut self, id: Id, ordered: bool) {
        self.flush();
        let start = self.tree.attr(id, "start").trim().parse().ok();
        let mut items: Vec<Vec<Block>> = Vec::new();
        let tree = self.tree;
        let outer = std::mem::take(&mut self.blocks);
        for child in tree.children(id) {
            match tree.name(child) {
                Some("li") => {
                    self.place(child, "li");
                    let item = self.nested(child);
                    items.push(item);
                }
                // A list right inside a list belongs to the item before it.
                Some("ul" | "ol") if !items.is_empty() => {
                    self.list(child, tree.name(child) == Some("ol"));
                    let inner = std::mem::take(&mut self.blocks);
                    if let Some(item) = items.last_mut() {
                        item.extend(inner);
                    }
                }
                _ => {
                    self.one(child);
                    self.flush();
                    items.push(std::mem::take(&mut self.blocks));
                }
            }
        }
        self.blocks = outer;
        let only_pictures =
            |item: &Vec<Block>| item.iter().all(|b| matches!(b, Block::Figure { .. }));
        if items.iter().all(only_pictures) {
            // A gallery: WordPress wrote them as lists.
            self.blocks.extend(items.into_iter().flatten());
        } else {
            self.blocks.push(Block::List {
                ordered,
                start,
                items,
            });
        }
    }

    /// One node of any kind.
    fn one(&mut self, id: Id) {
        let tree = self.tree;
        match tree.data(id) {
            Data::Text(text) => self.text(text),
            Data::Comment(text) => self.comment(text),
            Data::Root => {}
            Data::Element(_) => match tree.name(id) {
                Some(name) => self.element(id, name),
                None => self.drop_element(id),
            },
        }
    }

    fn pre(&mut self, id: Id) {
        self.flush();
        self.cut_if_inside(id);
        let text = text::clean(&self.tree.text(id));
        if self.tree.has_class(id, "wp-block-verse") {
            // Verse is set in lines, but it is not code.
            for (n, line) in text.trim().split('\n').enumerate() {
                if n > 0 {
                    self.push(Leaf::Break);
                }
                self.text(line);
            }
            self.flush();
            return;
        }
        let code = self
            .tree
            .children(id)
            .find(|child| self.tree.name(*child) == Some("code"));
        let classes = [Some(id), code]
            .into_iter()
            .flatten()
            .map(|id| self.tree.attr(id, "class"));
        let language = classes
            .flat_map(str::split_ascii_whitespace)
            .find_map(language_of_class)
            .unwrap_or("");
        let text = text.trim_end_matches(['\n', ' ']).to_owned();
        self.blocks.push(Block::Code {
            language: language.to_owned(),
            text,
        });
    }

    /// Adds text to the running text.
    pub(super) fn text(&mut self, text: &str) {
        let text = text::clean(text);
        self.push(if self.code {
            Leaf::Code(text)
        } else {
            Leaf::Text(text)
        });
    }

    pub(super) fn push(&mut self, leaf: Leaf) {
        if !self.places.is_empty()
            && let Leaf::Text(text) | Leaf::Code(text) = &leaf
            && !text::is_blank(text)
        {
            for place in std::mem::take(&mut self.places) {
                run::push(&mut self.runs, &[], Leaf::Anchor(place));
            }
        }
        run::push(&mut self.runs, &self.marks, leaf);
    }

    /// Ends the running text: it becomes a paragraph, or a part of the heading it is in.
    pub(super) fn flush(&mut self) {
        let mut runs = space::collapse(std::mem::take(&mut self.runs));
        if self.heading.is_some() && self.source == Source::Markdown {
            name_heading(&mut runs);
        }
        for part in space::split_at_double_breaks(runs) {
            if run::is_blank(&part) {
                continue;
            }
            self.blocks.push(match self.heading {
                Some(level) => Block::Heading {
                    level,
                    text: run::nest(part),
                },
                None => Block::Paragraph(space::address_as_link(part)),
            });
        }
    }
}

/// What links of a text lead to on the same page. Those that the Markdown reader puts at each heading are none.
fn linked(tree: &Tree) -> HashSet<&str> {
    let links = tree
        .descendants(Tree::ROOT)
        .filter(|id| tree.name(*id) == Some("a") && !tree.has_class(*id, "anchor"));
    links
        .filter_map(|id| tree.attr(id, "href").trim().strip_prefix('#'))
        .filter(|name| !name.is_empty())
        .collect()
}

/// Takes `{#name}` off the end of a heading; it has that name from then on.
fn name_heading(runs: &mut Vec<Run>) {
    let Some(Run {
        leaf: Leaf::Text(text),
        ..
    }) = runs.last_mut()
    else {
        return;
    };
    let Some((before, name)) = text
        .strip_suffix('}')
        .and_then(|text| text.rsplit_once("{#"))
    else {
        return;
    };
    if !run::is_anchor(name) {
        return;
    }
    let place = Run {
        marks: Vec::new(),
        leaf: Leaf::Anchor(name.to_owned()),
    };
    *text = before.trim_end().to_owned();
    runs.insert(0, place);
}

/// `more`, also with the words of its link (`<!--more Read on-->`), and Ghost's `members-only`.
pub(super) fn is_cut(comment: &str) -> bool {
    let comment = comment.trim();
    let more = comment
        .strip_prefix("more")
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()));
    more || comment == "members-only"
}

fn language_of_class(class: &str) -> Option<&str> {
    class
        .strip_prefix("language-")
        .or_else(|| class.strip_prefix("lang-"))
}
