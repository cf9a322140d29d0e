//! One device at a time, as readers meet it.

use base::config::Mode;
use base::time::Span;
use http::{Method, StatusCode};

use testing::{CANARY, TestPaper};

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";

#[tokio::test]
async fn two_devices_alternate_without_end() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    assert!(phone.opens(ARTICLE).await.text.contains(CANARY));
    let mut devices = [&laptop, &phone];
    for _ in 0..50 {
        let message = devices[0].opens(ARTICLE).await;
        assert_eq!(message.access(), "elsewhere");
        assert_eq!(message.headers["cache-control"], "no-store");
        assert!(!message.text.contains(CANARY) && message.text.contains("noindex"));
        assert_eq!(
            devices[0].takes(&message).await.status,
            StatusCode::SEE_OTHER
        );
        assert!(
            devices[0].opens(ARTICLE).await.text.contains(CANARY),
            "the taker's next request is served"
        );
        devices.swap(0, 1);
    }
}

#[tokio::test]
async fn a_device_at_rest_hands_over_silently() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    phone.opens(ARTICLE).await;
    paper.advance(Span::seconds(3));
    assert_eq!(phone.beats(1, 1, false).await["held"], true);
    assert_eq!(laptop.opens(ARTICLE).await.access(), "elsewhere");
    phone.rests(1, 2).await;
    assert_eq!(
        laptop.opens(ARTICLE).await.access(),
        "full",
        "hidden is at rest at once"
    );
    // The phone is looked at again: the laptop's page was sent a moment ago, so the phone is told.
    let told = phone.beats(1, 3, true).await;
    assert_eq!(told["held"], false);
    assert!(
        told["message"]
            .as_str()
            .unwrap()
            .contains("data-act=\"take\"")
    );
    // Two minutes without a word from the laptop (no script), and it is at rest.
    paper.advance(Span::minutes(2));
    assert_eq!(phone.beats(1, 4, true).await["held"], true);
}

#[tokio::test]
async fn a_heartbeat_opens_a_free_lease_and_takes_none() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    assert_eq!(
        phone.beats(1, 1, false).await["held"],
        true,
        "as after a restart"
    );
    assert_eq!(laptop.beats(2, 1, false).await["held"], false);
    paper.advance(Span::seconds(76));
    assert_eq!(
        laptop.beats(2, 2, false).await["held"],
        false,
        "not even one at rest"
    );
    assert_eq!(
        laptop.beats(2, 3, true).await["held"],
        true,
        "coming back does"
    );
}

#[tokio::test]
async fn only_a_navigation_opens_a_lease() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    for headers in [
        vec![("sec-fetch-mode", "no-cors")],
        vec![("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
    ] {
        let answer = phone.send(Method::GET, ARTICLE, &headers, "").await;
        assert_eq!(answer.access(), "lead", "{headers:?}");
        assert!(!answer.text.contains(CANARY));
    }
    assert_eq!(
        phone.send(Method::HEAD, ARTICLE, &[], "").await.access(),
        "lead"
    );
    assert!(paper.app.leases.is_empty());
    phone.opens(ARTICLE).await;
    assert_eq!(
        phone.send(Method::HEAD, ARTICLE, &[], "").await.access(),
        "full"
    );
}

#[tokio::test]
async fn a_stale_message_still_gives_what_is_free() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (a, b, c) = (ada.on("a").await, ada.on("b").await, ada.on("c").await);
    a.opens(ARTICLE).await;
    let (at_b, at_c) = (b.opens(ARTICLE).await, c.opens(ARTICLE).await);
    b.takes(&at_b).await;
    c.takes(&at_c).await;
    assert_eq!(
        c.opens(ARTICLE).await.access(),
        "elsewhere",
        "the epoch moved: the message again, with the new device"
    );
    assert_eq!(b.opens(ARTICLE).await.access(), "full");
    b.send(Method::POST, "/sign-out", &[], "").await;
    c.takes(&at_c).await;
    assert_eq!(
        c.opens(ARTICLE).await.access(),
        "full",
        "signing out frees the lease"
    );
}

#[tokio::test]
async fn after_three_changes_the_offer_comes_first() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    phone.opens(ARTICLE).await;
    let mut devices = [&laptop, &phone];
    let mut first = Vec::new();
    for _ in 0..4 {
        let message = devices[0].opens(ARTICLE).await;
        first.push(message.text.contains("box offer"));
        devices[0].takes(&message).await;
        devices.swap(0, 1);
    }
    assert_eq!(first, [false, false, false, true]);
}

#[tokio::test]
async fn a_metered_article_is_never_less_for_a_subscriber() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    phone.opens(ARTICLE).await;
    for number in 1..=4 {
        let path = format!("/en/2026-02-24/metered-{number}");
        assert_eq!(laptop.opens(&path).await.access(), "metered", "{number}");
    }
    assert_eq!(
        laptop.opens("/es/2026-02-24/metered-1").await.access(),
        "metered",
        "the fifth for people with an account"
    );
    assert_eq!(
        laptop.opens("/es/2026-02-24/metered-2").await.access(),
        "elsewhere"
    );
}

#[tokio::test]
async fn the_meter_counts_three_for_guests_and_re_reading_is_free() {
    let paper = TestPaper::new().await;
    let guest = paper.guest();
    let at = |number: u32| format!("/en/2026-02-24/metered-{number}");
    assert_eq!(
        guest.send(Method::HEAD, &at(4), &[], "").await.access(),
        "lead"
    );
    for number in [1, 2, 3, 1, 2] {
        assert_eq!(guest.opens(&at(number)).await.access(), "metered");
    }
    assert_eq!(guest.opens(&at(4)).await.access(), "wall");
    assert_eq!(
        guest.opens("/es/2026-02-24/metered-4").await.access(),
        "wall",
        "one meter for the whole paper"
    );
    let cookie = guest.cookie("meter").unwrap();
    guest.set_cookie("meter", &cookie.replacen("2026-02", "2026-03", 1));
    assert_eq!(
        guest.opens(&at(4)).await.access(),
        "metered",
        "a forged cookie counts as none"
    );
    guest.set_cookie("meter", &cookie);
    paper.advance(Span::days(7));
    assert_eq!(guest.opens(&at(4)).await.access(), "metered", "March");
}

#[tokio::test]
async fn the_modes_off_and_observe_show_nothing() {
    for mode in [Mode::Off, Mode::Observe] {
        let paper = TestPaper::with(|config| config.reading.mode = mode).await;
        let ada = paper.reader("ada", true).await;
        let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
        for _ in 0..3 {
            assert_eq!(phone.opens(ARTICLE).await.access(), "full");
            assert_eq!(laptop.opens(ARTICLE).await.access(), "full");
        }
        paper.app.leases.events.write().await.unwrap();
        let mut tx = paper.app.base.read().await.unwrap();
        let sums = leases::store::list_sums(&mut tx).await.unwrap();
        let would: i64 = sums
            .iter()
            .filter(|(_, kind, _)| kind.as_str() == "would_show")
            .map(|(.., count)| count)
            .sum();
        assert_eq!(would, if mode == Mode::Observe { 5 } else { 0 });
    }
}

#[tokio::test]
async fn a_seat_that_ends_ends_the_reading() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    paper
        .execute(format!(
            "UPDATE seat SET status = 'removed' WHERE reader_id = '{}'",
            ada.id
        ))
        .await;
    paper.app.subscriptions.seats.forget(ada.id);
    assert_eq!(phone.opens(ARTICLE).await.access(), "wall");
    assert_eq!(phone.beats(1, 1, false).await["held"], false);
}

#[tokio::test]
async fn a_change_of_text_or_access_takes_effect_at_once() {
    let paper = TestPaper::new().await;
    let guest = paper.guest();
    let path = paper
        .publish("en", "moves", "open", "Everybody reads this.")
        .await;
    let before = guest.opens(&path).await;
    assert!(before.text.contains("Everybody reads this."));
    let tag = before.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(
        guest
            .send(Method::GET, &path, &[("if-none-match", &tag)], "")
            .await
            .status,
        StatusCode::NOT_MODIFIED
    );
    paper
        .publish("en", "moves", "subscribers", "Everybody reads this.")
        .await;
    let after = guest
        .send(Method::GET, &path, &[("if-none-match", &tag)], "")
        .await;
    assert_eq!((after.status, after.access()), (StatusCode::OK, "wall"));
    assert!(!after.text.contains("Everybody reads this."));
}

#[tokio::test]
async fn a_page_has_a_tag_in_each_encoding_and_is_the_same_in_all() {
    let paper = TestPaper::new().await;
    let guest = paper.guest();
    let path = "/en/2026-02-24/open-1";
    let mut tags = Vec::new();
    for accept in ["br", "gzip", "identity", "gzip", "br"] {
        let asked = [("accept-encoding", accept)];
        let page = guest.send(Method::GET, path, &asked, "").await;
        let encoding = page.headers.get("content-encoding");
        let encoding = encoding.map_or("identity", |name| name.to_str().unwrap());
        assert_eq!((page.status, encoding), (StatusCode::OK, accept));
        assert_eq!(page.headers["vary"], "Accept-Encoding");
        let tag = page.headers["etag"].to_str().unwrap().to_owned();
        for (method, status) in [(Method::HEAD, 304), (Method::GET, 304)] {
            let again = [("accept-encoding", accept), ("if-none-match", &tag)];
            let again = guest.send(method, path, &again, "").await;
            assert_eq!(again.status, status);
            assert!(again.text.is_empty() && again.headers["etag"] == tag);
        }
        tags.push(tag);
    }
    assert_eq!(tags[0], tags[4]);
    assert_eq!(tags[1], tags[3]);
    assert_ne!(tags[0], tags[1]);
    assert!(tags[0].starts_with(tags[2].trim_end_matches('"')));
}

#[tokio::test]
async fn pages_send_heartbeats_as_often_as_the_paper_is_set_to_expect_them() {
    let paper = TestPaper::with(|config| {
        config.reading.beat_every = Span::seconds(7);
        config.reading.silent_for = Span::seconds(20);
        config.gate.sites = vec!["http://localhost:9000".parse().unwrap()];
    })
    .await;
    let said = "data-beat=\"7000\" data-silent=\"20000\"";
    let ada = paper.reader("ada", true).await;
    let page = ada.on("phone").await.opens(ARTICLE).await;
    assert!(page.text.contains(said));
    assert!(
        !paper
            .guest()
            .opens(ARTICLE)
            .await
            .text
            .contains("data-beat")
    );
    let script = paper.guest().opens("/gate/watch.js").await.text;
    assert!(script.contains("const BEAT = 7000;\nconst ASLEEP = 20000;\n"));
}

#[tokio::test]
async fn a_text_too_short_for_a_cut_is_closed_as_a_whole() {
    let paper = TestPaper::new().await;
    let path = paper
        .publish_text("en", "short", "subscribers", "One sentence only.")
        .await;
    let answer = paper.guest().opens(&path).await;
    assert_eq!(answer.access(), "wall");
    assert!(!answer.text.contains("One sentence only."));
}

#[tokio::test]
async fn old_events_go_and_their_sums_stay() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    ada.on("phone").await.opens(ARTICLE).await;
    let app = &paper.app;
    app.leases.events.write().await.unwrap();
    let events = async || {
        let mut tx = app.base.read().await.unwrap();
        let events = leases::store::list_events(&mut tx, ada.id, 9).await;
        let sums = leases::store::list_sums(&mut tx).await;
        (events.unwrap().len(), sums.unwrap().len())
    };
    app.base.clock.advance(Span::days(29));
    app.leases.forget_old().await.unwrap();
    assert_eq!(events().await, (1, 1));
    assert!(app.leases.is_empty(), "nobody has read for a day");
    app.base.clock.advance(Span::days(2));
    app.leases.forget_old().await.unwrap();
    assert_eq!(events().await, (0, 1));
}

#[tokio::test]
async fn rails_are_never_older_than_their_span_and_nobody_waits_for_new_ones() {
    let paper = TestPaper::new().await;
    let guest = paper.guest();
    let shows = async |slug: &str| {
        guest
            .opens("/en/2026-02-24/open-1")
            .await
            .text
            .contains(slug)
    };
    assert!(!shows("fresh-one").await);
    paper.advance(Span::seconds(1));
    paper.publish("en", "fresh-one", "open", "New.").await;
    paper.advance(Span::seconds(28));
    paper.app.articles.sidebars.renew_old().await.unwrap();
    assert!(
        !shows("fresh-one").await,
        "one article does not make all pages anew"
    );

    // Half of the span has passed: there is a new snapshot, and the old page is shown until it is made anew.
    paper.advance(Span::seconds(1));
    paper.app.articles.sidebars.renew_old().await.unwrap();
    assert!(!shows("fresh-one").await);
    assert!(
        paper.app.reading.renewal.step(&paper.app.reading).await,
        "it was asked for"
    );
    assert!(
        !paper.app.reading.renewal.step(&paper.app.reading).await,
        "once"
    );
    assert!(shows("fresh-one").await);

    // If nobody makes it anew, whoever asks after the span does wait.
    paper.publish("en", "second-one", "open", "Newer.").await;
    paper.advance(Span::seconds(30));
    paper.app.articles.sidebars.renew_old().await.unwrap();
    assert!(!shows("second-one").await);
    paper.advance(Span::seconds(30));
    assert!(shows("second-one").await);

    // A change of the article itself is never shown old.
    paper.publish("en", "third-one", "open", "Newest.").await;
    paper.advance(Span::seconds(31));
    paper.app.articles.sidebars.renew_old().await.unwrap();
    paper
        .publish("en", "open-1", "open", "Corrected a moment ago.")
        .await;
    assert!(shows("Corrected a moment ago").await);
}
