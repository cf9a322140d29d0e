//! Rows that a node cannot read: it goes on hearing, and uses nothing that they may concern.

use gaceta::nodes::ChangeListener;
use http::StatusCode;

use testing::{TestPaper, postgres};

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";

/// One paper, a further node of it, and that one's listener.
async fn two() -> (TestPaper, TestPaper, ChangeListener) {
    let url = postgres().await;
    let paper = TestPaper::with(|config| config.database.url = url.into()).await;
    let node = paper.node(8).await;
    let listener = ChangeListener::join(&node.app).await.unwrap();
    (paper, node, listener.expect("nodes are on PostgreSQL"))
}

#[tokio::test]
async fn a_change_that_cannot_be_read_cuts_no_node_off() {
    let (paper, node, mut listener) = two().await;
    for (kind, about) in [
        ("seat", "nobody"),
        ("device", ""),
        ("lease", "a b"),
        ("lease", "0198c0de-0000-7000-8000-000000000001"),
        ("session", "short"),
        ("weather", "rain"),
        ("", ""),
    ] {
        let path = paper
            .publish(
                "en",
                &format!("after-{}", kind.len() + about.len()),
                "open",
                "hello",
            )
            .await;
        paper
            .execute(format!("SELECT tell('{kind}', '{about}')"))
            .await;
        listener.listen(&node.app).await.unwrap();
        listener.listen(&node.app).await.unwrap();
        let page = node.guest().opens(&path).await;
        assert_eq!(page.status, StatusCode::OK, "after {kind:?} {about:?}");
    }
}

#[tokio::test]
async fn nothing_is_used_that_an_unreadable_change_may_concern() {
    let (paper, node, mut listener) = two().await;
    let ada = paper.reader("ada", true).await;
    let phone = ada.on("phone").await.at(&node);
    for (kind, about) in [("seat", "nobody"), ("weather", "rain")] {
        paper
            .execute("UPDATE subscription SET ends_at = 9999999999999".to_owned())
            .await;
        listener.listen(&node.app).await.unwrap();
        assert_eq!(phone.opens(ARTICLE).await.access(), "full");
        // As if this row were what the trigger should have said.
        for sql in [
            "ALTER TABLE subscription DISABLE TRIGGER tell",
            "UPDATE subscription SET ends_at = 1",
            "ALTER TABLE subscription ENABLE TRIGGER tell",
        ] {
            paper.execute(sql.to_owned()).await;
        }
        assert_eq!(phone.opens(ARTICLE).await.access(), "full", "from memory");
        paper
            .execute(format!("SELECT tell('{kind}', '{about}')"))
            .await;
        listener.listen(&node.app).await.unwrap();
        assert_eq!(phone.opens(ARTICLE).await.access(), "wall", "{kind}");
    }
}

#[tokio::test]
async fn an_article_that_cannot_be_read_is_closed_and_takes_no_node_along() {
    let (paper, node, mut listener) = two().await;
    let guest = node.guest();
    let open = "/en/2026-02-24/open-1";
    assert_eq!(guest.opens(open).await.status, StatusCode::OK);
    for sql in [
        "ALTER TABLE article DROP CONSTRAINT IF EXISTS article_access_check",
        "UPDATE article SET access = 'friends' WHERE path = '/en/2026-02-24/open-1'",
    ] {
        paper.execute(sql.to_owned()).await;
    }
    listener.listen(&node.app).await.unwrap();
    assert_eq!(guest.opens(open).await.status, StatusCode::NOT_FOUND);
    let other = guest.opens("/en/2026-02-24/open-2").await;
    assert_eq!(other.status, StatusCode::OK);
    // Nor does it keep a node from starting, or others from being listed.
    let third = paper.node(9).await;
    assert!(ChangeListener::join(&third.app).await.unwrap().is_some());
    for path in [
        "/en/2026-02-24/open-2",
        "/es/2026-02-24/open-1",
        "/en",
        "/en/topic/water",
        "/en/feed.xml",
    ] {
        let page = third.guest().opens(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
    }
}
