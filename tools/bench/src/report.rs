//! The table of all goals: for people on the screen, as Markdown for the README, as JSON for machines.
//!
//! A ratio is ours by theirs, and above 1 is good unless the goal says "at most". Deliberately not here: any judgement.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::figures::{Row, Spread, Verdict};
use crate::options::Options;

/// What is not measured here, and where it is.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "P2",
        "subscribers' article against Ghost",
        "measured by hand: docs/evidence/ghost.md",
    ),
    (
        "P14",
        "Lighthouse",
        "see e2e; the weights of pages are measured here",
    ),
    (
        "P15",
        "build",
        "see the build: time cargo build --release from nothing",
    ),
];

/// Everything that was measured.
pub struct Report {
    quick: bool,
    settings: Value,
    about: String,
    pub rows: Vec<Row>,
}

impl Report {
    pub fn new(options: &Options) -> Report {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load
            .split(' ')
            .next()
            .and_then(|load| load.parse::<f64>().ok());
        let about = format!(
            "{} readers, {} articles; {} runs of {} s, {} connections, one core each; load of the machine before: {:.1}",
            options.readers,
            options.articles,
            options.runs,
            options.seconds,
            options.connections,
            load.unwrap_or(f64::NAN)
        );
        Report {
            quick: options.quick,
            settings: json!({
                "profile": options.profile,
                "own_binary": options.binary.is_some(),
                "quick": options.quick,
                "full": options.full,
                "readers": options.readers,
                "articles": options.articles,
                "runs": options.runs,
                "seconds": options.seconds,
                "connections": options.connections,
                "pages": options.pages,
                "load_average_before": load,
                "nginx_open_file_cache": options.open_file_cache,
            }),
            about,
            rows: Vec::new(),
        }
    }

    fn lines(&self) -> Vec<[String; 7]> {
        let spread =
            |spread: Option<Spread>| spread.map_or_else(String::new, |one| one.to_string());
        let line = |row: &Row| {
            let verdict = match row.verdict {
                Verdict::Told => String::new(),
                verdict => format!("{verdict} ({})", row.wanted),
            };
            [
                row.goal.to_owned(),
                row.what.clone(),
                row.ours.clone(),
                row.theirs.clone(),
                spread(row.ratio),
                spread(row.cpu),
                verdict,
            ]
        };
        self.rows.iter().map(line).collect()
    }

    /// For people.
    pub fn table(&self) -> String {
        let mut text = format!("\n{}{}\n\n", self.about, self.mark());
        for [goal, what, ours, theirs, ratio, cpu, verdict] in self.lines() {
            let _ = writeln!(text, "{goal:<4} {what}");
            let beside = if theirs.is_empty() { "" } else { "  |  " };
            let _ = writeln!(text, "     {ours}{beside}{theirs}");
            let mut rest = Vec::new();
            for (name, value) in [("ratio", &ratio), ("CPU ratio", &cpu), ("goal", &verdict)] {
                if !value.is_empty() {
                    rest.push(format!("{name} {value}"));
                }
            }
            if !rest.is_empty() {
                let _ = writeln!(text, "     {}", rest.join("   "));
            }
        }
        for (goal, what, whence) in ELSEWHERE {
            let _ = writeln!(text, "{goal:<4} {what}: {whence}");
        }
        text
    }

    /// For the README.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "{}{}. Medians [lowest to highest].\n\n\
             | Goal | What | Ours | Beside it | Ratio | By CPU | Goal met |\n|---|---|---|---|---|---|---|\n",
            self.about,
            self.mark()
        );
        for line in self.lines() {
            let _ = writeln!(text, "| {} |", line.join(" | "));
        }
        for (goal, what, whence) in ELSEWHERE {
            let _ = writeln!(text, "| {goal} | {what} | {whence} | | | | |");
        }
        text
    }

    fn mark(&self) -> &'static str {
        if self.quick {
            "; QUICK: smaller sizes and shorter runs than the goals ask for"
        } else {
            ""
        }
    }

    /// For machines.
    pub fn json(&self) -> String {
        let row = |row: &Row| {
            json!({
                "goal": row.goal,
                "what": row.what,
                "ours": row.ours,
                "theirs": row.theirs,
                "ratio": row.ratio.map(Spread::json),
                "cpu_ratio": row.cpu.map(Spread::json),
                "verdict": row.verdict.to_string(),
                "wanted": row.wanted,
                "details": row.details,
            })
        };
        let rows: Vec<Value> = self.rows.iter().map(row).collect();
        format!("{:#}\n", json!({ "settings": self.settings, "rows": rows }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_stands_in_all_three_forms() {
        let options = Options::read(&["--quick".to_owned()]).unwrap();
        let mut report = Report::new(&options);
        report.rows.push(
            Row::new("P9", "memory", "70 MB")
                .ratio(Spread::of([2.0]))
                .judged("<= 60 MB", Verdict::at_most(70.0, 60.0)),
        );
        let forms = [report.table(), report.markdown(), report.json()];
        assert!(
            forms
                .iter()
                .all(|form| form.contains("70 MB") && form.contains("missed by 17 %"))
        );
        assert!(report.markdown().contains("QUICK"));
    }
}
