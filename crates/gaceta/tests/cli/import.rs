//! `gaceta import wordpress`, on a stopped paper and on one that is being served.

use crate::paper::Paper;

/// An export with `posts` posts.
fn export(posts: usize) -> String {
    let post = |n: usize| {
        format!(
            "<item><title>Post {n}</title><dc:creator>ana</dc:creator>\
             <content:encoded><![CDATA[<p>Text {n}, <b>bold</b>.</p>]]></content:encoded>\
             <wp:post_id>{n}</wp:post_id><wp:post_date_gmt>2020-01-02 03:04:05</wp:post_date_gmt>\
             <wp:post_name>post</wp:post_name><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>\
             <category domain=\"category\" nicename=\"water\"><![CDATA[Water]]></category></item>\n"
        )
    };
    let posts: String = (1..=posts).map(post).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Old paper</title>\n\
         <wp:wxr_version>1.2</wp:wxr_version>\n\
         <wp:author><wp:author_login>ana</wp:author_login><wp:author_display_name>Ana Ruiz</wp:author_display_name></wp:author>\n\
         {posts}</channel></rss>\n"
    )
}

const IMPORT: [&str; 3] = ["import", "wordpress", "export.xml"];

#[test]
fn an_import_is_seen_at_once_and_a_second_one_changes_nothing() {
    let paper = Paper::new();
    paper.write("export.xml", &export(3));
    let serving = paper.serve();
    let dry = paper
        .run(&["import", "wordpress", "export.xml", "--dry-run"])
        .well();
    assert!(
        dry.contains("Articles: 3 new") && dry.contains("dry run"),
        "{dry}"
    );
    assert_eq!(serving.get("/en/2020-01-02/post", "").status, 404);
    let first = paper.run(&IMPORT).well();
    assert!(
        first.contains("Articles: 3 new, 0 changed, 0 the same"),
        "{first}"
    );
    assert!(first.contains("Topics: 1 new"), "{first}");
    for slug in ["post", "post-2", "post-3"] {
        let shown = serving.get(&format!("/en/2020-01-02/{slug}"), "");
        assert!(shown.text.contains("Ana Ruiz"), "{}", shown.text);
    }
    let again = paper.run(&IMPORT).well();
    assert!(
        again.contains("Articles: 0 new, 0 changed, 3 the same"),
        "{again}"
    );
    serving.stop();
    let stopped = paper.run(&IMPORT).well();
    assert_eq!(stopped, again);
}

#[test]
fn a_headline_that_could_not_be_published_here_is_mended() {
    let paper = Paper::new();
    let title = format!("A\u{200b} post\u{202e} {}", "that goes on ".repeat(40));
    paper.write("export.xml", &export(1).replace("Post 1", title.trim()));
    let said = paper.run(&IMPORT).well();
    assert!(said.contains("Articles: 1 new"), "{said}");
    let serving = paper.serve();
    let shown = serving.get("/en/2020-01-02/post", "").text;
    assert!(shown.contains("A post that goes on that goes"), "{shown}");
    assert!(
        shown.contains("\u{2026}</h1>") && !shown.contains('\u{202e}'),
        "{shown}"
    );
    assert!(paper.run(&IMPORT).well().contains("1 the same"));
}

#[test]
fn a_truncated_export_names_its_line_and_changes_nothing() {
    let paper = Paper::new();
    let whole = export(3);
    let cut = whole.rfind("<wp:status>").unwrap();
    paper.write("export.xml", &whole[..cut]);
    let check = || {
        let error = paper.run(&IMPORT).badly();
        assert!(
            error.contains("export.xml: nothing was imported: line "),
            "{error}"
        );
        assert!(error.contains("it was not exported to its end"), "{error}");
    };
    check();
    let serving = paper.serve();
    check();
    assert_eq!(serving.get("/en/2020-01-02/post", "").status, 404);
    paper.write("export.xml", &whole);
    let error = paper
        .run(&["import", "wordpress", "export.xml", "--edition", "fr"])
        .badly();
    assert!(error.contains("there is no edition \"fr\""), "{error}");
}
