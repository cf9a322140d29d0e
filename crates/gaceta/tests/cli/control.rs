//! Commands while the paper is served: the serving process carries them out, and readers see it at once.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;

use crate::paper::Paper;

#[test]
fn what_commands_do_while_the_paper_is_served_is_seen_at_once() {
    let paper = Paper::new();
    let file = paper.article("wells", "subscribers", "Water at forty metres.");
    let serving = paper.serve();
    let address = "/en/2026-02-25/wells";
    assert_eq!(serving.get(address, "").status, 404);

    let said = paper.run(&["publish", &file]).well();
    assert_eq!(
        said,
        format!("new      http://localhost:{}{address}\n", paper.port)
    );
    let shown = serving.get(address, "");
    assert_eq!(shown.status, 200);
    assert!(!shown.text.contains("forty metres"), "{}", shown.text);
    assert!(serving.get("/en", "").text.contains("About wells"));

    assert_eq!(
        paper.add_reader("ada").well(),
        "ada@paper.test can sign in\n"
    );
    let ada = serving.sign_in("ada");
    assert!(!serving.get(address, &ada).text.contains("forty metres"));
    let grant = [
        "grant",
        "ada@paper.test",
        "--plan",
        "premium",
        "--until",
        "2999-12-31",
    ];
    assert_eq!(
        paper.run(&grant).well(),
        "ada@paper.test reads on premium with 2 seats until 2999-12-31\n"
    );
    assert!(serving.get(address, &ada).text.contains("forty metres"));

    paper.article("wells", "subscribers", "Water at fifty metres.");
    assert!(
        paper
            .run(&["publish", &file])
            .well()
            .starts_with("changed  ")
    );
    assert!(serving.get(address, &ada).text.contains("fifty metres"));
    assert!(paper.run(&["publish", &file]).well().starts_with("same  "));

    assert_eq!(serving.get("/admin/subscriptions", &ada).status, 403);
    paper.run(&["staff", "add", "ada@paper.test"]).well();
    assert_eq!(serving.get("/admin/subscriptions", &ada).status, 200);
    serving.stop();
}

#[test]
fn pictures_go_along() {
    let paper = Paper::new();
    let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/pictures/bread-oven.jpg");
    std::fs::copy(picture, paper.path("oven.jpg")).unwrap();
    let file = paper.article("oven", "open", "![An oven](oven.jpg)");
    let serving = paper.serve();
    let dry = paper.run(&["publish", &file, "--dry-run"]).well();
    assert!(dry.contains("dry run"), "{dry}");
    assert_eq!(serving.get("/en/2026-02-25/oven", "").status, 404);
    paper.run(&["publish", &file]).well();
    let shown = serving.get("/en/2026-02-25/oven", "").text;
    let (_, address) = shown.split_once("src=\"/media/").unwrap();
    let (name, _) = address.split_once('"').unwrap();
    assert_eq!(serving.get(&format!("/media/{name}"), "").status, 200);
    assert!(paper.run(&["publish", &file]).well().starts_with("same  "));
}

#[test]
fn editions_and_topics_change_while_the_paper_is_served() {
    let paper = Paper::new();
    let serving = paper.serve();
    assert!(!serving.get("/en", "").text.contains("The Bay Courier"));
    let text = std::fs::read_to_string(paper.path("editions.toml")).unwrap();
    paper.write(
        "editions.toml",
        &text.replace("English edition", "The Bay Courier"),
    );
    let said = paper.run(&["editions", "editions.toml"]).well();
    assert!(said.contains("edition /en: The Bay Courier"), "{said}");
    assert!(serving.get("/en", "").text.contains("The Bay Courier"));

    let add = ["topic", "add", "en", "water", "Water"];
    assert_eq!(paper.run(&add).well(), "new      en/water\n");
    assert!(paper.run(&add).well().starts_with("same     en/water"));
    assert_eq!(paper.run(&["topic", "list"]).well(), "en/water  Water\n");
    assert_eq!(serving.get("/en/topic/water", "").status, 200);
}

#[test]
fn refusals_are_the_same_on_both_ways() {
    let paper = Paper::new();
    let mut file = paper.article("wells", "open", "Water.");
    let text = std::fs::read_to_string(paper.path(&file)).unwrap();
    file = "lost.md".into();
    paper.write(&file, &text.replace("edition = \"en\"", "edition = \"fr\""));
    let all = || {
        let refused = [
            paper.run(&["publish", &file]),
            paper.run(&[
                "grant",
                "no@paper.test",
                "--plan",
                "digital",
                "--until",
                "2999-01-01",
            ]),
            paper.run(&[
                "grant",
                "no@paper.test",
                "--plan",
                "digital",
                "--until",
                "2001-01-01",
            ]),
            paper.run(&["topic", "add", "fr", "water", "Water"]),
            paper.run(&["staff", "add", "no@paper.test"]),
            paper.run_with(&["reader", "add", "no@paper.test"], "short\n"),
            paper.run(&["reader", "add", "nobody"]),
        ];
        refused.map(|ended| ended.badly())
    };
    let stopped = all();
    let serving = paper.serve();
    assert_eq!(all(), stopped);
    assert!(stopped[0].contains("lost.md: there is no edition \"fr\"; the paper has: en, es"));
    assert!(stopped[0].contains("nothing was changed"), "{}", stopped[0]);
    assert!(stopped[1].contains("add one with: gaceta reader add no@paper.test"));
    assert!(
        stopped[5].contains("a password has 10 to"),
        "{}",
        stopped[5]
    );
    serving.stop();
}

#[test]
fn more_than_fits_into_one_order_is_published_as_a_whole_or_not_at_all() {
    let paper = Paper::new();
    // Eight hundred kilobytes each: four make two orders.
    let long = "A word after a word. ".repeat(40_000);
    let mut files: Vec<String> = (1..=4)
        .map(|n| paper.article(&format!("long-{n}"), "open", &long))
        .collect();
    let good = std::fs::read_to_string(paper.path(&files[0])).unwrap();
    paper.write(
        "bad.md",
        &good
            .replace("long-1", "bad")
            .replace("access", "topics = [\"none\"]\naccess"),
    );
    let serving = paper.serve();
    files.push("bad.md".into());
    let mut arguments: Vec<&str> = vec!["publish"];
    arguments.extend(files.iter().map(String::as_str));
    let error = paper.run(&arguments).badly();
    assert!(
        error.contains("bad.md: edition en has no topic \"none\""),
        "{error}"
    );
    assert_eq!(serving.get("/en/2026-02-25/long-1", "").status, 404);
    arguments.pop();
    assert_eq!(paper.run(&arguments).well().matches("new  ").count(), 4);
    for n in 1..=4 {
        let shown = serving.get(&format!("/en/2026-02-25/long-{n}"), "");
        assert_eq!(shown.status, 200);
    }
}

fn say(stream: &mut UnixStream, json: &str) -> String {
    let length = u32::try_from(json.len()).unwrap();
    stream.write_all(&length.to_be_bytes()).unwrap();
    stream.write_all(json.as_bytes()).unwrap();
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

#[test]
fn the_socket_is_private_refuses_other_versions_and_goes_with_the_paper() {
    let paper = Paper::new();
    let socket = paper.path("gaceta-data/gaceta.sock");
    // As a killed process leaves it.
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    let serving = paper.serve();
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut other = UnixStream::connect(&socket).unwrap();
    let answer = say(&mut other, "\"0.0.1-other\"");
    assert!(
        answer.contains("this is gaceta 0.0.1-other; stop the paper"),
        "{answer}"
    );
    let mut same = UnixStream::connect(&socket).unwrap();
    assert_eq!(
        say(&mut same, concat!("\"", env!("CARGO_PKG_VERSION"), "\"")),
        r#"{"Ok":null}"#
    );
    let answer = say(&mut same, r#"{"Sing":"aloud"}"#);
    assert!(answer.contains("does not understand"), "{answer}");
    // A conversation that says nothing does not keep the paper from stopping.
    let _idle = UnixStream::connect(&socket).unwrap();
    serving.stop();
    assert!(!socket.exists());
}

#[test]
fn a_translation_that_is_not_there_yet_is_named_when_an_article_is_published() {
    let paper = Paper::new();
    let well = |of: &str| {
        format!(
            "+++\nheadline = \"The well\"\npublished = \"2024-05-01T10:00:00Z\"\nedition = \"en\"\nslug = \"the-well\"\n\
             access = \"open\"\n{of}+++\nText.\n"
        )
    };
    let pozo = well("")
        .replace("\"en\"", "\"es\"")
        .replace("the-well", "el-pozo");
    paper.write("42a.md", &well("translation_of = \"es/el-pozo\"\n"));
    paper.write("42b.md", &pozo);
    let tried = paper
        .run(&["publish", "--dry-run", "42a.md", "42b.md"])
        .well();
    assert!(!tried.contains("not there yet"), "{tried}");
    let said = paper.run(&["publish", "42a.md"]).well();
    assert!(
        said.contains("translation es/el-pozo is not there yet"),
        "{said}"
    );
    let said = paper.run(&["publish", "42b.md", "42a.md"]).well();
    assert!(!said.contains("not there yet"), "{said}");
}

#[test]
fn plans_are_made_changed_and_hidden_by_command() {
    let paper = Paper::new();
    let serving = paper.serve();
    let family = [
        "plan",
        "set",
        "family",
        "--name",
        "en=Family",
        "--seats",
        "3-5",
    ];
    let refused = paper.run(&family).badly();
    assert!(refused.contains("the plan needs a name"), "{refused}");
    let named = [&family[..], &["--name", "es=Familia", "--place", "2"]].concat();
    assert_eq!(
        paper.run(&named).well(),
        "family  Family  seats 3-5  period agreed  trial 0  place 2  for everybody\n"
    );
    assert!(serving.get("/plans", "").text.contains("<h2>Family</h2>"));
    paper
        .run(&["plan", "set", "family", "--hidden", "true"])
        .well();
    assert!(!serving.get("/plans", "").text.contains("Family"));
    let listed = paper.run(&["plan", "list"]).well();
    assert!(
        listed.contains("family  Family  seats 3-5") && listed.contains("  hidden\n"),
        "{listed}"
    );

    paper.add_reader("ada").well();
    let grant = ["grant", "ada@paper.test", "--until", "2999-12-31", "--plan"];
    let refused = paper.run(&[&grant[..], &["duo"]].concat()).badly();
    assert!(
        refused.contains("there is no plan duo; the paper has: digital, family"),
        "{refused}"
    );
    let refused = paper.run(&[&grant[..], &["family"]].concat()).badly();
    assert!(refused.contains("from 3 to 5"), "{refused}");
    paper
        .run(&[&grant[..], &["family", "--seats", "4"]].concat())
        .well();
    serving.stop();
}
