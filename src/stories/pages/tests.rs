//! A story as it is handed in, and the page made of it.

use super::*;
use crate::articles::{Draft, EditionDraft, Published};
use crate::base::config::Config;
use crate::base::rng::Rng;
use crate::base::time::{Clock, Span, UnixMillis};
use crate::stories::{StoryDraft, publish};

async fn paper(dir: &std::path::Path) -> Arc<App> {
    let mut config = Config::default();
    config.database.dir = dir.to_owned();
    config.mail.dir = dir.join("mail");
    config.site.public_url = "https://paper.example".to_owned();
    let clock = Clock::fixed(UnixMillis(1_772_020_320_000));
    let app = App::open(config, clock, Rng::seeded(2)).await.unwrap();
    let editions: Vec<EditionDraft> = ["en", "es"]
        .map(|tag| {
            toml::from_str(&format!(
                "slug = \"{tag}\"\nname = \"E\"\nlanguage = \"{tag}\"\nlocale = \"{tag}\"\ntimezone = \"UTC\"\ntitle = \"T\""
            ))
            .unwrap()
        })
        .to_vec();
    crate::articles::set_editions(&app, &editions)
        .await
        .unwrap();
    let article: Draft = toml::from_str(
        "headline = \"One more day\"\npublished = \"2026-02-25T10:00:00Z\"\nedition = \"en\"\nslug = \"day\"\n\
         access = \"subscribers\"\nstory = \"the-fall-of-el-mencho\"",
    )
    .unwrap();
    let (document, _) = markup::Document::from_markdown("One.\n\nTwo.\n\nThree.\n\nHIDDEN words.");
    crate::articles::publish(&app, &article, document, &std::collections::BTreeMap::new())
        .await
        .unwrap();
    app
}

fn draft(edition: &str) -> StoryDraft {
    let text = match edition {
        "en" => include_str!("../../../demo/en/story-the-fall-of-el-mencho.toml"),
        _ => include_str!("../../../demo/es/story-la-caida-de-el-mencho.toml"),
    };
    toml::from_str(text).unwrap()
}

async fn page(app: &Arc<App>, order: Option<&str>) -> String {
    let path = ("en".to_owned(), "the-fall-of-el-mencho".to_owned());
    let asked = Asked {
        order: order.map(str::to_owned),
    };
    let response = show_story(
        State(Arc::clone(app)),
        Path(path),
        Query(asked),
        HeaderMap::new(),
    )
    .await
    .unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn stand_in_order(text: &str, words: &[&str]) {
    let places: Vec<usize> = words
        .iter()
        .map(|word| {
            text.find(word)
                .unwrap_or_else(|| panic!("no {word:?} in {text}"))
        })
        .collect();
    assert!(places.is_sorted(), "{words:?} stand at {places:?}");
}

#[tokio::test]
async fn a_story_has_its_parts_in_order_either_way_and_no_text_of_an_article() {
    let dir = tempfile::tempdir().unwrap();
    let app = paper(dir.path()).await;
    publish(&app, &draft("en")).await.unwrap();
    let text = page(&app, None).await;
    stand_in_order(
        &text,
        &[
            "<h1>The fall of El Mencho",
            "id=\"known\"",
            "?order=oldest",
            "In Washington, the State of the Union</h3>",
            "In Mexico City, a meeting",
            "The day after</h3>",
            "About February 10, 2026</h2>",
            "Early 2026</h2>",
            "id=\"people\"",
            "id=\"figures\"",
            "One more day</a>",
        ],
    );
    let oldest = page(&app, Some("oldest")).await;
    stand_in_order(
        &oldest,
        &[
            "Early 2026</h2>",
            "The day after</h3>",
            "In Washington, the State of the Union</h3>",
        ],
    );
    assert!(text.contains("<time datetime=\"2026-02-24\">February 24, 2026</time>"));
    assert!(
        !text.contains("datetime=\"2026-02-10\""),
        "a day that is not known exactly is not given to machines as if it were"
    );
    assert!(text.contains("CollectionPage"));
    assert!(!text.contains("HIDDEN") && !text.contains("Three."));
}

#[tokio::test]
async fn a_story_published_again_changes_at_once_and_finds_its_translation() {
    let dir = tempfile::tempdir().unwrap();
    let app = paper(dir.path()).await;
    let path = "/en/story/the-fall-of-el-mencho".to_owned();
    let mut story = draft("en");
    assert_eq!(
        publish(&app, &story).await.unwrap(),
        Published::New(path.clone())
    );
    assert!(!page(&app, None).await.contains("hreflang"));
    app.clock.advance(Span::minutes(5));
    assert_eq!(
        publish(&app, &story).await.unwrap(),
        Published::Same(path.clone())
    );
    publish(&app, &draft("es")).await.unwrap();
    assert!(
        page(&app, None)
            .await
            .contains("https://paper.example/es/story/la-caida-de-el-mencho")
    );
    story.title = "A new title".into();
    story.event.truncate(1);
    assert_eq!(
        publish(&app, &story).await.unwrap(),
        Published::Changed(path)
    );
    let text = page(&app, None).await;
    assert!(text.contains("<h1>A new title") && !text.contains("The day after</h3>"));
    let short = brief(&app, "en", "the-fall-of-el-mencho")
        .await
        .unwrap()
        .unwrap();
    assert!(short.render().unwrap().contains("In Washington"));
    story.event[0].source = String::new();
    assert!(
        publish(&app, &story).await.is_err(),
        "no event without a source"
    );
}
