//! What the tools of the workshop share: `xtask`, `tools/bench`, `tools/chaos`, `tools/durability`, and the tests that meet
//! the paper as a process.
//!
//! A program is found or installed ([`provision`]), run to its end ([`child`]) or served until it is dropped ([`process`]),
//! and nothing of it is left behind, not even if this program is killed ([`guard`]). Deliberately not here: what is measured,
//! broken or judged, and anything that links the paper itself.

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "clippy.toml keeps clocks, sleeping and randomness out of the application; the workshop waits in real time"
)]

pub mod child;
pub mod cookies;
pub mod draws;
pub mod form;
pub mod front;
pub mod guard;
pub mod http;
pub mod paper;
pub mod port;
pub mod postgres;
pub mod process;
pub mod provision;
pub mod root;

use std::process::ExitCode;

use anyhow::{Context as _, bail};

/// Reads the words of a command line that has nothing but pairs of `--name value`; `set` says whether it knows the name.
///
/// # Errors
/// For a name that is unknown or has no value, with the `usage`; and whatever `set` says.
pub fn options(
    arguments: &[String],
    usage: &str,
    mut set: impl FnMut(&str, &str) -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let mut words = arguments.iter();
    while let Some(name) = words.next() {
        let value = words.next();
        let value = value.with_context(|| format!("{name} needs a value\n\n{usage}"))?;
        if !set(name, value).with_context(|| format!("{name} {value}"))? {
            bail!("{name} is no option\n\n{usage}");
        }
    }
    Ok(())
}

/// What a tool's `main` does: `run` with the words of the command line says whether all went well.
pub fn main(name: &str, run: fn(&[String]) -> anyhow::Result<bool>) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_pairs_of_a_known_name_and_a_value() {
        let mut kills = 0_u64;
        let mut read = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            let told = options(&words, "usage", |name, value| {
                if name == "--kills" {
                    kills = value.parse()?;
                }
                Ok(name == "--kills")
            });
            (told.map_err(|error| format!("{error:#}")), kills)
        };
        assert_eq!(read(&["--kills", "7"]), (Ok(()), 7));
        for (words, told) in [
            (&["--kills"][..], "--kills needs a value"),
            (&["--turns", "1"], "--turns is no option"),
            (&["--kills", "x"], "--kills x: invalid digit"),
        ] {
            let (refused, _) = read(words);
            assert!(refused.unwrap_err().starts_with(told));
        }
    }
}
