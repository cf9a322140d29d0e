//! A wall clock that can be set, for one process and its children: `libfaketime` reads from a file how far it is off.
//!
//! Monotonic clocks stay as they are, as they do when somebody sets the clock of a machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use drive::provision::{self, FAKETIME};

/// The clock of one machine.
pub struct Clock {
    file: PathBuf,
    library: PathBuf,
}

impl Clock {
    /// One that is right, as set by a file in `folder`.
    pub fn new(folder: &Path) -> anyhow::Result<Clock> {
        let clock = Clock {
            file: folder.join("clock"),
            library: library()?,
        };
        clock.set(0)?;
        Ok(clock)
    }

    /// Sets it to so many seconds after the right time, or before; whoever runs under it notices within a second.
    pub fn set(&self, seconds: i64) -> anyhow::Result<()> {
        // Never half a file: it is read at any moment.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{seconds:+}\n"))?;
        std::fs::rename(&new, &self.file).context("cannot set a clock")
    }

    /// Lets a program live under it.
    pub fn rule(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.file)
            .env("FAKETIME_CACHE_DURATION", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1");
    }
}

fn library() -> anyhow::Result<PathBuf> {
    provision::need(&[&FAKETIME])?;
    let libraries = std::fs::read_dir("/usr/lib")?.flatten();
    libraries
        .map(|folder| folder.path().join("faketime/libfaketime.so.1"))
        .find(|path| path.is_file())
        .context("libfaketime.so.1 is not under /usr/lib")
}
