//! Medians with their range, ratios, and which goals are met; for people as a table, for machines as JSON.
//!
//! A ratio is above 1 when the paper is the quicker one. It is taken between neighbours in time, pair by pair, so that
//! what disturbs the machine disturbs both. Deliberately not here: absolute figures without the other side's.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Options;
use super::load::{Load, Run};
use super::pages::Pages;
use super::servers::Side;

/// The runs of one workload on both sides, in the order in which they were made.
#[derive(Default)]
pub struct Pair {
    gaceta: Vec<Run>,
    nginx: Vec<Run>,
}

impl Pair {
    pub fn add(&mut self, side: Side, run: Run) {
        match side {
            Side::Gaceta => self.gaceta.push(run),
            Side::Nginx => self.nginx.push(run),
        }
    }

    /// The paper's share of what nginx does in the same minute, by requests per second.
    fn by_throughput(&self) -> Spread {
        self.ratios(|gaceta, nginx| gaceta.per_second / nginx.per_second)
    }

    /// The same by time on the processor.
    fn by_cpu(&self) -> Spread {
        self.ratios(|gaceta, nginx| nginx.cpu_micros / gaceta.cpu_micros)
    }

    /// How much longer one in a hundred waits, below 1 when the paper is quicker.
    fn by_p99(&self) -> Spread {
        self.ratios(|gaceta, nginx| gaceta.p99 / nginx.p99)
    }

    fn ratios(&self, of: fn(&Run, &Run) -> f64) -> Spread {
        let pairs = self.gaceta.iter().zip(&self.nginx);
        Spread::of(pairs.map(|(gaceta, nginx)| of(gaceta, nginx)).collect())
    }

    /// Goals P1 and P3: at least as many requests, at most as much time on the processor, and p99 within 1.5.
    fn goal(&self) -> bool {
        let enough = |ratio: Spread| ratio.median >= 1.0 && ratio.low >= 0.95;
        enough(self.by_throughput()) && enough(self.by_cpu()) && self.by_p99().median <= 1.5
    }
}

/// The middle of some figures, and their range.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spread {
    median: f64,
    low: f64,
    high: f64,
}

impl Spread {
    fn of(mut figures: Vec<f64>) -> Spread {
        figures.sort_by(f64::total_cmp);
        let at = |at: usize| figures.get(at).copied().unwrap_or(f64::NAN);
        let middle = figures.len() / 2;
        let median = if figures.len() % 2 == 1 {
            at(middle)
        } else {
            f64::midpoint(at(middle.wrapping_sub(1)), at(middle))
        };
        Spread {
            median,
            low: at(0),
            high: at(figures.len().wrapping_sub(1)),
        }
    }

    fn of_runs(runs: &[Run], figure: fn(&Run) -> f64) -> Spread {
        Spread::of(runs.iter().map(figure).collect())
    }

    fn json(self) -> Value {
        json!({ "median": self.median, "low": self.low, "high": self.high })
    }
}

/// Everything that was measured.
pub struct Report {
    settings: Value,
    about: String,
    rows: Vec<(&'static str, Pair)>,
    /// What the paper holds in the end, in bytes.
    pub memory: Option<u64>,
}

impl Report {
    pub fn new(options: &Options, pages: &Pages) -> Report {
        let article = &pages.all[0].answer;
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load
            .split(' ')
            .next()
            .and_then(|load| load.parse::<f64>().ok());
        let about = format!(
            "{} readers, {} articles; the first has {} bytes, {} compressed; {} runs of {} s, {} connections, one core each; \
             load of the machine before: {:.1}",
            pages.cookies.len(),
            pages.articles(),
            pages.plain_article,
            article.body.len(),
            options.runs,
            options.seconds,
            options.connections,
            load.unwrap_or(f64::NAN)
        );
        Report {
            settings: json!({
                "profile": options.profile,
                "own_binary": options.binary.is_some(),
                "readers": pages.cookies.len(),
                "articles": pages.articles(),
                "article_bytes": pages.plain_article,
                "article_bytes_compressed": article.body.len(),
                "runs": options.runs,
                "seconds": options.seconds,
                "connections": options.connections,
                "load_average_before": load,
                "nginx_open_file_cache": options.open_file_cache,
            }),
            about,
            rows: Vec::new(),
            memory: None,
        }
    }

    pub fn add(&mut self, load: &Load, pair: Pair) {
        self.rows.push((load.name, pair));
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// For people.
    pub fn table(&self) -> String {
        let mut text = format!("\n{}\n", self.about);
        let _ = writeln!(
            text,
            "Medians [lowest to highest]; ratios above 1: gaceta is quicker; for p99, below 1.\n"
        );
        for (name, pair) in &self.rows {
            let _ = writeln!(
                text,
                "{name}: {}",
                if pair.goal() {
                    "goal met"
                } else {
                    "goal missed"
                }
            );
            for (side, runs) in [("gaceta", &pair.gaceta), ("nginx", &pair.nginx)] {
                let throughput = Spread::of_runs(runs, |run| run.per_second);
                let cpu = Spread::of_runs(runs, |run| run.cpu_micros);
                let p99 = Spread::of_runs(runs, |run| run.p99);
                let _ = writeln!(
                    text,
                    "  {side:<7} {:>7.0} requests/s [{:.0} to {:.0}]  {:>6.2} µs CPU [{:.2} to {:.2}]  p99 {:.2} ms [{:.2} to {:.2}]",
                    throughput.median,
                    throughput.low,
                    throughput.high,
                    cpu.median,
                    cpu.low,
                    cpu.high,
                    p99.median,
                    p99.low,
                    p99.high
                );
            }
            let ratios = [
                ("requests/s", pair.by_throughput()),
                ("CPU", pair.by_cpu()),
                ("p99", pair.by_p99()),
            ];
            let ratios = ratios.map(|(what, ratio)| {
                format!(
                    "{what} {:.2} [{:.2} to {:.2}]",
                    ratio.median, ratio.low, ratio.high
                )
            });
            let _ = writeln!(text, "  ratio   {}\n", ratios.join("   "));
        }
        if let Some(bytes) = self.memory {
            let _ = writeln!(
                text,
                "gaceta holds {} MB of memory in the end.",
                bytes >> 20
            );
        }
        text
    }

    /// For machines: every run, and what follows from them.
    pub fn json(&self) -> String {
        let runs = |runs: &[Run]| -> Vec<Value> {
            let run = |run: &Run| {
                json!({
                    "requests": run.requests,
                    "requests_per_second": run.per_second,
                    "cpu_micros_per_request": run.cpu_micros,
                    "p50_ms": run.p50,
                    "p99_ms": run.p99,
                    "wrk_busy": run.wrk_busy,
                })
            };
            runs.iter().map(run).collect()
        };
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|(name, pair)| {
                json!({
                    "workload": name,
                    "gaceta": runs(&pair.gaceta),
                    "nginx": runs(&pair.nginx),
                    "ratio": {
                        "requests_per_second": pair.by_throughput().json(),
                        "cpu": pair.by_cpu().json(),
                        "p99": pair.by_p99().json(),
                    },
                    "goal_met": pair.goal(),
                })
            })
            .collect();
        let all =
            json!({ "settings": self.settings, "workloads": rows, "memory_bytes": self.memory });
        format!("{all:#}\n")
    }
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

    fn pair(gaceta: &[Run], nginx: &[Run]) -> Pair {
        Pair {
            gaceta: gaceta.to_vec(),
            nginx: nginx.to_vec(),
        }
    }

    #[test]
    fn the_middle_and_the_range() {
        let odd = Spread::of(vec![3.0, 1.0, 2.0]);
        assert_eq!((odd.median, odd.low, odd.high), (2.0, 1.0, 3.0));
        assert_eq!(Spread::of(vec![1.0, 2.0, 4.0, 8.0]).median, 3.0);
        assert!(Spread::of(Vec::new()).median.is_nan());
    }

    #[test]
    fn a_goal_needs_throughput_and_cpu_and_p99() {
        let nginx = [run(100.0, 10.0, 1.0), run(50.0, 20.0, 1.0)];
        assert!(pair(&[run(101.0, 9.0, 1.4), run(51.0, 19.0, 1.4)], &nginx).goal());
        assert!(!pair(&[run(99.0, 9.0, 1.0), run(49.0, 19.0, 1.0)], &nginx).goal());
        assert!(!pair(&[run(101.0, 11.0, 1.0), run(51.0, 21.0, 1.0)], &nginx).goal());
        assert!(!pair(&[run(101.0, 9.0, 1.6), run(51.0, 19.0, 1.6)], &nginx).goal());
        // The lower end of the range counts too.
        assert!(!pair(&[run(150.0, 9.0, 1.0), run(45.0, 19.0, 1.0)], &nginx).goal());
    }
}
