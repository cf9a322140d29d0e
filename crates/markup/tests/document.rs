//! What can be asked of a document, and what tidying does to one built by hand.

use markup::{Block, Document, Href, Image, Inline};

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

fn p(said: &str) -> Block {
    Block::Paragraph(vec![text(said)])
}

fn figure(src: &str) -> Block {
    let image = Image {
        src: src.to_owned(),
        alt: "alt".to_owned(),
    };
    Block::Figure {
        image,
        caption: vec![text("caption")],
        credit: "credit".to_owned(),
    }
}

fn doc(blocks: &[Block]) -> Document {
    Document {
        blocks: blocks.to_vec(),
    }
}

fn tidied(blocks: &[Block]) -> Vec<Block> {
    let mut doc = doc(blocks);
    doc.tidy();
    doc.blocks
}

#[test]
fn free_and_paid_part() {
    let cases: &[(&[Block], usize, usize)] = &[
        (&[], 0, 0),
        (&[p("a"), p("b")], 2, 0),
        (&[p("a"), Block::Cut, p("b"), p("c")], 1, 2),
        (&[Block::Cut, p("b")], 0, 1),
        (&[p("a"), Block::Cut], 1, 0),
        (&[Block::Cut], 0, 0),
    ];
    for (blocks, free, paid) in cases {
        let doc = doc(blocks);
        assert_eq!(
            (doc.free_part().len(), doc.paid_part().len()),
            (*free, *paid),
            "{blocks:?}"
        );
        assert!(!doc.free_part().contains(&Block::Cut) && !doc.paid_part().contains(&Block::Cut));
    }
}

#[test]
fn a_cut_after_some_paragraphs() {
    let heading = Block::Heading {
        level: 2,
        text: vec![text("h")],
    };
    // Blocks, after how many paragraphs, where the cut is then.
    let cases: &[(&[Block], usize, Option<usize>)] = &[
        (&[], 1, None),
        (&[p("a")], 1, None),
        (&[p("a"), p("b")], 1, Some(1)),
        (&[p("a"), p("b")], 2, None),
        (&[p("a"), p("b")], 9, None),
        (&[p("a"), p("b")], 0, Some(0)),
        (
            &[
                heading.clone(),
                figure("x"),
                p("a"),
                heading.clone(),
                p("b"),
            ],
            1,
            Some(3),
        ),
        (&[p("a"), Block::Rule], 1, None),
        (&[p("a"), figure("x")], 1, Some(1)),
        (&[p("a"), Block::Cut, p("b"), p("c")], 2, Some(1)),
    ];
    for (blocks, paragraphs, expected) in cases {
        let mut doc = doc(blocks);
        let has_cut = doc.cut_after(*paragraphs);
        let at = doc.blocks.iter().position(|b| *b == Block::Cut);
        assert_eq!(
            (at, has_cut),
            (*expected, expected.is_some()),
            "{blocks:?} after {paragraphs}"
        );
        doc.blocks.retain(|b| *b != Block::Cut);
        let mut before = blocks.to_vec();
        before.retain(|b| *b != Block::Cut);
        assert_eq!(doc.blocks, before, "nothing else changes");
    }
}

#[test]
fn pictures_everywhere() {
    let list = Block::List {
        ordered: false,
        start: None,
        items: vec![vec![figure("2"), p("x")], vec![figure("3")]],
    };
    let mut doc = doc(&[
        figure("1"),
        list,
        Block::Cut,
        Block::Quote(vec![Block::Quote(vec![figure("4")])]),
    ]);
    let sources = |doc: &Document| {
        doc.images()
            .iter()
            .map(|i| i.src.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(sources(&doc), ["1", "2", "3", "4"]);
    doc.map_images(|image| image.src.insert_str(0, "/media/"));
    assert_eq!(
        sources(&doc),
        ["/media/1", "/media/2", "/media/3", "/media/4"]
    );
}

#[test]
fn plain_text_and_words() {
    let href = Href::parse("/x").expect("a path");
    let table = Block::Table {
        head: vec![vec![text("A")], vec![text("B")]],
        rows: vec![vec![vec![text("1")], vec![]]],
        caption: "Votes".to_owned(),
    };
    let items = vec![vec![p("one"), p("two")], vec![p("three")]];
    let doc = doc(&[
        Block::Heading {
            level: 2,
            text: vec![text("Title")],
        },
        Block::Paragraph(vec![
            text("El "),
            Inline::Link {
                href,
                children: vec![Inline::Strong(vec![text("niño")]), text("s")],
            },
            Inline::Break,
            Inline::Code("x < y".to_owned()),
        ]),
        Block::List {
            ordered: true,
            start: None,
            items,
        },
        Block::Rule,
        figure("x"),
        Block::Cut,
        table,
        Block::Quote(vec![Block::Code {
            language: "c".to_owned(),
            text: "int\nmain".to_owned(),
        }]),
    ]);
    let said = "Title\nEl niños\nx < y\none\ntwo\nthree\ncaption\nVotes\nA\tB\n1\t\nint\nmain\n";
    assert_eq!(Document::plain_text(&doc.blocks), said);
    assert_eq!(
        Document::plain_text(doc.paid_part()),
        "Votes\nA\tB\n1\t\nint\nmain\n"
    );
    assert_eq!(doc.words(), 16);
    assert_eq!(Document::plain_text(&[]), "");
    assert_eq!(Document::default().words(), 0);
}

#[test]
fn tidy_removes_what_is_empty() {
    let empty = [
        Block::Paragraph(vec![]),
        Block::Paragraph(vec![text(" \u{a0}"), Inline::Break, Inline::Em(vec![])]),
        Block::Heading {
            level: 2,
            text: vec![text("\u{200b}")],
        },
        Block::Quote(vec![Block::Paragraph(vec![])]),
        Block::List {
            ordered: true,
            start: Some(7),
            items: vec![vec![], vec![p("")]],
        },
        Block::Code {
            language: "c".to_owned(),
            text: "\n".to_owned(),
        },
        Block::Table {
            head: vec![vec![]],
            rows: vec![vec![vec![]]],
            caption: String::new(),
        },
        Block::Figure {
            image: Image::default(),
            caption: vec![],
            credit: "AP".to_owned(),
        },
    ];
    assert_eq!(tidied(&empty), []);
}

#[test]
fn tidy_makes_equal_texts_equal() {
    let strong = |inner: &[Inline]| Inline::Strong(inner.to_vec());
    let href = Href::parse("/x").expect("a path");
    let link = |inner: &[Inline]| Inline::Link {
        href: href.clone(),
        children: inner.to_vec(),
    };
    let cases = [
        (vec![text("a"), text(""), text("b")], vec![text("ab")]),
        (
            vec![strong(&[text("a")]), strong(&[text("b")])],
            vec![strong(&[text("ab")])],
        ),
        (
            vec![strong(&[text("a"), strong(&[text("b")])])],
            vec![strong(&[text("ab")])],
        ),
        (
            vec![link(&[text("a")]), link(&[text("b")])],
            vec![link(&[text("ab")])],
        ),
        (
            vec![link(&[Inline::Em(vec![link(&[text("a")])])])],
            vec![link(&[Inline::Em(vec![text("a")])])],
        ),
        (
            vec![text("a"), link(&[text(" ")]), text("b")],
            vec![text("a b")],
        ),
        (
            vec![text("a"), link(&[Inline::Break])],
            vec![text("a"), Inline::Break],
        ),
        (
            vec![text("a\r\nb\u{7}\u{202e}c\u{2028}d")],
            vec![text("a\nbc\nd")],
        ),
    ];
    for (before, after) in cases {
        assert_eq!(
            tidied(&[Block::Paragraph(before.clone())]),
            [Block::Paragraph(after)],
            "{before:?}"
        );
    }
}

#[test]
fn tidy_keeps_values_in_bounds() {
    let heading = |level| Block::Heading {
        level,
        text: vec![text("x")],
    };
    assert_eq!(tidied(&[heading(0), heading(9)]), [heading(2), heading(4)]);
    let code = |language: &str| Block::Code {
        language: language.to_owned(),
        text: "x".to_owned(),
    };
    assert_eq!(
        tidied(&[
            code("c++"),
            code("a b"),
            code("\"onload"),
            code(&"x".repeat(33))
        ]),
        [code("c++"), code(""), code(""), code("")]
    );
    let table = |head: usize, rows: &[usize]| Block::Table {
        head: vec![vec![text("h")]; head],
        rows: rows
            .iter()
            .map(|cells| vec![vec![text("c")]; *cells])
            .collect(),
        caption: " a\n b ".to_owned(),
    };
    let Some(Block::Table {
        head,
        rows,
        caption,
    }) = tidied(&[table(1, &[3, 0, 2])]).pop()
    else {
        panic!("a table")
    };
    assert_eq!(
        (head.len(), rows.len(), rows[0].len(), rows[1].len()),
        (3, 2, 3, 3)
    );
    assert_eq!(caption, "a b");
    let Some(Block::Table { rows, .. }) = tidied(&[table(0, &[1_000])]).pop() else {
        panic!("a table")
    };
    assert_eq!(rows[0].len(), 64);
}

#[test]
fn tidy_brings_the_first_cut_to_the_top() {
    let quote = |inner: &[Block]| Block::Quote(inner.to_vec());
    let nested = quote(&[
        p("a"),
        quote(&[p("b"), Block::Cut, p("c")]),
        Block::Cut,
        p("d"),
    ]);
    let expected = [
        quote(&[p("a"), quote(&[p("b")])]),
        Block::Cut,
        quote(&[quote(&[p("c")]), p("d")]),
        p("e"),
    ];
    assert_eq!(tidied(&[nested, Block::Cut, p("e")]), expected);
}

#[test]
fn tidy_flattens_towers() {
    let tower = |levels: usize| (0..levels).fold(p("x"), |inner, _| Block::Quote(vec![inner]));
    assert_eq!(tidied(&[tower(32)]), [tower(32)]);
    assert_eq!(tidied(&[tower(40)]), [tower(32)]);
}
