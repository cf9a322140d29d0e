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
