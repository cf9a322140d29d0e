//! Many articles at once: all of them, or nothing. An import or a folder of files is never half in the paper.

use std::collections::{BTreeMap, BTreeSet};

use markup::Document;
use serde::{Deserialize, Serialize};

use super::images::prepare_all;
use super::publish::{Draft, Published, Written, write};
use super::sections::{TopicDraft, find_room, insert_topic};
use crate::App;

/// One of several articles that are published together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sheet {
    /// The article.
    pub draft: Draft,
    /// Its text; in JSON as it is stored.
    #[serde(with = "stored")]
    pub document: Document,
    /// Its pictures, by their names in draft and text; in JSON as base64, a third of what lists of numbers would be.
    #[serde(with = "base64")]
    pub files: BTreeMap<String, Vec<u8>>,
}

mod stored {
    use markup::Document;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(document: &Document, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&document.to_json())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Document, D::Error> {
        Document::from_json(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

mod base64 {
    use std::collections::BTreeMap;

    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type Files = BTreeMap<String, Vec<u8>>;

    pub fn serialize<S: Serializer>(files: &Files, to: S) -> Result<S::Ok, S::Error> {
        let coded = files
            .iter()
            .map(|(name, bytes)| (name, STANDARD.encode(bytes)));
        coded.collect::<BTreeMap<_, _>>().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Files, D::Error> {
        let coded = BTreeMap::<String, String>::deserialize(from)?;
        let decoded = |(name, text)| {
            let bytes = STANDARD.decode::<String>(text);
            Ok((name, bytes.map_err(serde::de::Error::custom)?))
        };
        coded.into_iter().map(decoded).collect()
    }
}

/// Articles and the topics they need, all of them or nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Batch {
    /// Topics by edition. One that is there already stays as it is.
    pub topics: Vec<(String, TopicDraft)>,
    /// Articles.
    pub sheets: Vec<Sheet>,
    /// Find out what would happen, and change nothing.
    pub dry_run: bool,
}

/// Publishes a batch in one transaction and answers for each article in turn; `told` is called after each. Where one
/// answer is an error, nothing is changed.
///
/// # Errors
/// When the database fails, or a topic is not as it should be; then nothing is changed.
pub async fn publish_batch(
    app: &App,
    batch: Batch,
    mut told: impl FnMut(),
) -> anyhow::Result<Vec<anyhow::Result<Published>>> {
    let files: Vec<_> = batch.sheets.iter().map(|sheet| &sheet.files).collect();
    let pictures = prepare_all(app, &files).await;
    let mut tx = app.write().await?;
    let mut shelves = BTreeSet::new();
    for (edition, draft) in &batch.topics {
        let room = find_room(app, edition)?;
        if insert_topic(&mut tx, &room.edition.slug, draft).await? {
            shelves.insert(room.edition.slug.clone());
        }
    }
    let mut done = Vec::new();
    for (sheet, pictures) in batch.sheets.into_iter().zip(pictures) {
        done.push(match pictures {
            Ok(pictures) => write(app, &mut tx, &sheet.draft, sheet.document, &pictures).await,
            Err(error) => Err(error),
        });
        told();
    }
    let real = !batch.dry_run && done.iter().all(Result::is_ok);
    if real {
        tx.commit().await?;
        if !shelves.is_empty() {
            app.editions.load(&mut app.read().await?).await?;
            shelves
                .iter()
                .for_each(|edition| app.shelf.changed(edition));
        }
    }
    let answer = |written: Written| {
        if real {
            written.announce(app)
        } else {
            written.published
        }
    };
    Ok(done.into_iter().map(|one| one.map(answer)).collect())
}
