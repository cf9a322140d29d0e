//! What every page has, and what pages say that have nothing to show yet.

use base::lang::Lang;
use http::{Method, StatusCode};

use testing::TestPaper;

/// The foot of a page.
fn foot(text: &str) -> &str {
    text.split("<footer class=\"colophon\">").nth(1).unwrap()
}

#[tokio::test]
async fn every_foot_leads_to_the_paper_in_the_other_language() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (guest, reader) = (paper.guest(), ada.on("laptop").await);
    let story = paper.publish_story("en", "rain").await;
    for (browser, path, status) in [
        (&guest, "/en", 200),
        (&guest, "/en/topic/water", 200),
        (&guest, "/en/2026-02-24/open-1", 200),
        (&guest, "/en/2026-02-24/subscribers-1", 200),
        (&guest, &*story, 200),
        (&guest, "/sign-in?next=/en/2026-02-24/open-1", 200),
        (&guest, "/sign-up", 200),
        (&guest, "/sign-up/sent", 200),
        (&guest, "/reset", 200),
        (&guest, "/plans", 200),
        (&guest, "/about/terms", 200),
        (&guest, "/en/nowhere", 404),
        (&guest, "/en/topic/water?page=abc", 404),
        (&reader, "/account", 200),
        (&reader, "/account/devices", 200),
        (&reader, "/account/seats", 200),
        (&reader, "/plans", 200),
    ] {
        let page = browser.opens(path).await;
        assert_eq!(page.status.as_u16(), status, "{path}");
        assert!(page.text.contains("<html lang=\"en"), "{path}");
        let foot = foot(&page.text);
        assert!(
            foot.contains("hreflang=\"es") && foot.contains("Español"),
            "{path}: {foot}"
        );
        let to = foot.split("hreflang=\"es").next().unwrap();
        let to = to
            .rsplit("href=\"")
            .next()
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let to = to
            .replace("&#38;", "&")
            .replace("http://localhost:8080", "");
        let spanish = guest.opens(&to).await;
        let spanish = match spanish.headers.get("location") {
            Some(to) => guest.opens(to.to_str().unwrap()).await,
            None => spanish,
        };
        assert_eq!(spanish.status, StatusCode::OK, "{path} leads to {to}");
        assert!(
            spanish.text.contains("<html lang=\"es"),
            "{path} leads to {to}"
        );
    }
    // Whoever signs in stays where they were.
    let page = guest.opens("/sign-in?next=/en/2026-02-24/open-1").await;
    assert!(foot(&page.text).contains("/sign-in?next=/en/2026-02-24/open-1&#38;lang=es"));
}

#[tokio::test]
async fn an_odd_page_number_gets_the_papers_own_page_in_the_readers_language() {
    let paper = TestPaper::new().await;
    let guest = paper.guest();
    for (edition, said, other) in [
        ("en", "There is no page here", "es"),
        ("es", "Aquí no hay ninguna página", "en"),
    ] {
        // The edition speaks, whatever the browser would like.
        let other = [("accept-language", other)];
        let path = format!("/{edition}/topic/water?page=abc");
        let page = guest.send(Method::GET, &path, &other, "").await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert!(page.text.contains(said), "{}", page.text);
    }
}

#[tokio::test]
async fn what_is_empty_says_so() {
    let paper = TestPaper::new().await;
    let topics = [("dry", "Dry"), ("water", "Water")].map(|(slug, name)| articles::TopicDraft {
        slug: slug.into(),
        name: name.into(),
        description: String::new(),
        same_as: String::new(),
    });
    articles::set_topics(&paper.app.articles, "en", &topics)
        .await
        .unwrap();
    let page = paper.guest().opens("/en/topic/dry").await;
    assert!(page.text.contains("No article is archived here yet"));
    assert!(!page.text.contains("<ol class=\"rows\">"));

    let edition = |slug: &str, language| articles::EditionDraft {
        slug: slug.into(),
        name: slug.to_uppercase(),
        language,
        locale: slug.into(),
        timezone: "UTC".into(),
        title: "Gaceta".into(),
        tagline: String::new(),
    };
    let editions = [("en", Lang::EN), ("es", Lang::ES), ("es-mx", Lang::ES)];
    let editions = editions.map(|(slug, language)| edition(slug, language));
    articles::set_editions(&paper.app.articles, &editions)
        .await
        .unwrap();
    let page = paper.guest().opens("/es-mx").await;
    assert!(page.text.contains("Los primeros artículos están en camino"));

    let ada = paper.reader("ada", false).await;
    ada.works_here().await;
    let page = ada.on("laptop").await.opens("/admin/subscriptions").await;
    assert!(page.text.contains("No subscription is found."));
}

/// Publishes an article with a picture of the demo; gives its address.
async fn publish_pictured(paper: &TestPaper, slug: &str, hour: u8) -> String {
    let picture = include_bytes!("../../demo/pictures/bookmobile.jpg");
    let text = format!(
        "headline = \"{slug}\"\nbyline = [\"Ada\"]\ndateline = \"VILA, Spain\"\npublished = \"2026-02-25T{hour:02}:00:00Z\"\n\
         edition = \"en\"\nslug = \"{slug}\"\ntopics = [\"water\"]\naccess = \"open\"\n\
         [image]\nfile = \"a.jpg\"\nalt = \"A bus\"\ncaption = \"The bus.\"\nagency = \"Reuters\"\n"
    );
    let draft: articles::Draft = toml::from_str(&text).unwrap();
    let (document, _) = markup::Document::from_markdown("It came.\n\nIt went.");
    let files = [("a.jpg".to_owned(), picture.to_vec())].into();
    articles::publish(&paper.app.articles, &draft, document, &files)
        .await
        .unwrap();
    format!("/en/2026-02-25/{slug}")
}

#[tokio::test]
async fn phones_load_small_pictures_for_small_places() {
    let paper = TestPaper::new().await;
    let mut path = String::new();
    for (hour, slug) in (8..).zip(["d", "c", "b", "a"]) {
        path = publish_pictured(&paper, slug, hour).await;
    }
    let guest = paper.guest();
    let front = guest.opens("/en").await.text;
    let sizes = front.split("srcset=\"").skip(1);
    let sizes = sizes.map(|rest| rest.split("sizes=\"").nth(1).unwrap());
    let sizes: Vec<&str> = sizes.map(|rest| rest.split('"').next().unwrap()).collect();
    // The lead and the first card of a row fill the phone, the others are 104 pixels wide there.
    let small: Vec<bool> = sizes
        .iter()
        .map(|one| one.contains("(max-width:30rem) 6.5rem"))
        .collect();
    assert_eq!(small[..4], [false, false, true, true], "{sizes:?}");
    let topic = guest.opens("/en/topic/water").await.text;
    assert!(topic.contains("sizes=\"6.5rem\""));
    let rung = front
        .split("srcset=\"")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    assert!(rung.ends_with("-320.jpg"), "{rung}");
    assert!(guest.opens(rung).await.bytes.len() < 40_000);

    // Beside it: who made the picture, even without a photographer, and the dateline in the first line.
    let page = guest.opens(&path).await.text;
    assert!(
        page.contains("<span class=\"credit\">Reuters</span>"),
        "{page}"
    );
    let first = "<p id=\"p-1\"><span class=\"dateline\">VILA, Spain</span> — It came.</p>";
    assert!(page.contains(first), "{page}");
}
