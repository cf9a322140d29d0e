//! What the paper says of itself: versions that stay, pages that are taken away and come back.

use about::{Draft, Refusal};
use base::time::Span;
use http::StatusCode;
use testing::TestPaper;

fn draft(page: &str, language: &str, version: Option<&str>, body: &str) -> Draft {
    Draft {
        page: page.to_owned(),
        language: language.parse().unwrap(),
        title: format!("{page} in {language}"),
        version: version.map(str::to_owned),
        published: None,
        body: body.to_owned(),
    }
}

async fn published(paper: &TestPaper, draft: Draft) -> bool {
    let said = about::publish(&paper.app.about, &[draft]).await.unwrap();
    said[0].as_ref().unwrap().is_new
}

#[tokio::test]
async fn a_version_stays_as_it_was_published() {
    let paper = TestPaper::new().await;
    let first = || draft("privacy", "en", Some("1"), "We keep **little**.");
    assert!(published(&paper, first()).await);
    assert!(!published(&paper, first()).await);
    let mut other = first();
    other.body = "We keep everything.".to_owned();
    let said = about::publish(&paper.app.about, &[other]).await.unwrap();
    assert!(matches!(&said[0], Err(Refusal::Kept { version, .. }) if version == "1"));

    paper.advance(Span::days(3));
    assert!(published(&paper, draft("privacy", "en", None, "We keep less.")).await);
    let guest = paper.guest();
    let now = guest.opens("/about/privacy").await;
    assert!(now.text.contains("We keep less."), "{}", now.text);
    assert!(now.text.contains("/about/privacy/1"));
    let before = guest.opens("/about/privacy/1").await;
    assert!(before.text.contains("We keep <strong>little</strong>."));
    assert_eq!(
        guest.opens("/about/privacy/7").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn all_pages_are_published_or_none() {
    let paper = TestPaper::new().await;
    let drafts = [
        draft("contact", "en", None, "Write to us."),
        draft("Contact us", "en", None, "Write to us."),
        draft("staff", "en", Some("1\n2"), "Ada."),
        draft("masthead", "en", None, "  "),
    ];
    let said = about::publish(&paper.app.about, &drafts).await.unwrap();
    assert!(said[0].is_ok());
    assert_eq!(said[1], Err(Refusal::Slug("Contact us".to_owned())));
    assert_eq!(said[2], Err(Refusal::Version));
    assert_eq!(said[3], Err(Refusal::Empty));
    let page = paper.guest().opens("/about/contact").await;
    assert!(!page.text.contains("Write to us."));
    assert!(page.text.contains("has not published this page yet"));
}

#[tokio::test]
async fn what_is_in_force_later_is_not_in_force_yet() {
    let paper = TestPaper::new().await;
    published(&paper, draft("terms", "en", Some("1"), "Be kind.")).await;
    let mut second = draft("terms", "en", Some("2"), "Be kinder.");
    let in_a_week = paper.app.base.clock.now().plus(Span::days(7));
    second.published = Some(in_a_week.timestamp());
    published(&paper, second).await;
    let guest = paper.guest();
    let page = guest.opens("/about/terms").await;
    assert!(page.text.contains("Be kind."), "{}", page.text);
    assert!(page.text.contains("Version 2, in force from"));
    let version = async || {
        let mut tx = paper.app.base.read().await.unwrap();
        about::store::find_terms_version(&mut tx).await.unwrap()
    };
    assert_eq!(version().await.as_deref(), Some("1"));
    paper.advance(Span::days(8));
    assert_eq!(version().await.as_deref(), Some("2"));
    assert!(
        guest
            .opens("/about/terms")
            .await
            .text
            .contains("Be kinder.")
    );
}

#[tokio::test]
async fn a_page_that_is_withdrawn_is_nowhere_and_comes_back() {
    let paper = TestPaper::new().await;
    let (guest, about) = (paper.guest(), &paper.app.about);
    assert!(
        guest
            .opens("/about")
            .await
            .text
            .contains("has not said anything")
    );
    published(&paper, draft("masthead", "es", Some("1"), "Ada y Eva.")).await;
    for expected in [true, false] {
        let list = guest.opens("/about").await;
        assert_eq!(list.text.contains("/about/masthead"), expected);
        let status = if expected {
            StatusCode::OK
        } else {
            StatusCode::NOT_FOUND
        };
        for page in ["/about/masthead", "/about/masthead/1"] {
            assert_eq!(guest.opens(page).await.status, status, "{page}");
        }
        about::set_withdrawn(about, "masthead", true)
            .await
            .unwrap()
            .unwrap();
    }
    assert!(
        !about::set_withdrawn(about, "masthead", true)
            .await
            .unwrap()
            .unwrap()
    );
    assert!(
        about::set_withdrawn(about, "masthead", false)
            .await
            .unwrap()
            .unwrap()
    );
    let page = guest.opens("/about/masthead").await;
    assert!(page.text.contains("Ada y Eva.") && page.text.contains("not available in English"));
    published(&paper, draft("terms", "en", None, "Be kind.")).await;
    let refused = about::set_withdrawn(about, "terms", true).await;
    assert!(matches!(refused, Ok(Err(Refusal::Terms))));
    let refused = about::set_withdrawn(about, "nothing", true).await;
    assert!(matches!(refused, Ok(Err(Refusal::NoPage(_)))));
}

/// An edition of the same name as another page would hide it, or be hidden.
#[tokio::test]
async fn no_edition_is_called_like_the_first_part_of_another_address() {
    let paper = TestPaper::new().await;
    for route in gaceta::router::routes(&paper.app) {
        let first = route.path.split('/').nth(1).unwrap_or_default();
        if first.parse::<articles::Slug>().is_ok() {
            assert!(articles::Slug::edition(first).is_err(), "{}", route.path);
        }
    }
}
