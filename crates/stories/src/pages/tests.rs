//! A story as it is handed in, and the page made of it.

use articles::{Articles, Change, Draft, EditionDraft};
use base::Base;
use base::config::Config;
use base::rng::Rng;
use base::time::{Clock, Span, UnixMillis};
use web::Site;

use super::*;
use crate::{StoryDraft, publish};

async fn paper(dir: &std::path::Path) -> Arc<Stories> {
    let mut config = Config::default();
    config.database.dir = dir.to_owned();
    config.mail.dir = dir.join("mail");
    config.site.public_url = "https://paper.example".to_owned();
    let clock = Clock::fixed(UnixMillis(1_772_020_320_000));
    web::locale::load(&[web::TEXTS, articles::TEXTS, crate::TEXTS]);
    let base = Base::open(config, clock, Rng::seeded(2)).await.unwrap();
    let stories = Stories::new(&Articles::open(&Site::new(&base)).await.unwrap());
    let editions: Vec<EditionDraft> = ["en", "es"]
        .map(|tag| {
            toml::from_str(&format!(
                "slug = \"{tag}\"\nname = \"E\"\nlanguage = \"{tag}\"\nlocale = \"{tag}\"\ntimezone = \"UTC\"\ntitle = \"T\""
            ))
            .unwrap()
        })
        .to_vec();
    articles::set_editions(&stories.articles, &editions)
        .await
        .unwrap();
    publish(&stories, &draft("en")).await.unwrap();
    let article: Draft = toml::from_str(
        "headline = \"One more day\"\npublished = \"2026-02-25T10:00:00Z\"\nedition = \"en\"\nslug = \"day\"\n\
         access = \"subscribers\"\nstory = \"the-fall-of-el-mencho\"",
    )
    .unwrap();
    let (document, _) = markup::Document::from_markdown("One.\n\nTwo.\n\nThree.\n\nHIDDEN words.");
    articles::publish(
        &stories.articles,
        &article,
        document,
        &std::collections::BTreeMap::new(),
    )
    .await
    .unwrap();
    stories
}

fn draft(edition: &str) -> StoryDraft {
    let text = match edition {
        "en" => include_str!("../../../gaceta/demo/en/story-the-fall-of-el-mencho.toml"),
        _ => include_str!("../../../gaceta/demo/es/story-la-caida-de-el-mencho.toml"),
    };
    toml::from_str(text).unwrap()
}

async fn page(stories: &Arc<Stories>, order: Option<&str>) -> String {
    let path = ("en".to_owned(), "the-fall-of-el-mencho".to_owned());
    let asked = StoryQuery {
        order: order.map(str::to_owned),
    };
    let response = show_story(
        State(Arc::clone(stories)),
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
    let stories = paper(dir.path()).await;
    let text = page(&stories, None).await;
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
    let oldest = page(&stories, Some("oldest")).await;
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
    let stories = paper(dir.path()).await;
    let mut story = draft("en");
    assert!(
        !page(&stories, None)
            .await
            .contains("<link rel=\"alternate\" hreflang")
    );
    stories.base.clock.advance(Span::minutes(5));
    let again = publish(&stories, &story).await.unwrap();
    assert_eq!(again.change, Change::Same);
    assert_eq!(again.path, "/en/story/the-fall-of-el-mencho");
    assert_eq!(
        again.missing.as_deref(),
        Some("es/la-caida-de-el-mencho"),
        "said until it is there"
    );
    let mut spanish = draft("es");
    spanish.translation_of = String::new();
    let came = publish(&stories, &spanish).await.unwrap();
    assert_eq!((came.change, came.missing), (Change::New, None));
    assert!(
        page(&stories, None)
            .await
            .contains("https://paper.example/es/story/la-caida-de-el-mencho")
    );
    story.title = "A new title".into();
    story.event.truncate(1);
    let changed = publish(&stories, &story).await.unwrap();
    assert_eq!((changed.change, changed.missing), (Change::Changed, None));
    let text = page(&stories, None).await;
    assert!(text.contains("<h1>A new title") && !text.contains("The day after</h3>"));
    let short = brief(&stories, "en", "the-fall-of-el-mencho")
        .await
        .unwrap()
        .unwrap();
    assert!(short.render().unwrap().contains("In Washington"));
    story.event[0].source = String::new();
    assert!(
        publish(&stories, &story).await.is_err(),
        "no event without a source"
    );
}
