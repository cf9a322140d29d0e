//! A mail server that accepts connections and says nothing holds up mail, and nothing else.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base::db::Db;
use base::jobs::{Failed, count_jobs, list_failed_jobs};
use base::rng::Rng;
use base::time::Clock;
use leases::store::list_sums;

use crate::paper::{PASSWORD, Paper, Serving, wait_for};

/// A mail server that is silent until it is told to answer.
struct MailServer {
    port: u16,
    answers: Arc<AtomicBool>,
    connections: Arc<Mutex<Vec<TcpStream>>>,
    mails: Receiver<String>,
}

impl MailServer {
    fn silent() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = Arc::<AtomicBool>::default();
        let connections = Arc::<Mutex<Vec<TcpStream>>>::default();
        let (tell, mails) = channel();
        let (speaks, all) = (Arc::clone(&answers), Arc::clone(&connections));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if speaks.load(Ordering::Relaxed) {
                    let _ = tell.send(take_mail(stream));
                } else {
                    all.lock().unwrap().push(stream);
                }
            }
        });
        Self {
            port,
            answers,
            connections,
            mails,
        }
    }

    fn is_asked(&self) -> bool {
        !self.connections.lock().unwrap().is_empty()
    }
}

/// Takes one mail, and gives its text.
fn take_mail(mut stream: TcpStream) -> String {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let (mut mail, mut in_data) = (String::new(), false);
    stream.write_all(b"220 mail.test\r\n").unwrap();
    for line in lines.map_while(Result::ok) {
        let said: &[u8] = match line.as_str() {
            "." if in_data => b"250 taken\r\n",
            text if in_data => {
                mail.push_str(text);
                mail.push('\n');
                continue;
            }
            "DATA" => b"354 go on\r\n",
            "QUIT" => b"221 bye\r\n",
            _ => b"250 fine\r\n",
        };
        in_data = line == "DATA";
        let _ = stream.write_all(said);
    }
    mail
}

fn configure(paper: &Paper, server: &MailServer, send_for: &str) {
    paper.write(
        "gaceta.toml",
        &format!(
            "[server]\nstop_for = \"2s\"\n[mail]\ntransport = \"smtp\"\nsend_for = \"{send_for}\"\n\
             smtp_url = \"smtp://127.0.0.1:{}\"\n",
            server.port
        ),
    );
}

fn sign_up(serving: &Serving) {
    let form = format!(
        "email=eva%40paper.test&name=Eva&password={}",
        PASSWORD.replace(' ', "+")
    );
    assert_eq!(serving.post("/sign-up", &form).status, 303);
}

/// Jobs that are due, jobs that failed, and events of leases, as the database has them.
fn stored(paper: &Paper) -> (i64, Vec<Failed>, i64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let file = paper.path("gaceta-data/gaceta.db");
        let db = Db::open_existing(&file).await.unwrap();
        let mut tx = db.read(&Clock::System, &Rng::System).await.unwrap();
        let due = count_jobs(&mut tx).await.unwrap().0;
        let failed = list_failed_jobs(&mut tx, 9).await.unwrap();
        let events = list_sums(&mut tx).await.unwrap();
        (due, failed, events.iter().map(|sum| sum.2).sum())
    })
}

#[test]
fn a_silent_mail_server_holds_up_neither_events_nor_the_stop_and_the_mail_leaves_later() {
    let (paper, server) = (Paper::new(), MailServer::silent());
    configure(&paper, &server, "1m");
    paper.add_reader("ada").well();
    let grant = ["grant", "ada@paper.test", "--plan", "digital", "--until"];
    paper.run(&[&grant[..], &["2999-01-01"]].concat()).well();
    let article = paper.article("wells", "subscribers", "Water.");
    paper.run(&["publish", &article]).well();

    let mut serving = paper.serve();
    sign_up(&serving);
    wait_for("a connection to the mail server", || server.is_asked());
    let cookies = serving.sign_in("ada");
    let page = serving.get("/en/2026-02-25/wells", &cookies);
    assert!(page.text.contains("Water."), "{}", page.text);
    wait_for("the event in the log", || stored(&paper).2 == 1);
    let said = paper.run(&["doctor"]).out;
    assert!(
        said.contains("task write-lease-events: ended well"),
        "{said}"
    );
    assert!(said.contains("task run-jobs: "), "{said}");
    assert_eq!(serving.get("/health/tasks", "").status, 200);

    serving.terminate();
    let (code, took) = serving.wait();
    assert_eq!(code, 0);
    assert!(took < Duration::from_secs(4), "{took:?}");
    let (due, failed, events) = stored(&paper);
    // The link, and news of the subscription.
    assert_eq!((due, failed.len(), events), (2, 0, 1), "nothing is lost");

    server.answers.store(true, Ordering::Relaxed);
    let serving = paper.serve();
    let mail = server.mails.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(mail.contains("To: eva@paper.test"), "{mail}");
    assert!(mail.contains("Message-ID: <"), "{mail}");
    wait_for("the end of the job", || stored(&paper).0 == 0);
    serving.stop();
}

#[test]
fn a_mail_that_is_not_taken_in_time_is_put_off_with_the_reason() {
    let (paper, server) = (Paper::new(), MailServer::silent());
    configure(&paper, &server, "300ms");
    let serving = paper.serve();
    sign_up(&serving);
    wait_for("the first failure", || !stored(&paper).1.is_empty());
    let (due, failed, _) = stored(&paper);
    assert_eq!((due, failed[0].attempts), (0, 1), "a minute later again");
    let said = paper.run(&["doctor"]).out;
    let hint = "(attempt 1): the mail server did not take it within 0.3 s";
    assert!(said.contains(hint), "{said}");
    serving.stop();
}
