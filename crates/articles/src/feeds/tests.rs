//! Feeds are XML, say what a card says, and hold no text of an article.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::{Draft, EditionDraft, TopicDraft};
use base::Base;
use base::config::Config;
use base::rng::Rng;
use base::time::Clock;
use web::Site;

/// Every element's name, and all text with its references resolved; fails if it is not well-formed.
fn read(xml: &str) -> (Vec<String>, String) {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut names, mut text, mut depth) = (Vec::new(), String::new(), 0_i32);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                depth += 1;
                for attribute in start.attributes() {
                    attribute.unwrap();
                }
                names.push(format!("{:?}", start.name()));
            }
            Event::End(_) => depth -= 1,
            Event::Text(part) => text.push_str(&format!("{part:?}")),
            Event::GeneralRef(part) => text.push_str(&format!("{part:?}")),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "every element is closed");
    (names, text)
}

async fn paper(dir: &std::path::Path) -> Arc<Articles> {
    let mut config = Config::default();
    config.database.dir = dir.to_owned();
    config.mail.dir = dir.join("mail");
    config.site.public_url = "https://paper.example".to_owned();
    let clock = Clock::fixed(UnixMillis(1_772_020_320_000));
    web::locale::load(&[web::TEXTS, crate::TEXTS]);
    let base = Base::open(config, clock, Rng::seeded(1)).await.unwrap();
    let articles = Articles::open(&Site::new(&base)).await.unwrap();
    let edition: EditionDraft = toml::from_str(
        "slug = \"en\"\nname = \"Edition\"\nlanguage = \"en\"\nlocale = \"en-US\"\ntimezone = \"UTC\"\ntitle = \"T\"",
    )
    .unwrap();
    crate::set_editions(&articles, &[edition]).await.unwrap();
    let topic: TopicDraft = toml::from_str("slug = \"water\"\nname = \"Water & <rain>\"").unwrap();
    crate::set_topics(&articles, "en", &[topic]).await.unwrap();
    let draft: Draft = toml::from_str(
        "headline = \"Rain < sun & more\"\ndeck = \"<b>Deck\\u0007</b>\"\nbyline = [\"Ana\"]\npublished = \"2026-02-25T10:00:00Z\"\n\
         edition = \"en\"\nslug = \"rain\"\ntopics = [\"water\"]\naccess = \"subscribers\"",
    )
    .unwrap();
    let (document, _) =
        markup::Document::from_markdown("Opening.\n\nSecond.\n\nThird.\n\nHIDDEN words.");
    crate::publish(
        &articles,
        &draft,
        document,
        &std::collections::BTreeMap::new(),
    )
    .await
    .unwrap();
    articles
}

async fn sent(response: axum::response::Response) -> (String, String) {
    let kind = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    (kind, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn feeds_are_well_formed_and_hold_no_text_of_an_article() {
    let dir = tempfile::tempdir().unwrap();
    let articles = paper(dir.path()).await;
    let headers = HeaderMap::new();
    for (topic, kind, item) in [
        (None, Kind::Rss, "item"),
        (None, Kind::Atom, "entry"),
        (Some("water"), Kind::Rss, "item"),
        (Some("water"), Kind::Atom, "entry"),
    ] {
        let (content_type, text) =
            sent(show(&articles, "en", topic, kind, &headers).await.unwrap()).await;
        assert_eq!(content_type, kind.content_type());
        let (names, words) = read(&text);
        assert_eq!(
            names.iter().filter(|name| name.contains(item)).count(),
            1,
            "{text}"
        );
        assert!(words.contains("Ana"), "{words}");
        assert!(text.contains("https://paper.example/en/2026-02-25/rain"));
        assert!(text.contains("Water &amp; &lt;rain&gt;"));
        assert!(!text.contains("<b>"), "a deck is text");
        for word in ["HIDDEN", "Opening", "Second", "\u{7}"] {
            assert!(!text.contains(word), "{word:?} in {text}");
        }
    }
    assert!(
        show(&articles, "en", Some("fire"), Kind::Rss, &headers)
            .await
            .is_err()
    );
}

#[test]
fn dates_are_as_rss_wants_them() {
    assert_eq!(
        rfc822(UnixMillis(1_772_020_320_000)),
        "Wed, 25 Feb 2026 11:52:00 GMT"
    );
}
