//! Pages whose sidebars have become old are made anew one after the other, while readers still get the old ones.
//!
//! Without it a publication would make all pages of an edition wanting in the same moment, and whoever asks for one would
//! wait for it. What has changed in an article itself is never shown old: that is another revision. Deliberately not
//! here: when a snapshot is too old to be shown (`articles::Sidebars`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::Notify;

use super::render;
use super::variant::Variant;
use crate::Reading;
use access::{ArticleId, Pass};
use articles::Entry;
use web::pages::Encoding;

/// So many pages may wait; others are made when they are asked for next.
const MOST: usize = 10_000;

/// One page in one encoding.
type Which = (ArticleId, Variant, Encoding);
type Wanted = HashMap<Which, (Arc<Entry>, Option<Pass>)>;

/// Which pages are to be made anew. The pass is the one by which the old page was shown a moment ago.
#[derive(Debug, Default)]
pub struct Renewal {
    wanted: Mutex<Wanted>,
    any: Notify,
}

impl Renewal {
    /// Asks for a page to be made anew.
    pub(super) fn want(
        &self,
        entry: Arc<Entry>,
        (variant, encoding): (Variant, Encoding),
        pass: Option<Pass>,
    ) {
        let mut wanted = self.wanted();
        if wanted.len() < MOST {
            wanted.insert((entry.id, variant, encoding), (entry, pass));
            drop(wanted);
            self.any.notify_one();
        }
    }

    /// Makes one page anew; `false` if none waits. One step of background work.
    pub async fn step(&self, reading: &Reading) -> bool {
        let next = {
            let mut wanted = self.wanted();
            let key = wanted.keys().next().copied();
            key.and_then(|key| Some(((key.1, key.2), wanted.remove(&key)?)))
        };
        let Some((form, (entry, pass))) = next else {
            return false;
        };
        if let Err(error) = render::make(reading, &entry, form, pass.as_ref()).await {
            // Whoever asks for it next waits for it, and is told if it still cannot be made.
            tracing::debug!(%error, "a page was not made anew");
        }
        true
    }

    /// Waits until a page was asked for.
    pub async fn asked(&self) {
        self.any.notified().await;
    }

    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}
