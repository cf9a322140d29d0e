//! What is handed in with a moment, a place on the front page or without a deck. On both engines.

use std::collections::BTreeMap;

use articles::{self, Draft, Error, Published, Refusal};
use base::time::Span;
use http::StatusCode;

use testing::TestPaper;

async fn publish(paper: &TestPaper, front: &str, text: &str) -> articles::Result<Published> {
    let draft: Draft = toml::from_str(front).unwrap();
    let (document, _) = markup::Document::from_markdown(text);
    articles::publish(&paper.app.articles, &draft, document, &BTreeMap::new()).await
}

fn front(slug: &str, published: &str) -> String {
    format!(
        "headline = \"About {slug}\"\npublished = \"{published}\"\nedition = \"en\"\nslug = \"{slug}\"\n\
         access = \"open\"\ntopics = [\"water\"]\n"
    )
}

/// Every page that lists articles or is one.
const DOORS: [&str; 9] = [
    "/en",
    "/en/feed.xml",
    "/en/atom.xml",
    "/en/topic/water",
    "/en/topic/water/feed.xml",
    "/en/topic/water/atom.xml",
    "/sitemap-1.xml",
    "/sitemap-2.xml",
    "/en/2026-02-25/verdict",
];

#[tokio::test]
async fn what_is_for_later_is_nowhere_until_its_second_and_then_everywhere() {
    let paper = TestPaper::new().await;
    let twin = front("twin", "2026-02-24T10:00:00Z").replace("\"en\"", "\"es\"");
    let twin = twin.replace("topics = [\"water\"]\n", "");
    publish(&paper, &twin, "Texto.").await.unwrap();
    let twin_path = "/es/2026-02-24/twin";
    let before = paper.guest().opens(twin_path).await.text;
    let alternate = "<link rel=\"alternate\" hreflang=\"en";
    assert!(!before.contains(alternate), "no translation yet");

    let later = front("verdict", "2026-02-25T12:00:10Z") + "translation_of = \"es/twin\"\n";
    let said = publish(&paper, &later, "The verdict.").await.unwrap();
    assert_eq!(said.path, "/en/2026-02-25/verdict");
    assert_eq!(said.held_until.unwrap().to_string(), "2026-02-25T12:00:10Z");
    let seen = async |paper: &TestPaper| {
        let mut seen = Vec::new();
        for door in DOORS.into_iter().chain([twin_path]) {
            let answer = paper.guest().opens(door).await;
            if answer.text.contains("verdict") {
                seen.push(door);
            }
        }
        seen
    };
    assert_eq!(seen(&paper).await, [""; 0]);
    let gone = paper.guest().opens("/en/2026-02-25/verdict").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    // As after a start, and as another node hears of it.
    paper.app.articles.load().await.unwrap();
    articles::reload(&paper.app.articles, vec![said.path.clone()])
        .await
        .unwrap();
    paper.advance(Span::seconds(9));
    assert_eq!(articles::release(&paper.app.articles).await.unwrap(), 0);
    assert_eq!(seen(&paper).await, [""; 0]);

    paper.advance(Span::seconds(1));
    assert_eq!(articles::release(&paper.app.articles).await.unwrap(), 1);
    let all: Vec<_> = DOORS
        .into_iter()
        .filter(|door| *door != "/sitemap-1.xml")
        .chain([twin_path])
        .collect();
    assert_eq!(seen(&paper).await, all);
    assert_eq!(articles::release(&paper.app.articles).await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_put_off_again_is_held_back_again() {
    let paper = TestPaper::new().await;
    let now = front("verdict", "2026-02-25T11:00:00Z");
    let path = publish(&paper, &now, "The verdict.").await.unwrap().path;
    assert_eq!(paper.guest().opens(&path).await.status, StatusCode::OK);
    let later = front("verdict", "2026-02-25T13:00:00Z");
    publish(&paper, &later, "The verdict.").await.unwrap();
    let put_off = paper.guest().opens(&path).await;
    assert_eq!(put_off.status, StatusCode::NOT_FOUND);
    assert!(!paper.guest().opens("/en").await.text.contains("verdict"));
    publish(&paper, &now, "The verdict.").await.unwrap();
    assert_eq!(paper.guest().opens(&path).await.status, StatusCode::OK);
    paper.advance(Span::minutes(120));
    assert_eq!(articles::release(&paper.app.articles).await.unwrap(), 0);
}

#[tokio::test]
async fn an_article_cannot_change_before_it_is_published() {
    let paper = TestPaper::new().await;
    let file = front("lamps", "2024-05-05T10:00:00Z") + "updated = \"2024-05-01\"\n";
    let refused = publish(&paper, &file, "Lamps.").await.unwrap_err();
    assert!(matches!(refused, Error::Refused(Refusal::UpdatedBefore)));
}

#[tokio::test]
async fn a_day_is_one_of_the_editions_calendar() {
    let paper = TestPaper::new().await;
    let said = publish(&paper, &front("lamps", "2024-05-01"), "Lamps.").await;
    assert_eq!(said.unwrap().path, "/en/2024-05-01/lamps");
}

#[tokio::test]
async fn a_pinned_article_leads_however_old_it_is() {
    let paper = TestPaper::new().await;
    for number in 0..90 {
        let file = front(&format!("n-{number}"), "2026-02-24T10:00:00Z");
        publish(&paper, &file, "Text.").await.unwrap();
    }
    let file = front("constitution", "2015-03-01T10:00:00Z") + "pinned = true\n";
    publish(&paper, &file, "Text.").await.unwrap();
    let page = paper.guest().opens("/en").await.text;
    let main = page.split("<main").nth(1).unwrap();
    let first = main.split("<a href=\"/en/2").nth(1).unwrap();
    assert!(first.starts_with("015-03-01/constitution"), "{first}");
    assert_eq!(main.matches("About constitution").count(), 1);
}

#[tokio::test]
async fn without_a_deck_the_first_free_words_stand_for_it_at_every_door() {
    let paper = TestPaper::new().await;
    let open = front("market", "2026-02-24T10:00:00Z");
    let path = publish(
        &paper,
        &open,
        "The market & its stalls.\n\nPrices stay, two more than last year, and a rink.",
    )
    .await;
    let path = path.unwrap().path;
    let paid = front("paid", "2026-02-24T11:00:00Z").replace("open", "subscribers");
    publish(&paper, &paid, "<!--more-->\n\nSecret words.")
        .await
        .unwrap();
    let page = paper.guest().opens(&path).await.text;
    let meta = "<meta name=\"description\" content=\"The market ";
    assert!(page.contains(meta), "{page}");
    assert!(page.contains("\"description\":\"The market"), "JSON-LD");
    assert!(!page.contains("class=\"standfirst\""), "it is no deck");
    let feed = paper.guest().opens("/en/feed.xml").await.text;
    let words = "<description>The market &amp;amp; its stalls. Prices stay,";
    assert!(feed.contains(words), "{feed}");
    assert!(
        feed.contains("<description>About paid</description>"),
        "{feed}"
    );
    let atom = paper.guest().opens("/en/atom.xml").await.text;
    let words = "<summary>The market &amp; its stalls. Prices stay,";
    assert!(atom.contains(words), "{atom}");
    let front = paper.guest().opens("/en").await.text;
    assert!(front.contains("its stalls."), "{front}");
    for door in ["/en", "/en/feed.xml", "/en/atom.xml", "/en/2026-02-24/paid"] {
        let text = paper.guest().opens(door).await.text;
        assert!(!text.contains("Secret words"), "{door}");
    }
}
