//! P1 and P3: pages against nginx serving the same bytes from files, in interleaved runs.
//!
//! Every page is compared byte by byte before and after. Deliberately not here: how a list of requests is run (`load`).

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::figures::{Row, Spread, Verdict};
use crate::list::Prepared;
use crate::load::{self, Load, Run};
use crate::pages::Pages;
use crate::servers::{Server, Side};
use crate::stage::{Stage, fresh};

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let data = stage.paper()?;
    let gaceta = Server::gaceta(&stage.binary, data)?;
    let pages = Pages::fetch(&gaceta, data)?;
    let nginx = Server::nginx(
        &fresh(&stage.folder.join("nginx"))?,
        &pages,
        stage.options.open_file_cache,
    )?;
    let mut rows = Vec::new();
    for load in pages.loads(&stage.options) {
        println!("{} {}", load.goal, load.name);
        let pair = measure(stage, &pages, &load, [&gaceta, &nginx])?;
        let article = &pages.all[0].answer;
        rows.push(pair.row(&load, pages.plain_article, article.body.len()));
    }
    if let Some(bytes) = gaceta.memory() {
        println!("gaceta holds {} MB in the end", bytes >> 20);
    }
    Ok(rows)
}

/// The runs of one workload on both sides, in the order in which they were made.
#[derive(Default)]
struct Pair {
    gaceta: Vec<Run>,
    nginx: Vec<Run>,
}

impl Pair {
    fn ratios(&self, of: fn(&Run, &Run) -> f64) -> Spread {
        let pairs = self.gaceta.iter().zip(&self.nginx);
        Spread::of(pairs.map(|(gaceta, nginx)| of(gaceta, nginx)))
    }

    /// At least as many requests, at most as much time on the processor, and p99 within 1.5 of nginx.
    fn goal(&self) -> Verdict {
        let enough = |ratio: Spread| {
            Verdict::at_least(ratio.median, 1.0).and(Verdict::at_least(ratio.low, 0.95))
        };
        enough(self.by_throughput())
            .and(enough(self.by_cpu()))
            .and(Verdict::at_most(self.by_p99().median, 1.5))
    }

    fn by_throughput(&self) -> Spread {
        self.ratios(|gaceta, nginx| gaceta.per_second / nginx.per_second)
    }

    fn by_cpu(&self) -> Spread {
        self.ratios(|gaceta, nginx| nginx.cpu_micros / gaceta.cpu_micros)
    }

    /// How much longer one in a hundred waits.
    fn by_p99(&self) -> Spread {
        self.ratios(|gaceta, nginx| gaceta.p99 / nginx.p99)
    }

    fn row(&self, load: &Load, plain: usize, compressed: usize) -> Row {
        let side = |name: &str, runs: &[Run]| {
            let of = |figure: fn(&Run) -> f64| Spread::of(runs.iter().map(figure));
            format!(
                "{name} {} requests/s, {} µs CPU, p99 {}",
                of(|run| run.per_second).text(0, ""),
                of(|run| run.cpu_micros).text(1, ""),
                of(|run| run.p99).text(2, " ms"),
            )
        };
        let what = format!("{} (p99 x {:.2})", load.name, self.by_p99().median);
        let all = |runs: &[Run]| runs.iter().map(Run::json).collect::<Vec<Value>>();
        Row::new(load.goal, what, side("gaceta", &self.gaceta))
            .beside(side("nginx", &self.nginx))
            .ratio(self.by_throughput())
            .cpu(self.by_cpu())
            .judged(
                ">= 1.0, lowest >= 0.95, also by CPU; p99 <= 1.5 x",
                self.goal(),
            )
            .details(json!({
                "gaceta": all(&self.gaceta),
                "nginx": all(&self.nginx),
                "p99_ratio": self.by_p99().json(),
                "article_bytes": plain,
                "article_bytes_compressed": compressed,
            }))
    }
}

/// Interleaved runs of one workload, with every page compared before and after.
fn measure(
    stage: &Stage,
    pages: &Pages,
    load: &Load,
    servers: [&Server; 2],
) -> anyhow::Result<Pair> {
    let options = &stage.options;
    let mut prepared = Vec::new();
    for server in servers {
        let answers = pages.compare(load, server)?;
        prepared.push(load.prepare(&stage.folder, server.side, pages, &answers)?);
    }
    let run = |server: &Server, prepared: &Prepared| {
        load::run(
            options,
            server.port(load.who),
            &[server.process()],
            prepared,
        )
        .with_context(|| format!("{}, {}", load.name, server.side.name()))
    };
    // Both are warm when each list was gone through once: sessions and pages are in memory, files in the page cache.
    for (server, prepared) in servers.iter().zip(&prepared) {
        let mut asked = 0;
        while asked < prepared.len() {
            asked += usize::try_from(run(server, prepared)?.requests)?;
        }
    }
    let mut pair = Pair::default();
    for _ in 0..options.runs {
        for (server, prepared) in servers.iter().zip(&prepared) {
            let run = run(server, prepared)?;
            println!("  {:<7} {run}", server.side.name());
            match server.side {
                Side::Gaceta => pair.gaceta.push(run),
                Side::Nginx => pair.nginx.push(run),
            }
        }
    }
    for server in servers {
        pages
            .compare(load, server)
            .context("pages changed while they were measured")?;
    }
    Ok(pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(per_second: f64, cpu_micros: f64, p99: f64) -> Run {
        Run {
            requests: 1,
            per_second,
            cpu_micros,
            p50: 1.0,
            p99,
            wrk_busy: 0.5,
        }
    }

    #[test]
    fn a_goal_needs_throughput_and_cpu_and_p99() {
        let met = |gaceta: [Run; 2]| {
            let pair = Pair {
                gaceta: gaceta.to_vec(),
                nginx: vec![run(100.0, 10.0, 1.0), run(50.0, 20.0, 1.0)],
            };
            pair.goal() == Verdict::Met
        };
        assert!(met([run(101.0, 9.0, 1.4), run(51.0, 19.0, 1.4)]));
        assert!(!met([run(99.0, 9.0, 1.0), run(49.0, 19.0, 1.0)]));
        assert!(!met([run(101.0, 11.0, 1.0), run(51.0, 21.0, 1.0)]));
        assert!(!met([run(101.0, 9.0, 1.6), run(51.0, 19.0, 1.6)]));
        // The lower end of the range counts too.
        assert!(!met([run(150.0, 9.0, 1.0), run(45.0, 19.0, 1.0)]));
    }
}
