//! Several nodes over one PostgreSQL, each with its own memory, and readers whose requests reach any of them.

use std::task::Poll;
use std::time::Duration;

use base::background::Driver;
use base::db::Db;
use base::time::Span;
use gaceta::background;
use gaceta::nodes::ChangeListener;
use http::{Method, StatusCode};
use leases::Notices;
use sqlx::Executor as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, watch};

use testing::{Browser, CANARY, TestPaper, postgres};

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";

/// A node and its listener, which listens when a test says so.
struct Node {
    paper: TestPaper,
    listener: Mutex<ChangeListener>,
}

impl Node {
    async fn of(paper: TestPaper) -> Self {
        let listener = ChangeListener::join(&paper.app).await.unwrap();
        Self {
            paper,
            listener: Mutex::new(listener.expect("nodes are on PostgreSQL")),
        }
    }

    async fn listens(&self) {
        self.listener
            .lock()
            .await
            .listen(&self.paper.app)
            .await
            .unwrap();
    }
}

async fn two() -> (Node, Node) {
    let url = postgres().await;
    let paper = TestPaper::with(|config| config.database.url = url.into()).await;
    let other = paper.node(8).await;
    (Node::of(paper).await, Node::of(other).await)
}

async fn reads(browser: &Browser<'_>) -> String {
    let answer = browser.opens(ARTICLE).await;
    let access = answer.access().to_owned();
    assert_eq!(answer.text.contains(CANARY), access == "full", "{access}");
    access
}

#[tokio::test]
async fn reading_goes_from_device_to_device_over_two_nodes() {
    let (one, two) = two().await;
    let ada = one.paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    let laptop = ada.on("laptop").await.at(&two.paper);
    assert_eq!(reads(&phone).await, "full");
    for _ in 0..3 {
        let message = laptop.opens(ARTICLE).await;
        assert_eq!(message.access(), "elsewhere");
        assert_eq!(laptop.takes(&message).await.status, StatusCode::SEE_OTHER);
        assert_eq!(reads(&laptop).await, "full", "the taker is served");
        assert_eq!(reads(&laptop.at(&one.paper)).await, "full", "at any node");
        // Node 1 has not heard; it may let the phone in for D, and must not for longer.
        one.paper.advance(Span::seconds(2));
        let message = phone.opens(ARTICLE).await;
        assert_eq!(message.access(), "elsewhere");
        assert_eq!(phone.takes(&message).await.status, StatusCode::SEE_OTHER);
        assert_eq!(reads(&phone).await, "full");
        two.listens().await;
        assert_eq!(
            reads(&laptop).await,
            "elsewhere",
            "heard, and no longer let in"
        );
        one.listens().await;
    }
}

#[tokio::test]
async fn a_node_that_has_not_heard_lets_nobody_in_for_longer_than_d() {
    let (one, two) = two().await;
    let ada = one.paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    let laptop = ada.on("laptop").await.at(&two.paper);
    assert_eq!(reads(&phone).await, "full");
    one.listens().await;
    let message = laptop.opens(ARTICLE).await;
    laptop.takes(&message).await;
    // D has begun with the last look of node 1.
    one.paper.advance(Span(1_999));
    assert_eq!(reads(&phone).await, "full", "within D");
    one.paper.advance(Span(1));
    assert_eq!(reads(&phone).await, "elsewhere", "node 1 asks");
    assert_eq!(reads(&laptop).await, "full");
    two.listens().await;
}

#[tokio::test]
async fn an_open_page_is_told_by_the_other_node() {
    let (one, two) = two().await;
    let ada = one.paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    let laptop = ada.on("laptop").await.at(&two.paper);
    assert_eq!(reads(&phone).await, "full");
    let session = one.paper.app.leases.holder(ada.id).await.unwrap();
    let device = session.unwrap().0.device;
    let mut page = Notices::listen(&one.paper.app.leases.notices, ada.id, device, 1);
    let message = laptop.opens(ARTICLE).await;
    laptop.takes(&message).await;
    one.listens().await;
    let told = tokio::time::timeout(Duration::from_secs(1), page.next()).await;
    assert!(told.is_ok_and(|notice| notice.is_some()));

    // A further page of the losing device may have asked before the node heard of it. The others are told all the same.
    let message = phone.opens(ARTICLE).await;
    phone.takes(&message).await;
    one.listens().await;
    two.listens().await;
    let mut page = Notices::listen(&one.paper.app.leases.notices, ada.id, device, 2);
    let message = laptop.opens(ARTICLE).await;
    laptop.takes(&message).await;
    one.paper.advance(Span::seconds(3));
    assert_eq!(reads(&phone).await, "elsewhere");
    one.listens().await;
    let told = tokio::time::timeout(Duration::from_secs(1), page.next()).await;
    assert!(told.is_ok_and(|notice| notice.is_some()));
}

#[tokio::test]
async fn a_lease_at_rest_passes_silently_wherever_its_pages_spoke() {
    let (one, two) = two().await;
    let ada = one.paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    let laptop = ada.on("laptop").await;
    assert_eq!(reads(&phone).await, "full");
    assert_eq!(phone.at(&two.paper).beats(7, 1, false).await["held"], true);
    one.paper.advance(Span::seconds(60));
    assert_eq!(
        reads(&laptop).await,
        "elsewhere",
        "the phone has spoken at node 2"
    );
    phone.at(&two.paper).rests(7, 2).await;
    assert_eq!(reads(&laptop).await, "full");
    assert_eq!(phone.beats(7, 3, false).await["held"], false);
}

#[tokio::test]
async fn what_one_node_changes_all_of_them_know() {
    let (one, two) = two().await;
    let ada = one.paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    let there = phone.at(&two.paper);
    assert_eq!(reads(&there).await, "full");
    // An article.
    let path = one.paper.publish("en", "newest", "open", "hello").await;
    assert_eq!(there.opens(&path).await.status, StatusCode::NOT_FOUND);
    two.listens().await;
    assert!(there.opens(&path).await.text.contains("hello"));
    let news = "/en/feed.xml";
    assert!(phone.opens(news).await.text.contains("Headline newest"));
    assert!(there.opens(news).await.text.contains("Headline newest"));
    // Its access.
    one.paper
        .publish("en", "newest", "subscribers", CANARY)
        .await;
    two.listens().await;
    assert_eq!(two.paper.guest().opens(&path).await.access(), "wall");
    // A session.
    let out = phone.send(Method::POST, "/sign-out", &[], "").await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    two.listens().await;
    assert_eq!(reads(&there).await, "wall", "signed out everywhere");
    // A seat.
    let again = ada.on("phone").await.at(&two.paper);
    assert_eq!(reads(&again).await, "full");
    one.paper
        .execute("UPDATE subscription SET ends_at = 1".to_owned())
        .await;
    two.listens().await;
    assert_eq!(reads(&again).await, "wall");
    one.listens().await;
}

#[tokio::test]
async fn a_late_commit_is_not_skipped() {
    let (one, two) = two().await;
    let ada = one.paper.reader("ada", true).await;
    let phone = ada.on("phone").await.at(&two.paper);
    assert_eq!(reads(&phone).await, "full");
    let Db::Postgres(primary) = &one.paper.app.base.db else {
        panic!("nodes are on PostgreSQL");
    };
    // It has its number, and is committed after others that came later and have been heard.
    let mut early = primary.pool.begin().await.unwrap();
    early
        .execute("UPDATE subscription SET ends_at = 1")
        .await
        .unwrap();
    let path = one.paper.publish("en", "later", "open", "hello").await;
    two.listens().await;
    two.listens().await;
    assert_eq!(phone.opens(&path).await.status, StatusCode::OK);
    assert_eq!(reads(&phone).await, "full");
    early.commit().await.unwrap();
    two.listens().await;
    assert_eq!(reads(&phone).await, "wall");
}

#[tokio::test]
async fn a_new_generation_frees_every_lease_and_no_epoch_comes_back() {
    let (one, two) = two().await;
    let ada = one.paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    let laptop = ada.on("laptop").await.at(&two.paper);
    assert_eq!(reads(&phone).await, "full");
    let holder = async || {
        let holder = two.paper.app.leases.holder(ada.id).await;
        holder.unwrap().map(|(holder, _)| holder.epoch)
    };
    let before = holder().await.unwrap();
    // As if a standby had been promoted: the name of the primary is another one to each connection made from now on.
    one.paper
        .execute("UPDATE setting SET value = 'another/00000001' WHERE name = 'primary'".to_owned())
        .await;
    let third = one.paper.node(9).await;
    assert_eq!(holder().await, None, "nobody holds anything");
    assert_eq!(reads(&laptop).await, "full");
    let after = holder().await.unwrap();
    assert!(after > before && after.generation > before.generation);
    one.paper.advance(Span::seconds(2));
    assert_eq!(reads(&phone).await, "elsewhere");
    assert_eq!(reads(&phone.at(&third)).await, "elsewhere");
}

#[tokio::test]
async fn a_backup_from_before_a_generation_begins_a_later_one() {
    let (one, _) = two().await;
    let Db::Postgres(primary) = &one.paper.app.base.db else {
        panic!("nodes are on PostgreSQL");
    };
    let generation = async || {
        let asked = sqlx::query_as::<_, (i64,)>("SELECT lease_generation()");
        let (generation,) = asked.fetch_one(&primary.pool).await.unwrap();
        u64::try_from(generation).unwrap()
    };
    let lost = generation().await + 3_600_000;
    primary.saw(0, lost);
    primary.connect().await.unwrap();
    let now = generation().await;
    assert!(now > lost, "{now} after {lost}");
    primary.saw(0, now);
    primary.connect().await.unwrap();
    assert_eq!(generation().await, now, "one is enough");
}

/// A browser that goes away takes the future of its request with it.
#[tokio::test]
async fn a_transaction_that_nobody_waits_for_is_not_left_open() {
    let (one, _) = two().await;
    let app = &one.paper.app;
    let Db::Postgres(primary) = &app.base.db else {
        panic!("nodes are on PostgreSQL");
    };
    let mut apart = primary.connect().await.unwrap();
    for polls in (1..160).step_by(2) {
        let mut begins = Box::pin(app.base.db.write(&app.base.clock, &app.base.rng));
        for _ in 0..polls {
            let polled = std::future::poll_fn(|cx| Poll::Ready(begins.as_mut().poll(cx))).await;
            if polled.is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(begins);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let asked = sqlx::query_as::<_, (i64,)>(
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND state LIKE 'idle in transaction%'
               AND state_change < now() - interval '10 milliseconds'",
        );
        let (open,) = asked.fetch_one(&mut apart).await.unwrap();
        assert_eq!(open, 0, "dropped when polled {polls} times");
    }
}

#[tokio::test]
async fn the_newest_of_many_takers_has_it_and_all_epochs_differ() {
    let (one, two) = two().await;
    let ada = one.paper.reader("ada", true).await;
    let devices = [ada.on("a").await, ada.on("b").await, ada.on("c").await];
    assert_eq!(reads(&devices[0]).await, "full");
    let mut epochs = std::collections::BTreeSet::new();
    for round in 0..10 {
        let nodes = [&one.paper, &two.paper];
        let wants = devices.iter().enumerate().map(|(at, device)| async move {
            let device = device.at(nodes[(at + round) % 2]);
            let answer = device.opens(ARTICLE).await;
            if answer.access() == "elsewhere" {
                device.takes(&answer).await;
            }
        });
        futures_util::future::join_all(wants).await;
        let holder = one.paper.app.leases.holder(ada.id).await;
        epochs.insert(holder.unwrap().unwrap().0.epoch);
        one.paper.advance(Span::seconds(3));
        let mut full = 0;
        for device in &devices {
            full += usize::from(reads(&device.at(&two.paper)).await == "full");
        }
        assert_eq!(full, 1, "one of three");
    }
    assert!(epochs.len() > 5, "it went round");
}

/// A way to the database that can be cut.
struct Wire {
    port: u16,
    open: watch::Sender<bool>,
}

impl Wire {
    /// To the server that `url` names.
    async fn to(url: &str) -> Self {
        let there = url.split('@').nth(1).unwrap().split('/').next().unwrap();
        let there = there.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (open, state) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                let (there, mut state) = (there.clone(), state.clone());
                tokio::spawn(async move {
                    if !*state.borrow() {
                        return;
                    }
                    let mut there = TcpStream::connect(there).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut here, &mut there) => {}
                        _ = state.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        Self { port, open }
    }

    /// The same address through this wire.
    fn url(&self, url: &str) -> String {
        let (user, rest) = url.split_once('@').unwrap();
        let (_, database) = rest.split_once('/').unwrap();
        format!("{user}@127.0.0.1:{}/{database}", self.port)
    }
}

/// Holds within five seconds.
async fn soon(holds: impl AsyncFn() -> bool) {
    for _ in 0..250 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not within five seconds");
}

#[tokio::test]
async fn without_the_database_readers_go_on_for_a_while_and_nobody_else_gets_in() {
    let url = postgres().await;
    let wire = Wire::to(&url).await;
    let mut paper = TestPaper::with(|config| config.database.url = wire.url(&url).into()).await;
    paper.looks_for_jobs = false; // its wire ends with this test
    let listener = ChangeListener::join(&paper.app).await.unwrap().unwrap();
    let following = vec![background::follow_changes(&paper.app, listener)];
    let following = Driver::start(following, &paper.app.base.work, &paper.app.base.clock);
    let ada = paper.reader("ada", true).await;
    let eve = paper.reader("eve", false).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    let eves = eve.on("phone").await;
    let open = "/en/2026-02-24/open-1";
    assert_eq!(reads(&phone).await, "full");
    assert_eq!(reads(&eves).await, "wall");
    assert_eq!(phone.opens(open).await.status, StatusCode::OK);
    assert_eq!(phone.opens("/health/ready").await.status, StatusCode::OK);

    wire.open.send_replace(false);
    soon(async || paper.app.base.fresh.is_cut_off()).await;
    paper.advance(Span::seconds(3));
    let ready = phone.opens("/health/ready").await;
    assert_eq!(
        ready.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        ready.text
    );
    soon(async || phone.opens(ARTICLE).await.access() == "full").await;
    let refused = laptop.opens(ARTICLE).await;
    assert_eq!(
        refused.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "no change of holder"
    );
    assert!(!refused.text.contains(CANARY) && refused.headers.contains_key("retry-after"));
    assert_eq!(reads(&eves).await, "wall", "no seat, no entry");

    for _ in 0..20 {
        paper.advance(Span::seconds(3));
        soon(async || paper.app.base.fresh.is_cut_off()).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    let over = phone.opens(ARTICLE).await;
    assert_eq!(
        over.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "grace is over"
    );
    assert!(!over.text.contains(CANARY));
    assert_eq!(
        phone.opens(open).await.status,
        StatusCode::OK,
        "open to all"
    );

    wire.open.send_replace(true);
    soon(async || phone.opens("/health/ready").await.status == StatusCode::OK).await;
    soon(async || phone.opens(ARTICLE).await.access() == "full").await;
    assert_eq!(reads(&laptop).await, "elsewhere");
    drop(following);
}
