//! Tells owners that their subscription ends soon, and that it has ended; each once for each end.

use base::mail::post;
use base::time::Span;

use crate::rules::EndNotice;
use crate::{Subscriptions, mails, store};

/// So many in one step, each in a transaction of its own.
const PORTION: i64 = 100;
/// An end that is longer ago is nobody's news, as after a paper was put away for a while.
const NEWS_FOR: Span = Span::days(2);

/// Puts the mails that are due into the outbox, some in one step; how many there were.
///
/// # Errors
/// When the database or a template fails.
pub async fn tell(subscriptions: &Subscriptions) -> web::Result<usize> {
    let base = &subscriptions.base;
    let soon = base.config.accounts.ends_soon_for;
    let mut tx = base.read().await?;
    let now = tx.now();
    let mut due = Vec::new();
    for of in store::list_ending(&mut tx, now.plus(soon), soon, PORTION).await? {
        due.push((of, EndNotice::Soon));
    }
    for of in store::list_ended(&mut tx, now.minus(NEWS_FOR), PORTION).await? {
        due.push((of, EndNotice::Ended));
    }
    drop(tx);
    for (of, notice) in &due {
        let mail = mails::ending(base, of, *notice == EndNotice::Ended)?;
        let mut tx = base.write().await?;
        // Another node may have been first.
        if store::insert_end_notice(&mut tx, of, *notice).await? {
            post(&mut tx, &mail).await?;
            tx.commit().await?;
        }
    }
    Ok(due.len())
}
