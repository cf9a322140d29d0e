//! P9: memory at rest with the demo edition, and what a reader with a lease adds to the process.
//!
//! A lease is the difference between leases on and off (`reading.mode = off`) when every reader has read; session, seat
//! and the rest are the difference between many readers and few. Deliberately not here: the engine alone (`engine`) and open pages (`notices`).

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::json;

use crate::figures::{Row, Verdict};
use crate::notices;
use crate::pages::{Who, lines};
use crate::servers::Server;
use crate::stage::{self, ASKERS, Stage, fresh};
use drive::http::Client;

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    stage::keep_to(ASKERS)?;
    let mut rows = at_rest(stage)?;
    rows.push(per_reader(stage)?);
    Ok(rows)
}

/// Twice: by the process that has filled the paper, with all its pictures, and by one that was started on it later.
fn at_rest(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let folder = fresh(&stage.folder.join("demo"))?;
    let mut rows = Vec::new();
    let demo = Server::demo(&stage.binary, &folder)?;
    rows.push(resting("at rest, demo edition, just filled", &demo)?);
    drop(demo);
    let served = Server::gaceta(&stage.binary, &folder.join("demo"))?;
    rows.push(resting("at rest, demo edition, started again", &served)?);
    Ok(rows)
}

fn resting(what: &str, gaceta: &Server) -> anyhow::Result<Row> {
    // Connections are taken before the paper is filled; the first answer comes after that.
    let front = Client::connect(gaceta.port(Who::Anybody))?.get("/en", &[])?;
    ensure!(front.status == 200, "the demo answers {}", front.status);
    std::thread::sleep(Duration::from_secs(3));
    let bytes = gaceta.memory().context("the demo has ended")?;
    let megabytes = bytes as f64 / 1e6;
    println!("P9 {what}: {megabytes:.0} MB");
    Ok(Row::new("P9", what, format!("{megabytes:.0} MB"))
        .judged("<= 60 MB", Verdict::at_most(megabytes, 60.0))
        .details(json!({ "bytes": bytes })))
}

fn per_reader(stage: &Stage) -> anyhow::Result<Row> {
    // With fewer of them everything fits into what the allocator has at hand anyway.
    let many = stage.options.readers.max(100_000);
    let few = 1000;
    let data = stage.write("readers", few, 10)?;
    let (_, base) = all_read(stage, &data, "enforce")?;
    let data = stage.write("readers", many, 10)?;
    let (_, without) = all_read(stage, &data, "off")?;
    let (_, with) = all_read(stage, &data, "enforce")?;
    std::fs::remove_dir_all(&data)?;
    let lease = (with - without) / many as f64;
    let whole = (with - base) / (many - few) as f64;
    println!("P9 a reader with a lease: {whole:.0} bytes, the lease {lease:.0} of them");
    let what = format!("{many} readers with a lease, whole process");
    let ours = format!("{whole:.0} bytes a reader, of which the lease {lease:.0}");
    Ok(Row::new("P9", what, ours)
        .judged("lease <= 200 bytes", Verdict::at_most(lease, 200.0))
        .details(json!({ "bytes_a_reader": whole, "bytes_a_lease": lease })))
}

/// Bytes that the process holds when every reader has opened an article.
pub fn all_read(stage: &Stage, data: &Path, mode: &str) -> anyhow::Result<(Server, f64)> {
    let settings = [
        ("GACETA_READING__MODE", mode),
        ("GACETA_SERVER__CONNECTIONS", "100000"),
    ];
    let gaceta = Server::gaceta_with(&stage.binary, data, &settings)?;
    let url = lines(&data.join("urls.txt"))?.swap_remove(0);
    notices::read(
        gaceta.port(Who::Reader),
        &url,
        &lines(&data.join("cookies.txt"))?,
    )?;
    // What was read ahead in the background is there by now; so is what was written down.
    std::thread::sleep(Duration::from_secs(2));
    let bytes = gaceta.memory().context("the paper has ended")? as f64;
    Ok((gaceta, bytes))
}
