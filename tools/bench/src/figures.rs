//! Medians with their range, and one line of the table: what was measured, beside what, and whether the goal is met.
//!
//! Deliberately not here: how the table is printed, and any figure without something to hold it against.

use std::fmt;

use serde_json::{Value, json};

/// The middle of some figures, and their range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub median: f64,
    pub low: f64,
    pub high: f64,
}

impl Spread {
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Spread {
        let mut figures: Vec<f64> = figures.into_iter().collect();
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

    /// `ours` by `theirs`, each with its neighbour in time, so that what disturbs the machine disturbs both.
    pub fn ratio(ours: &[f64], theirs: &[f64]) -> Spread {
        Spread::of(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs))
    }

    /// With so many digits behind the point, and a unit.
    pub fn text(self, digits: usize, unit: &str) -> String {
        let Spread { median, low, high } = self;
        format!("{median:.digits$}{unit} [{low:.digits$} to {high:.digits$}]")
    }

    pub fn json(self) -> Value {
        json!({ "median": self.median, "low": self.low, "high": self.high })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(2, ""))
    }
}

/// The figure below which this share of the figures lie.
pub fn percentile(figures: &mut [f64], share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let at = (figures.len() as f64 * share).ceil() as usize;
    let last = figures.len().wrapping_sub(1);
    figures
        .get(at.saturating_sub(1).min(last))
        .copied()
        .unwrap_or(f64::NAN)
}

/// Whether a goal is met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    Met,
    /// By how much, as a share of the goal.
    Missed(f64),
    /// It was measured, and no goal is set for it.
    Told,
}

impl Verdict {
    pub fn at_least(have: f64, goal: f64) -> Verdict {
        Verdict::of(have >= goal, 1.0 - have / goal)
    }

    pub fn at_most(have: f64, goal: f64) -> Verdict {
        Verdict::of(have <= goal, have / goal - 1.0)
    }

    fn of(met: bool, by: f64) -> Verdict {
        if met {
            Verdict::Met
        } else {
            Verdict::Missed(by)
        }
    }

    /// Both must be met; the worse one is told.
    pub fn and(self, other: Verdict) -> Verdict {
        match (self, other) {
            (Verdict::Missed(one), Verdict::Missed(two)) => Verdict::Missed(one.max(two)),
            (Verdict::Missed(by), _) | (_, Verdict::Missed(by)) => Verdict::Missed(by),
            (Verdict::Told, Verdict::Told) => Verdict::Told,
            _ => Verdict::Met,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Met => f.write_str("met"),
            Verdict::Missed(by) => write!(f, "missed by {:.0} %", (by * 100.0).max(1.0)),
            Verdict::Told => f.write_str("told"),
        }
    }
}

/// One line of the table.
pub struct Row {
    /// As in the list of goals: `P1`.
    pub goal: &'static str,
    pub what: String,
    pub ours: String,
    /// What it is held against; empty where the goal is a plain figure.
    pub theirs: String,
    pub ratio: Option<Spread>,
    /// The same by time on the processor.
    pub cpu: Option<Spread>,
    pub verdict: Verdict,
    /// What the goal is, in a few words.
    pub wanted: String,
    /// All there is to know, for machines.
    pub details: Value,
}

impl Row {
    pub fn new(goal: &'static str, what: impl Into<String>, ours: impl Into<String>) -> Row {
        Row {
            goal,
            what: what.into(),
            ours: ours.into(),
            theirs: String::new(),
            ratio: None,
            cpu: None,
            verdict: Verdict::Told,
            wanted: String::new(),
            details: Value::Null,
        }
    }

    pub fn beside(mut self, theirs: impl Into<String>) -> Row {
        self.theirs = theirs.into();
        self
    }

    pub fn ratio(mut self, ratio: Spread) -> Row {
        self.ratio = Some(ratio);
        self
    }

    pub fn cpu(mut self, cpu: Spread) -> Row {
        self.cpu = Some(cpu);
        self
    }

    pub fn judged(mut self, wanted: &str, verdict: Verdict) -> Row {
        wanted.clone_into(&mut self.wanted);
        self.verdict = verdict;
        self
    }

    /// By requests per second and by CPU, and the goal that both medians are at least this much of the other's.
    pub fn both_at_least(self, least: f64, ratio: Spread, cpu: Spread) -> Row {
        let verdict =
            Verdict::at_least(ratio.median, least).and(Verdict::at_least(cpu.median, least));
        self.ratio(ratio)
            .cpu(cpu)
            .judged(&format!(">= {least:.1} x, also by CPU"), verdict)
    }

    pub fn details(mut self, details: Value) -> Row {
        self.details = details;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_range() {
        let odd = Spread::of([3.0, 1.0, 2.0]);
        assert_eq!((odd.median, odd.low, odd.high), (2.0, 1.0, 3.0));
        assert_eq!(Spread::of([1.0, 2.0, 4.0, 8.0]).median, 3.0);
        assert!(Spread::of([]).median.is_nan());
        assert_eq!(odd.text(1, " ms"), "2.0 ms [1.0 to 3.0]");
    }

    #[test]
    fn percentiles_are_figures_that_came() {
        let mut figures: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut figures, 0.5), 100.0);
        assert_eq!(percentile(&mut figures, 0.99), 198.0);
        assert_eq!(percentile(&mut [7.0], 0.99), 7.0);
        assert!(percentile(&mut [], 0.5).is_nan());
    }

    #[test]
    fn a_verdict_says_by_how_much() {
        assert_eq!(Verdict::at_least(0.95, 0.9), Verdict::Met);
        assert_eq!(Verdict::at_most(3.0, 2.0).to_string(), "missed by 50 %");
        let both = Verdict::at_least(0.9, 1.0).and(Verdict::at_most(1.0, 2.0));
        assert_eq!(both.to_string(), "missed by 10 %");
        assert_eq!(Verdict::Told.and(Verdict::Met), Verdict::Met);
    }
}
