//! The archive of a topic: all of it can be reached, its addresses stay, and an old page costs no more than a new one.

use std::collections::{BTreeMap, BTreeSet};

use articles::{self, Position};
use base::db::{Conn, Db, Tx};
use http::StatusCode;

use testing::{Answer, Browser, TestPaper};

/// The articles listed on a page, in order.
fn listed(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let list = answer.text.split("<ol class=\"rows\">").nth(1).unwrap();
    let list = list.split("</ol>").next().unwrap();
    let links = list.split("<h2><a href=\"").skip(1);
    links
        .map(|link| link.split('"').next().unwrap().to_owned())
        .collect()
}

fn link(answer: &Answer, rel: &str) -> Option<String> {
    let rest = answer
        .text
        .split(&format!("rel=\"{rel}\" href=\""))
        .nth(1)?;
    Some(rest.split('"').next().unwrap().to_owned())
}

async fn small_pages() -> TestPaper {
    TestPaper::with(|config| config.pages.archive_length = 5).await
}

/// Every page from this one on, with its address.
async fn pages(guest: &Browser<'_>, rel: &str, from: &str) -> Vec<(String, Answer)> {
    let (mut pages, mut next) = (Vec::new(), Some(from.to_owned()));
    while let Some(at) = next {
        let page = guest.opens(&at).await;
        next = link(&page, rel);
        pages.push((at, page));
    }
    pages
}

#[tokio::test]
async fn every_article_is_on_one_page_and_there_is_a_way_back() {
    let paper = small_pages().await;
    let guest = paper.guest();
    let older = pages(&guest, "next", "/en/topic/water").await;
    let all: Vec<String> = older.iter().flat_map(|(_, page)| listed(page)).collect();
    assert_eq!(older.len(), 3);
    assert_eq!(all.len(), 12);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 12);
    let last = &older[2].0;
    let newer = pages(&guest, "prev", last).await;
    let there: Vec<&String> = older.iter().map(|(at, _)| at).collect();
    let back: Vec<&String> = newer.iter().rev().map(|(at, _)| at).collect();
    assert_eq!(there, back);
    assert!(
        older[1].1.text.contains(&format!("{}\">", older[1].0)),
        "canonical"
    );
}

#[tokio::test]
async fn an_old_page_shows_the_same_whatever_is_published_since() {
    let paper = small_pages().await;
    let guest = paper.guest();
    let second = link(&guest.opens("/en/topic/water").await, "next").unwrap();
    let before = listed(&guest.opens(&second).await);
    for number in 0..3 {
        let slug = format!("newer-{number}");
        paper.publish("en", &slug, "open", "hello").await;
    }
    for later in [
        "UPDATE article SET published_at = published_at + 1 WHERE slug LIKE 'newer%'",
        "UPDATE article_topic SET published_at = published_at + 1
         WHERE article_id IN (SELECT id FROM article WHERE slug LIKE 'newer%')",
    ] {
        paper.execute(later.to_owned()).await;
    }
    let first = listed(&guest.opens("/en/topic/water").await);
    let newer = first.iter().filter(|path| path.contains("newer")).count();
    assert_eq!((first.len(), newer), (5, 3));
    assert_eq!(listed(&guest.opens(&second).await), before);
}

#[tokio::test]
async fn a_date_that_is_changed_moves_the_article_in_the_archive() {
    let paper = small_pages().await;
    let guest = paper.guest();
    let text = |published: &str| {
        format!(
            "headline = \"Moves\"\npublished = \"{published}\"\nedition = \"en\"\nslug = \"moves\"\n\
             topics = [\"water\"]\naccess = \"open\"\n"
        )
    };
    for (published, last) in [
        ("2020-01-01T00:00:00Z", true),
        ("2026-02-25T00:00:00Z", false),
    ] {
        let draft = toml::from_str(&text(published)).unwrap();
        let (document, _) = markup::Document::from_markdown("Hello.");
        articles::publish(&paper.app.articles, &draft, document, &BTreeMap::new())
            .await
            .unwrap();
        let all = pages(&guest, "next", "/en/topic/water").await;
        let all: Vec<String> = all.iter().flat_map(|(_, page)| listed(page)).collect();
        assert_eq!(all.len(), 13);
        let end = if last { all.last() } else { all.first() };
        assert!(end.unwrap().ends_with("/moves"), "{all:?}");
    }
}

#[tokio::test]
async fn what_is_no_page_is_not_found_and_what_was_one_leads_on() {
    let paper = small_pages().await;
    let guest = paper.guest();
    for bad in [
        "page=abc",
        "page=0",
        "page=-1",
        "page=",
        "page=1.5",
        "page=1&page=2",
        "before=",
        "before=1",
        "before=x.y",
        "before=1.2",
        "before=1.00000000-0000-0000-0000-000000000000&before=1",
    ] {
        let answer = guest.opens(&format!("/es/topic/water?{bad}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{bad}");
        assert!(answer.text.contains("Aquí no hay ninguna página"), "{bad}");
    }
    for numbered in ["page=1", "page=2", "page=700", "page=99999"] {
        let answer = guest.opens(&format!("/en/topic/water?{numbered}")).await;
        assert_eq!(answer.status, StatusCode::MOVED_PERMANENTLY);
        assert_eq!(answer.headers["location"], "/en/topic/water");
    }
    // Whatever somebody makes up between two articles leads to the one address of what stands there.
    let second = link(&guest.opens("/en/topic/water").await, "next").unwrap();
    let (at, id) = second
        .split_once("before=")
        .unwrap()
        .1
        .split_once('.')
        .unwrap();
    let made_up = [
        (
            format!("{at}.ffffffff-ffff-ffff-ffff-ffffffffffff"),
            "/en/topic/water",
        ),
        (format!("{}.{id}", i64::MAX), "/en/topic/water"),
    ];
    for (before, to) in made_up {
        let answer = guest
            .opens(&format!("/en/topic/water?before={before}"))
            .await;
        assert_eq!(answer.status, StatusCode::FOUND, "{before}");
        assert_eq!(answer.headers["location"], to);
    }
    let end = format!("/en/topic/water?before=1.{id}");
    let answer = guest.opens(&end).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let oldest = answer.headers["location"].to_str().unwrap();
    let nothing = guest.opens(oldest).await;
    assert_eq!(
        nothing.status,
        StatusCode::NOT_FOUND,
        "before the oldest is nothing"
    );
}

/// PostgreSQL counts what a transaction reads; the plans of SQLite are looked at beside the statements.
#[tokio::test]
async fn an_old_page_reads_no_more_rows_than_a_new_one() {
    let paper = TestPaper::new().await;
    for number in 0..90 {
        paper
            .publish("en", &format!("more-{number}"), "open", "hello")
            .await;
    }
    let Db::Postgres(_) = &paper.app.base.db else {
        return;
    };
    let room = paper.app.articles.editions.find("en").unwrap();
    let topic = room.topics[0].id;
    let mut tx = paper.app.base.read().await.unwrap();
    let mut all = articles::list_positions(&mut tx, topic, oldest(), 999)
        .await
        .unwrap();
    all.reverse();
    assert_eq!(all.len(), 102);
    for before in [Position::NEWEST, all[90]] {
        let mut tx = paper.app.base.read().await.unwrap();
        let so_far = rows_read(&mut tx).await;
        let edition = &room.edition.slug;
        let cards = articles::list_cards(&mut tx, edition, Some(topic), before, 6);
        assert_eq!(cards.await.unwrap().len(), 6);
        let read = rows_read(&mut tx).await - so_far;
        assert!((6..=24).contains(&read), "{read} rows of 102 for 6");
    }
}

/// How many rows this connection has read of what archives are made of. From now on it reads no table whole if it need
/// not: with one as small as this that would be as good.
async fn rows_read(tx: &mut Tx) -> i64 {
    let Conn::Postgres(conn) = tx.conn() else {
        unreachable!("the server engine");
    };
    let set = "SELECT set_config('enable_seqscan', 'off', true)";
    sqlx::query(set).execute(&mut **conn).await.unwrap();
    let read = "SELECT SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables
                WHERE relname IN ('article', 'article_topic')";
    let (read,): (i64,) = sqlx::query_as(read).fetch_one(&mut **conn).await.unwrap();
    read
}

fn oldest() -> Position {
    "0.00000000-0000-0000-0000-000000000000".parse().unwrap()
}
