//! One process owns the data directory. The lock is the operating system's, so a crash leaves nothing to clean up.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

/// Held for as long as the process works on the data directory.
#[derive(Debug)]
pub struct DataLock(#[expect(dead_code, reason = "the lock lives as long as the open file")] File);

impl DataLock {
    /// Takes the lock file `gaceta.lock` in `dir`.
    ///
    /// # Errors
    /// `Ok(None)` when another process has it; an I/O error when the file cannot be made.
    pub fn take(dir: &Path) -> io::Result<Option<Self>> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(dir.join("gaceta.lock"))?;
        Self::of(file)
    }

    /// Whether a process has it, without making the file.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn is_taken(dir: &Path) -> io::Result<bool> {
        match File::open(dir.join("gaceta.lock")) {
            Ok(file) => Ok(Self::of(file)?.is_none()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn of(file: File) -> io::Result<Option<Self>> {
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
