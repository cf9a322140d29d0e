//! From the tree to blocks: walks over the tree once and keeps what there is a node for.
//!
//! Running text is collected as runs until a block begins or ends; the elements around it are marks on a stack. So text
//! between two blocks becomes a paragraph, a link around two paragraphs becomes two links, and a cut in the middle of a
//! sentence splits the paragraph, all without special cases. Pictures, tables and embeds have their own modules.

use super::Source;
use super::tree::{Data, Id, Tree};
use crate::note::{Notes, shown};
use crate::run::{self, Leaf, Mark, Run};
use crate::{Block, Href, Inline, Note, text};

/// Levels of elements the walk goes down; the parser allows few more.
const MAX_LEVELS: usize = 250;

/// The blocks of a parsed source, not yet tidy.
pub(super) fn blocks(tree: &Tree, source: Source, notes: &mut Notes) -> Vec<Block> {
    let mut flow = Flow::new(tree, source, notes);
    flow.children(Tree::ROOT);
    flow.flush();
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
        }
    }

    pub(super) fn children(&mut self, id: Id) {
        if self.level >= MAX_LEVELS {
            self.notes.add(Note::TooDeep);
            let text = self.tree.text(id);
            self.text(&text);
            return;
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
        if self.special(id, name) {
            return;
        }
        match name {
            "b" | "strong" => self.marked(id, Mark::Strong),
            "i" | "em" | "cite" | "dfn" | "var" => self.marked(id, Mark::Em),
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
            "noscript" => {
                let outer = std::mem::replace(&mut self.noscript, true);
                self.children(id);
                self.noscript = outer;
            }
            name if is_block(name) => self.block_children(id),
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
            // In Markdown these are somebody writing about HTML who forgot the backticks.
            "title" | "textarea" | "plaintext" | "noembed" | "noframes"
                if self.source == Source::Markdown =>
            {
                self.notes.dropped(name);
                let text = self.tree.text(id);
                self.flush();
                self.text(&text);
                self.flush();
            }
            _ if is_dropped(name) => self.drop_element(id),
            "source" | "track" | "param" | "col" | "colgroup" | "area" | "wbr" => {}
            _ => return self.by_class(id),
        }
        true
    }

    /// Leaves an element out with all that is in it, but for the cut: what follows that must not become free.
    pub(super) fn drop_element(&mut self, id: Id) {
        let tree = self.tree;
        self.notes.dropped(tree.any_name(id).unwrap_or(""));
        for inner in tree.descendants(id) {
            if let Data::Comment(text) = tree.data(inner)
                && is_cut(text)
            {
                self.cut();
            }
        }
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
        self.blocks.push(Block::List {
            ordered,
            start,
            items,
        });
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
        run::push(&mut self.runs, &self.marks, leaf);
    }

    /// Ends the running text: it becomes a paragraph, or a part of the heading it is in.
    pub(super) fn flush(&mut self) {
        let runs = collapse(std::mem::take(&mut self.runs));
        for part in split_at_double_breaks(runs) {
            if run::is_blank(&part) {
                continue;
            }
            self.blocks.push(match self.heading {
                Some(level) => Block::Heading {
                    level,
                    text: run::nest(part),
                },
                None => Block::Paragraph(address_as_link(part)),
            });
        }
    }
}

/// A paragraph that is nothing but a web address is how WordPress embeds things; here it is a link.
fn address_as_link(mut runs: Vec<Run>) -> Vec<Inline> {
    if let [run] = runs.as_mut_slice()
        && run.marks.is_empty()
        && let Leaf::Text(text) = &run.leaf
        && !text.contains(' ')
        && let Some(href) = Href::parse(text).filter(Href::is_web)
    {
        run.marks.push(Mark::Link(href));
    }
    run::nest(runs)
}

/// White space as HTML shows it: one space for many, none at the ends of lines.
fn collapse(runs: Vec<Run>) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let mut at_space = true;
    for Run { marks, leaf } in runs {
        let leaf = match leaf {
            Leaf::Break => {
                trim_end(&mut out);
                at_space = true;
                Leaf::Break
            }
            Leaf::Text(text) => Leaf::Text(collapse_text(&text, &mut at_space)),
            Leaf::Code(text) => Leaf::Code(collapse_text(&text, &mut at_space)),
        };
        run::push(&mut out, &marks, leaf);
    }
    loop {
        trim_end(&mut out);
        match out.last() {
            Some(Run {
                leaf: Leaf::Break, ..
            }) => out.pop(),
            _ => break,
        };
    }
    let first = out
        .iter()
        .position(|run| run.leaf != Leaf::Break)
        .unwrap_or(0);
    out.drain(..first);
    out
}

fn collapse_text(text: &str, at_space: &mut bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let space = c.is_ascii_whitespace();
        if !space {
            out.push(c);
        } else if !*at_space {
            out.push(' ');
        }
        *at_space = space;
    }
    out
}

/// Removes a space at the end.
fn trim_end(runs: &mut Vec<Run>) {
    while let Some(Run {
        leaf: Leaf::Text(text) | Leaf::Code(text),
        ..
    }) = runs.last_mut()
    {
        text.truncate(text.trim_ascii_end().len());
        if !text.is_empty() {
            return;
        }
        runs.pop();
    }
}

/// Two breaks in a row were somebody's way to end a paragraph.
fn split_at_double_breaks(runs: Vec<Run>) -> Vec<Vec<Run>> {
    let mut parts = vec![Vec::new()];
    let mut breaks: Vec<Run> = Vec::new();
    for run in runs {
        if run.leaf == Leaf::Break {
            breaks.push(run);
            continue;
        }
        if breaks.len() > 1 {
            parts.push(Vec::new());
            breaks.clear();
        }
        if let Some(part) = parts.last_mut() {
            part.append(&mut breaks);
            part.push(run);
        }
    }
    parts
}

/// `more`, also with the words of its link (`<!--more Read on-->`), and Ghost's `members-only`.
fn is_cut(comment: &str) -> bool {
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

/// Elements that stand on lines of their own and mean nothing else here.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "header"
            | "footer"
            | "aside"
            | "nav"
            | "center"
            | "address"
            | "fieldset"
            | "legend"
            | "details"
            | "dialog"
            | "dl"
            | "dd"
            | "li"
            | "hgroup"
            | "search"
            | "optgroup"
            | "caption"
            | "tr"
            | "td"
            | "th"
            | "tbody"
            | "thead"
            | "tfoot"
    )
}

/// Elements that are left out with all that is in them.
fn is_dropped(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "template"
            | "noembed"
            | "noframes"
            | "head"
            | "title"
            | "meta"
            | "link"
            | "base"
            | "canvas"
            | "applet"
            | "input"
            | "button"
            | "select"
            | "textarea"
            | "datalist"
            | "option"
            | "plaintext"
            | "map"
            | "frameset"
            | "marquee"
            | "bgsound"
            | "portal"
            | "fencedframe"
    )
}
