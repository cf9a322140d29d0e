//! P8 and the pages' part of P9: how soon an open page learns that another device has taken over, while thousands of other
//! pages are open and speak; and what an open page costs in memory.
//!
//! Counted from the moment the press of *Read here* is sent to the moment the notice has come on the stream of the page
//! that lost. Meanwhile all pages send their heartbeats. Deliberately not here: what the browser makes of it (`e2e`).

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::json;

use crate::figures::{Row, Verdict, percentile};
use crate::hall::{Hall, PAUSE};
use crate::pages::{Who, lines};
use crate::servers::Server;
use crate::stage::{self, ASKERS, Stage, fresh};
use drive::child;
use drive::http::Client;
use drive::postgres::{Postgres, SETTINGS};

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    stage::keep_to(ASKERS)?;
    let pages = stage.options.pages;
    stage::allow_open_files(pages + 1000)?;
    let data = stage.paper()?;
    let gaceta = Server::gaceta(&stage.binary, data)?;
    let url = lines(&data.join("urls.txt"))?.swap_remove(0);
    let mut cookies = lines(&data.join("cookies.txt"))?;
    cookies.truncate(pages);
    let port = gaceta.port(Who::Reader);
    read(port, &url, &cookies)?;
    std::thread::sleep(Duration::from_secs(2));
    let before = gaceta.memory().context("the paper has ended")?;
    let mut hall = Hall::open([port, port], &cookies, url)?;
    hall.pass(Duration::from_secs(2))?;
    let after = gaceta.memory().context("the paper has ended")?;
    let each = after.saturating_sub(before) as f64 / pages as f64;
    println!("P9 an open page: {each:.0} bytes");

    let takes = if stage.options.quick { 300 } else { 1000 };
    let mut waited = take_over(&mut hall, data, takes)?;
    let what = format!("take-over until the losing page has the notice, {pages} pages open");
    let mut rows = vec![waiting(what, 100.0, &mut waited, hall.beats)];
    rows.push(weight(pages, each));
    drop((hall, gaceta));
    rows.push(over_nodes(stage, pages, takes)?);
    Ok(rows)
}

/// The pages are open at one node, and the other devices take over at another.
fn over_nodes(stage: &Stage, pages: usize, takes: usize) -> anyhow::Result<Row> {
    let postgres = Postgres::start_with(SETTINGS)?;
    let data = fresh(&stage.folder.join("two-nodes"))?;
    let database = format!("{}?sslmode=disable", postgres.url());
    let mut make = Command::new(&stage.workload);
    make.arg("fill").arg("--dir").arg(&data);
    make.args(["--url", &database, "--articles", "2"]);
    make.args(["--readers", &pages.max(takes * 20).to_string()]);
    child::output(make).context("cannot make a paper on PostgreSQL")?;
    let settings = [("GACETA_DATABASE__URL", database.as_str())];
    let mut nodes = Vec::new();
    for name in ["one", "other"] {
        let folder = fresh(&data.join(name))?;
        nodes.push(Server::gaceta_with(&stage.binary, &folder, &settings)?);
    }
    let ports = [0, 1].map(|node: usize| nodes[node].port(Who::Reader));
    let url = lines(&data.join("urls.txt"))?.swap_remove(0);
    let mut cookies = lines(&data.join("cookies.txt"))?;
    cookies.truncate(pages);
    read(ports[0], &url, &cookies)?;
    let mut hall = Hall::open(ports, &cookies, url)?;
    let mut waited = take_over(&mut hall, &data, takes)?;
    let what = format!("the same over two nodes and PostgreSQL, {pages} pages open at the other");
    Ok(waiting(what, 500.0, &mut waited, hall.beats))
}

/// Each of them opens the article.
pub fn read(port: u16, url: &str, cookies: &[String]) -> anyhow::Result<()> {
    let mut client = Client::connect(port)?;
    for cookie in cookies {
        let answer = client.get(url, &[("Cookie", cookie)])?;
        let access = answer.header("gaceta-access").unwrap_or_default();
        ensure!(
            access == "full",
            "a reader gets `{access}` and not the article"
        );
    }
    Ok(())
}

/// So many second devices take over, one after the other: milliseconds until each losing page knew.
pub fn take_over(hall: &mut Hall, data: &Path, takes: usize) -> anyhow::Result<Vec<f64>> {
    let mut waited = Vec::new();
    for (page, cookie) in lines(&data.join("second.txt"))?
        .iter()
        .take(takes)
        .enumerate()
    {
        waited.push(hall.take_over(page, cookie)?);
        hall.pass(PAUSE)?;
    }
    Ok(waited)
}

/// How long losing pages waited.
pub fn waiting(what: String, goal: f64, waited: &mut [f64], beats: u64) -> Row {
    let [p50, p99, most] = [0.5, 0.99, 1.0].map(|share| percentile(waited, share));
    let ours = format!(
        "p50 {p50:.1} ms, p99 {p99:.1} ms, longest {most:.1} ms of {}",
        waited.len()
    );
    println!("P8 {what}: {ours}");
    Row::new("P8", what, ours)
        .judged(&format!("p99 <= {goal} ms"), Verdict::at_most(p99, goal))
        .details(
            json!({ "p50_ms": p50, "p99_ms": p99, "longest_ms": most, "beats_meanwhile": beats }),
        )
}

/// What an open page weighs.
pub fn weight(pages: usize, each: f64) -> Row {
    let what = format!("{pages} open pages with live notices");
    Row::new("P9", what, format!("{each:.0} bytes a page"))
        .judged("<= 12000 bytes", Verdict::at_most(each, 12_000.0))
        .details(json!({ "bytes": each }))
}
