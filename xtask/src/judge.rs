//! `cargo xtask judge mail`: what the paper sends, judged by programs that are not ours.
//!
//! `xtask/judge/mail.py` runs the paper and a mail server beside it; `e2e/letters.mjs` takes pictures of what came, which go to
//! `target/screens/mail`. Deliberately not here: what is right about a mail.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use drive::child::{self, Ended};
use drive::{paper, provision, root};

const LIMIT: Duration = Duration::from_secs(10 * 60);

/// The task.
pub fn run(words: &[String]) -> anyhow::Result<bool> {
    match words {
        [what] if what == "mail" => Ok(step().told("mail")),
        _ => bail!("`cargo xtask judge` takes one word: mail"),
    }
}

/// The same as a step of `cargo xtask test`.
pub fn step() -> Ended {
    let (mail, pictures) = match prepare() {
        Ok(prepared) => prepared,
        Err(error) => return Ended::badly(format!("{error:#}")),
    };
    let mut judged = child::run(mail, LIMIT).or_if_nothing_ran();
    let shown = child::run(pictures, LIMIT).or_if_nothing_ran();
    judged.count += shown.count;
    judged.trouble = judged.trouble.or(shown.trouble);
    judged
}

fn prepare() -> anyhow::Result<(Command, Command)> {
    use provision::{AIOSMTPD, CHROMIUM, DKIMPY, DNSMASQ, NODE};
    provision::need(&[&AIOSMTPD, &DKIMPY, &DNSMASQ, &NODE, &CHROMIUM])?;
    let journeys = root::repository().join("e2e");
    provision::need_node_packages(&journeys)?;
    let screens = root::repository().join("target/screens/mail");
    let _ = std::fs::remove_dir_all(&screens);
    std::fs::create_dir_all(&screens).context("cannot make the folder for pictures")?;
    // Debian's, which has its libraries; another one may come first on the path.
    let mut mail = Command::new("/usr/bin/python3");
    mail.arg(root::repository().join("xtask/judge/mail.py"))
        .arg(paper::build("dev")?)
        .arg(&screens)
        .arg(DNSMASQ.get()?);
    let mut pictures = Command::new(NODE.get()?);
    pictures
        .arg("letters.mjs")
        .arg(&screens)
        .current_dir(&journeys)
        .env("CHROMIUM", CHROMIUM.get()?);
    Ok((mail, pictures))
}
