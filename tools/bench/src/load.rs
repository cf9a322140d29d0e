//! One workload, and one run of it by wrk.
//!
//! The list of its requests says how many bytes the answers must have, so that after a run every byte is accounted for
//! (`list`). Deliberately not here: any judgement about the figures.

use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::cpu;
use crate::list::{Asked, Prepared};
use crate::options::Options;
use crate::pages::{Answers, Pages, Who};
use crate::servers::Side;
use crate::stage::ASKERS;
use drive::{child, provision};

/// A page, asked for by a reader or by anybody.
#[derive(Clone, Copy, Debug)]
pub struct Pick {
    pub page: usize,
    pub reader: Option<usize>,
}

impl Pick {
    pub fn of(page: usize) -> Pick {
        Pick { page, reader: None }
    }
}

/// A workload.
pub struct Load {
    /// As in the list of goals.
    pub goal: &'static str,
    pub name: &'static str,
    pub who: Who,
    pub picks: Vec<Pick>,
    /// Asks with the tag it knows, and gets a 304.
    pub conditional: bool,
}

/// What one run measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub requests: u64,
    pub per_second: f64,
    /// User and system time of the server.
    pub cpu_micros: f64,
    /// Milliseconds.
    pub p50: f64,
    /// Milliseconds.
    pub p99: f64,
    /// How much of its core wrk itself used, 0 to 1.
    pub wrk_busy: f64,
}

impl Run {
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "requests": self.requests,
            "requests_per_second": self.per_second,
            "cpu_micros_per_request": self.cpu_micros,
            "p50_ms": self.p50,
            "p99_ms": self.p99,
            "wrk_busy": self.wrk_busy,
        })
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>8.0} requests/s  {:>6.2} µs of CPU each  p50 {:.2} ms  p99 {:.2} ms  (wrk {:.0} %)",
            self.per_second,
            self.cpu_micros,
            self.p50,
            self.p99,
            self.wrk_busy * 100.0
        )
    }
}

impl Load {
    pub fn new(goal: &'static str, name: &'static str, who: Who, picks: Vec<Pick>) -> Load {
        Load {
            goal,
            name,
            who,
            picks,
            conditional: false,
        }
    }

    pub fn conditional(mut self) -> Load {
        self.conditional = true;
        self
    }

    /// Writes the list and the script for one server.
    pub fn prepare(
        &self,
        folder: &Path,
        side: Side,
        pages: &Pages,
        answers: &Answers,
    ) -> anyhow::Result<Prepared> {
        let mut asked = Vec::with_capacity(self.picks.len());
        for pick in &self.picks {
            let (size, tag) = answers
                .get(&pick.page)
                .context("a page was never compared")?;
            asked.push(Asked {
                path: &pages.all[pick.page].path,
                cookie: pick
                    .reader
                    .map_or("", |reader| pages.cookies[reader].as_str()),
                tag: if self.conditional { tag.as_str() } else { "" },
                size: *size,
            });
        }
        Prepared::write(folder, side.name(), &asked, &[])
    }
}

/// What the script's `done` prints.
#[derive(Debug, PartialEq)]
struct Told {
    requests: u64,
    micros: u64,
    bytes: u64,
    broken: u64,
    refused: u64,
    p50: f64,
    p99: f64,
}

fn read_result(output: &str) -> Option<Told> {
    let line = output
        .lines()
        .find_map(|line| line.strip_prefix("RESULT "))?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let whole = |at: usize| words.get(at)?.parse().ok();
    let real = |at: usize| words.get(at)?.parse().ok();
    Some(Told {
        requests: whole(0)?,
        micros: whole(1)?,
        bytes: whole(2)?,
        broken: whole(3)?,
        refused: whole(4)?,
        p50: real(5)?,
        p99: real(6)?,
    })
}

/// One run against this port; the processes at the top of the servers are those whose time counts. An error, or a byte
/// that was not expected, makes it no run at all.
pub fn run(
    options: &Options,
    port: u16,
    processes: &[u32],
    prepared: &Prepared,
) -> anyhow::Result<Run> {
    let mut wrk = Command::new("taskset");
    wrk.args(["-c", ASKERS])
        .arg(provision::WRK.get()?)
        .args(["-t", "1", "-c", &options.connections.to_string()])
        .args(["-d", &format!("{}s", options.seconds), "--timeout", "10s"])
        .arg("-s")
        .arg(&prepared.script)
        .arg(format!("http://127.0.0.1:{port}/"))
        .arg("--")
        .arg(&prepared.list)
        .arg(prepared.at.get().to_string());
    let all = || processes.iter().map(|top| cpu::of_tree(*top)).sum();
    let (server_before, ours_before): (anyhow::Result<u64>, u64) = (all(), cpu::of_children());
    let output = child::output(wrk)?;
    let (server_after, ours_after): (anyhow::Result<u64>, u64) = (all(), cpu::of_children());
    let told = read_result(&output).with_context(|| format!("wrk said: {output}"))?;
    ensure!(
        told.broken == 0,
        "{} connections broke or waited too long",
        told.broken
    );
    ensure!(told.refused == 0, "{} answers were errors", told.refused);
    ensure!(told.requests > 0, "not one request was answered");
    let first = prepared.at.get();
    prepared.account(told.requests, told.bytes, options.connections)?;
    prepared
        .at
        .set((first + told.requests as usize) % prepared.len());
    let seconds = told.micros as f64 / 1e6;
    Ok(Run {
        requests: told.requests,
        per_second: told.requests as f64 / seconds,
        cpu_micros: (server_after? - server_before?) as f64 / told.requests as f64,
        p50: told.p50 / 1000.0,
        p99: told.p99 / 1000.0,
        wrk_busy: (ours_after - ours_before) as f64 / told.micros as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(requests: u64, bytes: u64) -> Told {
        Told {
            requests,
            micros: 1,
            bytes,
            broken: 0,
            refused: 0,
            p50: 0.0,
            p99: 0.0,
        }
    }

    #[test]
    fn the_line_of_the_script_is_read() {
        let output = "Running 3s test\nRESULT 10 3000000 500 1 2 12.5 99.000000\n";
        let expected = Told {
            micros: 3_000_000,
            broken: 1,
            refused: 2,
            p50: 12.5,
            p99: 99.0,
            ..told(10, 500)
        };
        assert_eq!(read_result(output), Some(expected));
        assert_eq!(read_result("RESULT 1 2"), None);
    }
}
