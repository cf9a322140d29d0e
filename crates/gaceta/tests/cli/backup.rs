//! Backup while the paper is served, and restore when it is not.

use crate::paper::{Paper, Serving, wait_for};

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

#[test]
fn a_restored_backup_brings_back_no_session_and_no_link() {
    let paper = Paper::new();
    paper.add_reader("ada").well();
    let serving = paper.serve();
    let (kept, ended) = (serving.sign_in("ada"), serving.sign_in("ada"));
    assert_eq!(serving.post("/reset", "email=ada%40paper.test").status, 303);
    let mails = paper.path("gaceta-data/mail");
    // Quoted-printable breaks lines, and writes `=` otherwise.
    let read = |file: std::io::Result<std::fs::DirEntry>| {
        let mail = std::fs::read_to_string(file.unwrap().path()).unwrap();
        mail.replace("=\r\n", "")
    };
    let find = || {
        let files = std::fs::read_dir(&mails).ok()?;
        files.map(read).find(|mail| mail.contains("/reset/"))
    };
    wait_for("the mail", || find().is_some());
    let mail = find().unwrap();
    let token = mail.split("/reset/").nth(1).unwrap()[..43].to_owned();
    let link = format!("/reset/{token}");
    paper.run(&["backup", "copy.db"]).well();
    let account = |serving: &Serving, cookies: &str| serving.get("/account", cookies).status;
    let open = |serving: &Serving| serving.get(&link, "").status;
    assert_eq!((account(&serving, &ended), open(&serving)), (200, 200));

    // Signed out and used since.
    assert_eq!(serving.post_as("/sign-out", "", &ended).status, 303);
    assert_eq!(
        serving.post(&link, "password=a+newer+one+a+day").status,
        303
    );
    serving.stop();
    let said = paper.run(&["restore", "copy.db", "--force"]).well();
    assert!(
        said.contains("2 sessions and 1 links in mails were ended"),
        "{said}"
    );
    let serving = paper.serve();
    assert_eq!(account(&serving, &ended), 303);
    assert_eq!(account(&serving, &kept), 303);
    assert_ne!(open(&serving), 200);
    serving.stop();
}

#[test]
fn a_restored_backup_brings_back_nobody_who_deleted_their_account_since() {
    let paper = Paper::new();
    for name in ["zurriburri", "eve"] {
        paper.add_reader(name).well();
    }
    let serving = paper.serve();
    paper.run(&["backup", "copy.db"]).well();
    let cookies = serving.sign_in("zurriburri");
    let deleted = serving.post_as("/account/data/delete", "sure=yes", &cookies);
    assert_eq!(deleted.status, 303);
    paper.run(&["backup", "after.db"]).well();
    serving.stop();
    let has = |file: &str| {
        let bytes = std::fs::read(paper.path(file)).unwrap();
        bytes.windows(10).any(|at| at == b"zurriburri")
    };
    assert!(has("copy.db") && !has("after.db"));
    assert!(!has("gaceta-data/gaceta.db"));

    let said = paper.run(&["restore", "copy.db", "--force"]).well();
    assert!(
        said.contains("1 readers had deleted their account"),
        "{said}"
    );
    assert!(!has("gaceta-data/gaceta.db"));
    let serving = paper.serve();
    serving.sign_in("eve");
    serving.stop();
}
