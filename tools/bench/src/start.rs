//! P10: from the start of the program to its first answer, with many articles and with a million readers.
//!
//! The answer is a whole page that a person asked for: the front page, and for the readers an article that one of them
//! opens. Deliberately not here: how long it takes to write such a paper, which `stage` prints.

use std::path::Path;

use anyhow::ensure;
use serde_json::json;

use crate::figures::{Row, Spread, Verdict};
use crate::pages::{Who, lines};
use crate::servers::Server;
use crate::stage::Stage;
use drive::http::Client;

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let (articles, readers) = if stage.options.quick {
        (2000, 100_000)
    } else {
        (10_000, 1_000_000)
    };
    let mut rows = Vec::new();
    let sizes = [
        ("start-articles", 1000, articles, 0.3),
        ("start-readers", readers, 100, 3.0),
    ];
    for (name, readers, articles, goal) in sizes {
        let data = stage.write(name, readers, articles)?;
        let mut seconds = Vec::new();
        for _ in 0..stage.options.runs {
            seconds.push(first_answer(stage, &data)?);
        }
        // It is large, and nobody else reads it.
        std::fs::remove_dir_all(&data)?;
        let spread = Spread::of(seconds.iter().copied());
        let what = format!("start to first answer, {articles} articles, {readers} readers");
        println!("P10 {what}: {}", spread.text(3, " s"));
        rows.push(
            Row::new("P10", what, spread.text(3, " s"))
                .judged(
                    &format!("<= {goal} s"),
                    Verdict::at_most(spread.median, goal),
                )
                .details(json!({ "seconds": seconds })),
        );
    }
    Ok(rows)
}

fn first_answer(stage: &Stage, data: &Path) -> anyhow::Result<f64> {
    let cookies = lines(&data.join("cookies.txt"))?;
    let urls = lines(&data.join("urls.txt"))?;
    let cookie = cookies.last().map_or("", String::as_str);
    let gaceta = Server::gaceta(&stage.binary, data)?;
    let mut client = Client::connect(gaceta.port(Who::Anybody))?;
    let front = client.get("/en", &[])?;
    let answer = client.get(&urls[0], &[("Cookie", cookie)])?;
    let seconds = gaceta.begun.elapsed().as_secs_f64();
    ensure!(
        front.status == 200,
        "the front page answers {}",
        front.status
    );
    ensure!(
        answer.header("gaceta-access") == Some("full"),
        "a reader does not get the article"
    );
    Ok(seconds)
}
