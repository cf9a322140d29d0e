//! `gaceta about`: what the paper says of itself.

use crate::paper::Paper;

const PRIVACY: &str = "+++\npage = \"privacy\"\nlanguage = \"en\"\ntitle = \"Your data\"\nversion = \"1\"\n+++\nWe keep *little*.\n";

#[test]
fn pages_are_published_shown_withdrawn_and_restored_served_or_not() {
    let paper = Paper::new();
    paper.write("privacy.md", PRIVACY);
    let missing = paper.run(&["about", "list"]).well();
    assert!(missing.contains("privacy  missing") && missing.contains("terms  missing"));
    assert!(paper.run(&["doctor"]).well().contains("not published are"));
    let said = paper.run(&["about", "publish", "privacy.md"]).well();
    assert!(said.starts_with("new ") && said.contains("/about/privacy?lang=en  version 1"));
    let serving = paper.serve();
    let said = paper.run(&["about", "publish", "privacy.md"]).well();
    assert!(said.starts_with("same "), "{said}");
    // What is printed can be published again.
    let shown = paper.run(&["about", "show", "privacy"]).well();
    paper.write("shown.md", &shown);
    let said = paper.run(&["about", "publish", "shown.md"]).well();
    assert!(said.starts_with("same "), "{said}{shown}");
    paper.write("other.md", &PRIVACY.replace("little", "all"));
    let said = paper.run(&["about", "publish", "other.md"]).badly();
    assert!(said.contains("other.md: version 1 of privacy is published") && said.contains("1b"));
    let said = paper.run(&["about", "withdraw", "privacy"]).well();
    assert!(said.contains("`gaceta about restore privacy`"), "{said}");
    let said = paper.run(&["about", "show", "privacy"]).badly();
    assert!(said.contains("there is no page"), "{said}");
    paper.run(&["about", "restore", "privacy"]).well();
    serving.stop();
    let said = paper.run(&["about", "show", "privacy"]).well();
    assert!(said.contains("We keep *little*."), "{said}");
}

#[test]
fn what_is_wrong_with_files_is_said_of_all_of_them() {
    let paper = Paper::new();
    paper.write("good.md", PRIVACY);
    paper.write(
        "bad.md",
        &PRIVACY.replace("title = \"Your data\"", "titel = \"x\""),
    );
    paper.write("worse.md", "We keep little.");
    let said = paper
        .run(&[
            "about", "publish", "good.md", "bad.md", "worse.md", "none.md",
        ])
        .badly();
    for hint in [
        "bad.md: line",
        "titel",
        "worse.md: line 1",
        "none.md: cannot be read",
        "`gaceta about publish --help`",
        "nothing was changed",
    ] {
        assert!(said.contains(hint), "{hint}: {said}");
    }
    assert!(
        paper
            .run(&["about", "list"])
            .well()
            .contains("privacy  missing")
    );
}
