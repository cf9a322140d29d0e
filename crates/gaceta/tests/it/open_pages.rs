//! An open page and its paper: whose it is, and what it is told.

use base::config::Mode;
use base::lang::Lang;
use base::time::Span;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use testing::{Answer, Browser, CANARY, PASSWORD, Person, TestPaper};

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";
const JSON: (&str, &str) = ("accept", "application/json");

async fn says(browser: &Browser<'_>, what: &str, word: &Value) -> Answer {
    let from = (
        "referer",
        "http://localhost:8080/en/2026-02-24/subscribers-1",
    );
    let path = format!("/reading/{what}");
    let answer = browser
        .send(Method::POST, &path, &[from], &word.to_string())
        .await;
    assert!(answer.status.is_success(), "{}", answer.text);
    answer
}

/// A heartbeat of a page that says whose it is, once it knows.
async fn beats(browser: &Browser<'_>, seq: u64, reader: Option<&str>, back: bool) -> Value {
    let word = json!({
        "view": "7", "seq": seq, "epoch": null, "reader": reader, "focused": true, "idle": 0, "back": back,
    });
    serde_json::from_str(&says(browser, "beat", &word).await.text).unwrap()
}

async fn signs_in(browser: &Browser<'_>, person: &Person<'_>) {
    let email = person.email.replace('@', "%40");
    let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
    let answer = browser.send(Method::POST, "/sign-in", &[], &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
}

#[tokio::test]
async fn a_page_does_not_read_for_somebody_who_signs_in_in_its_browser() {
    let paper = TestPaper::new().await;
    let (ana, omar) = (
        paper.reader("ana", true).await,
        paper.reader("omar", true).await,
    );
    let (laptop, phone) = (ana.on("laptop").await, ana.on("phone").await);
    laptop.opens(ARTICLE).await;
    let first = beats(&laptop, 1, None, false).await;
    let anas = first["reader"].as_str().unwrap();
    assert_eq!((first["held"].as_bool(), anas.len()), (Some(true), 22));
    assert!(!anas.contains("ana"), "it tells nothing");
    let asked = phone.opens(ARTICLE).await;
    assert_eq!(asked.hidden("reader"), anas);

    signs_in(&laptop, &omar).await;
    let holder = async || paper.app.leases.holder(omar.id).await.unwrap();
    let told = beats(&laptop, 2, Some(anas), true).await;
    assert_eq!(told["held"], false);
    assert_eq!(told["reader"], Value::Null);
    let message = told["message"].as_str().unwrap();
    for part in [
        "<bdi>omar</bdi>",
        "Load the page again",
        "href=\"/en/2026-02-24/subscribers-1\"",
    ] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!message.contains("data-act=\"take\""), "nothing to take");

    // The message that Ana was shown, pressed by Omar: with a script, and without.
    let form = format!(
        "epoch={}&op={}&next={ARTICLE}&reader={anas}",
        asked.hidden("epoch"),
        asked.hidden("op")
    );
    let taken = laptop
        .send(Method::POST, "/reading/take", &[JSON], &form)
        .await;
    assert!(taken.text.contains("<bdi>omar</bdi>"), "{}", taken.text);
    let taken = laptop.send(Method::POST, "/reading/take", &[], &form).await;
    assert_eq!(taken.headers["location"], ARTICLE);
    assert_eq!(holder().await, None, "nobody has asked for Omar");

    // He reads now, and what Ana's page says on leaving says nothing about it.
    assert_eq!(laptop.opens(ARTICLE).await.access(), "full");
    paper.advance(Span::seconds(5));
    let word = json!({ "view": "7", "seq": 3, "epoch": null, "reader": anas });
    says(&laptop, "rest", &word).await;
    assert!(holder().await.is_some_and(|(_, at_rest)| !at_rest));
    let his = beats(&laptop, 1, None, false).await;
    assert_ne!(his["reader"], anas);

    // Back again, it is hers.
    signs_in(&laptop, &ana).await;
    let told = beats(&laptop, 4, Some(anas), true).await;
    assert_eq!(
        (&told["held"], &told["reader"]),
        (&json!(true), &json!(anas))
    );
}

#[tokio::test]
async fn a_page_that_begins_hidden_learns_whose_it_is() {
    let paper = TestPaper::new().await;
    let ana = paper.reader("ana", true).await;
    let laptop = ana.on("laptop").await;
    laptop.opens(ARTICLE).await;
    let word = json!({ "view": "7", "seq": 1, "epoch": null });
    let told = says(&laptop, "rest", &word).await;
    assert_eq!(told.headers["cache-control"], "no-store");
    let told: Value = serde_json::from_str(&told.text).unwrap();
    let beat = beats(&laptop, 2, None, true).await;
    assert_eq!(told["reader"], beat["reader"]);
    let guest = says(&paper.guest(), "rest", &word).await;
    assert_eq!(guest.status, StatusCode::NO_CONTENT);
}

/// Where the message would have been shown is known only as long as open pages go on saying that they are read.
#[tokio::test]
async fn in_the_mode_observe_a_page_goes_on_after_a_contended_beat() {
    let paper = TestPaper::with(|config| config.reading.mode = Mode::Observe).await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    phone.opens(ARTICLE).await;
    assert_eq!(beats(&phone, 1, None, false).await["held"], true);
    laptop.opens(ARTICLE).await;
    let stream = phone.opens("/reading/notices?view=7").await;
    assert_eq!(stream.status, StatusCode::OK);
    assert!(!stream.text.contains("lost"), "{}", stream.text);
    let contended = beats(&phone, 2, None, false).await;
    assert_eq!(contended["held"], true, "{contended}");
    assert_eq!(contended["message"], Value::Null);
    // It reads on, and the laptop would have been asked.
    phone.opens(ARTICLE).await;
    for seq in 3..9 {
        paper.advance(Span::seconds(30));
        assert_eq!(beats(&phone, seq, None, false).await["held"], true);
    }
    laptop.opens(ARTICLE).await;
    paper.app.leases.events.write().await.unwrap();
    let mut tx = paper.app.base.read().await.unwrap();
    let events = leases::store::list_events(&mut tx, ada.id, 99).await;
    let would = events.unwrap().into_iter();
    let would = would.filter(|event| event.kind.as_str() == "would_show");
    assert_eq!(would.count(), 3);
}

#[tokio::test]
async fn the_message_says_for_how_long_and_in_no_hidden_zone() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    phone.opens(ARTICLE).await;
    let shown = laptop.opens(ARTICLE).await.text;
    assert!(
        shown.contains(">Reading for less than a minute</time>"),
        "{shown}"
    );
    paper.advance(Span::seconds(60));
    phone.beats(1, 1, false).await;
    let shown = laptop.opens(ARTICLE).await.text;
    let since = "<time datetime=\"2026-02-25T12:00:00Z\">Reading for 1 minute</time>";
    assert!(shown.contains(since), "{shown}");
    let devices = laptop.opens("/account/devices").await.text;
    assert!(devices.contains(" ago</time>"), "{devices}");
}

#[tokio::test]
async fn the_offer_stands_before_the_sentence_that_leads_to_the_device() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    phone.opens(ARTICLE).await;
    let mut devices = [&laptop, &phone];
    for _ in 0..3 {
        let message = devices[0].opens(ARTICLE).await;
        devices[0].takes(&message).await;
        devices.swap(0, 1);
    }
    let shown = devices[0].opens(ARTICLE).await.text;
    let at = |part: &str| {
        shown
            .find(part)
            .unwrap_or_else(|| panic!("{part}: {shown}"))
    };
    let (offer, sentence, device) = (at("box offer"), at("Right now it"), at("class=\"holder\""));
    assert!(offer < sentence && sentence < device);
    let between = &shown[sentence..device];
    assert!(!between.contains("<section"), "{between}");
}

#[tokio::test]
async fn a_headline_in_another_language_than_the_message_says_so() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    phone.opens(ARTICLE).await;
    let shown = laptop.opens("/es/2026-02-24/subscribers-1").await.text;
    assert!(
        shown.contains(&format!("<html lang=\"{}\"", Lang::EN)),
        "{shown}"
    );
    assert!(shown.contains("<strong lang=\"es\">Headline"), "{shown}");
    assert!(shown.contains("<span lang=\"es\">Deck"), "{shown}");
}

/// Browsers send the bytes that another program on the host has set (RFC 6265, 5.4), and one of them is no reason to
/// know nobody any more.
#[tokio::test]
async fn a_header_with_an_odd_byte_is_read_for_the_rest() {
    let paper = TestPaper::with(|config| {
        config.gate.sites = vec!["http://localhost:9000".parse().unwrap()];
    })
    .await;
    let ada = paper.reader("ada", true).await;
    let laptop = paper.guest();
    laptop.set_cookie("ciudad", "Málaga");
    let email = ada.email.replace('@', "%40");
    let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
    let agent = (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; caf\u{e9}) Chrome/140.0 Safari/537.36",
    );
    let answer = laptop.send(Method::POST, "/sign-in", &[agent], &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(laptop.opens(ARTICLE).await.text.contains(CANARY));
    let devices = laptop.opens("/account/devices").await.text;
    assert!(devices.contains("Chrome · Linux"), "{devices}");
    let asked = |uri: &'static str| {
        [
            ("x-forwarded-proto", "http"),
            ("x-forwarded-host", "localhost:9000"),
            ("x-forwarded-uri", uri),
        ]
    };
    let gate = "/gate/check?denied=303";
    let here = laptop
        .send(Method::GET, gate, &asked("/1987?año=2"), "")
        .await;
    assert_eq!((here.status, here.access()), (StatusCode::OK, "full"));
    let guest = paper.guest();
    let to = guest
        .send(Method::GET, gate, &asked("/1987?año=2"), "")
        .await;
    let to = to.headers["location"].to_str().unwrap();
    assert!(
        to.contains("a%2525C3%2525B1o"),
        "the way back is this very page: {to}"
    );
}

#[tokio::test]
async fn the_script_of_an_open_page_is_small() {
    let paper = TestPaper::new().await;
    let laptop = paper.reader("ada", true).await.on("laptop").await;
    let page = laptop.opens(ARTICLE).await.text;
    let (_, rest) = page.split_once("<script type=\"module\" src=\"").unwrap();
    let path = rest.split('"').next().unwrap();
    let small = [("accept-encoding", "br")];
    let script = laptop.send(Method::GET, path, &small, "").await;
    assert!(script.text.contains("/reading/notices"), "{path}");
    println!("reader.js: {} bytes by brotli", script.bytes.len());
    assert!(script.bytes.len() < 6 * 1024);
}
