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
        (&guest, "/terms", 200),
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
