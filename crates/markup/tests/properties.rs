//! What holds for every document and every source, tried with many.

mod common;

use common::{assert_safe, html_of};
use markup::{Block, Document, Href, Image, Inline};
use proptest::collection::vec;
use proptest::prelude::*;

/// Texts that are hard on escaping, white space and Unicode, and any other.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "año",
            "«no podemos más»",
            "e\u{301}",
            "👩‍👩‍👧‍👦",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "a b",
            " ",
            "\n",
            "  x  ",
            "a\n\nb",
            "\u{a0}",
            "<b>",
            "&amp;",
            "\"'`",
            "</p>",
            "<!--more-->",
            "https://e.com/a",
            "*a*",
            "_",
            "#",
            "\u{200b}",
            "\u{202e}x",
            "\t",
            "|",
            "\r\n",
            "こんにちは",
        ])
        .prop_map(str::to_owned),
        "[a-zñ<>&\"' ]{0,12}",
        "\\PC{0,8}",
        any::<String>(),
    ]
}

fn href() -> impl Strategy<Value = Href> {
    let address = prop::sample::select(vec![
        "https://e.com/a?b=\"c\"",
        "/x",
        "#p-1",
        "mailto:a@b.es",
        "http://own.example/",
    ]);
    address.prop_map(|written| Href::parse(written).expect("an allowed address"))
}

fn inlines() -> impl Strategy<Value = Vec<Inline>> {
    let leaf = prop_oneof![
        6 => text().prop_map(Inline::Text),
        1 => text().prop_map(Inline::Code),
        1 => Just(Inline::Break),
        1 => "[a-z%#-]{1,8}".prop_map(Inline::Anchor),
    ];
    let inline = leaf.prop_recursive(3, 12, 4, |inner| {
        let children = vec(inner, 0..4);
        prop_oneof![
            children.clone().prop_map(Inline::Strong),
            children.clone().prop_map(Inline::Em),
            children.clone().prop_map(Inline::Sub),
            children.clone().prop_map(Inline::Sup),
            children.clone().prop_map(Inline::Strike),
            (href(), children).prop_map(|(href, children)| Inline::Link { href, children }),
        ]
    });
    vec(inline, 0..4)
}

fn block() -> impl Strategy<Value = Block> {
    let row = || vec(inlines(), 0..4);
    let leaf = prop_oneof![
        4 => inlines().prop_map(Block::Paragraph),
        1 => (any::<u8>(), inlines()).prop_map(|(level, text)| Block::Heading { level, text }),
        1 => (inlines(), text(), text()).prop_map(|(caption, alt, credit)| {
            Block::Figure { image: Image { src: "/x".to_owned(), alt }, caption, credit }
        }),
        1 => (text(), text()).prop_map(|(language, text)| Block::Code { language, text }),
        1 => (row(), vec(row(), 0..3), text()).prop_map(|(head, rows, caption)| Block::Table { head, rows, caption }),
        1 => Just(Block::Rule),
        1 => Just(Block::Cut),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let items = vec(vec(inner.clone(), 0..3), 0..3);
        prop_oneof![
            vec(inner, 0..4).prop_map(Block::Quote),
            (any::<bool>(), any::<Option<u32>>(), items).prop_map(|(ordered, start, items)| {
                Block::List {
                    ordered,
                    start,
                    items,
                }
            }),
        ]
    })
}

fn document() -> impl Strategy<Value = Document> {
    vec(block(), 0..6).prop_map(|blocks| Document { blocks })
}

const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<a href='/x'>",
    "<a href='javascript:1'>",
    "</a>",
    "<ul>",
    "</ul>",
    "<ol start=3>",
    "</ol>",
    "<li>",
    "</li>",
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "<th colspan=2>",
    "<td rowspan=3>",
    "</tr>",
    "<caption>",
    "<blockquote>",
    "</blockquote>",
    "<h1>",
    "</h1>",
    "<h5>",
    "<pre>",
    "</pre>",
    "<code class=language-x>",
    "</code>",
    "<figure>",
    "</figure>",
    "<figcaption>",
    "</figcaption>",
    "<img src=/a>",
    "<div class=wp-caption>",
    "<p class=wp-caption-text>",
    "<span class=credit>",
    "</span>",
    "<svg>",
    "</svg>",
    "<math>",
    "<mtext>",
    "<style>",
    "</style>",
    "<script>",
    "</script>",
    "<template>",
    "<select>",
    "<option>",
    "<form>",
    "<input>",
    "</form>",
    "<noscript>",
    "</noscript>",
    "<iframe src=//a.b>",
    "</iframe>",
    "<br>",
    "<hr>",
    "<dl>",
    "<dt>",
    "<dd>",
    "[caption]",
    "[/caption]",
    "[gallery ids=1]",
    "[sic]",
    "<!-- wp:x -->",
    "<!-- /wp:x -->",
    "<!--",
    "-->",
    "\n",
    "\n\n",
    " ",
    "word",
    "año",
    "&lt;",
    "&nbsp;",
    "\u{0}",
    "**",
    "_",
    "`",
    "```\n",
    "> ",
    "- ",
    "1. ",
    "|a|b|\n|-|-|\n",
    "[x](",
    ")",
    "![a](/b \"c | d\")",
    "https://e.com",
    "~~",
    "# ",
    "<textarea>",
    "<title>",
    "<plaintext>",
    "<nobr>",
    "<body>",
    "</body>",
    "</html>",
    "<html>",
    "<frameset>",
    "<button>",
    "</button>",
    "<object>",
    "</object>",
    "<ruby>",
    "<rt>",
];

/// Source made of pieces that readers take for something.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(PIECES);
    vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

fn words(blocks: &[Block]) -> Vec<String> {
    Document::plain_text(blocks)
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

/// What every reader's document must be.
fn assert_sound(doc: &Document, source: &str) {
    assert_safe(&html_of(&doc.blocks), source);
    let mut again = doc.clone();
    again.tidy();
    assert_eq!(&again, doc, "tidy already: {source:?}");
    assert_eq!(
        Document::from_json(&doc.to_json()).as_ref(),
        Ok(doc),
        "{source:?}"
    );
}

/// Few cases, because a build for tests is slow; `PROPTEST_CASES=5000` for a thorough look.
fn config() -> ProptestConfig {
    let thorough = std::env::var_os("PROPTEST_CASES").is_some();
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if thorough {
        config
    } else {
        ProptestConfig {
            cases: 150,
            ..config
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_document_is_stored_and_read_as_it_is(mut doc in document()) {
        let stored = doc.to_json();
        doc.tidy();
        assert_sound(&doc, "");
        let read = Document::from_json(&stored).expect("what is written can be read");
        prop_assert_eq!(&read, &doc);
        prop_assert_eq!(read.to_json(), stored);
    }

    #[test]
    fn html_says_what_the_document_says(mut doc in document()) {
        // Brackets are more than text in an export.
        strip_brackets(&mut doc.blocks);
        doc.tidy();
        let html = html_of(&doc.blocks);
        let (again, _) = Document::from_html(&html);
        prop_assert_eq!(words(&again.blocks), words(&doc.blocks), "{}", html);
    }

    #[test]
    fn any_text_is_read_as_html_and_as_markdown(source in any::<String>()) {
        assert_sound(&Document::from_html(&source).0, &source);
        assert_sound(&Document::from_markdown(&source).0, &source);
    }

    #[test]
    fn any_bytes_are_read(bytes in vec(any::<u8>(), 0..200)) {
        let source = String::from_utf8_lossy(&bytes);
        assert_sound(&Document::from_html(&source).0, &source);
        assert_sound(&Document::from_markdown(&source).0, &source);
        let _ = Document::from_json(&source);
    }

    #[test]
    fn any_soup_is_read(source in soup()) {
        assert_sound(&Document::from_html(&source).0, &source);
        assert_sound(&Document::from_markdown(&source).0, &source);
    }

    /// The promise the paper sells: nothing behind the cut is in the free part, however broken the HTML is.
    #[test]
    fn nothing_after_the_cut_is_free(before in soup(), after in soup(), mark in 0..2_usize) {
        let mark = ["<!--more-->", "<!--members-only-->"][mark];
        let source = format!("{before}{mark}{after}CANARY");
        // Where the mark is not a comment but text, code or a part of a link, there is no cut.
        let hides = ["<!--", "<script", "<style", "<textarea", "<title", "<plaintext", "<iframe", "<template", "`", "~~~", "](" ];
        let hidden = hides.iter().any(|hide| before.contains(hide));
        for (doc, _) in [Document::from_html(&source), Document::from_markdown(&source)] {
            let has_cut = doc.blocks.contains(&Block::Cut);
            let free = html_of(doc.free_part());
            prop_assert!(!has_cut || !free.contains("CANARY"), "{:?} gave {:?}", source, free);
            prop_assert!(has_cut || hidden, "no cut from {:?}", source);
        }
    }
}

fn strip_brackets(blocks: &mut [Block]) {
    let plain = |text: &mut String| text.retain(|c| !matches!(c, '[' | ']'));
    for block in blocks {
        match block {
            Block::Paragraph(text) | Block::Heading { text, .. } => strip_inline(text),
            Block::Figure { caption, .. } => strip_inline(caption),
            Block::Quote(inner) => strip_brackets(inner),
            Block::List { items, .. } => items.iter_mut().for_each(|item| strip_brackets(item)),
            Block::Code { text, .. } => plain(text),
            Block::Table {
                head,
                rows,
                caption,
            } => {
                plain(caption);
                head.iter_mut()
                    .chain(rows.iter_mut().flatten())
                    .for_each(|cell| strip_inline(cell));
            }
            Block::Rule | Block::Cut => {}
        }
    }
}

fn strip_inline(inlines: &mut [Inline]) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => text.retain(|c| !matches!(c, '[' | ']')),
            Inline::Strong(inner) | Inline::Em(inner) | Inline::Sub(inner) | Inline::Sup(inner) => {
                strip_inline(inner)
            }
            Inline::Strike(inner)
            | Inline::Link {
                children: inner, ..
            } => strip_inline(inner),
            Inline::Break | Inline::Anchor(_) => {}
        }
    }
}
