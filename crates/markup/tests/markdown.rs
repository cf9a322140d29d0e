//! From Markdown, case by case.

mod common;

use common::short;
use markup::{Document, Note};

const MARKDOWN: &[(&str, &str)] = &[
    ("", ""),
    (
        "Hola, *mundo* **sí** ~~no~~ `x<y`",
        "<p>Hola, <em>mundo</em> <strong>sí</strong> <s>no</s> <code>x&lt;y</code></p>",
    ),
    ("a\nb  \nc\\\nd", "<p>a b<br>c<br>d</p>"),
    (
        "# 1\n## 2\n### 3\n#### 4\n##### 5\n###### 6",
        "<h2>1</h2><h2>2</h2><h3>3</h3><h4>4</h4><h4>5</h4><h4>6</h4>",
    ),
    (
        "- a\n- b\n  - c",
        "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>",
    ),
    (
        "- a\n\n  b\n- c",
        "<ul><li><p>a</p><p>b</p></li><li>c</li></ul>",
    ),
    ("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>"),
    (
        "> a\n>\n> > b",
        "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>",
    ),
    (
        "```rust\nlet x = \"<b>\";\n```",
        "<pre><code class=\"language-rust\">let x = &quot;&lt;b&gt;&quot;;</code></pre>",
    ),
    ("    code\n", "<pre><code>code</code></pre>"),
    ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
    (
        "[a](/x \"title\") [b](javascript:x)",
        "<p><a href=\"/x\">a</a> b</p>",
    ),
    (
        "https://e.com/a?b=c.",
        "<p><a href=\"https://e.com/a?b=c\" rel=\"noopener\">https://e.com/a?b=c</a>.</p>",
    ),
    (
        "<https://e.com> [sic] [gallery]",
        "<p><a href=\"https://e.com\" rel=\"noopener\">https://e.com</a> [sic] [gallery]</p>",
    ),
    (
        "|A|B|\n|:-|-:|\n|1|*2*|",
        "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Table\"><table><thead><tr><th scope=\"col\">A</th>\
             <th scope=\"col\">B</th></tr></thead><tbody><tr><td>1</td><td><em>2</em></td></tr></tbody></table></div>",
    ),
    (
        "H<sub>2</sub>O &amp; &copy;",
        "<p>H<sub>2</sub>O &amp; ©</p>",
    ),
    ("«No», dijo… “x” --", "<p>«No», dijo… “x” --</p>"),
];

#[test]
fn markdown() {
    for (source, expected) in MARKDOWN {
        assert_eq!(
            &short(&Document::from_markdown(source).0),
            expected,
            "from {source:?}"
        );
    }
}

#[test]
fn pictures() {
    let figure = |alt: &str, caption: &str| {
        format!("<figure><img src=\"p.jpg\" alt=\"{alt}\">{caption}</figure>")
            .replace("p.jpg", "/p.jpg")
    };
    let cases = [
        ("![A boat](/p.jpg)", figure("A boat", "")),
        (
            "![A](/p.jpg \"The harbour\")",
            figure("A", "<figcaption>The harbour</figcaption>"),
        ),
        (
            "![A](/p.jpg \"The harbour | Ana Ruiz / EFE\")",
            figure(
                "A",
                "<figcaption>The harbour <span class=\"credit\">Ana Ruiz / EFE</span></figcaption>",
            ),
        ),
        (
            "![A](/p.jpg '| EFE')",
            figure(
                "A",
                "<figcaption><span class=\"credit\">EFE</span></figcaption>",
            ),
        ),
        (
            "a ![A](/p.jpg) b",
            format!("<p>a</p>{}<p>b</p>", figure("A", "")),
        ),
        (
            "- ![A](/p.jpg)\n- b",
            format!("<ul><li>{}</li><li>b</li></ul>", figure("A", "")),
        ),
    ];
    for (source, expected) in cases {
        assert_eq!(
            short(&Document::from_markdown(source).0),
            expected,
            "from {source:?}"
        );
    }
    let (doc, _) = Document::from_markdown("![A](fotos/a%20b.jpg)");
    assert_eq!(doc.images()[0].src, "fotos/a b.jpg");
}

#[test]
fn the_cut() {
    let cases = [
        ("a\n\n<!--more-->\n\nb", "<p>a</p>[cut]<p>b</p>"),
        ("a\n\n<!--members-only-->\nb", "<p>a</p>[cut]<p>b</p>"),
        ("a <!-- more --> b", "<p>a</p>[cut]<p>b</p>"),
        (
            "- a\n- b\n\n  <!--more-->\n\n  c",
            "<ul><li>a</li><li>b</li></ul>[cut]<ul><li>c</li></ul>",
        ),
        ("`<!--more-->`", "<p><code>&lt;!--more--&gt;</code></p>"),
        (
            "```\n<!--more-->\n```",
            "<pre><code>&lt;!--more--&gt;</code></pre>",
        ),
    ];
    for (source, expected) in cases {
        assert_eq!(
            short(&Document::from_markdown(source).0),
            expected,
            "from {source:?}"
        );
    }
}

#[test]
fn html_in_it() {
    let cases = [
        ("<div>\n\n*a*\n\n</div>", "<p><em>a</em></p>"),
        (
            "<figure><img src=/p.jpg><figcaption>C</figcaption></figure>",
            "<figure><img src=\"/p.jpg\" alt=\"\"><figcaption>C</figcaption></figure>",
        ),
        ("a <script>x</script> b", "<p>a b</p>"),
        // Somebody writes about HTML and forgets the backticks: the rest of the article must not be lost.
        ("The <title> tag.\n\nMore.", "<p>The tag.</p><p>More.</p>"),
    ];
    for (source, expected) in cases {
        assert_eq!(
            short(&Document::from_markdown(source).0),
            expected,
            "from {source:?}"
        );
    }
    let (doc, notes) = Document::from_markdown("<iframe src=\"https://v.com/1\"></iframe>\n\nx");
    assert_eq!(doc.words(), 2);
    assert_eq!(notes, [Note::EmbedAsLink("https://v.com/1".to_owned())]);
}

#[test]
fn what_is_hard_on_parsers() {
    for (piece, times) in [
        (">", 3_000),
        ("- ", 3_000),
        ("[", 3_000),
        ("*a **a ", 1_000),
        ("[a](<b", 1_000),
        ("`", 3_001),
        ("<a ", 3_000),
    ] {
        let source = piece.repeat(times);
        let (doc, _) = Document::from_markdown(&source);
        common::assert_safe(&common::html_of(&doc.blocks), piece);
        assert_eq!(Document::from_json(&doc.to_json()).as_ref(), Ok(&doc));
    }
}

#[test]
fn notes_tasks_terms_and_named_headings_are_read() {
    let (doc, notes) = Document::from_markdown(include_str!("files/footnotes.md"));
    let html = short(&doc);
    for part in [
        "<p>The port lost money<span id=\"fnref-1\"></span><sup><a href=\"#fn-1\">1</a></sup>, says the audit",
        "<li>\u{2610} open task</li><li>\u{2611} done task</li>",
        "<p><strong>Term</strong></p><p>Definition of it</p>",
        "<h2><span id=\"money\"></span>Heading with an id</h2>",
        "See <a href=\"#money\">money</a>.",
        "<a href=\"https://www.youtube.com/watch?v=AbCdEfGhIjK\" rel=\"noopener\">",
        "<li><span id=\"fn-2\"></span>The audit was paid for by the port itself. <a href=\"#fnref-2\">\u{21a9}</a></li>",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    assert_eq!(notes, [Note::ForeignMarkup("{% include ad.html %}".into())]);
    assert!(!html.contains('{'), "{html}");
}

#[test]
fn mark_up_of_other_tools_is_left_alone_in_code() {
    let text =
        "`{{ x }}` a {{< ref \"b\" >}}c\n\n```\n{% if %}\n```\n\n    {{ y }}\n\n{: .lead}\nd\n";
    let (doc, notes) = Document::from_markdown(text);
    assert_eq!(
        short(&doc),
        "<p><code>{{ x }}</code> a c</p><pre><code>{% if %}</code></pre><pre><code>{{ y }}</code></pre><p>d</p>"
    );
    assert_eq!(notes.len(), 2, "{notes:?}");
}

#[test]
fn a_link_to_a_heading_leads_there_and_other_headings_have_no_name() {
    let (doc, _) = Document::from_markdown(
        "[cost](#the-cost)\n\n## The cost\n\n## The wall {#wall}\n\n[w](#wall)",
    );
    assert_eq!(
        short(&doc),
        "<p><a href=\"#the-cost\">cost</a></p><h2><span id=\"the-cost\"></span>The cost</h2>\
         <h2><span id=\"in-wall\"></span>The wall</h2><p><a href=\"#in-wall\">w</a></p>"
    );
    assert_eq!(Document::from_json(&doc.to_json()).unwrap(), doc);
    assert!(!short(&Document::from_markdown("## Alone").0).contains("id="));
}

#[test]
fn names_of_pictures_beside_the_text_are_as_they_were_written() {
    for (text, name) in [
        ("![](se\u{f1}al.png)", "se\u{f1}al.png"),
        ("![](<plan of it.png>)", "plan of it.png"),
        ("![](plan%20of%20it.png)", "plan of it.png"),
        (
            "![](https://a.example/a%20b.png)",
            "https://a.example/a%20b.png",
        ),
        ("![](100%.png)", "100%.png"),
    ] {
        assert_eq!(Document::from_markdown(text).0.images()[0].src, name);
    }
}
