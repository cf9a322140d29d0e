//! To HTML: what the application's part changes. What blocks look like is in the tables of the readers' tests.

mod common;

use markup::{Block, Document, Href, Html, Image, ImageTag, Inline, render};

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

fn html<'a>(image: &'a dyn Fn(&Image) -> Option<ImageTag>) -> Html<'a> {
    Html {
        image,
        first_id: 1,
        own_host: "gaceta.example:8080",
        table_label: "Tabla",
    }
}

fn figure(caption: &str, credit: &str) -> Block {
    let image = Image {
        src: "fotos/1.jpg".to_owned(),
        alt: "Un \"barco\" & más".to_owned(),
    };
    let caption = if caption.is_empty() {
        vec![]
    } else {
        vec![text(caption)]
    };
    Block::Figure {
        image,
        caption,
        credit: credit.to_owned(),
    }
}

#[test]
fn ids_go_on_in_the_paid_part() {
    let (doc, _) = Document::from_markdown(
        "# A\n\nb\n\n- c\n\n> d\n\n<!--more-->\n\ne\n\n---\n\n```\nf\n```\n\n|g|\n|-|\n|h|",
    );
    let none = |_: &Image| None;
    let free = render(doc.free_part(), &html(&none));
    let first_id = doc.free_part().len() + 1;
    let paid = render(
        doc.paid_part(),
        &Html {
            first_id,
            ..html(&none)
        },
    );
    let whole = render(&doc.blocks, &html(&none));
    assert_eq!(format!("{free}{paid}"), whole, "the cut takes no number");
    for id in 1..=8 {
        assert_eq!(
            whole.matches(&format!(" id=\"p-{id}\"")).count(),
            1,
            "{id} in {whole}"
        );
    }
    assert_eq!(
        whole.matches(" id=").count(),
        8,
        "only top-level blocks: {whole}"
    );
}

#[test]
fn a_picture_is_the_applications_file() {
    let known = |image: &Image| {
        assert_eq!(image.src, "fotos/1.jpg");
        Some(ImageTag {
            src: "/media/1-800.jpg".to_owned(),
            srcset: "/media/1-400.jpg 400w, /media/1-800.jpg 800w".to_owned(),
            sizes: "(max-width: 46rem) 100vw, 46rem".to_owned(),
            width: 800,
            height: 600,
        })
    };
    assert_eq!(
        render(&[figure("El puerto", "Ana / EFE")], &html(&known)),
        "<figure id=\"p-1\"><img src=\"/media/1-800.jpg\" srcset=\"/media/1-400.jpg 400w, /media/1-800.jpg 800w\" \
         sizes=\"(max-width: 46rem) 100vw, 46rem\" width=\"800\" height=\"600\" alt=\"Un &quot;barco&quot; &amp; más\" \
         loading=\"lazy\" decoding=\"async\"><figcaption>El puerto <span class=\"credit\">Ana / EFE</span></figcaption>\
         </figure>\n"
    );
    assert!(!render(&[figure("", "")], &html(&known)).contains("figcaption"));
    assert!(
        render(&[figure("", "AP")], &html(&known))
            .contains("<figcaption><span class=\"credit\">AP</span></figcaption>")
    );
}

#[test]
fn of_an_unknown_picture_nothing_is_shown() {
    let none = |_: &Image| None;
    let blocks = [
        figure("El puerto", "EFE"),
        figure("", "EFE"),
        Block::Paragraph(vec![text("x")]),
    ];
    assert_eq!(render(&blocks, &html(&none)), "<p id=\"p-3\">x</p>\n");
    for src in [
        "javascript:alert(1)",
        "data:image/png;base64,AA",
        "//evil.example/x",
        "x.jpg",
        "",
        "#a",
        "mailto:a@b",
    ] {
        let unsafe_tag = |_: &Image| {
            Some(ImageTag {
                src: src.to_owned(),
                ..ImageTag::default()
            })
        };
        assert_eq!(render(&[figure("c", "")], &html(&unsafe_tag)), "", "{src}");
    }
}

#[test]
fn links_to_other_sites() {
    let none = |_: &Image| None;
    let cases = [
        ("https://e.com/", true),
        ("https://gaceta.example/", true),
        ("https://gaceta.example:8080/x", false),
        ("http://GACETA.example:8080", false),
        ("https://gaceta.example:8080.evil.com/", true),
        ("/x", false),
        ("#p-1", false),
        ("mailto:a@b.es", false),
    ];
    for (address, external) in cases {
        let href = Href::parse(address).expect("allowed");
        let block = Block::Paragraph(vec![Inline::Link {
            href,
            children: vec![text("x")],
        }]);
        let out = render(&[block], &html(&none));
        assert_eq!(out.contains(" rel=\"noopener\""), external, "{out}");
    }
}

#[test]
fn tables_have_a_name() {
    let none = |_: &Image| None;
    let table = |caption: &str| Block::Table {
        head: vec![vec![text("A")], vec![]],
        rows: vec![vec![vec![text("1")], vec![text("2")]]],
        caption: caption.to_owned(),
    };
    assert_eq!(
        render(&[table("")], &html(&none)),
        "<div id=\"p-1\" class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Tabla\"><table><thead><tr>\
         <th scope=\"col\">A</th><td></td></tr></thead><tbody><tr><td>1</td><td>2</td></tr>\n</tbody></table></div>\n"
    );
    let named = render(&[table("Votos & escaños")], &html(&none));
    assert!(
        named.contains(
            " aria-label=\"Votos &amp; escaños\"><table><caption>Votos &amp; escaños</caption>"
        ),
        "{named}"
    );
}

#[test]
fn a_document_built_by_hand_is_safe_too() {
    let evil = "\"><script>alert(1)</script>";
    let blocks = [
        Block::Heading {
            level: 77,
            text: vec![
                Inline::Strong(vec![text(evil)]),
                Inline::Code(evil.to_owned()),
            ],
        },
        Block::Code {
            language: evil.to_owned(),
            text: evil.to_owned(),
        },
        Block::Table {
            head: vec![vec![text(evil)]],
            rows: vec![vec![]],
            caption: evil.to_owned(),
        },
        figure(evil, evil),
        Block::Quote(vec![
            Block::Cut,
            Block::List {
                ordered: true,
                start: Some(u32::MAX),
                items: vec![vec![]],
            },
        ]),
    ];
    let out = common::html_of(&blocks);
    common::assert_safe(&out, "a document built by hand");
    let known = |_: &Image| {
        Some(ImageTag {
            src: "/\"><script>".to_owned(),
            srcset: evil.to_owned(),
            sizes: evil.to_owned(),
            width: 1,
            height: 1,
        })
    };
    common::assert_safe(
        &render(&blocks, &html(&known)),
        "an application that does not escape",
    );
}

#[test]
#[should_panic(expected = "script")]
fn the_check_of_these_tests_finds_a_script() {
    common::assert_safe("<p>x</p><script>1</script>", "");
}

#[test]
#[should_panic(expected = "onclick")]
fn the_check_of_these_tests_finds_a_handler() {
    common::assert_safe("<p onclick=x>x</p>", "");
}

#[test]
#[should_panic(expected = "address")]
fn the_check_of_these_tests_finds_an_address() {
    common::assert_safe("<a href=' jAva\nscript:x'>x</a>", "");
}
