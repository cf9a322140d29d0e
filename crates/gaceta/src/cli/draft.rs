//! Reads an article file: front matter in TOML between `+++` lines, then Markdown; pictures beside it.

use std::collections::BTreeMap;

use markup::Document;
use serde::de::DeserializeOwned;

use articles::Draft;

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

/// Splits front matter and text.
///
/// # Errors
/// Says what a file must look like.
pub fn front_matter<T: DeserializeOwned>(text: &str) -> anyhow::Result<(T, &str)> {
    let text = text.trim_start_matches('\u{feff}');
    let shape = "the file must begin with a line +++, then the front matter in TOML, then a line +++, then the text";
    let rest = text
        .strip_prefix("+++\n")
        .or_else(|| text.strip_prefix("+++\r\n"))
        .ok_or_else(|| anyhow::anyhow!("{shape}"))?;
    let end = rest
        .find("\n+++")
        .ok_or_else(|| anyhow::anyhow!("{shape}; the second +++ is missing"))?;
    let body = rest[end + 4..].trim_start_matches(['\r', '\n']);
    // Lines are counted as in the file.
    let front: T = toml::from_str(&format!("\n{}", &rest[..end]))
        .map_err(|error| anyhow::anyhow!("front matter: {error}"))?;
    Ok((front, body))
}

/// Takes an article file apart.
///
/// # Errors
/// Names the line and what is wrong with it.
pub fn parse(text: &str) -> anyhow::Result<Parsed> {
    let (draft, body): (Draft, &str) = front_matter(text)?;
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
/// Whatever `read` says, with the name.
pub fn pictures(
    parsed: &Parsed,
    mut read: impl FnMut(&str) -> anyhow::Result<Vec<u8>>,
) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    parsed
        .pictures
        .iter()
        .map(|name| {
            Ok((
                name.clone(),
                read(name).map_err(|error| error.context(format!("picture {name}")))?,
            ))
        })
        .collect()
}
