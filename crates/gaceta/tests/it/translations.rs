//! Articles that are one text in several editions, the story they name, and who wrote them.

use std::collections::BTreeMap;

use articles::{self, Batch, Change, Draft, Published, Submission};
use stories::{self, StoryDraft};

use base::lang::Lang;
use testing::TestPaper;
use web::locale::Say;

const NOWHERE: &str = include_str!("translations/nowhere.md");
const WELL: &str = include_str!("translations/the-well.md");
const POZO: &str = include_str!("translations/el-pozo.md");

const WELL_PATH: &str = "/en/2024-05-01/the-well";
const POZO_PATH: &str = "/es/2024-05-01/el-pozo";

/// As `gaceta publish` reads a file.
fn submission(file: &str) -> Submission {
    let (front, text) = file
        .trim_start_matches("+++\n")
        .split_once("+++\n")
        .unwrap();
    Submission {
        draft: toml::from_str(front).unwrap(),
        document: markup::Document::from_markdown(text).0,
        files: BTreeMap::new(),
    }
}

async fn publish(paper: &TestPaper, files: &[&str]) -> Vec<Result<Published, articles::Error>> {
    let batch = Batch {
        submissions: files.iter().map(|file| submission(file)).collect(),
        ..Batch::default()
    };
    articles::publish_batch(&paper.app.articles, batch, || {})
        .await
        .unwrap()
}

async fn publish_one(paper: &TestPaper, file: &str) -> Published {
    publish(paper, &[file]).await.pop().unwrap().unwrap()
}

/// The addresses that a page names as the same in other languages, itself included.
async fn alternates(paper: &TestPaper, path: &str) -> Vec<String> {
    let page = paper.guest().opens(path).await;
    let links = page
        .text
        .split("<link rel=\"alternate\" hreflang=\"")
        .skip(1);
    let href = |link: &str| {
        let href = link.split("href=\"").nth(1).unwrap();
        href.split('"')
            .next()
            .unwrap()
            .replace("http://localhost:8080", "")
    };
    let mut found: Vec<String> = links.map(href).collect();
    found.sort();
    found.dedup();
    found
}

#[tokio::test]
async fn a_translation_that_is_not_there_yet_is_named_and_the_article_published() {
    let paper = TestPaper::new().await;
    let said = publish_one(&paper, NOWHERE).await;
    assert_eq!(said.change, Change::New);
    assert_eq!(said.missing.as_deref(), Some("es/no-hay-tal"));
    assert!(alternates(&paper, &said.path).await.is_empty());
    let again = publish_one(&paper, NOWHERE).await;
    assert_eq!(again.change, Change::Same);
    assert_eq!(again.missing.as_deref(), Some("es/no-hay-tal"), "still");
}

#[tokio::test]
async fn both_translations_lead_to_each_other_in_whichever_order_they_come() {
    for files in [[WELL, POZO], [POZO, WELL]] {
        for together in [true, false] {
            let paper = TestPaper::new().await;
            if together {
                for said in publish(&paper, &files).await {
                    assert_eq!(said.unwrap().missing, None, "it is in the same batch");
                }
            } else {
                publish_one(&paper, files[0]).await;
                // Read before the other one is there, so the page is in memory.
                let first = submission(files[0]).draft;
                let path = format!("/{}/2024-05-01/{}", first.edition, first.slug);
                assert!(alternates(&paper, &path).await.is_empty());
                assert_eq!(publish_one(&paper, files[1]).await.missing, None);
            }
            for path in [WELL_PATH, POZO_PATH] {
                assert_eq!(alternates(&paper, path).await, [WELL_PATH, POZO_PATH]);
            }
            for file in files {
                assert_eq!(publish_one(&paper, file).await.change, Change::Same);
            }
        }
    }
}

#[tokio::test]
async fn who_named_the_wrong_translation_names_another() {
    let paper = TestPaper::new().await;
    publish(&paper, &[WELL, POZO]).await;
    let right = POZO.replace("el-pozo", "el-otro-pozo");
    publish_one(&paper, &right).await;
    let mended = WELL.replace("es/el-pozo", "es/el-otro-pozo");
    assert_eq!(publish_one(&paper, &mended).await.change, Change::Changed);
    let other = "/es/2024-05-01/el-otro-pozo";
    for path in [WELL_PATH, other] {
        assert_eq!(alternates(&paper, path).await, [WELL_PATH, other]);
    }
    assert!(alternates(&paper, POZO_PATH).await.is_empty());
}

#[tokio::test]
async fn a_translation_is_named_by_another_edition_and_its_slug() {
    let paper = TestPaper::new().await;
    for (wrong, says) in [
        ("el-pozo", "EDITION/SLUG"),
        ("fr/le-puits", "no edition"),
        ("en/another-well", "same edition"),
    ] {
        let file = WELL.replace("es/el-pozo", wrong);
        let refused = publish(&paper, &[&file]).await.pop().unwrap();
        let error = refused.unwrap_err().say(Say::new(Lang::EN));
        assert!(error.contains(says), "{error}");
    }
}

#[tokio::test]
async fn an_article_names_a_story_that_is_there() {
    let paper = TestPaper::new().await;
    let file = WELL.replace("access", "story = \"wells\"\naccess");
    let refused = publish(&paper, &[&file]).await.pop().unwrap();
    let error = refused.unwrap_err().say(Say::new(Lang::EN));
    assert!(
        error.contains("\"wells\"") && error.contains("first"),
        "{error}"
    );
    // A batch in which one is refused goes on to say what is wrong with the others.
    let both = publish(&paper, &[&file, POZO]).await;
    assert!(both[0].is_err() && both[1].is_ok());
    let story: StoryDraft =
        toml::from_str("edition = \"en\"\nslug = \"wells\"\ntitle = \"Wells\"").unwrap();
    stories::publish(&paper.app.stories, &story).await.unwrap();
    let said = publish_one(&paper, &file).await;
    assert_eq!(said.change, Change::New);
    let page = paper.guest().opens("/en/story/wells").await;
    assert!(page.text.contains(&said.path), "{}", page.text);
}

#[tokio::test]
async fn authors_are_made_once_and_keep_their_order() {
    let paper = TestPaper::new().await;
    let draft = |slug: &str, byline: &str| -> Draft {
        let text = WELL.replace("the-well", slug).replace(
            "translation_of = \"es/el-pozo\"",
            &format!("byline = {byline}"),
        );
        submission(&text).draft
    };
    for (slug, byline) in [
        ("first", "[\"José Peña\", \"Ada  Byron\"]"),
        (
            "second",
            "[\"Ada Byron\", \"Jose Pena\", \"\u{738b}\u{5c0f}\u{660e}\", \"Ada Byron\", \" \"]",
        ),
        ("third", "[]"),
    ] {
        let (document, _) = markup::Document::from_markdown("Text.");
        articles::publish(
            &paper.app.articles,
            &draft(slug, byline),
            document,
            &BTreeMap::new(),
        )
        .await
        .unwrap();
    }
    let mut tx = paper.app.base.read().await.unwrap();
    let edition = "en".parse().unwrap();
    let mut byline = async |slug: &str| {
        let found = articles::find_by_slug(&mut tx, &edition, &slug.parse().unwrap()).await;
        found.unwrap().unwrap().byline
    };
    assert_eq!(byline("first").await, ["José Peña", "Ada Byron"]);
    let second = ["Ada Byron", "Jose Pena", "\u{738b}\u{5c0f}\u{660e}"];
    assert_eq!(byline("second").await, second);
    assert!(byline("third").await.is_empty());
    let cards = articles::list_cards(&mut tx, &edition, None, articles::Position::NEWEST, 20)
        .await
        .unwrap();
    let card = |slug: &str| cards.iter().find(|card| card.path.ends_with(slug)).unwrap();
    assert_eq!(card("first").byline, ["José Peña", "Ada Byron"]);
    assert_eq!(card("second").byline, second);
    assert!(card("third").byline.is_empty());
    drop(tx);
    let slugs = author_slugs(&paper, "Jos%").await;
    let slugs: Vec<_> = slugs
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(
        slugs,
        [("jose-pena", "José Peña"), ("jose-pena-2", "Jose Pena")]
    );
}

/// The slugs and names of the authors whose name is like `pattern`, by slug.
async fn author_slugs(paper: &TestPaper, pattern: &str) -> Vec<(String, String)> {
    use base::db::Db;
    let sql = "SELECT slug, name FROM author WHERE name LIKE $1 ORDER BY slug";
    match &paper.app.base.db {
        Db::Sqlite { read, .. } => sqlx::query_as(sql).bind(pattern).fetch_all(read).await,
        Db::Postgres(primary) => {
            sqlx::query_as(sql)
                .bind(pattern)
                .fetch_all(&primary.pool)
                .await
        }
    }
    .unwrap()
}
