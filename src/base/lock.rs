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
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
