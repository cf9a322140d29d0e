//! How much one node holds: a million readers with a lease each, then fifty thousand open pages with live notices, or as many as
//! the system allows a process to have files open.
//!
//! Only with `--full` or when asked for by name: it takes some minutes and gigabytes. Pages are opened from several addresses
//! of the loopback. Deliberately not here: how many requests a second one node answers (`contention`).

use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::json;

use crate::figures::{Row, Verdict};
use crate::hall::{BEAT_EVERY, Hall};
use crate::memory::all_read;
use crate::notices::{take_over, waiting, weight};
use crate::pages::{Who, lines};
use crate::stage::{self, ASKERS, Stage};

const READERS: usize = 1_000_000;
const PAGES: usize = 50_000;
/// Files that are open besides.
const SPARE: usize = 500;

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    if !stage.options.full && stage.options.only.is_empty() {
        return Ok(Vec::new());
    }
    stage::keep_to(ASKERS)?;
    let allowed = stage::raise_open_files(PAGES + SPARE)?;
    let pages = PAGES.min(allowed.saturating_sub(SPARE));
    if pages < PAGES {
        println!("{PAGES} open pages do not fit: the system allows {allowed} open files a process");
    }
    let data = stage.write("million", READERS, 2)?;
    let (off, without) = all_read(stage, &data, "off")?;
    drop(off);
    let begun = Instant::now();
    let (gaceta, with) = all_read(stage, &data, "enforce")?;
    let lease = (with - without) / READERS as f64;
    let whole = format!(
        "{:.0} MB, {lease:.0} bytes a lease (all opened an article within {:.0} s)",
        with / 1e6,
        begun.elapsed().as_secs_f64()
    );
    println!("P9 {READERS} readers with a lease: {whole}");
    let what = format!("{READERS} readers with a lease, one node");
    let mut rows = vec![
        Row::new("P9", what, whole)
            .judged("lease <= 200 bytes", Verdict::at_most(lease, 200.0))
            .details(json!({ "bytes": with, "bytes_a_lease": lease })),
    ];

    let url = lines(&data.join("urls.txt"))?.swap_remove(0);
    let mut cookies = lines(&data.join("cookies.txt"))?;
    cookies.truncate(pages);
    let port = gaceta.port(Who::Reader);
    let mut hall = Hall::open([port, port], &cookies, url)?;
    hall.pass(Duration::from_secs(2))?;
    let open = gaceta.memory().context("the paper has ended")? as f64;
    let each = (open - with) / pages as f64;
    println!("P9 {pages} open pages: {each:.0} bytes each");
    rows.push(weight(pages, each));
    // All have said that they are being read: some had opened their article many minutes ago.
    hall.pass(BEAT_EVERY)?;
    let mut waited = take_over(&mut hall, &data, 1000)?;
    let what = format!(
        "take-over until the losing page has the notice, {pages} pages open, {READERS} readers with a lease"
    );
    rows.push(waiting(what, 100.0, &mut waited, hall.beats));
    drop((hall, gaceta));
    std::fs::remove_dir_all(&data)?;
    Ok(rows)
}
