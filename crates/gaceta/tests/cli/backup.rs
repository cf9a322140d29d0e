//! Backup while the paper is served, and restore when it is not.

use crate::paper::Paper;

#[test]
fn a_backup_of_a_served_paper_can_be_put_back() {
    let paper = Paper::new();
    let one = paper.article("one", "open", "One.");
    let two = paper.article("two", "open", "Two.");
    let serving = paper.serve();
    paper.run(&["publish", &one]).well();
    let said = paper.run(&["backup", "copy.db"]).well();
    assert!(said.contains("wrote copy.db"), "{said}");
    assert!(
        paper
            .run(&["backup", "copy.db"])
            .badly()
            .contains("is there already")
    );
    paper.run(&["publish", &two]).well();
    let error = paper.run(&["restore", "copy.db", "--force"]).badly();
    assert!(
        error.contains("another gaceta works on gaceta-data; stop it first"),
        "{error}"
    );
    assert_eq!(serving.get("/en/2026-02-25/two", "").status, 200);
    serving.stop();

    assert!(
        paper
            .run(&["restore", "copy.db"])
            .badly()
            .contains("with --force")
    );
    paper.write("no.db", "no database");
    assert!(
        paper
            .run(&["restore", "no.db", "--force"])
            .badly()
            .contains("is no backup")
    );
    paper.run(&["restore", "copy.db", "--force"]).well();
    let serving = paper.serve();
    assert_eq!(serving.get("/en/2026-02-25/one", "").status, 200);
    assert_eq!(serving.get("/en/2026-02-25/two", "").status, 404);
    serving.stop();
}
