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
#[expect(clippy::too_many_lines, reason = "a table of cases")]
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
        // A heading among them changes nothing
        (
            "One.\nTwo.\n<h2>H</h2>\nThree.\nFour.",
            "<p>One.<br>Two.</p><h2>H</h2><p>Three.<br>Four.</p>",
        ),
        (
            "[caption]<img src=/a> C[/caption]\nOne\nTwo",
            "<figure><img src=\"/a\" alt=\"\"><figcaption>C</figcaption></figure><p>One<br>Two</p>",
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
#[expect(clippy::too_many_lines, reason = "a table of cases")]
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
        // What is not known stays
        (
            "[ad_slot id=\"3\"] a [box]b[/box]",
            "<p>[ad_slot id=&quot;3&quot;] a [box]b[/box]</p>",
        ),
        (
            "See [PDF https://d.example/get?doc=12&page=3], [Alt=Option], [the council = five people].",
            "<p>See [PDF https://d.example/get?doc=12&amp;page=3], [Alt=Option], [the council = five people].</p>",
        ),
        (
            "The [gallery] is closed, the [video] is gone, the [audio] guide works, [code] too.",
            "<p>The [gallery] is closed, the [video] is gone, the [audio] guide works, [code] too.</p>",
        ),
        // Code, letter by letter
        (
            "a\n\n[sourcecode language=\"python\"]\nif x < 5 and y > 1:\n    print(\"<late>\", [a] && b)\n[/sourcecode]\n\nb",
            "<p>a</p><pre><code class=\"language-python\">if x &lt; 5 and y &gt; 1:    print(&quot;&lt;late&gt;&quot;, [a] &amp;&amp; b)</code></pre><p>b</p>",
        ),
        (
            "[php]echo 1 &lt; 2;[/php]",
            "<pre><code class=\"language-php\">echo 1 &lt; 2;</code></pre>",
        ),
        // What was embedded
        (
            "[youtube=https://www.youtube.com/watch?v=AbC&w=640&h=385]",
            "<p><a href=\"https://www.youtube.com/watch?v=AbC\" rel=\"noopener\">https://www.youtube.com/watch?v=AbC</a></p>",
        ),
        (
            "a\n\n[vimeo 123 w=640 h=360]\n\nb",
            "<p>a</p><p><a href=\"https://vimeo.com/123\" rel=\"noopener\">https://vimeo.com/123</a></p><p>b</p>",
        ),
        (
            "[scribd id=9 key=k mode=list]",
            "<p><a href=\"https://www.scribd.com/document/9\" rel=\"noopener\">https://www.scribd.com/document/9</a></p>",
        ),
        (
            "[soundcloud url=\"https://s.example/1\" iframe=\"true\" /]",
            "<p><a href=\"https://s.example/1\" rel=\"noopener\">https://s.example/1</a></p>",
        ),
        (
            "[vimeo]https://vimeo.com/1[/vimeo]",
            "<p><a href=\"https://vimeo.com/1\" rel=\"noopener\">https://vimeo.com/1</a></p>",
        ),
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

#[test]
fn headlines_lose_no_word() {
    for (html, line) in [
        ("[video] The mayor answers", "[video] The mayor answers"),
        ("Is 3<5? And x<y too", "Is 3<5? And x<y too"),
        (
            "Why the <em>Aurora</em> sank &amp; who paid &#8211; again",
            "Why the Aurora sank & who paid \u{2013} again",
        ),
        (
            "The [gallery] on Quay Street closes",
            "The [gallery] on Quay Street closes",
        ),
        ("What &lt;blink&gt; did to us", "What <blink> did to us"),
        ("a<br />b <span class=\"x\">c</span>\n d", "a b c d"),
        ("* 1. no list # no heading", "* 1. no list # no heading"),
        ("1 < 2 > 0 <script>", "1 < 2 > 0 <script>"),
        ("", ""),
    ] {
        assert_eq!(Document::line_from_html(html), line);
    }
}

#[test]
fn places_keep_their_names() {
    check(&[
        (
            "<p>Jump to <a href=\"#cost\">cost</a>, <a href=\"#notes\">notes</a>.</p><h2 id=\"cost\">Cost</h2>\
             <p>Ninety<a href=\"#_ftn1\" name=\"_ftnref1\">[1]</a>.</p><p><a name=\"notes\"></a>Notes</p>\
             <p id=\"unasked\"><a href=\"#_ftnref1\" name=\"_ftn1\">[1]</a> Figures.</p>",
            "<p>Jump to <a href=\"#cost\">cost</a>, <a href=\"#notes\">notes</a>.</p><h2><span id=\"cost\"></span>Cost</h2>\
             <p>Ninety<span id=\"_ftnref1\"></span><a href=\"#_ftn1\">[1]</a>.</p><p><span id=\"notes\"></span>Notes</p>\
             <p><span id=\"_ftn1\"></span><a href=\"#_ftnref1\">[1]</a> Figures.</p>",
        ),
        (
            "<h2 id=\"%C2%BFqu%C3%A9\">Q</h2><a id=\"end\"></a><ul><li>a</li></ul>",
            "<h2><span id=\"%C2%BFqu%C3%A9\"></span>Q</h2><ul><li><span id=\"end\"></span>a</li></ul>",
        ),
    ]);
}
