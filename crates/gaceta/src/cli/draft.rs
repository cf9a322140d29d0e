//! Reads an article file: front matter in TOML between `+++` lines, then Markdown; pictures beside it.

use std::collections::BTreeMap;

use super::front::front_matter;
use articles::Draft;
use markup::Document;

/// Where it is said how a file looks.
pub const HELP: &str = "`gaceta publish --help` shows what an article file looks like";

/// A file taken apart.
#[derive(Debug)]
pub struct Parsed {
    /// What the front matter says.
    pub draft: Draft,
    /// The text.
    pub document: Document,
    /// Names of the pictures it needs, as written.
    pub pictures: Vec<String>,
    /// What of the text was left out, for the author.
    pub notes: Vec<String>,
}

/// Takes an article file apart.
///
/// # Errors
/// All that is wrong with it, each with its line.
pub fn parse(text: &str) -> Result<Parsed, Vec<String>> {
    let (draft, body): (Draft, &str) = front_matter(text, HELP)?;
    let (document, notes) = Document::from_markdown(body);
    let mut pictures: Vec<String> = draft.image.iter().map(|image| image.file.clone()).collect();
    let inside = document.images().into_iter().map(|image| image.src.clone());
    pictures.extend(inside.filter(|src| !src.contains("://") && !src.starts_with('/')));
    pictures.sort();
    pictures.dedup();
    Ok(Parsed {
        draft,
        document,
        pictures,
        notes: notes.iter().map(ToString::to_string).collect(),
    })
}

/// The pictures a file needs, read by `read`.
///
/// # Errors
/// Whatever `read` says of each, with the name.
pub fn pictures(
    parsed: &Parsed,
    read: impl Fn(&str) -> anyhow::Result<Vec<u8>>,
) -> Result<BTreeMap<String, Vec<u8>>, Vec<String>> {
    let (mut files, mut faults) = (BTreeMap::new(), Vec::new());
    for name in &parsed.pictures {
        match read(name) {
            Ok(bytes) => _ = files.insert(name.clone(), bytes),
            Err(error) => faults.push(format!("picture {name}: {error:#}")),
        }
    }
    if faults.is_empty() {
        Ok(files)
    } else {
        Err(faults)
    }
}
