//! What stands beside and around articles: the newest of each edition, from one snapshot, at most `sidebars_for` old.
//!
//! Front page, archives and feeds show a new article at once; the sidebars of all the other articles follow within
//! `sidebars_for`, so that publishing one article does not make every page of the edition anew. A new snapshot is taken after
//! half of that; for the other half pages with the old one are still shown, while they are made anew one after the other
//! (`reading::Renewal`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::archive::Position;
use super::rules::{Card, Slug};
use super::store;
use base::Base;
use lease::Millis;

/// The newest articles of one edition at one moment.
#[derive(Debug)]
pub struct Sidebar {
    /// Grows with every change of what is shown.
    pub generation: u64,
    /// Newest first.
    pub cards: Vec<Card>,
}

/// How many articles a snapshot holds: enough for a front page and for recommendations.
const LENGTH: i64 = 120;

#[derive(Debug, Default)]
struct Kept {
    /// Grows with every publication in this edition.
    edition: u64,
    /// The snapshot beside articles, what it was taken of, and when.
    beside: Option<(Arc<Sidebar>, u64, Millis)>,
    /// The generation of the one before, and until when it may be shown.
    before: Option<(u64, Millis)>,
}

/// Which snapshots may stand beside an article now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generations {
    /// The newest.
    pub now: u64,
    /// The one before, while it is no older than `sidebars_for`: good enough until the page has been made anew.
    pub before: Option<u64>,
}

/// The snapshots of all editions.
#[derive(Debug)]
pub struct Sidebars {
    base: Arc<Base>,
    /// `[pages] sidebars_for`.
    sidebars_for: Millis,
    editions: Mutex<HashMap<Slug, Kept>>,
}

impl Sidebars {
    /// Without any snapshot yet.
    #[must_use]
    pub fn new(base: &Arc<Base>) -> Self {
        Self {
            base: Arc::clone(base),
            sidebars_for: Millis(base.config.pages.sidebars_for.0),
            editions: Mutex::default(),
        }
    }

    /// Something was published in this edition.
    pub fn changed(&self, edition: &Slug) {
        self.kept(edition, |kept| kept.edition += 1);
    }

    /// Grows with every publication: the revision of front page, archives and feeds.
    #[must_use]
    pub fn generation(&self, edition: &Slug) -> u64 {
        self.kept(edition, |kept| kept.edition)
    }

    /// What stands beside an article of this edition now.
    ///
    /// # Errors
    /// Whatever the database says, when the snapshot has to be taken anew.
    pub async fn beside(&self, edition: &Slug) -> sqlx::Result<Arc<Sidebar>> {
        let sidebar = |kept: &Kept| {
            kept.beside
                .as_ref()
                .map(|(sidebar, ..)| Arc::clone(sidebar))
        };
        if let Some(sidebar) = self.fresh(edition, sidebar) {
            return Ok(sidebar);
        }
        self.renew(edition).await
    }

    async fn renew(&self, edition: &Slug) -> sqlx::Result<Arc<Sidebar>> {
        let now = self.base.clock.mono();
        let of = self.generation(edition);
        let mut tx = self.base.read().await?;
        let cards = store::list_cards(&mut tx, edition, None, Position::NEWEST, LENGTH).await?;
        let sidebar = Arc::new(Sidebar {
            generation: of + 1,
            cards,
        });
        self.kept(edition, |kept| {
            let old = kept.beside.replace((Arc::clone(&sidebar), of, now));
            kept.before = old
                .filter(|(old, ..)| old.generation != sidebar.generation)
                .map(|(old, _, at)| (old.generation, at.plus(self.sidebars_for)))
                .or(kept.before);
        });
        Ok(sidebar)
    }

    /// Takes new snapshots of editions in which something was published, before readers would have to wait for it; one
    /// step of background work.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn renew_old(&self) -> sqlx::Result<()> {
        let half = Millis(self.sidebars_for.0 / 2);
        let now = self.base.clock.mono();
        let old = |kept: &Kept| {
            let beside = kept.beside.as_ref();
            beside.is_some_and(|(_, of, at)| *of != kept.edition && at.plus(half) <= now)
        };
        let editions: Vec<Slug> = self
            .all()
            .iter()
            .filter(|(_, kept)| old(kept))
            .map(|(edition, _)| edition.clone())
            .collect();
        for edition in editions {
            self.renew(&edition).await?;
        }
        Ok(())
    }

    /// What may be shown, without asking the database: for the path of a reading page.
    #[must_use]
    pub fn known(&self, edition: &Slug) -> Option<Generations> {
        self.fresh(edition, |kept| {
            let now = kept.beside.as_ref()?.0.generation;
            let before = kept
                .before
                .filter(|(_, until)| self.base.clock.mono() < *until)
                .map(|(generation, _)| generation);
            Some(Generations { now, before })
        })
    }

    fn fresh<T>(&self, edition: &Slug, with: impl FnOnce(&Kept) -> Option<T>) -> Option<T> {
        self.kept(edition, |kept| {
            let (_, of, at) = kept.beside.as_ref()?;
            let fresh = *of == kept.edition || at.plus(self.sidebars_for) > self.base.clock.mono();
            fresh.then(|| with(kept)).flatten()
        })
    }

    fn kept<T>(&self, edition: &Slug, with: impl FnOnce(&mut Kept) -> T) -> T {
        let mut all = self.all();
        if !all.contains_key(edition) {
            all.insert(edition.clone(), Kept::default());
        }
        with(all.get_mut(edition).expect("it was just put there"))
    }

    fn all(&self) -> std::sync::MutexGuard<'_, HashMap<Slug, Kept>> {
        self.editions
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}
