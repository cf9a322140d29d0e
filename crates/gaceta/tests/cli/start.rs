//! Starting: what stands in the way is said, with what to do about it.

use std::io::{BufRead as _, BufReader};

use crate::paper::{Paper, contents};

#[test]
fn a_taken_port_and_a_taken_directory_are_named() {
    let paper = Paper::new();
    let taken = std::net::TcpListener::bind(("127.0.0.1", paper.port)).unwrap();
    let error = paper.run(&["serve"]).badly();
    assert!(
        error.contains(&format!("cannot listen on 127.0.0.1:{}", paper.port)),
        "{error}"
    );
    assert!(error.contains("GACETA_SERVER__LISTEN="), "{error}");
    drop(taken);
    let serving = paper.serve();
    let error = paper.run(&["serve"]).badly();
    assert!(
        error.contains("another gaceta works on gaceta-data; stop it first"),
        "{error}"
    );
    assert_eq!(serving.get("/en", "").status, 200);
    serving.stop();
}

#[test]
fn the_demo_speaks_at_once_and_names_its_own_options() {
    let paper = Paper::nothing();
    let listen = format!("127.0.0.1:{}", paper.port);
    let demo = ["demo", "--listen", &listen];
    let taken = std::net::TcpListener::bind(("127.0.0.1", paper.port)).unwrap();
    let error = paper.run(&demo).badly();
    assert!(
        error.contains("choose another with --listen 127.0.0.1:"),
        "{error}"
    );
    drop(taken);
    let mut child = paper.command(&demo).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert_eq!(first, "Opening the demo edition in gaceta-demo.");
    // While it is being filled, which takes a while, it says what it does.
    let second = lines.next().unwrap().unwrap();
    assert!(second.starts_with("Publishing 30 articles"), "{second}");
    let error = paper.run(&demo).badly();
    assert!(error.contains("another directory with --dir"), "{error}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_wrong_setting_is_named_with_its_line() {
    let paper = Paper::new();
    for (text, hint) in [
        ("[site]\nnaem = \"x\"\n", "naem"),
        ("[site]\n\n[meter]\nanonymous = \"many\"\n", "line 4"),
        ("[site\n", "line 1"),
        ("[reading]\nmode = \"strict\"\n", "off, observe, enforce"),
    ] {
        paper.write("gaceta.toml", text);
        let error = paper.run(&["serve"]).badly();
        assert!(
            error.contains("gaceta.toml") && error.contains(hint),
            "{error}"
        );
    }
    paper.write("gaceta.toml", "");
    let mut command = paper.command(&["serve"]);
    let output = command.env("GACETA_SITE__NAEM", "x").output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("GACETA_SITE__NAEM names no setting"),
        "{error}"
    );
    let error = paper.run(&["--config", "other.toml", "serve"]).badly();
    assert!(error.contains("cannot read other.toml"), "{error}");
}

#[test]
fn a_second_init_changes_nothing() {
    let paper = Paper::new();
    paper.write("gaceta.toml", "[site]\nname = \"Mine\"\n");
    let before = contents(paper.dir.path());
    let data = contents(&paper.path("gaceta-data"));
    let error = paper.run(&["init"]).badly();
    assert!(
        error.contains("gaceta.toml is there already and stays as it is"),
        "{error}"
    );
    assert_eq!(contents(paper.dir.path()), before);
    assert_eq!(contents(&paper.path("gaceta-data")), data);
}

#[test]
fn broken_article_files_are_named_and_nothing_is_published() {
    let paper = Paper::new();
    let good = paper.article("good", "open", "Text.");
    let text = std::fs::read_to_string(paper.path(&good)).unwrap();
    let text = text.replace("good", "other");
    for (broken, hint) in [
        (
            "No front matter.\n".to_owned(),
            "must begin with a line +++",
        ),
        (
            "+++\nheadline = \"x\"\n".to_owned(),
            "the second line +++ is missing",
        ),
        (text.replace("headline = ", "headlien = "), "line 2"),
        (
            text.replace("About other", "About\\u202eother"),
            "the headline has a line break or a character that nobody sees",
        ),
        (
            text.replace("\"open\"", "\"everybody\""),
            "not one of open, metered, subscribers",
        ),
        (text.replace("2026-02-25T12:00:00Z", "yesterday"), "line 3"),
        (
            text.replace("Free words.", "![a well](no.jpg)"),
            "picture no.jpg: there is no such file",
        ),
    ] {
        paper.write("broken.md", &broken);
        let error = paper.run(&["publish", &good, "broken.md"]).badly();
        assert!(
            error.contains("broken.md: ") && error.contains(hint),
            "{error}"
        );
        assert!(
            error.contains("1 of 2 files cannot be published, so nothing was changed"),
            "{error}"
        );
    }
    assert!(paper.run(&["publish", &good]).well().starts_with("new  "));
    let error = paper.run(&["publish", "absent.md"]).badly();
    assert!(error.contains("absent.md: cannot be read"), "{error}");
}
