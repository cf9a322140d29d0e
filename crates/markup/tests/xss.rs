//! Classic cross-site scripting vectors (OWASP's filter evasion list, html5sec, DOMPurify's mutation cases), given to every
//! reader. What comes out is parsed again as a browser does and must hold nothing but the elements, attributes and
//! addresses that documents have. They are not executed in a browser here.

mod common;

use common::{assert_safe, html_of};
use markup::{Document, Href};

const VECTORS: &[&str] = &[
    // Scripts
    "<script>alert(1)</script>",
    "<SCRIPT SRC=http://evil.example/x.js></SCRIPT>",
    "<script/src=data:,alert(1)>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1);//<</script>",
    "<script\u{c}>alert(1)</script\u{c}>",
    "<script>alert(1)",
    "<script x> alert(1) </script 1=2",
    "<script>/* </script><script>alert(1)//</script>",
    "</script><script>alert(1)</script>",
    "\u{0}<scr\u{0}ipt>alert(1)</scr\u{0}ipt>",
    "<script type=module>import('//evil.example')</script>",
    // Event handlers
    "<img src=x onerror=alert(1)>",
    "<img src=\"x\"onerror=\"alert(1)\">",
    "<img src='/a' onerror = alert(1) //>",
    "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\"\\>",
    "<img/src/onerror=alert(1)>",
    "<img src=`javascript:alert(1)` onload=alert(1)>",
    "<body onload=alert(1)>",
    "<body/onpageshow=alert(1)>",
    "<p onmouseover=alert(1)>x</p>",
    "<a onmouseover=\"alert(1)\">x</a>",
    "<a href=/x onclick=alert(1)>x</a>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<input autofocus onfocus=alert(1)>",
    "<select onfocus=alert(1) autofocus><option>x</select>",
    "<video><source onerror=alert(1)></video>",
    "<video src=x onerror=alert(1)>",
    "<audio src onloadstart=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<div style=\"width:1px;animation:x\" onanimationstart=alert(1)>x</div>",
    "<button popovertarget=x>Click</button><xss onbeforetoggle=alert(1) popover id=x>x</xss>",
    "<xss contenteditable onfocus=alert(1) tabindex=1 autofocus>x</xss>",
    "<img src=/x alt=\"`><img src=y onerror=alert(1)>\">",
    "<img src=/x alt='\" onerror=\"alert(1)'>",
    "<img src='/x\" onerror=\"alert(1)'>",
    // Addresses
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"JaVaScRiPt:alert(1)\">x</a>",
    "<a href=\" javascript:alert(1)\">x</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    "<a href=\"jav&#x0A;ascript:alert(1)\">x</a>",
    "<a href=\"jav\nascript:alert(1)\">x</a>",
    "<a href=\"&#14; javascript:alert(1)\">x</a>",
    "<a href=\"&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)\">x</a>",
    "<a href=\"&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)\">x</a>",
    "<a href=\"&#0000106avascript:alert(1)\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=\"javascript&NewLine;:alert(1)\">x</a>",
    "<a href=\"java\u{0}script:alert(1)\">x</a>",
    "<a href=\"\u{1}javascript:alert(1)\">x</a>",
    "<a href=\"\u{200b}javascript:alert(1)\">x</a>",
    "<a href=\"\u{feff}javascript:alert(1)\">x</a>",
    "<a href=\"javascript://own.example/%0aalert(1)\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\">x</a>",
    "<a href=\"feed:javascript:alert(1)\">x</a>",
    "<a href=\"view-source:javascript:alert(1)\">x</a>",
    "<a href=\"blob:https://own.example/1\">x</a>",
    "<a href=\"filesystem:https://own.example/1\">x</a>",
    "<a href=\"//evil.example\">x</a>",
    "<a href=\"/\\evil.example\">x</a>",
    "<a href=\"/\t/evil.example\">x</a>",
    "<a href=\"/\u{200b}/evil.example\">x</a>",
    "<a href=\"\\\\evil.example\">x</a>",
    "<a href=\"https:evil.example\">x</a>",
    "<a href=\"https:\\\\evil.example\">x</a>",
    "<a href=\"https://own.example@evil.example\">x</a>",
    "<a href=\"https://own.example\\@evil.example\">x</a>",
    "<a href=\"http://x/\\\"><script>alert(1)</script>\">x</a>",
    "<img src=javascript:alert(1)>",
    "<img src=\"data:image/svg+xml,<svg onload=alert(1)>\">",
    "<img dynsrc=javascript:alert(1) lowsrc=javascript:alert(1)>",
    "<img srcset=\"javascript:alert(1) 1x\" src=/x>",
    "<video poster=javascript:alert(1) src=javascript:alert(1)></video>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<iframe src=\"data:text/html,<script>alert(1)</script>\"></iframe>",
    "<iframe src=http://evil.example/<",
    "<embed src=javascript:alert(1)>",
    "<object data=javascript:alert(1)></object>",
    "<object data=\"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\"></object>",
    "<form action=javascript:alert(1)><input type=submit></form>",
    "<form><button formaction=javascript:alert(1)>x</button></form>",
    "<math><a xlink:href=\"javascript:alert(1)\">x</a></math>",
    "<base href=\"javascript:alert(1)//\"><a href=\"/x\">x</a>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<link rel=stylesheet href=\"javascript:alert(1)\">",
    "<table background=javascript:alert(1)><tr><td background=javascript:alert(1)>x<td>y</table>",
    "<blockquote cite=javascript:alert(1)>x</blockquote>",
    "<isindex type=image src=1 onerror=alert(1)>",
    // Style
    "<style>@import'http://evil.example/x.css';</style>",
    "<style>body{background:url(javascript:alert(1))}</style>",
    "<div style=\"background:url(javascript:alert(1))\">x</div>",
    "<div style=\"width:expression(alert(1))\">x</div>",
    "<xss style=\"behavior:url(x.htc)\">x</xss>",
    "<p class=\"table\" id=\"p-1\" role=\"alert\">clobber</p>",
    // SVG and MathML
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><script>alert(1)</script></svg>",
    "<svg><script href=data:,alert(1) />",
    "<svg><script>alert&#40;1)</script>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text x=0 y=20>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a><animate attributeName=href values=javascript:alert(1) /><text>x</text></a></svg>",
    "<svg><set attributeName=onload to=alert(1) />",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<svg><use href=\"data:image/svg+xml,<svg id='x'><script>alert(1)</script></svg>#x\" />",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<svg><![CDATA[<img src=x onerror=alert(1)>]]></svg>",
    "<svg><desc><table><thead><s></table></s><img src=x onerror=alert(1)></desc></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">x</math>",
    "<math><annotation-xml encoding=\"text/html\"><style></math><img src=x onerror=alert(1)></style>",
    "<math href=javascript:alert(1)>x</math>",
    // Mutation: what a parser makes of it the second time
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<template><template></template><img src=x onerror=alert(1)></template>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><mtext></form><form><mglyph><svg><mtext><style><path id=\"</style><img onerror=alert(1) src>\">",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\"></xmp>",
    "<textarea><p title=\"</textarea><img src=x onerror=alert(1)>\"></textarea>",
    "<title><a title=\"</title><img src=x onerror=alert(1)>\"></title>",
    "<noembed><a title=\"</noembed><img src=x onerror=alert(1)>\"></noembed>",
    "<plaintext><script>alert(1)</script>",
    "<select><template><style><!--</style><a rel=\"--></style></template></select><img id=x src onerror=alert(1)>\">",
    "<p><svg><style><!--</style></p><img src=x onerror=alert(1)>-->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<!-- --!><img src=x onerror=alert(1)>",
    "<![CDATA[><script>alert(1)</script>]]>",
    "<?xml version=\"1.0\"?><img src=x onerror=alert(1)>",
    "<!DOCTYPE html [<!ENTITY x \"<script>alert(1)</script>\">]>&x;",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "<pre>&lt;/code>&lt;/pre><script>alert(1)</script></pre>",
    "<pre><code class='language-\"><script>alert(1)</script>'>x</code></pre>",
    "<table><caption><script>alert(1)</script>\" onload=\"alert(1)</caption><tr><td>1<td>2</table>",
    "<figure><img src=/x><figcaption>a</figcaption><span class=credit><b>\"><script>alert(1)</script></span></figure>",
    "<a href=\"https://x/?a=<b>&quot;onclick=&quot;alert(1)\">x</a>",
    "<div id=\"a\" title=\"a\n\nb\"><p>x\n\n<img title=\"\n\n><script>alert(1)</script>\" src=/x></div>",
    // Shortcodes and Markdown
    "[caption caption=\"<script>alert(1)</script><img src=x onerror=alert(1)>\"]<img src=/x>[/caption]",
    "[video src='\"><script>alert(1)</script>']",
    "[video src='javascript:alert(1)'] [audio mp3=\"https://x/&quot; onerror=alert(1) \"]",
    "[embed]javascript:alert(1)[/embed]",
    "<img alt=\"[caption]\" src=/x> [caption <script>alert(1)</script>][/caption]",
    "[x](javascript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1) \"\\\" onerror=alert(1) | <b>\")",
    "![\"onerror=\"alert(1)](/x)",
    "[a]: javascript:alert(1)\n\n[a]",
    "```\"onload=alert(1)\n</code></pre><script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "| <script>alert(1)</script> | \" onload=\"x |\n|-|-|\n| [x](javascript:alert(1)) | <img src=x onerror=alert(1)> |",
    "https://own.example/\"onmouseover=alert(1)//",
];

#[test]
fn no_vector_survives_any_reader() {
    assert!(VECTORS.len() >= 60, "{} vectors", VECTORS.len());
    for vector in VECTORS {
        for frame in [
            "{}",
            "<p>before {} after</p>",
            "<ul><li>{}</ul>\n\n{}",
            "<table><tr><td>{}<td>x</table>",
        ] {
            let source = frame.replace("{}", vector);
            for (doc, notes) in [
                Document::from_html(&source),
                Document::from_markdown(&source),
            ] {
                assert_safe(&html_of(&doc.blocks), &source);
                let stored =
                    Document::from_json(&doc.to_json()).expect("what is written can be read");
                assert_eq!(stored, doc, "{source:?}");
                for note in notes {
                    assert!(!note.to_string().is_empty());
                }
            }
        }
    }
}

#[test]
fn no_vector_survives_the_stored_form() {
    for vector in VECTORS {
        let text = serde_json::json!({ "type": "text", "text": vector });
        let linked = serde_json::json!({
            "type": "text", "text": vector, "marks": [{ "type": "link", "attrs": { "href": vector } }, { "type": "code" }]
        });
        let paragraph = serde_json::json!({ "type": "paragraph", "content": [text, linked] });
        let stored = serde_json::json!({ "type": "doc", "content": [
            paragraph,
            { "type": "figure", "attrs": { "src": vector, "alt": vector, "credit": vector }, "content": [text] },
            { "type": "code_block", "attrs": { "language": vector }, "content": [text] },
            { "type": "table", "attrs": { "caption": vector }, "content": [
                { "type": "table_row", "content": [{ "type": "table_header", "content": [text] }] },
                { "type": "table_row", "content": [{ "type": "table_cell", "content": [paragraph] }] },
            ] },
        ] });
        let doc = Document::from_json(&stored.to_string()).expect("of the schema");
        assert_safe(&html_of(&doc.blocks), vector);
    }
}

#[test]
fn the_text_of_an_unsafe_link_stays() {
    let (doc, notes) =
        Document::from_html("<p>See <a href='javascript:alert(1)'>the <b>minutes</b></a>.</p>");
    assert_eq!(
        common::short(&doc),
        "<p>See the <strong>minutes</strong>.</p>"
    );
    assert_eq!(
        notes[0].to_string(),
        "link left out, its text kept: \"javascript:alert(1)\""
    );
}

const REFUSED: &[&str] = &[
    "",
    " ",
    "#",
    "x",
    "a/b",
    "./a",
    "../a",
    "?a=b",
    "//e.com",
    "/\\e.com",
    "/\n/e.com",
    "\\e.com",
    "ftp://e.com",
    "file:///etc",
    "https://",
    "https:e.com",
    "https:/e.com",
    "https:///e.com",
    "https://a@b.com",
    "https://a:b@c",
    "https://e .com",
    "https://e%2ecom/",
    "https://-e.com",
    "mailto:",
    "mailto://a",
    "tel:",
    "javascript:x",
    "HtTpS",
    "http",
    "://e.com",
    "https://e.com\\@x",
    "about:blank",
    "intent://x",
    "\u{202e}https://e.com",
    "https://e\u{200b}.com",
    "https://e.com/\u{202e}gpj",
];

#[test]
fn addresses() {
    let kept = [
        ("https://e.com", "https://e.com"),
        ("HTTP://E.com/A", "http://E.com/A"),
        (" https://e.com/a b\"c ", "https://e.com/a%20b%22c"),
        ("https://e.com:8080/x?y=z#a", "https://e.com:8080/x?y=z#a"),
        ("https://[::1]:80/", "https://[::1]:80/"),
        ("https://ñandú.es/año", "https://ñandú.es/año"),
        ("mailto:a@b.es?subject=x", "mailto:a@b.es?subject=x"),
        ("tel:+34 600", "tel:+34%20600"),
        ("/", "/"),
        ("/en/a?b#c", "/en/a?b#c"),
        ("#p-3", "#p-3"),
        ("ht\ntps://e.com", "https://e.com"),
    ];
    for (written, href) in kept {
        assert_eq!(
            Href::parse(written).as_ref().map(Href::as_str),
            Some(href),
            "{written:?}"
        );
        assert_eq!(
            Href::parse(href).as_ref().map(Href::as_str),
            Some(href),
            "stable: {href:?}"
        );
    }
    for written in REFUSED {
        assert_eq!(Href::parse(written), None, "{written:?}");
    }
    assert_eq!(
        Href::parse("https://E.com:8080/x")
            .and_then(|h| h.host())
            .as_deref(),
        Some("e.com:8080")
    );
    assert_eq!(
        Href::parse("https://e.com?x")
            .and_then(|h| h.host())
            .as_deref(),
        Some("e.com")
    );
    assert_eq!(Href::parse("/x").and_then(|h| h.host()), None);
}
