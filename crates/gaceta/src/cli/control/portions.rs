//! Articles on their way to a paper that is being served.
//!
//! A few go in one order: one transaction, all of it or nothing. Many go in portions, so that neither the memory of the
//! two processes nor the write lock is taken by an import of years. All portions are tried first without changing
//! anything, and only then written; what goes wrong between (a full disk, a stopped paper) leaves the first portions in
//! the paper, and the same command again does the rest.

use std::iter::Peekable;

use anyhow::Context as _;

use super::{Order, Paper, Reply, Run};
use articles::{Batch, Published, Submission};

/// An order is closed at this weight: a few hundred articles, a fraction of a second of the write lock.
/// One article that is larger goes alone.
const PORTION: usize = 2 << 20;

type Answers = Vec<Result<Published, String>>;

/// What came of one article.
pub(super) struct Outcome<'a> {
    /// Which of them, from zero.
    pub at: usize,
    pub slug: &'a str,
    pub answer: Result<Published, String>,
    /// Nothing was changed: it was only tried.
    pub dry_run: bool,
}

/// Publishes articles, see above. `report` is called for each article that was tried, and again when it was written.
pub(super) async fn publish<I>(
    paper: &mut Paper,
    run: &Run,
    articles: impl Fn() -> anyhow::Result<I>,
    report: &mut impl FnMut(Outcome<'_>),
) -> anyhow::Result<()>
where
    I: Iterator<Item = anyhow::Result<Submission>>,
{
    let order = |submissions: Vec<Submission>, dry_run: bool| Batch {
        // Again with each portion: in a dry run the topics of the first one are not there for the second.
        topics: run.topics.clone(),
        submissions,
        dry_run,
    };
    let mut portions = cut(articles()?);
    let first = portions.next().transpose()?.unwrap_or_default();
    if !run.dry_run && portions.peek().is_none() {
        return tell(paper, order(first, false), 0, report).await;
    }
    let (mut bad, mut from) = (false, 0);
    for portion in std::iter::once(Ok(first)).chain(portions) {
        let portion = portion?;
        let count = portion.len();
        let report = &mut |one: Outcome<'_>| {
            bad |= one.answer.is_err();
            report(one);
        };
        tell(paper, order(portion, true), from, report).await?;
        from += count;
    }
    if run.dry_run || bad {
        return Ok(());
    }
    let mut written = 0;
    for portion in cut(articles()?) {
        let mut broken = None;
        let done = match portion {
            Ok(portion) => {
                let count = portion.len();
                let report = &mut |one: Outcome<'_>| {
                    if let Err(error) = &one.answer {
                        broken.get_or_insert(format!("{}: {error}", one.slug));
                    }
                    report(one);
                };
                let sent = tell(paper, order(portion, false), written, report).await;
                sent.map(|()| count)
            }
            Err(error) => Err(error),
        };
        let so_far = || {
            format!(
                "{written} articles were published before this; the same command again does the rest"
            )
        };
        if let Some(error) = broken {
            anyhow::bail!("{error}; {}", so_far());
        }
        written += if written > 0 {
            done.with_context(so_far)?
        } else {
            done?
        };
    }
    Ok(())
}

/// Sends a portion, whose first article is number `from`, and tells what came of each.
async fn tell(
    paper: &mut Paper,
    batch: Batch,
    from: usize,
    report: &mut impl FnMut(Outcome<'_>),
) -> anyhow::Result<()> {
    let dry_run = batch.dry_run;
    let slugs: Vec<String> = batch
        .submissions
        .iter()
        .map(|submission| submission.draft.slug.clone())
        .collect();
    let answers: Answers = match paper.order(Order::Publish(batch)).await? {
        Reply::Published(answers) => answers,
        other => anyhow::bail!("the serving paper answered with {other:?}"),
    };
    for (at, (slug, answer)) in slugs.iter().zip(answers).enumerate() {
        report(Outcome {
            at: from + at,
            slug,
            answer,
            dry_run,
        });
    }
    Ok(())
}

/// Articles by portions.
struct Portions<I: Iterator> {
    submissions: I,
    /// The first article of the next portion, and its weight.
    next: Option<(Submission, usize)>,
}

fn cut<I: Iterator<Item = anyhow::Result<Submission>>>(submissions: I) -> Peekable<Portions<I>> {
    Portions {
        submissions,
        next: None,
    }
    .peekable()
}

impl<I: Iterator<Item = anyhow::Result<Submission>>> Iterator for Portions<I> {
    type Item = anyhow::Result<Vec<Submission>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut portion = Vec::new();
        let mut size = 0;
        if let Some((submission, weight)) = self.next.take() {
            portion.push(submission);
            size = weight;
        }
        for submission in self.submissions.by_ref() {
            let submission = match submission {
                Ok(submission) => submission,
                Err(error) => return Some(Err(error)),
            };
            let weight = weight(&submission);
            if size > 0 && size + weight > PORTION {
                self.next = Some((submission, weight));
                break;
            }
            size += weight;
            portion.push(submission);
        }
        (!portion.is_empty()).then_some(Ok(portion))
    }
}

/// What an article takes of an order: the bytes of its text, and an eighth of those of its pictures, since they are made
/// before the write lock is taken.
fn weight(submission: &Submission) -> usize {
    let pictures: usize = submission.files.values().map(Vec::len).sum();
    let draft = &submission.draft;
    submission.document.to_json().len()
        + draft.deck.len()
        + draft.headline.len()
        + 500
        + pictures / 8
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use markup::{Block, Document, Inline};

    use super::*;
    use access::Access;
    use articles::Draft;

    fn submission(bytes: usize) -> anyhow::Result<Submission> {
        let draft: Draft = serde_json::from_value(serde_json::json!({
            "headline": "", "published": "2026-02-25T10:00:00Z", "edition": "en", "slug": "a",
            "access": Access::Open,
        }))?;
        let text = Inline::Text("a".repeat(bytes));
        Ok(Submission {
            draft,
            document: Document {
                blocks: vec![Block::Paragraph(vec![text])],
            },
            files: BTreeMap::new(),
        })
    }

    #[test]
    fn portions_are_closed_by_weight_and_lose_nothing() {
        let sizes = |submissions: &[usize]| -> Vec<usize> {
            cut(submissions.iter().map(|bytes| submission(*bytes)))
                .map(|portion| portion.unwrap().len())
                .collect()
        };
        assert!(sizes(&[]).is_empty());
        assert_eq!(sizes(&[10, 10]), [2]);
        assert_eq!(sizes(&[PORTION / 2, PORTION / 4, PORTION / 2, 10]), [2, 2]);
        assert_eq!(sizes(&[PORTION * 2, PORTION * 2, 10]), [1, 1, 1]);
    }
}
