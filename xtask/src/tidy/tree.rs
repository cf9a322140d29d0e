//! The files that tidy looks at: what git tracks or would track, as text.
//!
//! Deliberately not here: what is ignored (built things, node packages), and any opinion about the files.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::Context as _;

use super::layout::{self, Spot};
use super::lexer::{self, Source};
use drive::{child, provision};

/// All files, sorted by path.
pub struct Tree {
    pub files: Vec<File>,
}

/// One file.
pub struct File {
    /// From the top of the repository, with `/`.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// Nothing for pictures, fonts and the like.
    pub text: Option<String>,
    source: OnceLock<Source>,
}

impl Tree {
    /// Reads the tree at `top`, as git sees it, with what is new and not ignored.
    pub fn read(top: &Path) -> anyhow::Result<Tree> {
        provision::need(&[&provision::GIT])?;
        let mut list = Command::new(provision::GIT.get()?);
        list.args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(top);
        let list = child::output(list).context("tidy needs a git repository")?;
        let mut paths: Vec<&str> = list.split('\0').filter(|path| !path.is_empty()).collect();
        paths.sort_unstable();
        paths.dedup();
        let mut files = Vec::new();
        for path in paths {
            // Deleted and not yet staged: git still lists it.
            let Ok(bytes) = std::fs::read(top.join(path)) else {
                continue;
            };
            let size = bytes.len() as u64;
            let text = String::from_utf8(bytes).ok();
            files.push(File::new(path, size, text));
        }
        Ok(Tree { files })
    }

    /// Rust files under `folder` (`""` is everywhere).
    pub fn rust(&self, folder: &str) -> impl Iterator<Item = (&File, &Source)> {
        self.files
            .iter()
            .filter(move |file| file.path.starts_with(folder) && file.path.ends_with(".rs"))
            .filter_map(|file| Some((file, file.source()?)))
    }

    /// The Rust sources of the application, with their places.
    pub fn sources(&self) -> impl Iterator<Item = (&File, &Source, Spot<'_>)> {
        self.rust("")
            .filter_map(|(file, source)| Some((file, source, layout::source(&file.path)?)))
    }

    /// The file at this place of the application.
    pub fn at(&self, spot: Spot) -> Option<&File> {
        self.files
            .iter()
            .find(|file| layout::source(&file.path) == Some(spot))
    }

    /// Text files whose path ends in one of `endings`.
    pub fn text<'a>(
        &'a self,
        endings: &'a [&str],
    ) -> impl Iterator<Item = (&'a File, &'a str)> + 'a {
        self.files
            .iter()
            .filter(|file| endings.iter().any(|ending| file.path.ends_with(ending)))
            .filter_map(|file| Some((file, file.text.as_deref()?)))
    }

    /// The file at `path`.
    pub fn find(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let files = files
            .iter()
            .map(|(path, text)| File::new(path, text.len() as u64, Some((*text).to_owned())))
            .collect();
        Tree { files }
    }
}

impl File {
    pub fn new(path: &str, size: u64, text: Option<String>) -> File {
        File {
            path: path.to_owned(),
            size,
            text,
            source: OnceLock::new(),
        }
    }

    /// The tokens of a Rust file, read once for all rules.
    fn source(&self) -> Option<&Source> {
        let text = self.text.as_deref()?;
        Some(self.source.get_or_init(|| {
            let mut source = lexer::read(text);
            let test_file = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
            if test_file {
                source
                    .tokens
                    .iter_mut()
                    .for_each(|token| token.in_test = true);
            }
            source
        }))
    }
}
