//! Many articles at once: all of them, or nothing. An import or a folder of files is never half in the paper.

use std::collections::{BTreeMap, BTreeSet, LinkedList};

use markup::Document;
use serde::{Deserialize, Serialize};

use super::images::{Pictures, prepare_all};
use super::publish::{Draft, Found, Published, Written, write};
use super::refusal::{Refusal, Result};
use super::rules::Slug;
use super::sections::{TopicDraft, find_edition_context, insert_topic};
use crate::Articles;
use base::db::Tx;

/// One of several articles that are published together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Submission {
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
    pub submissions: Vec<Submission>,
    /// Find out what would happen, and change nothing.
    pub dry_run: bool,
}

/// Publishes a batch in one transaction and answers for each article in turn; `report` is called after each. Where one
/// answer is an error, nothing is changed.
///
/// # Errors
/// When the database fails, or a topic is not as it should be; then nothing is changed.
pub async fn publish_batch(
    articles: &Articles,
    batch: Batch,
    mut report: impl FnMut(),
) -> Result<Vec<Result<Published>>> {
    let names = names(&batch.submissions);
    let files: Vec<_> = batch
        .submissions
        .iter()
        .map(|submission| &submission.files)
        .collect();
    let pictures = prepare_all(articles, &files).await;
    let mut publish_run = PublishRun::begin(articles, &batch.topics, batch.dry_run).await?;
    let mut answers = Vec::new();
    for (submission, pictures) in batch.submissions.into_iter().zip(pictures) {
        answers.push(publish_run.write(submission, pictures).await);
        report();
    }
    publish_run.finish().await?;
    settle(&names, answers.iter_mut().flatten());
    Ok(answers)
}

/// What the articles are called by those they are translations of: `EDITION/SLUG`.
#[must_use]
pub fn names(submissions: &[Submission]) -> BTreeSet<String> {
    let drafts = submissions.iter().map(|submission| &submission.draft);
    drafts
        .map(|draft| format!("{}/{}", draft.edition, draft.slug))
        .collect()
}

/// Of articles that were published together none is missing, whichever came first.
pub fn settle<'a>(names: &BTreeSet<String>, answers: impl Iterator<Item = &'a mut Published>) {
    for answer in answers {
        answer.missing = answer.missing.take().filter(|one| !names.contains(one));
    }
}

/// Articles that are handed in one after the other, as many as there may be, and written in one transaction: all of
/// them, or nothing. What is held of each until the end is its line in the table of contents.
pub struct PublishRun<'a> {
    articles: &'a Articles,
    tx: Tx,
    /// Editions with new topics.
    sidebars: BTreeSet<Slug>,
    found: Found,
    /// A list, since it is told line by line into the table of contents: a `Vec` would be held beside it until the end.
    written: LinkedList<Written>,
    real: bool,
}

impl<'a> PublishRun<'a> {
    /// Begins with the topics that are missing.
    ///
    /// # Errors
    /// When the database fails, or a topic is not as it should be.
    pub async fn begin(
        articles: &'a Articles,
        topics: &[(String, TopicDraft)],
        dry_run: bool,
    ) -> Result<Self> {
        let mut tx = articles.base.write().await?;
        let mut sidebars = BTreeSet::new();
        for (edition, draft) in topics {
            let context = find_edition_context(articles, edition)?;
            if insert_topic(articles, &mut tx, &context.edition.slug, draft).await? {
                sidebars.insert(context.edition.slug.clone());
            }
        }
        Ok(Self {
            articles,
            tx,
            sidebars,
            found: Found::default(),
            written: LinkedList::new(),
            real: !dry_run,
        })
    }

    /// Writes one more.
    ///
    /// # Errors
    /// Names what is wrong with it; then nothing will be changed.
    pub async fn add(&mut self, submission: Submission) -> Result<Published> {
        if submission.files.is_empty() {
            return self.write(submission, Ok(Pictures::default())).await;
        }
        let mut pictures = prepare_all(self.articles, &[&submission.files]).await;
        let pictures = pictures.pop().expect("one answer for one article");
        self.write(submission, pictures).await
    }

    async fn write(
        &mut self,
        submission: Submission,
        pictures: Result<Pictures, Refusal>,
    ) -> Result<Published> {
        let Self {
            articles,
            tx,
            found,
            ..
        } = self;
        let written = match pictures {
            Ok(pictures) => {
                write(
                    articles,
                    tx,
                    found,
                    &submission.draft,
                    submission.document,
                    &pictures,
                )
                .await
            }
            Err(refusal) => Err(refusal.into()),
        };
        match written {
            Ok((published, written)) => {
                if self.real {
                    self.written.push_back(written);
                }
                Ok(published)
            }
            Err(error) => {
                self.real = false;
                self.written = LinkedList::new();
                Err(error)
            }
        }
    }

    /// Commits, unless this is a dry run or one of them was wrong.
    ///
    /// # Errors
    /// When the database fails; then nothing is changed.
    pub async fn finish(self) -> Result<()> {
        if !self.real {
            return Ok(());
        }
        let articles = self.articles;
        self.tx.commit().await?;
        if !self.sidebars.is_empty() {
            articles.load_editions().await?;
            self.sidebars
                .iter()
                .for_each(|edition| articles.sidebars.changed(edition));
        }
        for written in self.written {
            written.announce(articles);
        }
        Ok(())
    }
}
