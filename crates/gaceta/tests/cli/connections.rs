//! Connections on which nothing moves, and more of them than there is room for.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::paper::{Paper, Serving};

/// A paper with these lines in `[server]`, one long open article and a subscriber.
fn serve(lines: &str) -> (Paper, Serving, String) {
    let paper = Paper::new();
    paper.write("gaceta.toml", &format!("[server]\n{lines}\n"));
    let serving = paper.serve();
    paper.add_reader("ada").well();
    let article = paper.article("wells", "open", &"Water at forty metres. ".repeat(4_000));
    paper.run(&["publish", &article]).well();
    paper
        .run(&[
            "grant",
            "ada@paper.test",
            "--plan",
            "digital",
            "--until",
            "2999-12-31",
        ])
        .well();
    let cookies = serving.sign_in("ada");
    (paper, serving, cookies)
}

/// How long it takes until the other end closes, and what it said before.
fn closes(mut stream: TcpStream) -> (Duration, String) {
    let begun = Instant::now();
    let mut said = Vec::new();
    // A reset is an end, too.
    let _ = stream.read_to_end(&mut said);
    (begun.elapsed(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn silent_connections_end_and_a_live_stream_does_not() {
    let (_paper, serving, cookies) = serve("idle_for = \"2s\"");
    let idle = serving.connect();
    // A head that never ends.
    let mut endless = serving.connect();
    endless
        .write_all(b"GET /en HTTP/1.1\r\nhost: a\r\n")
        .unwrap();
    let dripping = std::thread::spawn(move || {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) && endless.write_all(b"x: y\r\n").is_ok() {
            std::thread::sleep(Duration::from_millis(200));
        }
        begun.elapsed()
    });
    // Somebody who asks for far more than the system buffers, and takes nothing.
    let mut greedy = serving.connect();
    let ask = "GET /en/2026-02-25/wells HTTP/1.1\r\nhost: a\r\n\r\n".repeat(200);
    greedy.write_all(ask.as_bytes()).unwrap();
    let mut live = serving.connect();
    let head = serving.head("/reading/notices?view=7", &cookies);
    live.write_all(head.as_bytes()).unwrap();

    let (took, said) = closes(idle);
    assert!(said.is_empty(), "{said}");
    let expected = Duration::from_secs(1)..Duration::from_secs(10);
    assert!(expected.contains(&took), "idle: {took:?}");
    let took = dripping.join().unwrap();
    assert!(expected.contains(&took), "an endless head: {took:?}");
    let (_, said) = closes(greedy);
    let whole = said.matches("HTTP/1.1 200 OK").count();
    assert!((1..200).contains(&whole), "{whole} answers were taken");

    // Longer than that, and the stream is still there: now and then it gives a sign of life.
    std::thread::sleep(Duration::from_secs(3));
    live.set_nonblocking(true).unwrap();
    let (mut said, mut piece) = (String::new(), [0; 512]);
    let end = loop {
        match live.read(&mut piece) {
            Ok(0) => break None,
            Ok(bytes) => said += &String::from_utf8_lossy(&piece[..bytes]),
            Err(error) => break Some(error.kind()),
        }
    };
    assert_eq!(end, Some(std::io::ErrorKind::WouldBlock), "{said}");
    assert!(said.matches("\n:\n\n").count() > 3, "{said}");
    drop(live);
    serving.stop();
}

#[test]
fn where_there_is_no_room_a_connection_is_refused_at_once() {
    let (_paper, serving, _) = serve("connections = 3");
    let mut inside: Vec<_> = (0..3).map(|_| serving.connect()).collect();
    let ask = b"GET /en HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    // Those who are in are served, however many wait outside.
    let (took, said) = closes(serving.connect());
    assert!(said.starts_with("HTTP/1.1 503 "), "{said}");
    assert!(said.contains("retry-after: 5"), "{said}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    let mut one = inside.pop().unwrap();
    one.write_all(ask).unwrap();
    assert!(closes(one).1.starts_with("HTTP/1.1 200 "));
    // Now there is room for one.
    crate::paper::wait_for("room", || {
        let mut next = serving.connect();
        next.write_all(ask).is_ok() && closes(next).1.starts_with("HTTP/1.1 200 ")
    });
    drop(inside);
    serving.stop();
}

#[test]
fn a_request_names_exactly_one_host() {
    let (_paper, serving, _) = serve("");
    let asked = |head: &str| {
        let mut stream = serving.connect();
        stream.write_all(head.as_bytes()).unwrap();
        let said = closes(stream).1;
        said.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    let end = "connection: close\r\n\r\n";
    for path in [
        "/en",
        "/en/2026-02-25/wells",
        "/gate/check",
        "/no-such-page",
        "/assets/reader.js",
    ] {
        for (hosts, version, status) in [
            ("", "1.1", 400),
            ("host: a\r\nhost: a\r\n", "1.1", 400),
            ("host: a\r\nHost: b\r\n", "1.1", 400),
            ("host: a\r\nhost: b\r\n", "1.0", 400),
            ("host: a/b\r\n", "1.1", 400),
            ("host: a, b\r\n", "1.1", 400),
            ("host: u@a\r\n", "1.1", 400),
            ("host: a:1\r\n", "1.1", 0),
            ("host: [::1]:8080\r\n", "1.1", 0),
            ("host:\r\n", "1.1", 0),
            ("", "1.0", 0),
        ] {
            let said = asked(&format!("GET {path} HTTP/{version}\r\n{hosts}{end}"));
            // 0: whatever the page says.
            let well = if status == 0 {
                said != "400"
            } else {
                said == status.to_string()
            };
            assert!(
                well && !said.is_empty(),
                "{path} {version} {hosts:?}: {said}"
            );
        }
    }
    // A second request behind a refused one is not read: who sent it is no longer clear.
    let mut stream = serving.connect();
    let two = format!("GET /en HTTP/1.1\r\n\r\nGET /en HTTP/1.1\r\nhost: a\r\n{end}");
    stream.write_all(two.as_bytes()).unwrap();
    assert_eq!(closes(stream).1.matches("HTTP/1.1 ").count(), 1);
    serving.stop();
}

#[test]
fn one_client_holds_a_share_of_the_connections_and_of_the_streams() {
    let lines = "connections_per_client = 4\n[reading]\nstreams_per_client = 2";
    let (_paper, serving, cookies) = serve(lines);
    let ask = |view: u32| {
        let mut stream = serving.connect();
        let head = serving.head(&format!("/reading/notices?view={view}"), &cookies);
        stream.write_all(head.as_bytes()).unwrap();
        let mut first = [0; 64];
        let length = stream.read(&mut first).unwrap();
        let said = String::from_utf8_lossy(&first[..length]).into_owned();
        (stream, said)
    };
    let (first, second) = (ask(1), ask(2));
    assert!(first.1.starts_with("HTTP/1.1 200") && second.1.starts_with("HTTP/1.1 200"));
    let third = ask(3);
    assert!(third.1.starts_with("HTTP/1.1 429"), "{}", third.1);
    drop(third);
    let inside: Vec<_> = (0..2).map(|_| serving.connect()).collect();
    crate::paper::wait_for("the share to be used up", || {
        closes(serving.connect()).1.starts_with("HTTP/1.1 503 ")
    });
    drop((inside, first));
    crate::paper::wait_for("a stream that is free again", || {
        ask(4).1.starts_with("HTTP/1.1 200")
    });
    drop(second);
    serving.stop();
}
