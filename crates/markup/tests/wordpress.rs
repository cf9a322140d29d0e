//! What is WordPress's own in its exports: paragraphs from blank lines, and shortcodes.

mod common;

use common::short;
use markup::{Document, Note};

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
fn classic_wordpress_posts() {
    check(&[
        (
            "One.\n\nTwo\nlines.\n\n\n\nThree.",
            "<p>One.</p><p>Two<br>lines.</p><p>Three.</p>",
        ),
        ("One.\r\n\r\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("One.\n \t\nTwo.", "<p>One.</p><p>Two.</p>"),
        (
            "One <b>bold\n\nstill</b> two.\n\nx",
            "<p>One <strong>bold</strong></p><p><strong>still</strong> two.</p><p>x</p>",
        ),
        (
            "One.\n\n<b>Two</b>\n\n<em>Three</em>",
            "<p>One.</p><p><strong>Two</strong></p><p><em>Three</em></p>",
        ),
        ("a<br />\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
        (
            "One.\n<h2>H</h2>\nTwo.\n\nThree.",
            "<p>One.</p><h2>H</h2><p>Two.</p><p>Three.</p>",
        ),
        (
            "a\n\n<ul>\n<li>b</li>\n\n<li>c\n\nd</li>\n</ul>\ne",
            "<p>a</p><ul><li>b</li><li><p>c</p><p>d</p></li></ul><p>e</p>",
        ),
        (
            "a\n\n<blockquote>b\n\nc</blockquote>\nd",
            "<p>a</p><blockquote><p>b</p><p>c</p></blockquote><p>d</p>",
        ),
        (
            "a\n\n<pre>b\n\nc</pre>",
            "<p>a</p><pre><code>bc</code></pre>",
        ),
        ("a\n\n<script>\n\nvar x;\n\n</script>b", "<p>a</p><p>b</p>"),
        ("a\n\n<!--more-->\n\nb", "<p>a</p>[cut]<p>b</p>"),
        ("a\n\n<!--nextpage-->\n\nb", "<p>a</p><p>b</p>"),
        (
            "a\n\n<svg>\n\n<title>t</title>\n\n</svg>b",
            "<p>a</p><p>b</p>",
        ),
        // Not classic: paragraphs are marked, line ends are spaces
        ("<p>a\nb</p>\n\n<p>c</p>", "<p>a b</p><p>c</p>"),
        (
            "<div>\n\n<p>a</p>\n\n<!-- x -->\n\n<p>b\nc</p>\n\n</div>",
            "<p>a</p><p>b c</p>",
        ),
        (
            "<!--kg-card-begin: html-->\n<div>a\n\nb</div>\n<!--kg-card-end: html-->",
            "<p>a b</p>",
        ),
        (
            "<!-- wp:paragraph -->\n<p>a\nb</p>\n<!-- /wp:paragraph -->\n\nc\nd\n\ne",
            "<p>a b</p><p>c<br>d</p><p>e</p>",
        ),
        (
            "<!-- wp:freeform -->\na\n\nb\n<!-- /wp:freeform -->",
            "<p>a</p><p>b</p>",
        ),
    ]);
}

#[test]
fn shortcodes() {
    check(&[
        (
            "[caption id=\"a\" width=\"300\"]<a href=\"/a.jpg\"><img src=\"/a\"></a> The <em>bell</em>[/caption]\n\nText.",
            "<figure><img src=\"/a\" alt=\"\"><figcaption>The <em>bell</em></figcaption></figure><p>Text.</p>",
        ),
        (
            "[caption caption=\"A <a href='/x'>link</a>\"]<img src=/a>[/caption]",
            "<figure><img src=\"/a\" alt=\"\"><figcaption>A <a href=\"/x\">link</a></figcaption></figure>",
        ),
        (
            "<p>[caption]<img src=/a> C[/caption]</p>",
            "<figure><img src=\"/a\" alt=\"\"><figcaption>C</figcaption></figure>",
        ),
        ("[caption]never closed", "<p>never closed</p>"),
        ("x[/caption]y", "<p>xy</p>"),
        ("[gallery ids=\"1,2\"]", ""),
        (
            "[vc_row][vc_column width=\"1/2\"]Text[/vc_column][/vc_row]",
            "<p>Text</p>",
        ),
        (
            "[embed]https://e.com/v[/embed]",
            "<p><a href=\"https://e.com/v\" rel=\"noopener\">https://e.com/v</a></p>",
        ),
        (
            "[audio mp3='https://e.com/a.mp3'][/audio]",
            "<p><a href=\"https://e.com/a.mp3\" rel=\"noopener\">https://e.com/a.mp3</a></p>",
        ),
        ("[b]bold[/b] [[gallery]]", "<p>[b]bold[/b] [gallery]</p>"),
        ("[su_note]bold[/su_note]", "<p>bold</p>"),
        // A newspaper's brackets
        (
            "[sic] [1] [...] [Risas] [Editor's note: no] [María dijo] [foto de AP] a[i]",
            "<p>[sic] [1] [...] [Risas] [Editor&#39;s note: no] [María dijo] [foto de AP] a[i]</p>",
        ),
        (
            "<code>[gallery]</code><pre>[video src=\"x\"]</pre>",
            "<p><code>[gallery]</code></p><pre><code>[video src=&quot;x&quot;]</code></pre>",
        ),
        (
            "<img src=/a alt='[gallery]'>",
            "<figure><img src=\"/a\" alt=\"[gallery]\"></figure>",
        ),
    ]);
    assert_eq!(
        notes("[gallery][gallery ids='1'] [contact-form-7 id=\"3\"]"),
        [
            "left out: shortcode [gallery] (2)",
            "left out: shortcode [contact-form-7] (1)"
        ]
    );
}
