//! A parsed page as one Vec of nodes linked by index.
//!
//! The smallest tree html5ever can build: no reference counts, no recursion when it is dropped (a tower of a hundred
//! thousand `<div>` is a list like any other), constant time for every change. Read-only once it is built.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};

use html5ever::interface::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, QualName, ns};

/// A node's index.
pub(super) type Id = usize;

/// What a node is.
pub(super) enum Data {
    /// The document, and what the parser needs but an article does not (template contents).
    Root,
    Text(String),
    Comment(String),
    Element(Box<Element>),
}

/// An element with the attributes that anybody asks for.
pub(super) struct Element {
    name: QualName,
    attrs: Vec<Attribute>,
    template: Option<Id>,
    integration_point: bool,
}

struct Node {
    parent: Option<Id>,
    previous: Option<Id>,
    next: Option<Id>,
    first: Option<Id>,
    last: Option<Id>,
    data: Data,
}

/// The nodes in the order in which the parser made them; 0 is the root.
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// The last comment that ends the free part.
    last_cut: Option<Id>,
}

impl Tree {
    pub(super) const ROOT: Id = 0;

    pub(super) fn data(&self, id: Id) -> &Data {
        &self.nodes[id].data
    }

    /// Children in order.
    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(self.nodes[id].first, |id| self.nodes[*id].next)
    }

    /// The node around a node.
    pub(super) fn parent(&self, id: Id) -> Option<Id> {
        self.nodes[id].parent
    }

    /// Everything below a node in document order, without recursion.
    pub(super) fn descendants(&self, top: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(self.nodes[top].first, move |id| {
            if let Some(child) = self.nodes[*id].first {
                return Some(child);
            }
            let mut at = *id;
            loop {
                if let Some(next) = self.nodes[at].next {
                    return Some(next);
                }
                at = self.nodes[at].parent.filter(|parent| *parent != top)?;
            }
        })
    }

    /// Lower-case name of an HTML element; `None` for text, comments and foreign elements (SVG, MathML).
    pub(super) fn name(&self, id: Id) -> Option<&str> {
        match self.data(id) {
            Data::Element(element) if element.name.ns == ns!(html) => Some(&element.name.local),
            _ => None,
        }
    }

    /// Name of an element of any namespace.
    pub(super) fn any_name(&self, id: Id) -> Option<&str> {
        match self.data(id) {
            Data::Element(element) => Some(&element.name.local),
            _ => None,
        }
    }

    /// An attribute's value; empty when absent.
    pub(super) fn attr(&self, id: Id, name: &str) -> &str {
        match self.data(id) {
            Data::Element(element) => element
                .attrs
                .iter()
                .find(|a| &*a.name.local == name)
                .map_or("", |a| &*a.value),
            _ => "",
        }
    }

    /// Is the attribute there, with whatever value?
    pub(super) fn has_attr(&self, id: Id, name: &str) -> bool {
        matches!(self.data(id), Data::Element(element) if element.attrs.iter().any(|a| &*a.name.local == name))
    }

    /// Is this one of the element's classes?
    pub(super) fn has_class(&self, id: Id, class: &str) -> bool {
        self.attr(id, "class")
            .split_ascii_whitespace()
            .any(|c| c == class)
    }

    /// All text below a node.
    pub(super) fn text(&self, id: Id) -> String {
        let mut out = String::new();
        for node in self.descendants(id) {
            match self.data(node) {
                Data::Text(text) => out.push_str(text),
                _ => match self.name(node) {
                    Some("br") => out.push('\n'),
                    Some("p" | "div" | "li" | "tr") if !out.is_empty() && !out.ends_with('\n') => {
                        out.push('\n')
                    }
                    _ => {}
                },
            }
        }
        out
    }

    fn add(&mut self, data: Data) -> Id {
        self.nodes.push(Node {
            parent: None,
            previous: None,
            next: None,
            first: None,
            last: None,
            data,
        });
        self.nodes.len() - 1
    }

    fn detach(&mut self, id: Id) {
        let node = &mut self.nodes[id];
        let (parent, previous, next) = (node.parent.take(), node.previous.take(), node.next.take());
        match (previous, parent) {
            (Some(previous), _) => self.nodes[previous].next = next,
            (None, Some(parent)) => self.nodes[parent].first = next,
            (None, None) => {}
        }
        match (next, parent) {
            (Some(next), _) => self.nodes[next].previous = previous,
            (None, Some(parent)) => self.nodes[parent].last = previous,
            (None, None) => {}
        }
    }

    /// Puts a node or text into `parent`, before `next` or at the end.
    fn insert(&mut self, parent: Id, next: Option<Id>, child: NodeOrText<Id>) {
        let previous = match next {
            Some(next) => self.nodes[next].previous,
            None => self.nodes[parent].last,
        };
        let id = match child {
            NodeOrText::AppendNode(id) => id,
            NodeOrText::AppendText(text) => {
                if let Some(Data::Text(before)) = previous.map(|id| &mut self.nodes[id].data) {
                    before.push_str(&text);
                    return;
                }
                self.add(Data::Text(text.to_string()))
            }
        };
        self.detach(id);
        let previous = match next {
            Some(next) => self.nodes[next].previous,
            None => self.nodes[parent].last,
        };
        let node = &mut self.nodes[id];
        (node.parent, node.previous, node.next) = (Some(parent), previous, next);
        match previous {
            Some(previous) => self.nodes[previous].next = Some(id),
            None => self.nodes[parent].first = Some(id),
        }
        match next {
            Some(next) => self.nodes[next].previous = Some(id),
            None => self.nodes[parent].last = Some(id),
        }
    }
}

/// The tree while html5ever builds it.
pub(super) struct Sink(RefCell<Tree>);

impl Sink {
    pub(super) fn new() -> Sink {
        let mut tree = Tree {
            nodes: Vec::new(),
            last_cut: None,
        };
        tree.add(Data::Root);
        Sink(RefCell::new(tree))
    }

    /// Number of nodes so far.
    pub(super) fn size(&self) -> usize {
        self.0.borrow().nodes.len()
    }
}

impl TreeSink for Sink {
    type Handle = Id;
    type Output = Tree;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Tree {
        self.0.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Id {
        Tree::ROOT
    }

    fn elem_name<'a>(&'a self, target: &'a Id) -> Ref<'a, QualName> {
        Ref::map(self.0.borrow(), |tree| match tree.data(*target) {
            Data::Element(element) => &element.name,
            _ => unreachable!("the tree builder asks for names of elements only"),
        })
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Id {
        let mut tree = self.0.borrow_mut();
        let template = flags.template.then(|| tree.add(Data::Root));
        let integration_point = flags.mathml_annotation_xml_integration_point;
        tree.add(Data::Element(Box::new(Element {
            name,
            attrs,
            template,
            integration_point,
        })))
    }

    fn create_comment(&self, text: StrTendril) -> Id {
        let mut tree = self.0.borrow_mut();
        let id = tree.add(Data::Comment(text.to_string()));
        if super::flow::is_cut(&text) {
            tree.last_cut = Some(id);
        }
        id
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Id {
        self.0.borrow_mut().add(Data::Comment(String::new()))
    }

    fn append(&self, parent: &Id, child: NodeOrText<Id>) {
        self.0.borrow_mut().insert(*parent, None, child);
    }

    fn append_before_sibling(&self, sibling: &Id, child: NodeOrText<Id>) {
        let mut tree = self.0.borrow_mut();
        if let Some(parent) = tree.nodes[*sibling].parent {
            // What stands in a table outside of its cells is put before the table. Not when the free part ended inside
            // the table: what follows that must not come to stand before it.
            let cut_inside = tree.last_cut.is_some_and(|cut| cut > *sibling);
            tree.insert(parent, (!cut_inside).then_some(*sibling), child);
        }
    }

    fn append_based_on_parent_node(&self, element: &Id, previous: &Id, child: NodeOrText<Id>) {
        let has_parent = self.0.borrow().nodes[*element].parent.is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Id) -> Id {
        match self.0.borrow().data(*target) {
            Data::Element(element) => element.template.unwrap_or(Tree::ROOT),
            _ => Tree::ROOT,
        }
    }

    fn same_node(&self, x: &Id, y: &Id) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    /// Only `<html>` and `<body>` met again; no attribute of theirs matters.
    fn add_attrs_if_missing(&self, _: &Id, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &Id) {
        self.0.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &Id, new_parent: &Id) {
        let mut tree = self.0.borrow_mut();
        while let Some(child) = tree.nodes[*node].first {
            tree.insert(*new_parent, None, NodeOrText::AppendNode(child));
        }
    }

    fn is_mathml_annotation_xml_integration_point(&self, target: &Id) -> bool {
        matches!(self.0.borrow().data(*target), Data::Element(element) if element.integration_point)
    }
}
