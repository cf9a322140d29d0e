//! `gaceta story`: a newsroom publishes running stories, on a stopped paper and on one that is being served.

use crate::paper::Paper;

fn story(paper: &Paper, name: &str, edition: &str, slug: &str, source: &str) {
    let text = format!(
        "edition = \"{edition}\"\nslug = \"{slug}\"\ntitle = \"About {slug}\"\n\n\
         [[event]]\ndate = \"2026-02-24\"\ntitle = \"The third well is dry\"\n{source}\n"
    );
    paper.write(name, &text);
}

fn translates(paper: &Paper, name: &str, twin: &str) {
    let text = std::fs::read_to_string(paper.path(name)).unwrap();
    paper.write(name, &format!("translation_of = \"{twin}\"\n{text}"));
}

const SOURCE: &str = "source = \"Council minutes\"";

#[test]
fn a_newsroom_publishes_a_running_story_while_the_paper_is_served() {
    let paper = Paper::new();
    story(&paper, "wells.toml", "en", "the-wells", SOURCE);
    story(&paper, "pozos.toml", "es", "los-pozos", SOURCE);
    let serving = paper.serve();
    let address = "/en/story/the-wells";
    assert_eq!(serving.get(address, "").status, 404);
    let publish = ["story", "publish", "wells.toml", "pozos.toml"];

    let dry = paper
        .run(&["story", "publish", "wells.toml", "--dry-run"])
        .well();
    let line = format!("http://localhost:{}{address}\n", paper.port);
    assert_eq!(
        dry,
        format!("new      {line}Nothing was changed: this was a dry run.\n")
    );
    assert_eq!(serving.get(address, "").status, 404);

    // Of two that are published together neither is missing.
    translates(&paper, "wells.toml", "es/los-pozos");
    let said = paper.run(&publish).well();
    assert!(said.starts_with(&format!("new      {line}new  ")), "{said}");
    let shown = serving.get(address, "").text;
    assert!(shown.contains("The third well is dry"), "{shown}");
    assert!(shown.contains("/es/story/los-pozos"), "{shown}");
    assert_eq!(serving.get("/es/story/los-pozos", "").status, 200);

    story(
        &paper,
        "wells.toml",
        "en",
        "the-wells",
        "source = \"The mayor\"",
    );
    let said = paper.run(&publish).well();
    assert!(
        said.starts_with("changed  ") && said.contains("same     "),
        "{said}"
    );
    assert!(serving.get(address, "").text.contains("The mayor"));
    let listed = "en/the-wells  About the-wells\nes/los-pozos  About los-pozos\n";
    assert_eq!(paper.run(&["story", "list"]).well(), listed);
    serving.stop();
    assert_eq!(paper.run(&["story", "list"]).well(), listed);
    assert!(!paper.run(&publish).well().contains("new  "));
}

#[test]
fn one_bad_story_and_none_is_published() {
    let paper = Paper::new();
    story(&paper, "wells.toml", "en", "the-wells", SOURCE);
    story(&paper, "rumour.toml", "en", "a-rumour", "source = \" \"");
    story(&paper, "lost.toml", "fr", "lost", SOURCE);
    story(&paper, "silent.toml", "en", "silent", "");
    paper.write("prose.toml", "Once upon a time");
    let publish = |bad: &str| paper.run(&["story", "publish", "wells.toml", bad]).badly();
    let all = || {
        ["rumour", "lost", "silent", "prose", "gone"].map(|name| publish(&format!("{name}.toml")))
    };
    let stopped = all();
    let serving = paper.serve();
    assert_eq!(all(), stopped);
    assert_eq!(serving.get("/en/story/the-wells", "").status, 404);
    assert_eq!(paper.run(&["story", "list"]).well(), "");
    let [rumour, lost, silent, prose, gone] = stopped;
    for (said, words) in [
        (
            &rumour,
            "rumour.toml: event \"The third well is dry\" needs a source: say who reported it\n\
             1 of 2 files cannot be published, so nothing was changed",
        ),
        (&lost, "lost.toml: there is no edition \"fr\""),
        (&silent, "missing field `source`"),
        (&prose, "`gaceta story publish --help` shows how"),
        (&gone, "gone.toml: cannot be read"),
    ] {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn refusals_are_told_in_the_language_of_the_locale() {
    let paper = Paper::new();
    story(&paper, "rumour.toml", "en", "a-rumour", "source = \"\"");
    let file = paper.article("wells", "open", "Water.");
    let text = std::fs::read_to_string(paper.path(&file)).unwrap();
    paper.write(
        &file,
        &text.replace("access", "topics = [\"water\"]\naccess"),
    );
    let all = || {
        [
            vec!["story", "publish", "rumour.toml"],
            vec!["publish", &file],
            vec!["topic", "add", "fr", "water", "Water"],
        ]
        .map(|arguments| paper.run_in("es_ES.UTF-8", &arguments).badly())
    };
    let stopped = all();
    let serving = paper.serve();
    assert_eq!(all(), stopped);
    serving.stop();
    for (said, words) in stopped.iter().zip([
        "el hecho «The third well is dry» necesita una fuente: di quién lo contó",
        "la edición en no tiene el tema «water» ni ningún otro. Con `gaceta topic add en water NOMBRE` se añade",
        "no hay ninguna edición «fr»; el periódico tiene: en, es",
    ]) {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn help_shows_a_story_file() {
    let help = Paper::nothing().run(&["story", "publish", "--help"]).well();
    assert!(
        help.contains("[[event]]") && help.contains("--dry-run"),
        "{help}"
    );
}
