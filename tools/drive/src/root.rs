//! Where things stand: the top of the repository, the target folder, cargo itself.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The top of the repository.
///
/// # Panics
/// When this crate is not where it is.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("this is tools/drive of the repository")
}

/// The folder cargo builds into.
#[must_use]
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| repository().join("target"), |dir| repository().join(dir))
}

/// Cargo, started at the top of the repository, without what `cargo run` told this program about itself: a build
/// script that watches one of those variables would run again each time.
#[must_use]
pub fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command.args(arguments).current_dir(repository());
    command
}
