//! Forward auth behind real web servers, as `docs/gate.md` says they are to be told.

mod browser;
mod front;

use browser::{Browser, Got, NAVIGATION};
use drive::form::escape;
use front::{Archive, Front};

use crate::paper::{Paper, Serving, sign_in_form};

const PAGE: &str = "https://archive.example.com/1987/a?b=c&d";
const TEXT: &str = "The river in 1987";

/// A paper at `https://paper.example.com`, with a subscriber and a reader without a seat.
fn paper() -> (Paper, Serving) {
    let mut paper = Paper::new();
    paper.url = "https://paper.example.com".into();
    paper.write(
        "gaceta.toml",
        "[gate]\nsites = [\"https://archive.example.com\"]\ncookie_domain = \"example.com\"\n",
    );
    let serving = paper.serve();
    paper.add_reader("ada").well();
    paper.add_reader("ben").well();
    let plan = ["--plan", "digital", "--until", "2999-12-31"];
    let grant = [&["grant", "ada@paper.test"], &plan[..]].concat();
    paper.run(&grant).well();
    (paper, serving)
}

/// Opens the page of the archive as somebody who is not signed in yet, and signs in on the way.
fn signs_in(browser: &Browser, name: &str) -> (String, Got) {
    let (at, form) = browser.opens(PAGE);
    assert!(at.starts_with("https://paper.example.com/sign-in?"), "{at}");
    let next = escape(&form.hidden("next"));
    let filled = format!("{}&next={next}", sign_in_form(name));
    browser.sends("https://paper.example.com/sign-in", &filled)
}

/// "Read here" on the message.
fn takes(browser: &Browser, message: &Got) -> (String, Got) {
    let field = |name| format!("{name}={}", escape(&message.hidden(name)));
    let form = ["epoch", "op", "next"].map(field).join("&");
    browser.sends("https://paper.example.com/reading/take", &form)
}

/// This browser reads the page where it was opened.
#[track_caller]
fn reads((at, got): (String, Got)) {
    assert_eq!((at.as_str(), got.status), (PAGE, 200));
    assert!(got.body.contains(TEXT), "{}", got.body);
}

/// This browser stands before the message.
#[track_caller]
fn is_asked((at, got): (String, Got)) -> Got {
    assert!(
        at.starts_with("https://paper.example.com/gate/message?back="),
        "{at}"
    );
    assert_eq!(
        (got.status, got.header("gaceta-access")),
        (200, "elsewhere")
    );
    assert!(!got.body.contains(TEXT));
    got
}

/// The whole life of a page behind a web server. `refused` is how a picture is refused there.
fn through(front: impl Fn(u16, u16) -> Front, refused: u16) {
    let (paper, serving) = paper();
    let archive = Archive::open();
    let front = front(paper.port, archive.port);
    let hosts = [
        ("paper.example.com", paper.port),
        ("archive.example.com", front.port),
    ];
    let (phone, laptop) = (Browser::new("phone", hosts), Browser::new("laptop", hosts));
    reads(signs_in(&phone, "ada"));
    assert!(phone.has("__Secure-session", "archive.example.com"));
    assert!(!phone.has("__Host-device", "archive.example.com"));
    let (name, _) = archive.last();
    assert_eq!(name.len(), 22, "the site is told who reads: {name}");

    // The other device, back and forth.
    let message = is_asked(signs_in(&laptop, "ada"));
    reads(takes(&laptop, &message));
    let mut devices = [&phone, &laptop];
    for _ in 0..5 {
        let message = is_asked(devices[0].opens(PAGE));
        reads(takes(devices[0], &message));
        reads(devices[0].opens(PAGE));
        devices.swap(0, 1);
    }
    let [loser, reader] = devices;

    // Pictures come along with the page, and open nothing by themselves.
    let picture = [("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "image")];
    assert_eq!(reader.asks("GET", PAGE, &picture, "").status, 200);
    assert_eq!(loser.asks("GET", PAGE, &picture, "").status, refused);
    // A form of the site, with more in it than fits one buffer.
    let form = "a".repeat(40_000);
    assert_eq!(reader.asks("POST", PAGE, &[], &form).status, 200);
    assert_eq!(archive.last(), (name.clone(), 40_000));
    forgeries(reader, loser, &archive, &name);

    let (at, plans) = signs_in(&Browser::new("tablet", hosts), "ben");
    assert_eq!(
        (at.as_str(), plans.status),
        ("https://paper.example.com/plans?lang=en", 200)
    );
    // When the paper is away nobody is let in, and nobody is sent anywhere.
    serving.stop();
    let seen = archive.count();
    let got = reader.asks("GET", PAGE, NAVIGATION, "");
    assert!((500..600).contains(&got.status), "{}", got.answer.head);
    assert!(!got.body.contains(TEXT) && archive.count() == seen);
}

/// What browsers could say themselves changes nothing for those who read, and opens nothing to others.
fn forgeries(reader: &Browser, loser: &Browser, archive: &Archive, name: &str) {
    for forged in [
        ("Gaceta-Reader", "somebody-else"),
        ("GACETA-READER", "somebody-else"),
        ("Gaceta_Reader", "somebody-else"),
        ("gaceta_reader", "somebody-else"),
        ("Gaceta.Reader", "somebody-else"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Uri", "/public"),
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Method", "GET"),
    ] {
        let more = [&[forged], NAVIGATION].concat();
        assert_eq!(
            reader.asks("GET", PAGE, &more, "").status,
            200,
            "{forged:?}"
        );
        assert_eq!(archive.last().0, name, "{forged:?}");
        let seen = archive.count();
        let got = loser.asks("GET", PAGE, &more, "");
        let to = got.header("location");
        let message =
            "https://paper.example.com/gate/message?back=https%3A//archive.example.com/1987/";
        assert!(
            got.status == 303 && to.starts_with(message),
            "{forged:?}: {}",
            got.answer.head
        );
        assert_eq!(archive.count(), seen);
    }
}

#[test]
fn behind_nginx() {
    through(Front::nginx, 303);
}

#[test]
fn behind_caddy() {
    through(Front::caddy, 409);
}
