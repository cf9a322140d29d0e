//! Who else on the machine may read what the paper writes: nobody.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::paper::{PASSWORD, Paper, wait_for};

/// Every file and folder below this one, with its mode.
fn modes(below: &Path) -> Vec<(PathBuf, u32)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        let of = std::fs::symlink_metadata(&path).unwrap();
        all.push((path.clone(), of.permissions().mode() & 0o777));
        if of.is_dir() {
            all.extend(modes(&path));
        }
    }
    all
}

/// Nothing here is for anybody else; and these are among it.
#[track_caller]
fn are_private(paper: &Paper, expected: &[&str]) {
    let all = modes(paper.dir.path());
    let open: Vec<_> = all.iter().filter(|(_, mode)| mode & 0o077 != 0).collect();
    assert!(open.is_empty(), "{open:?}");
    for name in expected {
        assert!(
            all.iter().any(|(path, _)| path.ends_with(name)),
            "{name} is not there"
        );
    }
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_init_serve_and_backup_write_is_for_the_owner_alone() {
    let paper = Paper::new();
    are_private(
        &paper,
        &["gaceta.toml", "editions.toml", "gaceta-data/gaceta.db"],
    );
    let serving = paper.serve();
    assert_eq!(
        serving.status("Umask"),
        "0077",
        "also while something is being written"
    );
    let form = format!(
        "email=eva%40paper.test&name=Eva&password={}",
        PASSWORD.replace(' ', "+")
    );
    assert_eq!(serving.post("/sign-up", &form).status, 303);
    let mails = paper.path("gaceta-data/mail");
    wait_for("a mail", || {
        mails.is_dir() && std::fs::read_dir(&mails).unwrap().count() == 1
    });
    paper.run(&["backup", "copy.db"]).well();
    are_private(
        &paper,
        &[
            "gaceta-data/gaceta.db-wal",
            "gaceta-data/gaceta.db-shm",
            "gaceta-data/gaceta.lock",
            "gaceta-data/gaceta.sock",
            "copy.db",
        ],
    );
    serving.stop();
    // A copy that came over the network, say.
    set_mode(&paper.path("copy.db"), 0o644);
    paper.run(&["restore", "copy.db", "--force"]).well();
    set_mode(&paper.path("copy.db"), 0o600);
    are_private(
        &paper,
        &["gaceta-data/gaceta.db", "gaceta-data/gaceta.db.old-1"],
    );
}

#[test]
fn what_the_demo_writes_is_for_the_owner_alone() {
    let paper = Paper::nothing();
    let listen = format!("127.0.0.1:{}", paper.port);
    let mut command = paper.command(&["demo", "--listen", &listen]);
    let mut child = command.spawn().unwrap();
    // Another test may have been given the same port.
    let database = paper.path("gaceta-demo/gaceta.db");
    let there = || {
        std::path::Path::new(&database).exists() && std::net::TcpStream::connect(&listen).is_ok()
    };
    for _ in 0..1200 {
        if there() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let all = modes(paper.dir.path());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        all.iter()
            .any(|(path, _)| path.ends_with("gaceta-demo/gaceta.db")),
        "{all:?}"
    );
    let open: Vec<_> = all.iter().filter(|(_, mode)| mode & 0o077 != 0).collect();
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_doctor_names_files_that_everybody_may_read() {
    let paper = Paper::new();
    let (data, file) = (
        paper.path("gaceta-data"),
        paper.path("gaceta-data/gaceta.db"),
    );
    set_mode(&file, 0o644);
    // Behind a closed door that is nothing.
    assert!(paper.run(&["doctor"]).well().contains("ok     files: "));
    set_mode(&data, 0o755);
    let said = paper.run(&["doctor"]).out;
    assert!(
        said.contains(
            "wrong  files: everybody on this machine may use gaceta-data, gaceta-data/gaceta.db;"
        ),
        "{said}"
    );
    set_mode(&data, 0o700);
    let port = paper.port;
    paper.write(
        "gaceta.toml",
        &format!(
            "[mail]\ntransport = \"smtp\"\nsmtp_url = \"smtps://ana:hunter2@127.0.0.1:{port}\"\n"
        ),
    );
    set_mode(&paper.path("gaceta.toml"), 0o644);
    let ended = paper.run(&["doctor"]);
    assert!(
        ended
            .out
            .contains("wrong  files: everybody on this machine may use gaceta.toml;"),
        "{}",
        ended.out
    );
    assert!(!ended.out.contains("hunter2") && !ended.err.contains("hunter2"));
    set_mode(&paper.path("gaceta.toml"), 0o640);
    assert!(paper.run(&["doctor"]).out.contains("ok     files: "));
}
