//! `gaceta doctor`: says what is wrong, and changes nothing.

use std::io::{BufRead as _, BufReader, Write as _};

use crate::paper::{Paper, contents};

#[test]
fn a_new_paper_is_well_served_or_not_and_nothing_is_changed() {
    let paper = Paper::new();
    let before = contents(&paper.path("gaceta-data"));
    let said = paper.run(&["doctor"]).well();
    assert_eq!(contents(&paper.path("gaceta-data")), before);
    assert!(!said.contains("wrong "), "{said}");
    for hint in [
        "ok     configuration: gaceta.toml",
        "note   public address: http://localhost:",
        "ok     nobody works on gaceta-data",
        "ok     database: whole, and as this program needs it",
        "ok     editions: en, es",
        "note   terms: none",
        "note   mail: written as files",
        "ok     files: nobody else on this machine may read them",
    ] {
        assert!(said.contains(hint), "{hint}: {said}");
    }
    let serving = paper.serve();
    let said = paper.run(&["doctor"]).well();
    assert!(
        said.contains("ok     the paper is being served and takes orders"),
        "{said}"
    );
    serving.stop();
}

#[test]
fn what_is_wrong_is_said_with_what_to_do_and_the_code_1() {
    let nothing = Paper::nothing();
    let ended = nothing.run(&["doctor"]);
    assert!(
        ended.out.contains("wrong  database: there is none"),
        "{}",
        ended.out
    );
    assert!(ended.badly().contains("wrong"));
    assert_eq!(std::fs::read_dir(nothing.dir.path()).unwrap().count(), 0);

    let paper = Paper::new();
    let port = paper.port;
    paper.write(
        "gaceta.toml",
        &format!(
            "[site]\ndefault_edition = \"fr\"\n[mail]\ntransport = \"smtp\"\nsmtp_url = \"smtp://127.0.0.1:{port}\"\n"
        ),
    );
    let ended = paper.run(&["doctor"]);
    assert_eq!(ended.code, 1);
    for hint in ["wrong  editions: there is no \"fr\"", "wrong  mail: "] {
        assert!(ended.out.contains(hint), "{hint}: {}", ended.out);
    }
    paper.write("gaceta.toml", "[site]\nnaem = 1\n");
    let ended = paper.run(&["doctor"]);
    assert!(ended.out.contains("wrong  configuration: ") && ended.out.contains("naem"));
    assert_eq!(ended.code, 1);
}

#[test]
fn a_proxy_that_no_setting_names_is_seen() {
    let paper = Paper::new();
    paper.write("gaceta.toml", "[site]\nname = \"A\"\n");
    let behind = "wrong  proxies: readers come over https";
    let mut command = paper.command(&["doctor"]);
    let said = command.env("GACETA_SITE__PUBLIC_URL", "https://paper.test");
    let said = String::from_utf8(said.output().unwrap().stdout).unwrap();
    assert!(said.contains(behind), "{said}");
    let said = command.env("GACETA_SERVER__PROXIES", "1").output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(!said.contains("proxies"), "{said}");

    let serving = paper.serve();
    let found = "wrong  proxies: requests come through one";
    assert!(!paper.run(&["doctor"]).out.contains(found));
    let mut stream = serving.connect();
    let form = "email=a%40paper.test&password=not+it+at+all";
    let ask = format!(
        "POST /sign-in HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.5\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(ask.as_bytes()).unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    let ended = paper.run(&["doctor"]);
    assert!(ended.out.contains(found), "{}", ended.out);
    let log = serving.stop_and_read_log();
    let line = "[server] proxies = 0 takes it for the reader";
    assert_eq!(log.matches(line).count(), 1, "{log}");
}

#[test]
fn a_damaged_database_is_seen() {
    let paper = Paper::new();
    paper.write(
        "gaceta-data/gaceta.db",
        "this is no database, and long enough to be read as one",
    );
    let ended = paper.run(&["doctor"]);
    assert!(ended.out.contains("wrong  database: "), "{}", ended.out);
    assert_eq!(ended.code, 1);
}

#[test]
fn a_mail_server_that_answers_is_fine() {
    let paper = Paper::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 mail.test\r\n").unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            let said: &[u8] = if line.starts_with("QUIT") {
                b"221 bye\r\n"
            } else {
                b"250 fine\r\n"
            };
            stream.write_all(said).unwrap();
        }
    });
    paper.write(
        "gaceta.toml",
        &format!("[mail]\ntransport = \"smtp\"\nsmtp_url = \"smtp://127.0.0.1:{port}\"\n"),
    );
    let said = paper.run(&["doctor"]).well();
    assert!(said.contains("ok     mail: the server answers"), "{said}");
}

#[test]
fn a_database_elsewhere_is_reached_with_tls_or_that_is_said() {
    let paper = Paper::new();
    // Nobody speaks there, and nobody is waited for.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    for (host, query, said) in [
        (
            "0.0.0.0",
            "",
            "note   database: reached with sslmode=prefer, so",
        ),
        (
            "0.0.0.0",
            "?sslmode=disable",
            "note   database: reached with sslmode=disable, so",
        ),
        (
            "0.0.0.0",
            "?sslmode=require",
            "note   database: reached with sslmode=require, so",
        ),
        (
            "0.0.0.0",
            "?sslmode=verify-ca",
            "note   database: reached with sslmode=verify-ca, so",
        ),
        (
            "0.0.0.0",
            "?sslmode=verify-full",
            "ok     database: reached with sslmode=verify-full",
        ),
        ("localhost", "", ""),
        ("127.0.0.1", "?sslmode=disable", ""),
    ] {
        let url = format!("postgres://ana:hunter2@{host}:{port}/paper{query}");
        paper.write("gaceta.toml", &format!("[database]\nurl = \"{url}\"\n"));
        let ended = paper.run(&["doctor"]);
        assert_eq!(
            ended.out.contains("sslmode"),
            !said.is_empty(),
            "{}",
            ended.out
        );
        assert!(ended.out.contains(said), "{said}: {}", ended.out);
        assert!(ended.out.contains("wrong  database: "), "{}", ended.out);
        assert!(!ended.out.contains("hunter2") && !ended.err.contains("hunter2"));
    }
}
