//! What `gaceta doctor` says about who else on this machine may read the paper's files.
//!
//! The program makes each file for its owner alone (`cli::main`); what was copied here, or made before, may be open.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::Findings;
use base::config::{Config, MailTransport};

/// So many open files are named; the rest is counted.
const NAMED: usize = 3;
/// The bits of a mode that are for everybody.
const EVERYBODY: u32 = 0o007;

/// Looks at the configuration, the data directory and the folder of mails.
pub fn modes(file: Option<&Path>, config: &Config, found: &mut Findings) {
    let mut open = Vec::new();
    let has_password = config.database.url.has_password() || config.mail.smtp_url.has_password();
    if let Some(file) = file
        && has_password
    {
        open.extend(opened(file));
    }
    look_into(&config.database.dir, &mut open);
    if config.mail.transport == MailTransport::File {
        look_into(&config.mail.dir, &mut open);
    }
    if open.is_empty() {
        found.fine("files: nobody else on this machine may read them");
        return;
    }
    open.sort();
    open.dedup();
    let names: Vec<_> = open
        .iter()
        .take(NAMED)
        .map(|at| at.display().to_string())
        .collect();
    let more = match open.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    found.wrong(format!(
        "files: everybody on this machine may use {}{more}; they hold addresses and keys: chmod -R o= on them",
        names.join(", ")
    ));
}

/// A directory, if it is open to everybody, and what in it is.
fn look_into(dir: &Path, open: &mut Vec<PathBuf>) {
    // Nobody passes a closed door to what is behind it.
    let Some(dir) = opened(dir) else { return };
    let entries = std::fs::read_dir(&dir).into_iter().flatten().flatten();
    open.extend(entries.filter_map(|entry| opened(&entry.path())));
    open.push(dir);
}

fn opened(path: &Path) -> Option<PathBuf> {
    let of = std::fs::metadata(path).ok()?;
    (of.permissions().mode() & EVERYBODY != 0).then(|| path.to_owned())
}
