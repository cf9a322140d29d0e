//! What a task needs besides Rust: found, or installed when we may.
//!
//! A bare Debian machine with Rust is enough to begin. Missing programs come from Debian packages when we are root;
//! otherwise the message says which command to type. Node packages come from `e2e/package-lock.json`. No address of a
//! registry stands here or anywhere in the tree: the machine knows its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use crate::{child, root};

/// One program and the Debian package it comes in.
pub struct Tool {
    /// The same program may go by several names.
    pub names: &'static [&'static str],
    /// Of Debian's.
    pub package: &'static str,
}

/// What makes a PostgreSQL's data directory; the other programs stand beside it.
pub const POSTGRES: Tool = tool(&["initdb"], "postgresql");
/// Runs the journeys of `e2e/`.
pub const NODE: Tool = tool(&["node"], "nodejs");
/// Installs what they need.
pub const NPM: Tool = tool(&["npm"], "npm");
/// The browser.
pub const CHROMIUM: Tool = tool(
    &["chromium", "chromium-browser", "google-chrome"],
    "chromium",
);
/// A web server to stand in front, and to be measured beside.
pub const NGINX: Tool = tool(&["nginx"], "nginx");
/// Another one to stand in front.
pub const CADDY: Tool = tool(&["caddy"], "caddy");
/// A mail server.
pub const AIOSMTPD: Tool = tool(&["aiosmtpd"], "python3-aiosmtpd");
/// Verifies signatures of mails.
pub const DKIMPY: Tool = tool(&["dkimverify"], "python3-dkim");
/// A name server.
pub const DNSMASQ: Tool = tool(&["dnsmasq", "/usr/sbin/dnsmasq"], "dnsmasq-base");
/// Makes certificates.
pub const OPENSSL: Tool = tool(&["openssl"], "openssl");
/// A load generator.
pub const WRK: Tool = tool(&["wrk"], "wrk");
/// Counts instructions.
pub const VALGRIND: Tool = tool(&["valgrind"], "valgrind");
/// Sets the clock of one process.
pub const FAKETIME: Tool = tool(&["faketime"], "faketime");
/// Knows which files there are.
pub const GIT: Tool = tool(&["git"], "git");

const fn tool(names: &'static [&'static str], package: &'static str) -> Tool {
    Tool { names, package }
}

impl Tool {
    /// Where the program is, if it is there. `CHROMIUM` and the like in the environment come first.
    pub fn find(&self) -> Option<PathBuf> {
        let own = std::env::var_os(self.names[0].to_uppercase()).map(PathBuf::from);
        if let Some(own) = own.filter(|path| path.is_file()) {
            return Some(own);
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        // Debian keeps the programs of PostgreSQL, and of root, off the usual path.
        folders.extend(postgres_folders());
        folders.push("/usr/sbin".into());
        self.names.iter().find_map(|name| {
            folders
                .iter()
                .map(|folder| folder.join(name))
                .find(|path| path.is_file())
        })
    }

    /// Where the program is, or a message that names the package.
    pub fn get(&self) -> anyhow::Result<PathBuf> {
        self.find()
            .with_context(|| format!("{} is not installed", self.names[0]))
    }
}

/// The newest PostgreSQL first.
fn postgres_folders() -> Vec<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let mut folders: Vec<PathBuf> = versions
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    let version = |path: &PathBuf| -> u32 {
        let name = path.parent().and_then(Path::file_name);
        name.and_then(|name| name.to_string_lossy().parse().ok())
            .unwrap_or(0)
    };
    folders.sort_by_key(|path| std::cmp::Reverse(version(path)));
    folders
}

/// True for the administrator of the machine.
pub fn is_root() -> bool {
    let mut id = Command::new("id");
    id.arg("-u");
    child::output(id).is_ok_and(|out| out.trim() == "0")
}

/// Makes sure that all of `tools` are there; installs what is not.
pub fn need(tools: &[&Tool]) -> anyhow::Result<()> {
    let missing: Vec<&str> = tools
        .iter()
        .filter(|tool| tool.find().is_none())
        .map(|tool| tool.package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !is_root() {
        bail!("something is missing. Please run: sudo apt-get install {list}");
    }
    install(&missing).with_context(|| format!("cannot install {list}"))?;
    for tool in tools {
        tool.get()
            .with_context(|| format!("{} was installed, and still", tool.package))?;
    }
    Ok(())
}

fn install(packages: &[&str]) -> anyhow::Result<()> {
    static UPDATED: Once = Once::new();
    let quiet = QuietInstall::begin();
    UPDATED.call_once(|| {
        let mut update = Command::new("apt-get");
        update.args(["update", "-qq"]);
        // Old lists may still do; the installation itself says so if they do not.
        child::run(update, Duration::from_secs(300));
    });
    let mut command = Command::new("apt-get");
    command
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    let ended = child::run(command, Duration::from_secs(900));
    drop(quiet);
    ended
        .trouble
        .map_or(Ok(()), |trouble| bail!("apt-get: {trouble}"))
}

/// While packages are installed no server of theirs is started: a workshop wants the programs only. Debian asks this
/// file; where the machine has one already it is left alone.
struct QuietInstall(bool);

impl QuietInstall {
    const ASKED: &str = "/usr/sbin/policy-rc.d";

    fn begin() -> QuietInstall {
        use std::os::unix::fs::PermissionsExt as _;
        let file = Path::new(Self::ASKED);
        let ours = !file.exists()
            && std::fs::write(file, "#!/bin/sh\nexit 101\n").is_ok()
            && std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).is_ok();
        QuietInstall(ours)
    }
}

impl Drop for QuietInstall {
    fn drop(&mut self) {
        if self.0 {
            let _ = std::fs::remove_file(Self::ASKED);
        }
    }
}

/// `cargo fmt` and `cargo clippy` are parts of Rust that a minimal installation leaves out.
pub fn need_component(component: &str) -> anyhow::Result<()> {
    let subcommand = if component == "rustfmt" {
        "fmt"
    } else {
        component
    };
    if child::output(root::cargo(&[subcommand, "--version"])).is_ok() {
        return Ok(());
    }
    let mut add = Command::new("rustup");
    add.args(["component", "add", component])
        .current_dir(root::repository());
    let ended = child::run(add, Duration::from_secs(600));
    match ended.trouble {
        None => Ok(()),
        Some(trouble) => bail!(
            "{component} is missing; please run: rustup component add {component} ({trouble})"
        ),
    }
}

/// Installs the node packages of `folder` exactly as locked, unless they are there already.
pub fn need_node_packages(folder: &Path) -> anyhow::Result<()> {
    need(&[&NODE, &NPM])?;
    let lock = folder.join("package-lock.json");
    ensure!(lock.is_file(), "{} is missing", lock.display());
    let wanted = std::fs::read_to_string(&lock)?;
    let stamp = folder.join("node_modules/.gaceta-lock");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut npm = Command::new(NPM.get()?);
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(folder);
    let ended = child::run(npm, Duration::from_secs(600));
    if let Some(trouble) = ended.trouble {
        bail!("npm ci in {}: {trouble}", folder.display());
    }
    std::fs::write(&stamp, wanted).context("cannot note what was installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_any_of_its_names() {
        let shell = Tool {
            names: &["no-such-program-here", "sh"],
            package: "dash",
        };
        assert!(shell.find().unwrap().ends_with("sh"));
    }

    #[test]
    fn a_missing_program_is_named() {
        let missing = Tool {
            names: &["no-such-program-here"],
            package: "nothing",
        };
        assert!(missing.find().is_none());
        let message = missing.get().unwrap_err().to_string();
        assert!(message.contains("no-such-program-here"), "{message}");
    }
}
