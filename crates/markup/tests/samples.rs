//! Real bodies that WordPress and Ghost exported. They are not part of the tree: `GACETA_SAMPLES` names their folder, else
//! `shared/imports` beside the workspace is looked at; where there is none the tests say so and pass.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::{assert_safe, html_of};
use markup::{Block, Document};

fn samples(file: &str) -> Option<String> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/imports");
    let folder = std::env::var_os("GACETA_SAMPLES").map_or(beside, PathBuf::from);
    let text = std::fs::read(folder.join(file))
        .ok()
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if text.is_none() {
        eprintln!(
            "skipped: no {file} in {}; set GACETA_SAMPLES",
            folder.display()
        );
    }
    text
}

/// The bodies in an export; the sections are plain CDATA, so no XML reader is needed here.
fn bodies(export: &str) -> Vec<&str> {
    let start = "<content:encoded><![CDATA[";
    let after = export.split(start).skip(1);
    after
        .map(|rest| rest.split("]]></content:encoded>").next().unwrap_or(""))
        .collect()
}

/// Reads a body every way and says what was left out, by kind.
fn read(body: &str, said: &mut BTreeMap<String, usize>) -> Document {
    let (doc, notes) = Document::from_html(body);
    let html = html_of(&doc.blocks);
    assert_safe(&html, body);
    assert_eq!(Document::from_json(&doc.to_json()).as_ref(), Ok(&doc));
    let words = |doc: &Document| {
        Document::plain_text(&doc.blocks)
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let again = Document::from_html(&html.replace('[', "&#91;")).0;
    assert_eq!(words(&again).len(), words(&doc).len(), "{html}");
    for note in notes {
        let kind = note.to_string();
        let kind = kind.split([':', '(']).next().unwrap_or("").to_owned();
        *said.entry(kind).or_default() += 1;
    }
    assert_safe(&html_of(&Document::from_markdown(body).0.blocks), body);
    doc
}

#[test]
fn every_body_of_the_theme_test_data() {
    let Some(export) = samples("wordpress/themeunittestdata.xml") else {
        return;
    };
    let bodies = bodies(&export);
    let mut said = BTreeMap::new();
    let mut kinds = BTreeMap::new();
    let (mut filled, mut cuts) = (0, 0);
    for body in &bodies {
        let doc = read(body, &mut said);
        let cut = doc.blocks.contains(&Block::Cut);
        assert_eq!(cut, body.contains("<!--more"), "{body}");
        cuts += usize::from(cut);
        filled += usize::from(!doc.blocks.is_empty());
        // What has words in paragraphs must not come out empty.
        assert!(!doc.blocks.is_empty() || !body.contains("<p>"), "{body}");
        for block in &doc.blocks {
            *kinds
                .entry(
                    format!("{block:?}")
                        .split(['(', ' '])
                        .next()
                        .unwrap_or("")
                        .to_owned(),
                )
                .or_insert(0) += 1;
        }
    }
    eprintln!(
        "{} bodies, {filled} with text, {cuts} with a cut; blocks {kinds:?}; notes {said:?}",
        bodies.len()
    );
    // Most items are attachments, and those have no body.
    assert!(
        bodies.len() > 180 && filled > 90,
        "{} bodies, {filled} with text",
        bodies.len()
    );
    assert!(cuts > 0);
    for kind in [
        "Paragraph",
        "Heading",
        "List",
        "Quote",
        "Figure",
        "Code",
        "Table",
        "Rule",
    ] {
        assert!(
            kinds.get(kind).is_some_and(|n| *n > 0),
            "no {kind} in {kinds:?}"
        );
    }
}

#[test]
fn other_wordpress_exports() {
    let files = [
        "wxr-simple",
        "valid-wxr-1.0",
        "valid-wxr-1.1",
        "wxr-utf-8-challenges",
        "co-authors-plus",
        "sample-raw-ampersand",
    ];
    for file in files {
        let Some(export) = samples(&format!("wordpress/{file}.xml")) else {
            return;
        };
        for body in bodies(&export) {
            read(body, &mut BTreeMap::new());
        }
    }
}

#[test]
fn every_post_of_a_ghost_export() {
    let Some(export) = samples("ghost/ghost5-export.json") else {
        return;
    };
    let export: serde_json::Value = serde_json::from_str(&export).expect("JSON");
    let posts = export["db"][0]["data"]["posts"].as_array().expect("posts");
    let mut said = BTreeMap::new();
    let mut cuts = 0;
    for post in posts {
        let html = post["html"].as_str().unwrap_or("");
        let doc = read(html, &mut said);
        let cut = doc.blocks.contains(&Block::Cut);
        assert_eq!(cut, html.contains("<!--members-only-->"));
        if cut {
            cuts += 1;
            assert!(!html_of(doc.free_part()).contains("CANARY"));
            assert!(html_of(doc.paid_part()).contains("CANARY"));
        }
    }
    eprintln!("{} posts, {cuts} with a cut; notes {said:?}", posts.len());
    assert!(cuts >= 2, "{cuts} cuts in {} posts", posts.len());
}
