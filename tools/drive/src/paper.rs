//! The program under test: how it is built, filled, and told where to listen on the loopback.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::bail;

use crate::{child, root};

/// Builds `gaceta`, by this profile of cargo's; where it is.
///
/// # Errors
/// When it cannot be built; cargo has said why.
pub fn build(profile: &str) -> anyhow::Result<PathBuf> {
    program(&["--bin", "gaceta"], "gaceta", profile)
}

/// Builds `tools/workload`, which writes papers of any size; where it is.
///
/// # Errors
/// When it cannot be built; cargo has said why.
pub fn build_workload(profile: &str) -> anyhow::Result<PathBuf> {
    program(&["-p", "workload"], "workload", profile)
}

/// Builds what these words for cargo name; where the program of this name is then.
fn program(words: &[&str], name: &str, profile: &str) -> anyhow::Result<PathBuf> {
    let mut build = root::cargo(&["build", "--profile", profile]);
    build.args(words).env("CARGO_TERM_PROGRESS_WHEN", "never");
    let ended = child::run(build, Duration::from_secs(3600));
    if let Some(trouble) = ended.trouble {
        bail!("{name} was not built: {trouble}");
    }
    // The only profile whose folder is called otherwise.
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(root::target().join(folder).join(name))
}

/// What one client may hold and send, far beyond any: all readers of a tool come from one address, and do in a minute what
/// people do in a day.
const UNLIMITED: [&str; 4] = [
    "GACETA_SERVER__CONNECTIONS_PER_CLIENT",
    "GACETA_READING__STREAMS_PER_CLIENT",
    "GACETA_READING__CALLS_PER_MINUTE",
    "GACETA_READING__EVENTS_PER_READER",
];

/// Tells a command of the paper's where it listens and where its data is, and that its readers are many.
pub fn place(command: &mut Command, port: u16, data: &Path) {
    command
        .envs(UNLIMITED.map(|name| (name, "1000000000")))
        .env("GACETA_SERVER__LISTEN", host(port))
        .env("GACETA_SITE__PUBLIC_URL", url(port))
        .env("GACETA_DATABASE__DIR", data);
}

/// What a request to this port of the loopback says as `Host`.
#[must_use]
pub fn host(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// The public address of a paper on this port.
#[must_use]
pub fn url(port: u16) -> String {
    format!("http://{}", host(port))
}
