//! Mail by a real mail server, with TLS; and what is said to one that has none: nothing that matters.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use drive::process::Running;
use drive::provision::{AIOSMTPD, OPENSSL};

use crate::paper::{PASSWORD, Paper, Serving, wait_for};

/// The host of these tests: it leads to this machine, and is no name of it.
const ELSEWHERE: &str = "0.0.0.0";

/// Makes an authority, and a certificate of it for this machine: `ca.pem`, `cert.pem`, `key.pem`.
fn certify(folder: &Path) {
    let names = "subjectAltName=IP:0.0.0.0,IP:127.0.0.1";
    for words in [
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem",
        &format!(
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=mail -addext {names} -keyout key.pem -out cert.csr"
        ),
        "x509 -req -in cert.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy -out cert.pem",
    ] {
        let mut openssl = Command::new(OPENSSL.get().unwrap());
        openssl.args(words.split(' ')).current_dir(folder);
        drive::child::output(openssl).unwrap();
    }
}

/// A real mail server, which keeps what it gets in `mails`. It takes nothing without TLS.
fn aiosmtpd(folder: &Path, kind: &str) -> (Running, u16) {
    let port = drive::port::free().unwrap();
    let mut command = Command::new(AIOSMTPD.get().unwrap());
    let listen = format!("127.0.0.1:{port}");
    command
        .args(["--nosetuid", "--listen", &listen])
        .current_dir(folder);
    command.args([
        &format!("--{kind}cert"),
        "cert.pem",
        &format!("--{kind}key"),
        "key.pem",
    ]);
    command.args(["--class", "aiosmtpd.handlers.Mailbox", "mails"]);
    let running = Running::listening(command, &folder.join("said"), &[port]);
    (running.unwrap(), port)
}

fn configure(paper: &Paper, url: &str, more: &str) {
    let mail =
        format!("[mail]\ntransport = \"smtp\"\nsend_for = \"10s\"\nsmtp_url = \"{url}\"\n{more}\n");
    paper.write("gaceta.toml", &mail);
}

fn sign_up(serving: &Serving) {
    let password = PASSWORD.replace(' ', "+");
    let form = format!("email=eva%40paper.test&name=Eva&password={password}");
    assert_eq!(serving.post("/sign-up", &form).status, 303);
}

#[test]
fn a_mail_leaves_with_tls_for_a_server_whose_certificate_is_right() {
    for (kind, scheme) in [("tls", "smtp"), ("smtps", "smtps")] {
        let paper = Paper::new();
        let folder = tempfile::tempdir().unwrap();
        certify(folder.path());
        let (_server, port) = aiosmtpd(folder.path(), kind);
        let url = format!("{scheme}://{ELSEWHERE}:{port}");
        // Nobody knows this authority.
        configure(&paper, &url, "");
        let said = paper.run(&["doctor"]).out;
        let hint = format!("wrong  mail: {url} cannot be reached: ");
        assert!(
            said.contains(&hint) && said.contains("ertificate"),
            "{said}"
        );
        let ca = folder.path().join("ca.pem");
        configure(&paper, &url, &format!("smtp_ca = {ca:?}"));
        let said = paper.run(&["doctor"]).well();
        assert!(
            said.contains(&format!(
                "ok     mail: the server answers ({url}), with TLS"
            )),
            "{said}"
        );
        let serving = paper.serve();
        sign_up(&serving);
        let new = folder.path().join("mails/new");
        let mails = || std::fs::read_dir(&new).map_or(0, Iterator::count);
        wait_for("a mail", || mails() == 1);
        let mail = std::fs::read_dir(&new).unwrap().next().unwrap().unwrap();
        let mail = std::fs::read_to_string(mail.path()).unwrap();
        assert!(mail.contains("To: eva@paper.test"), "{mail}");
        serving.stop();
    }
}

/// A mail server that has no TLS, takes passwords as they come, and notes every line.
fn without_tls() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = Arc::clone(&lines);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let noted = Arc::clone(&noted);
            std::thread::spawn(move || talk(stream, &noted));
        }
    });
    (port, lines)
}

fn talk(mut stream: TcpStream, noted: &Mutex<Vec<String>>) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let _ = stream.write_all(b"220 mail.test\r\n");
    for line in lines.map_while(Result::ok) {
        let said: &[u8] = match line.split(' ').next().unwrap_or_default() {
            "EHLO" => b"250-mail.test\r\n250 AUTH PLAIN LOGIN\r\n",
            "AUTH" => b"235 come in\r\n",
            "QUIT" => b"221 bye\r\n",
            _ => b"250 fine\r\n",
        };
        noted.lock().unwrap().push(line);
        let _ = stream.write_all(said);
    }
}

#[test]
fn to_a_server_without_tls_nothing_is_said_that_matters() {
    for url in [
        "smtp://0.0.0.0:",
        "smtp://ana:hunter2@127.0.0.1:",
        "smtp://ana:hunter2@0.0.0.0:",
    ] {
        let paper = Paper::new();
        let (port, lines) = without_tls();
        configure(&paper, &format!("{url}{port}"), "");
        let ended = paper.run(&["doctor"]);
        assert!(ended.out.contains("wrong  mail: smtp://"), "{}", ended.out);
        let serving = paper.serve();
        sign_up(&serving);
        let failed = || paper.run(&["doctor"]).out.contains("(attempt 1): ");
        wait_for("the first failure", failed);
        let said = paper.run(&["doctor"]).out;
        assert!(!said.contains("hunter2"), "{said}");
        serving.stop();
        let lines = lines.lock().unwrap().clone();
        assert!(lines.iter().any(|line| line.starts_with("EHLO")));
        for word in ["AUTH", "MAIL", "RCPT", "DATA"] {
            assert!(
                !lines.iter().any(|line| line.starts_with(word)),
                "{lines:?}"
            );
        }
    }
}

#[test]
fn giving_tls_up_is_said_and_with_a_password_refused() {
    let paper = Paper::new();
    let (port, _) = without_tls();
    configure(&paper, &format!("smtp://{ELSEWHERE}:{port}?tls=none"), "");
    let ended = paper.run(&["doctor"]);
    assert!(
        ended
            .out
            .contains("wrong  mail: on the way to smtp://0.0.0.0"),
        "{}",
        ended.out
    );
    assert!(
        ended
            .out
            .contains("ok     mail: the server answers (smtp://0.0.0.0:")
            && ended.out.contains("), without TLS"),
        "{}",
        ended.out
    );
    configure(
        &paper,
        &format!("smtp://ana:hunter2@127.0.0.1:{port}?tls=none"),
        "",
    );
    for command in ["serve", "doctor"] {
        let ended = paper.run(&[command]);
        let said = ended.out + &ended.err;
        assert!(
            said.contains("a password is never sent without TLS"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }
}
