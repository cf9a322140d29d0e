//! Whether the disk has room for a whole run: a linker that finds none dies of a bus error, which tells nobody why.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use drive::root;

/// What a whole run leaves in the target folder and keeps in the temporary one while it lasts, from nothing, in
/// gigabytes; what is built already counts.
const BUILT_GB: u64 = 8;
const TEMPORARY_GB: u64 = 4;

/// An error in one sentence that says where how much is missing.
pub fn look() -> anyhow::Result<()> {
    let target = root::target();
    std::fs::create_dir_all(&target)?;
    let built = told("du", &["--summarize", "--block-size=1M"], &target)? / 1024;
    has(&target, BUILT_GB.saturating_sub(built))?;
    has(&std::env::temp_dir(), TEMPORARY_GB)
}

fn has(folder: &Path, needed: u64) -> anyhow::Result<()> {
    let options = ["--output=avail", "--block-size=1M"];
    let free = told("df", &options, folder)? / 1024;
    let place = folder.display();
    println!("{free} GB free in {place}, {needed} GB needed");
    ensure!(
        free >= needed,
        "make room in {place}: the run needs {needed} GB there and finds {free} GB"
    );
    Ok(())
}

/// The only number that `program` prints about `folder`.
fn told(program: &str, options: &[&str], folder: &Path) -> anyhow::Result<u64> {
    let output = Command::new(program).args(options).arg(folder).output()?;
    let text = String::from_utf8(output.stdout)?;
    let number = text.split_whitespace().find_map(|word| word.parse().ok());
    number.with_context(|| format!("`{program}` says nothing of {}", folder.display()))
}
