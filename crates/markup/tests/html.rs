//! From HTML, case by case: source on the left, what is kept on the right (`[cut]` is where the free part ends).

mod common;

use common::short;
use markup::{Block, Document, Note};

fn check(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        let (doc, _) = Document::from_html(source);
        assert_eq!(&short(&doc), expected, "from {source:?}");
    }
}

fn notes(source: &str) -> Vec<String> {
    Document::from_html(source)
        .1
        .iter()
        .map(Note::to_string)
        .collect()
}

#[test]
fn running_text() {
    check(&[
        ("", ""),
        (" \n\u{a0} ", ""),
        ("text", "<p>text</p>"),
        ("<p>a</p><p></p><p>&nbsp;</p><p>b</p>", "<p>a</p><p>b</p>"),
        (
            "<div>a<div>b</div>c</div>d",
            "<p>a</p><p>b</p><p>c</p><p>d</p>",
        ),
        ("<p> a\n\t b </p>", "<p>a b</p>"),
        ("<p>a&nbsp;b&nbsp;</p>", "<p>a\u{a0}b</p>"),
        ("<p>a<b> b </b> c</p>", "<p>a<strong> b </strong>c</p>"),
        ("<p>a<br> b<br></p>", "<p>a<br>b</p>"),
        ("<p><br>a<br><br>b</p>", "<p>a</p><p>b</p>"),
        (
            "<p>&lt;b&gt; &amp; &quot;</p>",
            "<p>&lt;b&gt; &amp; &quot;</p>",
        ),
        ("a<hr>b", "<p>a</p><hr><p>b</p>"),
        ("<p><q>Sí</q></p>", "<p>“Sí”</p>"),
        (
            "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>",
            "<p>漢(かん)</p>",
        ),
        (
            "<o:p>Word</o:p> <custom-tag>x</custom-tag>",
            "<p>Word x</p>",
        ),
        (
            "<p>&#x1F1EA;&#x1F1F8; niño cafe\u{301} 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿</p>",
            "<p>🇪🇸 niño cafe\u{301} 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿</p>",
        ),
        (
            "<p>a\u{200b}b\u{202e}c\u{7}d\u{feff}e\u{e0041}f</p>",
            "<p>abcdef</p>",
        ),
    ]);
}

#[test]
fn marks() {
    check(&[
        (
            "<b>a</b> <strong>b</strong>",
            "<p><strong>a</strong> <strong>b</strong></p>",
        ),
        ("<i>a</i><em>b</em><cite>c</cite>", "<p><em>abc</em></p>"),
        (
            "<b><i>a</i></b><i><b>b</b></i>",
            "<p><strong><em>a</em></strong><em><strong>b</strong></em></p>",
        ),
        ("<b>a<b>b</b></b>", "<p><strong>ab</strong></p>"),
        (
            "<b>a<i>b</b>c</i>",
            "<p><strong>a<em>b</em></strong><em>c</em></p>",
        ),
        (
            "<del>a</del><s>b</s><strike>c</strike>",
            "<p><s>abc</s></p>",
        ),
        (
            "H<sub>2</sub>O m<sup>2</sup>",
            "<p>H<sub>2</sub>O m<sup>2</sup></p>",
        ),
        (
            "<u>a</u><mark>b</mark><span style='color:red'>c</span><font>d</font>",
            "<p>abcd</p>",
        ),
        (
            "<code>a  <b>b</b></code><kbd>c</kbd>",
            "<p><code>a </code><strong><code>b</code></strong><code>c</code></p>",
        ),
        (
            "<b><p>a</p><p>b</p></b>",
            "<p><strong>a</strong></p><p><strong>b</strong></p>",
        ),
    ]);
}

#[test]
fn links() {
    check(&[
        (
            "<a href='https://e.com'>a</a>",
            "<p><a href=\"https://e.com\" rel=\"noopener\">a</a></p>",
        ),
        (
            "<a href='https://OWN.example/x'>a</a>",
            "<p><a href=\"https://OWN.example/x\">a</a></p>",
        ),
        (
            "<a href='/x' target=_blank onclick=x>a</a>",
            "<p><a href=\"/x\">a</a></p>",
        ),
        ("<a href='x.html'>a</a>", "<p>a</p>"),
        (
            "<a name=x>a</a><a href='#n'>b</a>",
            "<p><span id=\"x\"></span>a<a href=\"#n\">b</a></p>",
        ),
        (
            "<a href='/x'><div>a</div><p>b</p></a>",
            "<p><a href=\"/x\">a</a></p><p><a href=\"/x\">b</a></p>",
        ),
        (
            "<a href='/x'>a <a href='/y'>b</a></a>",
            "<p><a href=\"/x\">a </a><a href=\"/y\">b</a></p>",
        ),
        ("a<a href='/x'> </a>b<a href='/y'></a>", "<p>a b</p>"),
        (
            "<a href='mailto:a@b.es'>a</a>",
            "<p><a href=\"mailto:a@b.es\">a</a></p>",
        ),
        (
            "<p>https://e.com/x</p>",
            "<p><a href=\"https://e.com/x\" rel=\"noopener\">https://e.com/x</a></p>",
        ),
        ("<p>see https://e.com/x</p>", "<p>see https://e.com/x</p>"),
    ]);
}

const BLOCKS: &[(&str, &str)] = &[
    (
        "<h1>1</h1><h2>2</h2><h3>3</h3><h4>4</h4><h5>5</h5><h6>6</h6>",
        "<h2>1</h2><h2>2</h2><h3>3</h3><h4>4</h4><h4>5</h4><h4>6</h4>",
    ),
    ("<h2>a<p>b</p></h2>c", "<h2>a</h2><h2>b</h2><p>c</p>"),
    (
        "<h2><img src=/a> t</h2>",
        "<figure><img src=\"/a\" alt=\"\"></figure><h2>t</h2>",
    ),
    ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
    (
        "<ul>\n<li>a</li>\n\n<li></li>\n</ul>",
        "<ul><li>a</li></ul>",
    ),
    (
        "<ol start=3><li>a</ol><ol start=1><li>b</ol>",
        "<ol start=\"3\"><li>a</li></ol><ol><li>b</li></ol>",
    ),
    (
        "<ul><li>a<ul><li>b</ul></ul>",
        "<ul><li>a<ul><li>b</li></ul></li></ul>",
    ),
    (
        "<ul><li>a</li><ul><li>b</li></ul></ul>",
        "<ul><li>a<ul><li>b</li></ul></li></ul>",
    ),
    (
        "<ul><li><p>a</p><p>b</p></ul>",
        "<ul><li><p>a</p><p>b</p></li></ul>",
    ),
    (
        "<ul>x<li>a</ul><li>y",
        "<ul><li>x</li><li>a</li></ul><p>y</p>",
    ),
    ("<ul></ul>", ""),
    (
        "<blockquote>a<p>b</p></blockquote>",
        "<blockquote><p>a</p><p>b</p></blockquote>",
    ),
    (
        "<blockquote>a <cite>B</cite></blockquote>",
        "<blockquote><p>a</p><p><em>B</em></p></blockquote>",
    ),
    (
        "<blockquote>a — <cite>B</cite></blockquote>",
        "<blockquote><p>a — <em>B</em></p></blockquote>",
    ),
    (
        "<pre>\na\n  b &lt;\n</pre>",
        "<pre><code>a  b &lt;</code></pre>",
    ),
    (
        "<pre class='x lang-py'>a</pre>",
        "<pre><code class=\"language-py\">a</code></pre>",
    ),
    (
        "<pre><code class=language-c++>a<br>b</code></pre>",
        "<pre><code class=\"language-c++\">ab</code></pre>",
    ),
    ("<pre class=wp-block-verse>a\nb</pre>", "<p>a<br>b</p>"),
    (
        "<dl><dt>T<dd>d<dd>e</dl>",
        "<p><strong>T</strong></p><p>d</p><p>e</p>",
    ),
    (
        "<details><summary>S</summary>x</details>",
        "<p><strong>S</strong></p><p>x</p>",
    ),
    (
        "<html><head><title>T</title></head><body><article><p>a</p></article></body></html>",
        "<p>a</p>",
    ),
];

#[test]
fn blocks() {
    check(BLOCKS);
    let (doc, _) = Document::from_html("<pre>a\r\n\tb\n\n\n</pre>");
    assert_eq!(
        doc.blocks,
        [Block::Code {
            language: String::new(),
            text: "a\n\tb".to_owned()
        }]
    );
}

const PICTURES: &[(&str, &str)] = &[
    (
        "<img src=/a alt=' x  y '>",
        "<figure><img src=\"/a\" alt=\"x y\"></figure>",
    ),
    (
        "<p>a <img src=/b> c</p>",
        "<p>a</p><figure><img src=\"/b\" alt=\"\"></figure><p>c</p>",
    ),
    (
        "<p><a href=/a.jpg><img src=/a></a></p>",
        "<figure><img src=\"/a\" alt=\"\"></figure>",
    ),
    (
        "<figure><img src=/a><figcaption>C <b>d</b> <span class=image-credit>AP</span></figcaption></figure>",
        "<figure><img src=\"/a\" alt=\"\"><figcaption>C <strong>d</strong> <span class=\"credit\">AP</span>\
             </figcaption></figure>",
    ),
    (
        "<figure><a href=/x><img src=/a></a><figcaption><a href=/y>C</a></figcaption></figure>",
        "<figure><img src=\"/a\" alt=\"\"><figcaption><a href=\"/y\">C</a></figcaption></figure>",
    ),
    (
        "<div class=wp-caption><img src=/a><p class=wp-caption-text>C</p></div>",
        "<figure><img src=\"/a\" alt=\"\"><figcaption>C</figcaption></figure>",
    ),
    (
        "<figure class=wp-block-gallery><figure><img src=/a><figcaption>A</figcaption></figure>\
             <figure><img src=/b></figure><figcaption>Both</figcaption></figure>",
        "<figure><img src=\"/a\" alt=\"\"><figcaption>A</figcaption></figure>\
             <figure><img src=\"/b\" alt=\"\"><figcaption>Both</figcaption></figure>",
    ),
    (
        "<figure><ul><li><figure><img src=/a></figure></li>\n<li><figure><img src=/b></figure></li></ul></figure>",
        "<figure><img src=\"/a\" alt=\"\"></figure><figure><img src=\"/b\" alt=\"\"></figure>",
    ),
    (
        "<dl class=gallery-item><dt><img src=/a><dd class='wp-caption-text gallery-caption'>C</dl>",
        "<figure><img src=\"/a\" alt=\"\"><figcaption>C</figcaption></figure>",
    ),
    (
        "<div class=kg-gallery-container><div class=kg-gallery-row><img src=/a><img src=/b></div></div>",
        "<figure><img src=\"/a\" alt=\"\"></figure><figure><img src=\"/b\" alt=\"\"></figure>",
    ),
    (
        "<img src='data:image/gif;base64,R0' data-src=/a><noscript><img src=/a></noscript>",
        "<figure><img src=\"/a\" alt=\"\"></figure>",
    ),
    (
        "<noscript><img src=/a></noscript>",
        "<figure><img src=\"/a\" alt=\"\"></figure>",
    ),
    (
        "<picture><source srcset=/b><img src=/a></picture>",
        "<figure><img src=\"/a\" alt=\"\"></figure>",
    ),
    ("ok <img class=wp-smiley src=/s alt='🙂'>", "<p>ok 🙂</p>"),
    ("<img src=/t width=1 height=1>", ""),
    ("<img>", ""),
    ("<figure><figcaption>C</figcaption></figure>", "<p>C</p>"),
];

#[test]
fn pictures() {
    check(PICTURES);
}

#[test]
fn tables() {
    let table = |inner: &str| {
        format!(
            "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Table\"><table>{inner}</table></div>"
        )
    };
    let cases = [
        (
            "<table><tr><th>A<th>B<tr><td>1<td>2</table>",
            "<thead><tr><th scope=\"col\">A</th><th scope=\"col\">B</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody>",
        ),
        (
            "<table><tfoot><tr><td>f<td></tfoot><tbody><tr><td>1<td>2</tbody></table>",
            "<tbody><tr><td>1</td><td>2</td></tr><tr><td>f</td><td></td></tr></tbody>",
        ),
        (
            "<table><tr><td colspan=2>a<td>b<tr><td rowspan=2>c<td>d<tr><td>e<td>f</table>",
            "<tbody><tr><td>a</td><td></td><td>b</td></tr><tr><td>c</td><td>d</td><td></td></tr>\
             <tr><td></td><td>e</td><td>f</td></tr></tbody>",
        ),
        (
            "<table><tr><td><p>a</p><ul><li>b<li>c</ul><td>d<pre>e\nf</pre></table>",
            "<tbody><tr><td>a<br>b<br>c</td><td>d<br><code>e</code><br><code>f</code></td></tr></tbody>",
        ),
    ];
    for (source, inner) in cases {
        assert_eq!(
            short(&Document::from_html(source).0),
            table(inner),
            "from {source:?}"
        );
    }
}

#[test]
fn captions_of_tables_and_tables_that_are_none() {
    check(&[
        (
            "<figure><table><caption>T</caption><tr><td>1<td>2</table></figure>",
            "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"T\"><table><caption>T</caption>\
             <tbody><tr><td>1</td><td>2</td></tr></tbody></table></div>",
        ),
        (
            "<figure><table><tr><td>1<td>2</table><figcaption>Q &amp; <b>A</b></figcaption></figure>",
            "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Q &amp; A\"><table><caption>Q &amp; A</caption>\
             <tbody><tr><td>1</td><td>2</td></tr></tbody></table></div>",
        ),
        // Tables that only place things
        (
            "<table><tr><td><p>a</p><p>b</p></table>",
            "<p>a</p><p>b</p>",
        ),
        (
            "<table><tr><td>a<td><table><tr><td>b</table></table>",
            "<p>a</p><p>b</p>",
        ),
        ("<table></table>", ""),
    ]);
    let (doc, notes) = Document::from_html("<table><tr><td>a<img src=/x><td>b</table>");
    assert!(matches!(
        doc.blocks[..],
        [Block::Table { .. }, Block::Figure { .. }]
    ));
    assert!(notes.is_empty());
    assert_eq!(
        notes_of("<table><tr><td colspan=9999999>a<td>b</table>"),
        [Note::MergedCells]
    );
}

fn notes_of(source: &str) -> Vec<Note> {
    Document::from_html(source).1
}

const THE_CUT: &[(&str, &str)] = &[
    ("a<!--more-->b", "<p>a</p>[cut]<p>b</p>"),
    ("<p>a</p><!--more Read on-->b", "<p>a</p>[cut]<p>b</p>"),
    (
        "<p>a</p><!--members-only--><p>b</p>",
        "<p>a</p>[cut]<p>b</p>",
    ),
    (
        "<!-- wp:more --><!--more--><!-- /wp:more -->b",
        "[cut]<p>b</p>",
    ),
    ("a<!--moreover--><!-- x --><!--nextpage-->b", "<p>ab</p>"),
    (
        "<p><b>a <!--more--> b</b></p>",
        "<p><strong>a</strong></p>[cut]<p><strong>b</strong></p>",
    ),
    ("<h2>a<!--more-->b</h2>", "<h2>a</h2>[cut]<h2>b</h2>"),
    (
        "<blockquote><blockquote>a<!--more-->b</blockquote>c</blockquote>",
        "<blockquote><blockquote><p>a</p></blockquote></blockquote>[cut]\
             <blockquote><blockquote><p>b</p></blockquote><p>c</p></blockquote>",
    ),
    (
        "<ol><li>a<!--more-->b<li>c</ol>",
        "<ol><li>a</li></ol>[cut]<ol><li>b</li><li>c</li></ol>",
    ),
    (
        "<ol><li>a<li>b<!--more-->c</ol>",
        "<ol><li>a</li><li>b</li></ol>[cut]<ol start=\"2\"><li>c</li></ol>",
    ),
    (
        "<ol><li>a</li><!--more--><li>b</ol>",
        "<ol><li>a</li></ol>[cut]<ol start=\"2\"><li>b</li></ol>",
    ),
    (
        "<ol><li>a<!--more--></li><li>b</ol>",
        "<ol><li>a</li></ol>[cut]<ol start=\"2\"><li>b</li></ol>",
    ),
    (
        "<ol><li><!--more-->a</li><li>b</ol>",
        "[cut]<ol><li>a</li><li>b</li></ol>",
    ),
    ("a<form><!--more--><input></form>b", "<p>a</p>[cut]<p>b</p>"),
    ("a<svg><!--more--></svg>b", "<p>a</p>[cut]<p>b</p>"),
    // What cannot be split is not free
    (
        "a<table><tr><td>1<td>2<!--more--></table>",
        "<p>a</p>[cut]<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Table\"><table>\
             <tbody><tr><td>1</td><td>2</td></tr></tbody></table></div>",
    ),
    (
        "<figure><img src=/a><figcaption>a<!--more-->b</figcaption></figure>",
        "[cut]<figure><img src=\"/a\" alt=\"\"><figcaption>a<br>b</figcaption></figure>",
    ),
    (
        "<figure><img src=/a><figcaption><ol><li>a<!--more-->b</ol></figcaption></figure>",
        "[cut]<figure><img src=\"/a\" alt=\"\"><figcaption>a<br>b</figcaption></figure>",
    ),
    (
        "<pre>a<!--more-->b</pre>",
        "[cut]<pre><code>ab</code></pre>",
    ),
    // Text that browsers move before a table stays behind the cut in it
    (
        "<table><tr><td>1<td>2</tr><!--more-->paid</table>",
        "[cut]<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Table\"><table>\
             <tbody><tr><td>1</td><td>2</td></tr></tbody></table></div><p>paid</p>",
    ),
];

#[test]
fn the_cut_wherever_it_is() {
    check(THE_CUT);
    assert_eq!(
        short(&Document::from_html("a<!--more-->b<!--more-->c<!--members-only-->d").0),
        "<p>a</p>[cut]<p>b</p><p>c</p><p>d</p>"
    );
    assert_eq!(notes_of("a<!--more-->b<!--more-->c"), [Note::SecondCut]);
}

#[test]
fn what_is_left_out_is_said() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "a<script>x</script><script>y</script><style>z</style>",
            "<p>a</p>",
            &["left out: script (2)", "left out: style (1)"],
        ),
        (
            "<form><label>Mail</label><input></form>",
            "",
            &["left out: form (1)"],
        ),
        (
            "<svg><text>x</text></svg><math><mi>y</mi></math>",
            "",
            &["left out: svg (1)", "left out: math (1)"],
        ),
        (
            "<template>x</template><button>y</button>",
            "",
            &["left out: template (1)", "left out: button (1)"],
        ),
        (
            "<a href='/story'><img src=/a></a>",
            "<figure><img src=\"/a\" alt=\"\"></figure>",
            &["link around a picture left out: \"/story\""],
        ),
        (
            "<!-- wp:latest-posts {\"a\":1} /-->x",
            "<p>x</p>",
            &["left out: wp:latest-posts (1)"],
        ),
        (
            "<figure class=kg-bookmark-card><a class=kg-bookmark-container href='https://e.com/'><div class=kg-bookmark-title>\
             T</div><img src=/i></a></figure>",
            "<p><a href=\"https://e.com/\" rel=\"noopener\">T</a></p>",
            &[],
        ),
    ];
    for (source, expected, said) in cases {
        assert_eq!(
            &short(&Document::from_html(source).0),
            expected,
            "from {source:?}"
        );
        assert_eq!(&notes(source), said, "from {source:?}");
    }
    let page = format!(
        "<form><input>{}</form>",
        "<p>many words of a page in a form</p>".repeat(20)
    );
    let (doc, notes) = Document::from_html(&page);
    assert_eq!(doc.words(), 160);
    assert_eq!(notes[0].to_string(), "left out: form (1)");
}

#[test]
fn frames_and_players_become_links() {
    let link = |to: &str| format!("<p><a href=\"{to}\" rel=\"noopener\">{to}</a></p>");
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "<iframe src='/own'>x</iframe>",
            "",
            &["left out: iframe (1)"],
        ),
        (
            "<iframe src='//v.com/1'></iframe>",
            &link("https://v.com/1"),
            &["embedded content became a link: https://v.com/1"],
        ),
        (
            "<video poster=/p><source src='https://v.com/1.mp4'>no</video>",
            &link("https://v.com/1.mp4"),
            &["embedded content became a link: https://v.com/1.mp4"],
        ),
        (
            "<object data='https://v.com/1'><embed src='https://v.com/2'></object>",
            &link("https://v.com/1"),
            &["embedded content became a link: https://v.com/1"],
        ),
    ];
    for (source, expected, said) in cases {
        assert_eq!(
            &short(&Document::from_html(source).0),
            expected,
            "from {source:?}"
        );
        assert_eq!(&notes(source), said, "from {source:?}");
    }
}

#[test]
fn towers_are_flattened() {
    for open in [
        "<div>",
        "<b>",
        "<blockquote>",
        "<ul><li>",
        "<table><tr><td>",
        "<a href=/x>",
        "<svg>",
        "<font size=1>",
        "<q>",
    ] {
        let source = format!("before{}<p>inside", open.repeat(1_500));
        let (doc, _) = Document::from_html(&source);
        common::assert_safe(&common::html_of(&doc.blocks), open);
        assert_eq!(Document::from_json(&doc.to_json()).as_ref(), Ok(&doc));
        assert!(
            Document::plain_text(&doc.blocks).starts_with("before"),
            "{open}"
        );
    }
}

#[test]
fn a_hundred_thousand_divs_are_no_stack_overflow() {
    let (doc, notes) = Document::from_html(&format!("{}deep", "<div>".repeat(100_000)));
    assert_eq!(short(&doc), "<p>deep</p>");
    assert_eq!(notes, [Note::TooDeep]);
}

#[test]
fn one_tag_with_very_many_attributes_is_quick() {
    let many: String = (0..50_000).map(|n| format!(" a{n}")).collect();
    let (doc, _) = Document::from_html(&format!("<a href=/x{many}>link</a> and text"));
    assert_eq!(short(&doc), "<p><a href=\"/x\">link</a> and text</p>");
}
