//! `cargo xtask instructions`: what the most frequent answers cost, counted in instructions, which do not depend on how
//! busy the machine is. An answer that has become dearer than [`TOLERANCE`] fails; one that has become cheaper is shown,
//! and noted with `--keep`, so that it stays so.
//!
//! callgrind counts inside one function of `workload hot`. It has no instructions of newer processors, so
//! that SHA-256, for one, counts many times what it costs. Another compiler makes other code: then the figures are shown
//! and not judged. Deliberately not here: time (see `bench`).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use drive::child::{self, Ended};
use drive::{paper, provision, root};

/// What is counted, as `workload hot` calls it.
const WHAT: [&str; 5] = ["article", "not-modified", "lead", "front", "gate"];
/// How many times each is done.
const TIMES: u64 = 1_000;
/// Noise is below a thousandth: seeds of hash maps decide how long some look-ups take.
const TOLERANCE: f64 = 0.03;
const NOTED: &str = "xtask/instructions.txt";

/// The task.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let (mut keep, mut binary) = (false, None);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--keep" => keep = true,
            "--bin" => binary = Some(PathBuf::from(words.next().context("--bin needs a path")?)),
            _ => bail!("there is no option {word}; there are --keep and --bin PATH"),
        }
    }
    let figures = count(binary)?;
    if keep {
        std::fs::write(root::repository().join(NOTED), text(&compiler()?, &figures))?;
        println!("{NOTED} is written");
        return Ok(true);
    }
    judge(&figures)
}

/// The same as a step of the tests.
pub fn step() -> Ended {
    match count(None).and_then(|figures| judge(&figures)) {
        Ok(true) => Ended::well(),
        Ok(false) => Ended::badly("something has become dearer".to_owned()),
        Err(error) => Ended::badly(format!("{error:#}")),
    }
}

type Figures = Vec<(String, u64)>;

fn count(binary: Option<PathBuf>) -> anyhow::Result<Figures> {
    provision::need(&[&provision::VALGRIND])?;
    let binary = match binary {
        Some(binary) => std::fs::canonicalize(&binary)?,
        None => paper::build_workload("release")?,
    };
    let folder = root::target().join("instructions");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let mut fill = Command::new(&binary);
    fill.args(["fill", "--readers", "500", "--articles", "50", "--dir"])
        .arg(&folder);
    well(fill, "a paper to ask")?;
    WHAT.iter()
        .map(|what| Ok(((*what).to_owned(), instructions(&binary, &folder, what)?)))
        .collect()
}

fn well(command: Command, what: &str) -> anyhow::Result<()> {
    let ended = child::run(command, Duration::from_secs(1800));
    ended.trouble.map_or(Ok(()), |trouble| {
        bail!("{what} could not be made: {trouble}")
    })
}

/// Instructions of one answer.
fn instructions(binary: &Path, folder: &Path, what: &str) -> anyhow::Result<u64> {
    let out = folder.join(format!("{what}.callgrind"));
    let mut command = Command::new(provision::VALGRIND.get()?);
    command
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no"])
        .arg("--toggle-collect=*hot*counted*")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(binary)
        .args(["hot", what, "--times", &TIMES.to_string(), "--dir"])
        .arg(folder)
        // A leak check of another allocator than the system's is not wanted, nor its threads.
        .env("RUST_LOG", "error");
    well(command, what)?;
    let text = std::fs::read_to_string(&out)?;
    let total: u64 = text
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))
        .and_then(|total| total.trim().parse().ok())
        .with_context(|| format!("{} has no total", out.display()))?;
    ensure!(total > TIMES, "nothing was counted of {what}");
    Ok(total / TIMES)
}

fn compiler() -> anyhow::Result<String> {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.arg("--version").current_dir(root::repository());
    Ok(child::output(rustc)?.trim().to_owned())
}

fn text(compiler: &str, figures: &Figures) -> String {
    let mut text = format!("{compiler}\n");
    for (what, count) in figures {
        let _ = writeln!(text, "{what} {count}");
    }
    text
}

/// Prints each beside what it was; false if one is dearer.
fn judge(figures: &Figures) -> anyhow::Result<bool> {
    let noted = std::fs::read_to_string(root::repository().join(NOTED)).unwrap_or_default();
    let same = noted.lines().next() == Some(compiler()?.as_str());
    if !same {
        println!("noted with another compiler, so nothing is judged:");
    }
    let mut well = true;
    for (what, count) in figures {
        let before: Option<u64> = noted
            .lines()
            .find_map(|line| line.strip_prefix(what.as_str())?.strip_prefix(' '))
            .and_then(|count| count.parse().ok());
        let (words, dearer) = compared(before, *count);
        println!("  {what:<14} {count:>7} instructions  {words}");
        well &= !(dearer && same);
    }
    Ok(well)
}

fn compared(before: Option<u64>, now: u64) -> (String, bool) {
    let Some(before) = before else {
        return (
            "never noted: cargo xtask instructions --keep".to_owned(),
            true,
        );
    };
    let change = now as f64 / before as f64 - 1.0;
    let words = format!("{:+.1} % of {before}", change * 100.0);
    if change > TOLERANCE {
        (
            format!("{words}: dearer than {:.0} %", TOLERANCE * 100.0),
            true,
        )
    } else if change < -TOLERANCE {
        (
            format!("{words}: keep it with cargo xtask instructions --keep"),
            false,
        )
    } else {
        (words, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dearer_than_the_tolerance_fails_and_cheaper_does_not() {
        for (before, now, dearer) in [
            (Some(10_000), 10_299, false),
            (Some(10_000), 10_301, true),
            (Some(10_000), 2_000, false),
            (None, 1, true),
        ] {
            assert_eq!(compared(before, now).1, dearer, "{now}");
        }
    }

    #[test]
    fn what_is_noted_names_the_compiler_first() {
        let figures = vec![("lead".to_owned(), 7)];
        assert_eq!(text("rustc 1.0", &figures), "rustc 1.0\nlead 7\n");
    }
}
