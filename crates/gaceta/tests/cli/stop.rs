//! SIGTERM while people are at it: what is under way is finished, and what was acknowledged is there afterwards.

use std::io::Write as _;
use std::time::Duration;

use crate::paper::{PASSWORD, Paper, answer, sign_in_form};

#[test]
fn requests_under_way_are_finished_and_acknowledged_work_is_kept() {
    let paper = Paper::new();
    paper.add_reader("ada").well();
    let mut serving = paper.serve();
    // A form whose body has only begun to arrive, and one that is being worked on.
    let form = format!(
        "email=eva%40paper.test&name=Eva&password={}",
        PASSWORD.replace(' ', "+")
    );
    let mut slow = serving.connect();
    let head = serving.form_head("/sign-up", &form) + &form[..10];
    slow.write_all(head.as_bytes()).unwrap();
    let mut quick = serving.connect();
    let sign_in = sign_in_form("ada");
    quick
        .write_all((serving.form_head("/sign-in", &sign_in) + &sign_in).as_bytes())
        .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    serving.terminate();
    std::thread::sleep(Duration::from_millis(200));
    slow.write_all(&form.as_bytes()[10..]).unwrap();
    let (slow, quick) = (answer(&mut slow), answer(&mut quick));
    assert_eq!(slow.status, 303, "{}", slow.text);
    assert_eq!(quick.status, 303, "{}", quick.text);
    let (code, took) = serving.wait();
    assert_eq!(code, 0);
    assert!(took < Duration::from_secs(9), "{took:?}");

    let serving = paper.serve();
    assert_eq!(serving.get("/account", &quick.cookies()).status, 200);
    // The mail to Eva was acknowledged with the form; it leaves now, if it did not before.
    let mails = paper.path("gaceta-data/mail");
    crate::paper::wait_for("the mail", || {
        std::fs::read_dir(&mails).is_ok_and(|files| files.count() == 1)
    });
    serving.stop();
}

#[test]
fn what_a_client_began_and_gave_up_is_finished_before_the_stop() {
    let paper = Paper::new();
    let mut serving = paper.serve();
    let password = PASSWORD.replace(' ', "+");
    for number in 0..8 {
        let form = format!("email=eva{number}%40paper.test&name=Eva&password={password}");
        let mut gone = serving.connect();
        gone.write_all((serving.form_head("/sign-up", &form) + &form).as_bytes())
            .unwrap();
    }
    std::thread::sleep(Duration::from_millis(100));
    serving.terminate();
    let (code, took) = serving.wait();
    assert_eq!(code, 0);
    assert!(took < Duration::from_secs(9), "{took:?}");
    let serving = paper.serve();
    let mails = paper.path("gaceta-data/mail");
    crate::paper::wait_for("the mails", || {
        std::fs::read_dir(&mails).is_ok_and(|files| files.count() == 8)
    });
    serving.stop();
}

#[test]
fn a_request_that_never_ends_does_not_keep_the_paper_from_stopping() {
    let paper = Paper::new();
    paper.write("gaceta.toml", "[server]\nstop_for = \"1s\"\n");
    let mut serving = paper.serve();
    let mut stuck = serving.connect();
    let head = serving.form_head("/sign-in", "email=never");
    stuck.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    serving.terminate();
    let (code, took) = serving.wait();
    assert_eq!(code, 0);
    assert!(took < Duration::from_secs(8), "{took:?}");
}
