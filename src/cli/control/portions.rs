//! A batch on its way to a paper that is being served.
//!
//! A small one goes in one order: one transaction, all of it or nothing. A large one goes in portions, so that neither
//! the memory of the serving process nor its write lock is taken by an import of years. All portions are tried first
//! without changing anything, and only then written; what goes wrong between (a full disk, a stopped paper) leaves the
//! first portions in the paper, and the same command again does the rest.

use anyhow::Context as _;

use super::{Order, Paper, Reply};
use crate::articles::{Batch, Published, Sheet};

/// An order is closed at this weight: a few hundred articles, a fraction of a second of the write lock.
/// One article that is larger goes alone.
const PORTION: usize = 2 << 20;

type Answers = Vec<Result<Published, String>>;

/// Publishes a batch, see above; `told` is called for each article that was written, or tried in a dry run.
pub(super) async fn publish(
    paper: &mut Paper,
    batch: Batch,
    told: &mut impl FnMut(),
) -> anyhow::Result<Answers> {
    let Batch {
        topics,
        sheets,
        dry_run,
    } = batch;
    let all = sheets.len();
    let portions = cut(sheets);
    let order = |sheets: Vec<Sheet>, dry_run: bool| Batch {
        // Again with each portion: in a dry run the topics of the first one are not there for the second.
        topics: topics.clone(),
        sheets,
        dry_run,
    };
    if dry_run || portions.len() > 1 {
        let mut tried = Answers::new();
        for portion in &portions {
            let answers = send(paper, order(portion.clone(), true)).await?;
            if dry_run {
                answers.iter().for_each(|_| told());
            }
            tried.extend(answers);
        }
        if dry_run || tried.iter().any(Result::is_err) {
            return Ok(tried);
        }
    }
    let mut done = Answers::new();
    for portion in portions {
        let written = done.len();
        let so_far = || {
            format!(
                "{written} of {all} articles were published before this; the same command again does the rest"
            )
        };
        let answers = send(paper, order(portion, false)).await;
        let answers = if written > 0 {
            answers.with_context(so_far)?
        } else {
            answers?
        };
        answers.iter().for_each(|_| told());
        let broken = answers.iter().find_map(|one| one.as_ref().err());
        if let (Some(error), true) = (broken, written > 0) {
            anyhow::bail!("{error}; {}", so_far());
        }
        done.extend(answers);
    }
    Ok(done)
}

async fn send(paper: &mut Paper, batch: Batch) -> anyhow::Result<Answers> {
    match paper.order(Order::Publish(batch)).await? {
        Reply::Published(answers) => Ok(answers),
        other => anyhow::bail!("the serving paper answered with {other:?}"),
    }
}

fn cut(sheets: Vec<Sheet>) -> Vec<Vec<Sheet>> {
    let mut portions = vec![Vec::new()];
    let mut size = 0;
    for sheet in sheets {
        let weight = weight(&sheet);
        if size > 0 && size + weight > PORTION {
            portions.push(Vec::new());
            size = 0;
        }
        size += weight;
        portions.last_mut().expect("it begins with one").push(sheet);
    }
    portions
}

/// What an article takes of an order: the bytes of its text, and an eighth of those of its pictures, since they are made
/// before the write lock is taken.
fn weight(sheet: &Sheet) -> usize {
    let pictures: usize = sheet.files.values().map(Vec::len).sum();
    let draft = &sheet.draft;
    sheet.document.to_json().len() + draft.deck.len() + draft.headline.len() + 500 + pictures / 8
}
