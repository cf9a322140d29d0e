//! What the tests share: rendering with every picture known, and an independent look at the HTML that came out.
#![allow(dead_code)]

use std::borrow::Cow;
use std::cell::{Ref, RefCell};

use html5ever::interface::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ParseOpts, QualName, local_name, ns, parse_fragment};
use markup::{Block, Document, Html, Image, ImageTag, render};

/// Every picture is where its author said: the least careful application there can be.
pub fn any_image(image: &Image) -> Option<ImageTag> {
    Some(ImageTag {
        src: image.src.clone(),
        width: 3,
        height: 2,
        ..ImageTag::default()
    })
}

pub fn html_of(blocks: &[Block]) -> String {
    let html = Html {
        image: &any_image,
        first_id: 1,
        own_host: "own.example",
        table_label: "Table",
    };
    render(blocks, &html)
}

/// Rendered on one line without the ids, for tables of cases.
pub fn short(doc: &Document) -> String {
    let cut = |b: &Block| matches!(b, Block::Cut);
    let parts: Vec<String> = doc.blocks.split(cut).map(html_of).collect();
    let mut out = parts.join("[cut]").replace('\n', "");
    while let Some(at) = out.find(" id=\"p-") {
        let end = at + 7 + out[at + 7..].find('"').expect("ids are quoted") + 1;
        out.replace_range(at..end, "");
    }
    out.replace(" width=\"3\" height=\"2\"", "")
        .replace(" loading=\"lazy\" decoding=\"async\"", "")
}

/// An element a browser would make of the HTML.
#[derive(Debug, Clone)]
pub struct Element {
    pub name: String,
    pub is_html: bool,
    pub attrs: Vec<(String, String)>,
}

/// Every element that parsing creates, as a browser does with and without scripting.
pub fn elements(html: &str) -> Vec<Element> {
    let mut all = Vec::new();
    for scripting_enabled in [true, false] {
        let tree_builder = TreeBuilderOpts {
            scripting_enabled,
            ..TreeBuilderOpts::default()
        };
        let opts = ParseOpts {
            tree_builder,
            ..ParseOpts::default()
        };
        let body = QualName::new(None, ns!(html), local_name!("body"));
        all.extend(
            parse_fragment(Recorder::default(), opts, body, vec![], scripting_enabled).one(html),
        );
    }
    all
}

/// Fails when the HTML has an element, attribute or address that no document can have.
pub fn assert_safe(html: &str, because: &str) {
    for element in elements(html) {
        let name = element.name.as_str();
        assert!(
            element.is_html,
            "foreign element {name} in {html:?} from {because:?}"
        );
        let allowed: &[&str] = match name {
            // The parser's own frame around a fragment.
            "html" | "body" => &[],
            "p" | "h2" | "h3" | "h4" | "ul" | "blockquote" | "figure" | "pre" | "hr" => &["id"],
            "ol" => &["id", "start"],
            "li" | "figcaption" | "table" | "caption" | "thead" | "tbody" | "tr" | "td" => &[],
            "strong" | "em" | "s" | "sub" | "sup" | "br" => &[],
            "div" => &["id", "class", "role", "tabindex", "aria-label"],
            "span" => &["class", "id"],
            "code" => &["class"],
            "th" => &["scope"],
            "a" => &["href", "rel"],
            "img" => &[
                "src", "srcset", "sizes", "width", "height", "alt", "loading", "decoding",
            ],
            _ => panic!("element {name} in {html:?} from {because:?}"),
        };
        for (attr, value) in &element.attrs {
            assert!(
                allowed.contains(&attr.as_str()),
                "{name} {attr} in {html:?} from {because:?}"
            );
            match attr.as_str() {
                "href" | "src" => assert_safe_address(value, because),
                // A place of the author's; those of the page are the page's.
                "id" if name == "span" => assert!(
                    !matches!(value.as_str(), "" | "text" | "wall")
                        && !value.contains(char::is_whitespace)
                        && !value
                            .strip_prefix("p-")
                            .is_some_and(|n| n.bytes().all(|byte| byte.is_ascii_digit())),
                    "{value:?} from {because:?}"
                ),
                "id" => assert!(
                    value
                        .strip_prefix("p-")
                        .is_some_and(|n| n.parse::<u64>().is_ok())
                ),
                "class" => assert!(
                    value == "table"
                        || value == "credit"
                        || value
                            .strip_prefix("language-")
                            .is_some_and(|l| !l.contains(char::is_whitespace)),
                    "class {value}"
                ),
                _ => {}
            }
        }
    }
}

/// As a browser's URL parser reads it (WHATWG URL: trimmed, tabs and line ends gone, `\` is `/`).
fn assert_safe_address(value: &str, because: &str) {
    let read: String = value
        .trim_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .map(|c| {
            if c == '\\' {
                '/'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let own = read.starts_with('#') || (read.starts_with('/') && !read.starts_with("//"));
    let schemes = ["http://", "https://", "mailto:", "tel:"];
    let known = schemes.iter().any(|scheme| read.starts_with(scheme));
    assert!(own || known, "address {value:?} from {because:?}");
}

/// A sink that keeps a list of the elements and no tree.
#[derive(Default)]
struct Recorder {
    elements: RefCell<Vec<(QualName, Vec<Attribute>)>>,
}

impl TreeSink for Recorder {
    type Handle = usize;
    type Output = Vec<Element>;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Vec<Element> {
        let element = |(name, attrs): (QualName, Vec<Attribute>)| Element {
            name: name.local.to_string(),
            is_html: name.ns == ns!(html),
            attrs: attrs
                .iter()
                .map(|a| (a.name.local.to_string(), a.value.to_string()))
                .collect(),
        };
        self.elements
            .into_inner()
            .into_iter()
            .map(element)
            .collect()
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, _: ElementFlags) -> usize {
        self.elements.borrow_mut().push((name, attrs));
        self.elements.borrow().len()
    }

    fn elem_name<'a>(&'a self, target: &'a usize) -> Ref<'a, QualName> {
        Ref::map(self.elements.borrow(), |all| &all[target - 1].0)
    }

    fn get_document(&self) -> usize {
        0
    }
    fn same_node(&self, x: &usize, y: &usize) -> bool {
        x == y
    }
    fn get_template_contents(&self, target: &usize) -> usize {
        *target
    }
    fn parse_error(&self, _: Cow<'static, str>) {}
    fn set_quirks_mode(&self, _: QuirksMode) {}
    fn create_comment(&self, _: StrTendril) -> usize {
        0
    }
    fn create_pi(&self, _: StrTendril, _: StrTendril) -> usize {
        0
    }
    fn append(&self, _: &usize, _: NodeOrText<usize>) {}
    fn append_based_on_parent_node(&self, _: &usize, _: &usize, _: NodeOrText<usize>) {}
    fn append_before_sibling(&self, _: &usize, _: NodeOrText<usize>) {}
    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}
    fn add_attrs_if_missing(&self, _: &usize, _: Vec<Attribute>) {}
    fn remove_from_parent(&self, _: &usize) {}
    fn reparent_children(&self, _: &usize, _: &usize) {}
}
