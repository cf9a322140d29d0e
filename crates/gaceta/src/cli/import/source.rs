//! A file that is read several times from its beginning.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek as _};
use std::path::Path;

/// What is imported.
#[derive(Debug)]
pub enum Source {
    /// A file; held open, so that one that is replaced meanwhile is still the same.
    File(File),
    /// What came out of a pipe can be read only once, so it is kept.
    Kept(Vec<u8>),
}

impl Source {
    /// Opens it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        if file.metadata()?.is_file() {
            return Ok(Self::File(file));
        }
        let mut kept = Vec::new();
        file.read_to_end(&mut kept)?;
        Ok(Self::Kept(kept))
    }

    /// Reads it from its beginning. One at a time: all readers of a file have one place in common.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self) -> io::Result<Box<dyn Read + '_>> {
        match self {
            Self::File(file) => {
                let mut file = file;
                file.rewind()?;
                Ok(Box::new(file))
            }
            Self::Kept(bytes) => Ok(Box::new(Cursor::new(bytes))),
        }
    }
}
