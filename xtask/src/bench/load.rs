//! One workload, and one run of it by wrk.
//!
//! wrk gets a list of requests and goes round it; the list says how many bytes the answers must have, so that after a run
//! every byte is accounted for. Deliberately not here: any judgement about the figures.

use std::cell::Cell;
use std::fmt;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::options::Options;
use super::pages::{Answers, Pages, Who};
use super::servers::{Server, Side};
use super::stage::ASKERS;
use super::{cpu, http};
use crate::{child, provision};

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

/// A list of requests for one server.
pub struct Prepared {
    who: Who,
    script: PathBuf,
    list: PathBuf,
    /// Bytes of each answer on the wire, in the order of the list.
    sizes: Vec<usize>,
    /// Where in the list the next run begins.
    at: Cell<usize>,
}

impl Prepared {
    /// How many requests are on the list.
    pub fn len(&self) -> usize {
        self.sizes.len()
    }
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
        let mut text = String::new();
        let mut sizes = Vec::with_capacity(self.picks.len());
        for pick in &self.picks {
            let (size, tag) = answers
                .get(&pick.page)
                .context("a page was never compared")?;
            let cookie = pick
                .reader
                .map_or("", |reader| pages.cookies[reader].as_str());
            let tag = if self.conditional { tag.as_str() } else { "" };
            ensure!(
                !cookie.contains('\t') && !tag.contains('\t'),
                "a tab in a header"
            );
            writeln!(text, "{}\t{cookie}\t{tag}", pages.all[pick.page].path)?;
            sizes.push(*size);
        }
        let list = folder.join(format!("requests-{}.txt", side.name()));
        std::fs::write(&list, text)?;
        let script = folder.join("requests.lua");
        std::fs::write(&script, lua())?;
        Ok(Prepared {
            who: self.who,
            script,
            list,
            sizes,
            at: Cell::new(0),
        })
    }
}

fn lua() -> String {
    let mut headers = String::new();
    for (name, value) in http::HEADERS {
        let _ = writeln!(headers, "    [\"{name}\"] = \"{value}\",");
    }
    format!(
        "-- Written by `cargo xtask bench`.\n\
         local requests, at = {{}}, 0\n\n\
         function init(args)\n  at = tonumber(args[2])\n  for line in io.lines(args[1]) do\n    \
         local path, cookie, tag = line:match(\"^([^\\t]*)\\t([^\\t]*)\\t(.*)$\")\n    \
         local headers = {{\n{headers}    }}\n    \
         if cookie ~= \"\" then headers[\"Cookie\"] = cookie end\n    \
         if tag ~= \"\" then headers[\"If-None-Match\"] = tag end\n    \
         requests[#requests + 1] = wrk.format(\"GET\", path, headers)\n  end\nend\n\n\
         function request()\n  at = at % #requests + 1\n  return requests[at]\nend\n\n\
         function done(summary, latency, _)\n  local errors = summary.errors\n  \
         io.write(string.format(\"RESULT %d %d %d %d %d %f %f\\n\", summary.requests, summary.duration, summary.bytes,\n    \
         errors.connect + errors.read + errors.write + errors.timeout, errors.status,\n    \
         latency:percentile(50), latency:percentile(99)))\nend\n"
    )
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

/// One run. An error, or a byte that was not expected, makes it no run at all.
pub fn run(options: &Options, server: &Server, prepared: &Prepared) -> anyhow::Result<Run> {
    let mut wrk = Command::new("taskset");
    wrk.args(["-c", ASKERS])
        .arg(provision::WRK.get()?)
        .args(["-t", "1", "-c", &options.connections.to_string()])
        .args(["-d", &format!("{}s", options.seconds), "--timeout", "10s"])
        .arg("-s")
        .arg(&prepared.script)
        .arg(format!("http://127.0.0.1:{}/", server.port(prepared.who)))
        .arg("--")
        .arg(&prepared.list)
        .arg(prepared.at.get().to_string());
    let (server_before, ours_before) = (cpu::of_tree(server.process())?, cpu::of_children());
    let output = child::output(wrk)?;
    let (server_after, ours_after) = (cpu::of_tree(server.process())?, cpu::of_children());
    let told = read_result(&output).with_context(|| format!("wrk said: {output}"))?;
    ensure!(
        told.broken == 0,
        "{} connections broke or waited too long",
        told.broken
    );
    ensure!(told.refused == 0, "{} answers were errors", told.refused);
    ensure!(told.requests > 0, "not one request was answered");
    let first = prepared.at.get();
    account(&told, &prepared.sizes, first, options.connections)?;
    prepared
        .at
        .set((first + told.requests as usize) % prepared.len());
    let seconds = told.micros as f64 / 1e6;
    Ok(Run {
        requests: told.requests,
        per_second: told.requests as f64 / seconds,
        cpu_micros: (server_after - server_before) as f64 / told.requests as f64,
        p50: told.p50 / 1000.0,
        p99: told.p99 / 1000.0,
        wrk_busy: (ours_after - ours_before) as f64 / told.micros as f64,
    })
}

/// All bytes of the run must be those of the pages asked for, but for what was under way at the end.
fn account(told: &Told, sizes: &[usize], first: usize, connections: usize) -> anyhow::Result<()> {
    let round: u64 = sizes.iter().map(|size| *size as u64).sum();
    let (rounds, rest) = (
        told.requests / sizes.len() as u64,
        told.requests % sizes.len() as u64,
    );
    // wrk asks the script once before it begins, to see that it works.
    let rest: u64 = (0..rest)
        .map(|at| sizes[(first + at as usize + 1) % sizes.len()] as u64)
        .sum();
    let expected = rounds * round + rest;
    let largest = sizes.iter().copied().max().unwrap_or(0) as u64;
    let under_way = 2 * connections as u64 * largest;
    ensure!(
        told.bytes.abs_diff(expected) <= under_way,
        "{} bytes came, and {expected} were expected (give or take {under_way}): some answers were not the pages",
        told.bytes
    );
    Ok(())
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

    #[test]
    fn bytes_are_accounted_for() {
        let sizes = [100, 300];
        assert!(account(&told(1001, 200_300), &sizes, 0, 1).is_ok());
        assert!(account(&told(1001, 200_300 + 600), &sizes, 0, 1).is_ok());
        assert!(account(&told(1001, 200_300 + 601), &sizes, 0, 1).is_err());
        assert!(account(&told(1001, 100_000), &sizes, 0, 1).is_err());
        let sizes = [100, 50_000];
        assert!(account(&told(1, 100), &sizes, 1, 0).is_ok());
        assert!(account(&told(1, 100), &sizes, 0, 0).is_err());
    }

    #[test]
    fn the_script_names_every_header() {
        let script = lua();
        assert!(
            http::HEADERS
                .iter()
                .all(|(name, value)| script.contains(name) && script.contains(value))
        );
    }
}
