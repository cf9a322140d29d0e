//! What the command line of `cargo xtask bench` says.
//!
//! Deliberately not here: what is done with it.

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};

/// How to use it.
pub const HELP: &str = "\
cargo xtask bench [options]
  --quick                  smaller sizes and shorter runs: everything in a few minutes
  --full                   also the largest sizes of growth (P11), and a million readers (scale)
  --only WORD              goals by number (P5), or parts and workloads whose name contains WORD
  --profile release|dist   how the program is built (release; dist takes much longer to build)
  --bin PATH               a program that is built already
  --seconds N              of each run (3)
  --runs N                 of each server and workload, at least five (5)
  --readers N              100000
  --articles N             1000
  --connections N          32
  --pages N                pages with live notices (10000)
  --open-file-cache        let nginx keep its files open, which is not its default
";

/// What the command line says.
#[derive(Clone)]
pub struct Options {
    pub profile: String,
    pub binary: Option<PathBuf>,
    pub seconds: u64,
    pub runs: usize,
    pub readers: usize,
    pub articles: usize,
    pub connections: usize,
    pub pages: usize,
    pub open_file_cache: bool,
    pub quick: bool,
    pub full: bool,
    pub only: String,
}

impl Options {
    pub fn read(arguments: &[String]) -> anyhow::Result<Options> {
        let quick = arguments.iter().any(|word| word == "--quick");
        let mut options = Options {
            profile: "release".to_owned(),
            binary: None,
            seconds: if quick { 1 } else { 3 },
            runs: 5,
            readers: if quick { 20_000 } else { 100_000 },
            articles: if quick { 200 } else { 1000 },
            connections: 32,
            pages: if quick { 2000 } else { 10_000 },
            open_file_cache: false,
            quick,
            full: false,
            only: String::new(),
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quick" => continue,
                "--full" => options.full = true,
                "--open-file-cache" => options.open_file_cache = true,
                _ => {
                    let value = words
                        .next()
                        .with_context(|| format!("{word} needs a value\n{HELP}"))?;
                    options.set(word, value)?;
                }
            }
        }
        options.check()?;
        Ok(options)
    }

    fn set(&mut self, word: &str, value: &str) -> anyhow::Result<()> {
        match word {
            "--profile" => value.clone_into(&mut self.profile),
            "--bin" => self.binary = Some(PathBuf::from(value)),
            "--seconds" => self.seconds = value.parse()?,
            "--runs" => self.runs = value.parse()?,
            "--readers" => self.readers = value.parse()?,
            "--articles" => self.articles = value.parse()?,
            "--connections" => self.connections = value.parse()?,
            "--pages" => self.pages = value.parse()?,
            "--only" => value.clone_into(&mut self.only),
            _ => bail!("there is no option {word}\n{HELP}"),
        }
        Ok(())
    }

    fn check(&self) -> anyhow::Result<()> {
        ensure!(self.runs >= 5, "fewer than five runs say nothing");
        ensure!(
            (1..=60).contains(&self.seconds),
            "a run takes 1 to 60 seconds"
        );
        ensure!(
            self.readers >= 1000 && self.articles > 1 && self.connections > 0 && self.pages > 0,
            "there is nothing to read, or nobody: at least 1000 readers, two articles, one connection and one page"
        );
        ensure!(
            self.pages <= self.readers,
            "each of the {} open pages is another reader's, and there are {} readers",
            self.pages,
            self.readers
        );
        ensure!(
            self.pages <= 25_000,
            "one address has ports for about 28,000 connections; ask for at most 25000 --pages"
        );
        ensure!(
            ["release", "dist"].contains(&self.profile.as_str()),
            "only `release` and `dist` are worth measuring"
        );
        Ok(())
    }

    /// Whether a part is wanted: by one of its goals, or by its name.
    pub fn wants(&self, name: &str, goals: &[&str]) -> bool {
        self.only.is_empty() || goals.contains(&self.only.as_str()) || name.contains(&self.only)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> anyhow::Result<Options> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::read(&words)
    }

    #[test]
    fn options_are_read_and_bounded() {
        let options =
            read("--seconds 2 --runs 7 --open-file-cache --readers 1000 --pages 10").unwrap();
        assert_eq!(
            (options.seconds, options.runs, options.readers),
            (2, 7, 1000)
        );
        assert!(options.open_file_cache);
        for bad in [
            "--runs 4",
            "--seconds 0",
            "--seconds 600",
            "--what 1",
            "--runs",
            "--readers 0",
            "--pages 200000",
            "--profile dev",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn quick_is_smaller_and_can_be_changed() {
        let options = read("--seconds 2 --quick").unwrap();
        assert_eq!((options.seconds, options.readers), (2, 20_000));
    }

    #[test]
    fn parts_are_chosen_by_goal_or_name() {
        let options = read("--only P1").unwrap();
        assert!(options.wants("pages", &["P1", "P3"]));
        assert!(!options.wants("growth", &["P11"]));
        assert!(read("--only grow").unwrap().wants("growth", &["P11"]));
        assert!(read("").unwrap().wants("growth", &["P11"]));
    }
}
