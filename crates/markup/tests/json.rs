//! The stored form: what it looks like to the letter, and what is refused and how that is said.

use markup::{Block, Document, Error, Href, Image, Inline};
use serde_json::{Value, json};

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

fn paragraph(said: &str) -> Block {
    Block::Paragraph(vec![text(said)])
}

/// Reads a document with this content.
fn read(content: Value) -> Result<Document, Error> {
    Document::from_json(&json!({ "type": "doc", "content": content }).to_string())
}

/// The stored form on the left and the block on the right are the same, both ways.
fn check(cases: Vec<(Value, Block)>) {
    for (stored, block) in cases {
        let doc = Document {
            blocks: vec![block],
        };
        assert_eq!(read(json!([stored])), Ok(doc.clone()));
        let written: Value = serde_json::from_str(&doc.to_json()).expect("JSON");
        assert_eq!(written, json!({ "type": "doc", "content": [stored] }));
    }
}

#[test]
fn text_blocks() {
    check(vec![
        (
            json!({ "type": "paragraph", "content": [{ "type": "text", "text": "año" }] }),
            paragraph("año"),
        ),
        (
            json!({ "type": "heading", "attrs": { "level": 3 }, "content": [{ "type": "text", "text": "a" }] }),
            Block::Heading {
                level: 3,
                text: vec![text("a")],
            },
        ),
        (
            json!({ "type": "bullet_list", "content": [{ "type": "list_item", "content": [
                { "type": "paragraph", "content": [{ "type": "text", "text": "a" }] }] }] }),
            Block::List {
                ordered: false,
                start: None,
                items: vec![vec![paragraph("a")]],
            },
        ),
        (
            json!({ "type": "ordered_list", "attrs": { "order": 4 }, "content": [{ "type": "list_item", "content": [
                { "type": "horizontal_rule" }] }] }),
            Block::List {
                ordered: true,
                start: Some(4),
                items: vec![vec![Block::Rule]],
            },
        ),
        (
            json!({ "type": "blockquote", "content": [{ "type": "paragraph", "content": [{ "type": "text", "text": "a" }] }] }),
            Block::Quote(vec![paragraph("a")]),
        ),
        (
            json!({ "type": "code_block", "attrs": { "language": "rust" }, "content": [{ "type": "text", "text": "a\n\tb" }] }),
            Block::Code {
                language: "rust".to_owned(),
                text: "a\n\tb".to_owned(),
            },
        ),
        (json!({ "type": "horizontal_rule" }), Block::Rule),
        (json!({ "type": "cut" }), Block::Cut),
    ]);
}

#[test]
fn figures_and_tables() {
    check(vec![
        (
            json!({ "type": "figure", "attrs": { "src": "p.jpg", "alt": "A", "credit": "EFE" },
                "content": [{ "type": "text", "text": "c" }] }),
            Block::Figure {
                image: Image {
                    src: "p.jpg".to_owned(),
                    alt: "A".to_owned(),
                },
                caption: vec![text("c")],
                credit: "EFE".to_owned(),
            },
        ),
        (
            json!({ "type": "table", "attrs": { "caption": "T" }, "content": [
                { "type": "table_row", "content": [{ "type": "table_header", "content": [
                    { "type": "paragraph", "content": [{ "type": "text", "text": "h" }] }] }] },
                { "type": "table_row", "content": [{ "type": "table_cell", "content": [
                    { "type": "paragraph", "content": [{ "type": "text", "text": "c" }] }] }] }] }),
            Block::Table {
                head: vec![vec![text("h")]],
                rows: vec![vec![vec![text("c")]]],
                caption: "T".to_owned(),
            },
        ),
    ]);
}

#[test]
fn marks() {
    let link = Href::parse("https://e.com/").expect("a web address");
    check(vec![(
        json!({ "type": "paragraph", "content": [
                { "type": "text", "text": "a", "marks": [{ "type": "link", "attrs": { "href": "https://e.com/" } }] },
                { "type": "text", "text": "b", "marks": [
                    { "type": "link", "attrs": { "href": "https://e.com/" } }, { "type": "strong" }, { "type": "em" }] },
                { "type": "hard_break" },
                { "type": "text", "text": "c", "marks": [{ "type": "strike" }, { "type": "code" }] },
                { "type": "text", "text": "d", "marks": [{ "type": "sub" }] },
                { "type": "text", "text": "e", "marks": [{ "type": "sup" }] }] }),
        Block::Paragraph(vec![
            Inline::Link {
                href: link,
                children: vec![text("a"), Inline::Strong(vec![Inline::Em(vec![text("b")])])],
            },
            Inline::Break,
            Inline::Strike(vec![Inline::Code("c".to_owned())]),
            Inline::Sub(vec![text("d")]),
            Inline::Sup(vec![text("e")]),
        ]),
    )]);
}

/// None of these is a document, and this is said about it.
fn refused(cases: &[(Value, &str)]) {
    for (content, said) in cases {
        let error = read(content.clone()).expect_err("not of the schema");
        assert_eq!(&error.to_string(), said, "{content}");
    }
}

#[test]
fn what_is_not_of_the_schema_is_named_with_its_place() {
    let paragraph = |inner: Value| json!({ "type": "paragraph", "content": [inner] });
    refused(&[
        (
            json!([{ "type": "iframe" }]),
            r#"unknown node "iframe" at content[0]"#,
        ),
        (
            json!([{ "type": "bulletList" }]),
            r#"unknown node "bulletList" at content[0]"#,
        ),
        (
            json!([{ "type": "text", "text": "x" }]),
            r#"unknown node "text" at content[0]"#,
        ),
        (
            json!([paragraph(json!({ "type": "image" }))]),
            r#"unknown node "image" at content[0].content[0]"#,
        ),
        (
            json!([{ "type": "cut" }, paragraph(json!({ "type": "text", "text": "x", "marks": [{ "type": "em" }, { "type": "underline" }] }))]),
            r#"unknown mark "underline" at content[1].content[0].marks[1]"#,
        ),
        (
            json!([{ "type": "bullet_list", "content": [{ "type": "paragraph" }] }]),
            r#"unknown node in a list "paragraph" at content[0].content[0]"#,
        ),
        (
            json!([{ "type": "table", "content": [{ "type": "table_row", "content": [{ "type": "table_cell", "attrs": { "colspan": 2 } }] }] }]),
            "a merged table cell at content[0].content[0].content[0]",
        ),
    ]);
}

#[test]
fn what_the_schema_does_not_allow_there_is_named_too() {
    let paragraph = |inner: Value| json!({ "type": "paragraph", "content": [inner] });
    refused(&[
        (
            json!([{ "type": "cut" }, { "type": "cut" }]),
            "a second cut at content[1]",
        ),
        (
            json!([{ "type": "blockquote", "content": [{ "type": "cut" }] }]),
            "a cut inside another node (it stands at the top level) at content[0].content[0]",
        ),
        (
            json!([{ "type": "heading", "attrs": { "level": 1 } }]),
            "a heading of level 1 (2 to 4 are allowed) at content[0]",
        ),
        (
            json!([{ "type": "heading", "attrs": { "level": "2" } }]),
            "level of heading is not a number at content[0]",
        ),
        (
            json!([{ "type": "figure", "attrs": { "src": 3 } }]),
            "src of figure is not a text at content[0]",
        ),
        (
            json!([paragraph(json!({ "type": "text" }))]),
            "a text node without text at content[0].content[0]",
        ),
        (
            json!([{ "content": [] }]),
            "a node without a type at content[0]",
        ),
        (json!(["x"]), "expected an object at content[0]"),
        (json!("x"), "content of doc is not a list"),
    ]);
}

#[test]
fn what_is_no_document() {
    let not_doc = Document::from_json(r#"{"type":"paragraph"}"#).expect_err("no doc");
    assert_eq!(not_doc.to_string(), r#"expected a doc, found "paragraph""#);
    for broken in ["", "{", "null", "[]", "{\"type\":\"doc\"}x"] {
        assert!(Document::from_json(broken).is_err(), "{broken:?}");
    }
}

#[test]
fn what_is_not_stored() {
    let stored = json!([
        { "type": "paragraph" },
        { "type": "paragraph", "content": null, "attrs": { "textAlign": "left" } },
        { "type": "paragraph", "content": [
            { "type": "text", "text": "a\u{200b}", "marks": [{ "type": "link", "attrs": { "href": "javascript:x", "title": null } }] },
            { "type": "text", "text": "b" },
        ] },
        { "type": "ordered_list", "attrs": { "order": 1 }, "content": [{ "type": "list_item" }] },
    ]);
    let doc = read(stored).expect("of the schema");
    assert_eq!(
        doc.blocks,
        [paragraph("ab")],
        "an unsafe link is its text, empty nodes are gone"
    );
}

#[test]
fn depth_is_bounded() {
    let tower = |levels: usize| {
        let paragraph =
            json!({ "type": "paragraph", "content": [{ "type": "text", "text": "x" }] });
        (0..levels).fold(
            paragraph,
            |inner, _| json!({ "type": "blockquote", "content": [inner] }),
        )
    };
    let doc = read(json!([tower(32)])).expect("deep, but not too deep");
    assert_eq!(Document::from_json(&doc.to_json()), Ok(doc));
    let error = read(json!([tower(33)])).expect_err("too deep");
    assert!(
        error
            .to_string()
            .starts_with("nested more than 32 levels deep at content[0].content[0]"),
        "{error}"
    );
    let error = Document::from_json(&"[".repeat(100_000)).expect_err("no stack overflow");
    assert!(matches!(error, Error::Syntax(_)));
}
