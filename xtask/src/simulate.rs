//! `cargo xtask simulate`: many nodes in virtual time, thousands of seeds; any of them can be run again by its number.
//!
//! Deliberately not here: the simulation, which is a test of `src/leases/simulation`, and runs a few seeds in `cargo xtask test`.

use std::time::Duration;

use anyhow::bail;

use crate::{child, root};

const USAGE: &str = "\
cargo xtask simulate [--seeds N] [--from N]

  --seeds N   how many (5000); thirty or so a second
  --from N    the first of them (1)
";

/// True if no seed breaks a promise, and every rule that is left out is noticed.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let (mut seeds, mut from) = (5_000_u64, 1_u64);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let number = words.next().and_then(|word| word.parse::<u64>().ok());
        match (word.as_str(), number) {
            ("--seeds", Some(number)) => seeds = number,
            ("--from", Some(number)) => from = number,
            _ => bail!("{word} is no option\n\n{USAGE}"),
        }
    }
    let mut command = root::cargo(&["test", "--quiet", "--lib", "leases::simulation::", "--"]);
    command.args(["--nocapture", "--test-threads=1"]);
    command.env("GACETA_SIMULATE", format!("{from}+{seeds}"));
    let ended = child::run(command, Duration::from_secs(2 * 3600));
    if let Some(trouble) = &ended.trouble {
        println!("simulate: {trouble}");
    }
    Ok(ended.trouble.is_none())
}
