//! What was acknowledged, what was not answered and what became of it, and what is missing.

use std::collections::BTreeMap;
use std::fmt;

/// Kinds of acknowledged writes, in the order of the report.
pub const KINDS: [&str; 14] = [
    SIGN_UP, ACCOUNT, ADDED, GRANT, PASSWORD, SIGN_IN, SIGN_OUT, PROFILE, INVITED, SEATED, REMOVED,
    PUBLISHED, CHANGED, TAKE,
];
pub const SIGN_UP: &str = "sign-up (its mail is under way)";
pub const ACCOUNT: &str = "account (address proven)";
pub const ADDED: &str = "account (gaceta reader add)";
pub const GRANT: &str = "subscription (gaceta grant)";
pub const PASSWORD: &str = "password changed";
pub const SIGN_IN: &str = "signed in";
pub const SIGN_OUT: &str = "signed out";
pub const PROFILE: &str = "name and language";
pub const INVITED: &str = "invitation (its mail is under way)";
pub const SEATED: &str = "seat accepted, with its account";
pub const REMOVED: &str = "seat taken back";
pub const PUBLISHED: &str = "two articles, new (gaceta publish)";
pub const CHANGED: &str = "two articles, changed (gaceta publish)";
pub const TAKE: &str = "Read here (epochs only)";

/// How often what happened to writes of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    pub acknowledged: u64,
    /// Not answered; these may be there or not.
    pub unanswered: u64,
    /// Of them those that are there.
    pub came_true: u64,
    /// Answered with a refusal.
    pub refused: u64,
    /// Of them those that are there all the same.
    pub refused_and_there: u64,
}

/// Counts of all kinds.
#[derive(Clone, Debug, Default)]
pub struct Tally(BTreeMap<&'static str, Count>);

/// What somebody was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Done,
    /// Not done, it was said.
    Refused,
    Unanswered,
}

impl Tally {
    pub fn count(&mut self, kind: &'static str, fate: Fate) {
        let count = self.0.entry(kind).or_default();
        match fate {
            Fate::Done => count.acknowledged += 1,
            Fate::Refused => count.refused += 1,
            Fate::Unanswered => count.unanswered += 1,
        }
    }

    /// What was not done, by what somebody was told, is there.
    pub fn came_true(&mut self, kind: &'static str, fate: Fate) {
        let count = self.0.entry(kind).or_default();
        match fate {
            Fate::Done => {}
            Fate::Refused => count.refused_and_there += 1,
            Fate::Unanswered => count.came_true += 1,
        }
    }

    pub fn add(&mut self, other: &Tally) {
        for (kind, more) in &other.0 {
            let count = self.0.entry(kind).or_default();
            count.acknowledged += more.acknowledged;
            count.unanswered += more.unanswered;
            count.came_true += more.came_true;
            count.refused += more.refused;
            count.refused_and_there += more.refused_and_there;
        }
    }

    /// Of one kind.
    pub fn of(&self, kind: &str) -> Count {
        self.0.get(kind).copied().unwrap_or_default()
    }

    /// Of all kinds together.
    pub fn sum(&self) -> Count {
        self.0.values().fold(Count::default(), |sum, one| Count {
            acknowledged: sum.acknowledged + one.acknowledged,
            unanswered: sum.unanswered + one.unanswered,
            came_true: sum.came_true + one.came_true,
            refused: sum.refused + one.refused,
            refused_and_there: sum.refused_and_there + one.refused_and_there,
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<40} {:>12} {:>11} {:>20} {:>8}",
            "", "acknowledged", "unanswered", "of those took effect", "refused"
        )?;
        for kind in KINDS {
            let count = self.of(kind);
            let came_true = if kind == TAKE {
                // What nobody was told of leaves no trace: leases are not stored.
                "-".to_owned()
            } else {
                count.came_true.to_string()
            };
            writeln!(
                f,
                "{kind:<40} {:>12} {:>11} {came_true:>20} {:>8}",
                count.acknowledged, count.unanswered, count.refused
            )?;
        }
        Ok(())
    }
}

/// What a look found wrong; a line for each.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Acknowledged, and not there.
    pub lost: Vec<String>,
    /// There by half.
    pub half: Vec<String>,
    /// An epoch that came back, or a lost one that served.
    pub back: Vec<String>,
    /// Things that were looked at.
    pub looked: u64,
}

impl Verdict {
    pub fn lost(&mut self, line: String) {
        self.lost.push(line);
    }

    pub fn half(&mut self, line: String) {
        self.half.push(line);
    }

    pub fn back(&mut self, line: String) {
        self.back.push(line);
    }

    pub fn add(&mut self, other: Verdict) {
        self.lost.extend(other.lost);
        self.half.extend(other.half);
        self.back.extend(other.back);
        self.looked += other.looked;
    }

    pub fn is_clean(&self) -> bool {
        self.lost.is_empty() && self.half.is_empty() && self.back.is_empty()
    }
}
