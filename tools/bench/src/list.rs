//! A list of requests for wrk, the script that goes round it, and how many bytes must come back.
//!
//! Deliberately not here: how wrk is run, and what it measures (`load`).

use std::cell::Cell;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::ensure;

use drive::http;

/// A list of requests for one server.
pub struct Prepared {
    pub script: PathBuf,
    pub list: PathBuf,
    /// Bytes of each answer on the wire, in the order of the list.
    sizes: Vec<usize>,
    /// Where in the list the next run begins.
    pub at: Cell<usize>,
}

impl Prepared {
    /// How many requests are on the list.
    pub fn len(&self) -> usize {
        self.sizes.len()
    }

    /// All bytes of the run must be those of the pages asked for, but for what was under way at the end.
    pub fn account(&self, requests: u64, bytes: u64, connections: usize) -> anyhow::Result<()> {
        let (sizes, first) = (&self.sizes, self.at.get());
        let round: u64 = sizes.iter().map(|size| *size as u64).sum();
        let (rounds, rest) = (requests / sizes.len() as u64, requests % sizes.len() as u64);
        // wrk asks the script once before it begins, to see that it works.
        let rest: u64 = (0..rest)
            .map(|at| sizes[(first + at as usize + 1) % sizes.len()] as u64)
            .sum();
        let expected = rounds * round + rest;
        let largest = sizes.iter().copied().max().unwrap_or(0) as u64;
        let under_way = 2 * connections as u64 * largest;
        ensure!(
            bytes.abs_diff(expected) <= under_way,
            "{} bytes came, and {expected} were expected (give or take {under_way}): some answers were not the pages",
            bytes
        );
        Ok(())
    }
}

/// One request of a list, and the bytes its answer has on the wire.
pub struct Asked<'a> {
    pub path: &'a str,
    pub cookie: &'a str,
    pub tag: &'a str,
    pub size: usize,
}

impl Prepared {
    /// Writes a list and its script; `more` are headers of every request beside the usual ones.
    pub fn write(
        folder: &Path,
        name: &str,
        asked: &[Asked],
        more: &[(&str, &str)],
    ) -> anyhow::Result<Prepared> {
        let mut text = String::new();
        for Asked {
            path, cookie, tag, ..
        } in asked
        {
            ensure!(
                !cookie.contains('\t') && !tag.contains('\t'),
                "a tab in a header"
            );
            writeln!(text, "{path}\t{cookie}\t{tag}")?;
        }
        let list = folder.join(format!("requests-{name}.txt"));
        std::fs::write(&list, text)?;
        let script = folder.join(format!("requests-{name}.lua"));
        std::fs::write(&script, lua(more))?;
        Ok(Prepared {
            script,
            list,
            sizes: asked.iter().map(|one| one.size).collect(),
            at: Cell::new(0),
        })
    }
}

fn lua(more: &[(&str, &str)]) -> String {
    let mut headers = String::new();
    for (name, value) in http::NAVIGATION.iter().chain(more) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sizes: [usize; 2], at: usize) -> Prepared {
        Prepared {
            script: PathBuf::new(),
            list: PathBuf::new(),
            sizes: sizes.to_vec(),
            at: Cell::new(at),
        }
    }

    #[test]
    fn bytes_are_accounted_for() {
        let list = of([100, 300], 0);
        assert!(list.account(1001, 200_300, 1).is_ok());
        assert!(list.account(1001, 200_300 + 600, 1).is_ok());
        assert!(list.account(1001, 200_300 + 601, 1).is_err());
        assert!(list.account(1001, 100_000, 1).is_err());
        assert!(of([100, 50_000], 1).account(1, 100, 0).is_ok());
        assert!(of([100, 50_000], 0).account(1, 100, 0).is_err());
    }

    #[test]
    fn the_script_names_every_header() {
        let script = lua(&[]);
        assert!(
            http::NAVIGATION
                .iter()
                .all(|(name, value)| script.contains(name) && script.contains(value))
        );
    }
}
