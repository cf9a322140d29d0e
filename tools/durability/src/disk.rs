//! A disk that forgets, fills up and fails, put between the paper and the real one (`disk.c`, preloaded).
//!
//! It keeps, beside the database, how to come back to what was synced. After a SIGKILL [`Disk::lose_power`] does that: what
//! is left is what a machine that lost its power would have. Deliberately not here: what should be there then.

use std::collections::HashMap;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use drive::child;
use drive::draws::Draws;

/// How it behaves; `disk.c` knows the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Well,
    /// Nothing can be made longer.
    Full,
    /// Nothing can be written.
    Unwritable,
    /// Nothing can be synced.
    Unsynced,
    /// The same, and what was written before is dropped.
    Dropped,
    /// A sync says that it was done, and was not.
    Lying,
}

impl Mode {
    fn letter(self) -> &'static str {
        match self {
            Mode::Well => "-",
            Mode::Full => "f",
            Mode::Unwritable => "w",
            Mode::Unsynced => "s",
            Mode::Dropped => "d",
            Mode::Lying => "l",
        }
    }
}

/// The disk under one paper.
pub struct Disk {
    library: PathBuf,
    side: PathBuf,
}

/// What a disk writes at once, or not at all, bytes.
const SECTOR: u64 = 4096;

impl Disk {
    /// Builds it with the system's C compiler.
    pub fn make(folder: &Path) -> anyhow::Result<Disk> {
        let (library, side) = (folder.join("disk.so"), folder.join("disk"));
        std::fs::create_dir_all(&side)?;
        let source = folder.join("disk.c");
        std::fs::write(&source, include_str!("disk.c"))?;
        let mut compile = Command::new("cc");
        compile.args(["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o"]);
        compile.arg(&library).arg(&source).arg("-ldl");
        child::output(compile).context("cannot build the disk that fails")?;
        Ok(Disk { library, side })
    }

    /// The command writes to this disk what it writes into `data`.
    pub fn rule(&self, command: &mut Command, data: &Path) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("DISK_HOME", data)
            .env("DISK_SIDE", &self.side);
    }

    /// How it behaves from now on.
    pub fn set(&self, mode: Mode) -> anyhow::Result<()> {
        // In one step: nobody may read half of it.
        let new = self.side.join("mode-new");
        std::fs::write(&new, mode.letter())?;
        Ok(std::fs::rename(new, self.side.join("mode"))?)
    }

    /// The power failed: of what was written since the last sync nothing is there any more, or, one time in two, any
    /// pieces of it are. How many bytes had been written and not synced.
    pub fn lose_power(&self, data: &Path, draws: &mut Draws) -> anyhow::Result<u64> {
        let mut written = 0;
        let nothing = draws.below(2) == 0;
        for name in ["gaceta.db", "gaceta.db-wal"] {
            let undo = self.side.join(format!("{name}.undo"));
            let Ok(bytes) = std::fs::read(&undo) else {
                continue;
            };
            if let Ok(file) = std::fs::File::options().write(true).open(data.join(name)) {
                let changes = read_changes(&bytes);
                written += changes.iter().map(|change| change.length).sum::<u64>();
                let mut sectors = HashMap::new();
                undo_changes(&file, &changes, |sector| {
                    *sectors
                        .entry(sector)
                        .or_insert_with(|| nothing || draws.below(2) == 0)
                })?;
            }
            std::fs::remove_file(undo)?;
        }
        Ok(written)
    }
}

/// One change of a file, and what was there before.
#[derive(Debug)]
struct Change<'a> {
    at: u64,
    length: u64,
    /// Of the whole file before.
    size: u64,
    before: &'a [u8],
}

/// `struct change` of `disk.c`, as often as it is there whole: what was being kept when the process died was not yet written.
fn read_changes(mut bytes: &[u8]) -> Vec<Change<'_>> {
    let mut changes = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<32>() {
        let number = |at: usize| head[at * 8..][..8].iter().rev();
        let number = |at: usize| number(at).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        let kept = usize::try_from(number(3)).unwrap_or(usize::MAX);
        let Some((before, rest)) = rest.split_at_checked(kept) else {
            break;
        };
        let (at, length, size) = (number(0), number(1), number(2));
        changes.push(Change {
            at,
            length,
            size,
            before,
        });
        bytes = rest;
    }
    changes
}

/// Undoes the changes in every sector that is `lost`, the newest first.
fn undo_changes(
    file: &std::fs::File,
    changes: &[Change<'_>],
    mut lost: impl FnMut(u64) -> bool,
) -> anyhow::Result<()> {
    for change in changes.iter().rev() {
        let end = change.at + change.length;
        let mut at = change.at;
        while at < end {
            let next = (at / SECTOR + 1) * SECTOR;
            let piece = next.min(end) - at;
            if lost(at / SECTOR) {
                let from = usize::try_from(at - change.at)?;
                let mut before = vec![0; usize::try_from(piece)?];
                let known = change.before.get(from..).unwrap_or_default();
                let known = &known[..known.len().min(before.len())];
                before[..known.len()].copy_from_slice(known);
                // A file that was shorter is not made longer by this: what lies behind its end is cut off below.
                file.write_all_at(&before, at)?;
            }
            at = next;
        }
    }
    if let Some(first) = changes.first()
        && file.metadata()?.len() > first.size
        && lost(first.size / SECTOR)
    {
        file.set_len(first.size)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(at: u64, length: u64, size: u64, before: &[u8]) -> Vec<u8> {
        let numbers = [at, length, size, before.len() as u64];
        let mut bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        bytes.extend(before);
        bytes
    }

    #[test]
    fn what_was_not_synced_is_undone_and_what_is_half_kept_is_not() {
        let path = std::env::temp_dir().join(format!("durability-disk-{}", std::process::id()));
        std::fs::write(&path, "AXYE").unwrap();
        let mut bytes = record(1, 2, 3, b"bc");
        bytes.extend(record(1, 1, 3, b"Z"));
        bytes.extend(record(3, 1, 3, b""));
        bytes.extend(&record(0, 1, 4, b"A")[..20]);
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        let changes = read_changes(&bytes);
        assert_eq!(changes.len(), 3);
        undo_changes(&file, &changes, |_| true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"Abc");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn sectors_that_reached_the_disk_stay() {
        let path = std::env::temp_dir().join(format!("durability-sectors-{}", std::process::id()));
        let sector = usize::try_from(SECTOR).unwrap();
        std::fs::write(&path, vec![b'n'; sector * 2]).unwrap();
        let bytes = record(0, SECTOR * 2, SECTOR * 2, &vec![b'o'; sector * 2]);
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        undo_changes(&file, &read_changes(&bytes), |sector| sector == 1).unwrap();
        let now = std::fs::read(&path).unwrap();
        assert!(now[..sector].iter().all(|byte| *byte == b'n'));
        assert!(now[sector..].iter().all(|byte| *byte == b'o'));
        std::fs::remove_file(path).unwrap();
    }
}
