//! What stands beside and around articles: the newest of each edition, from one snapshot, at most `rails_for` old.
//!
//! Front page, archives and feeds show a new article at once; the rails of all the other articles follow within
//! `rails_for`, so that publishing one article does not make every page of the edition anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::rules::{Card, Slug};
use super::store;
use crate::App;
use crate::base::time::UnixMillis;

/// The newest articles of one edition at one moment.
#[derive(Debug)]
pub struct Rails {
    /// Grows with every change of what is shown.
    pub generation: u64,
    /// Newest first.
    pub cards: Vec<Card>,
}

/// How many articles a snapshot holds: enough for a front page and for recommendations.
const LENGTH: i64 = 120;

#[derive(Debug, Default)]
struct Shown {
    /// Grows with every publication in this edition.
    edition: u64,
    /// The snapshot beside articles, what it was taken of, and when.
    beside: Option<(Arc<Rails>, u64, UnixMillis)>,
}

/// The snapshots of all editions.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<HashMap<Slug, Shown>>);

impl Shelf {
    /// Something was published in this edition.
    pub fn changed(&self, edition: &Slug) {
        self.shown(edition, |shown| shown.edition += 1);
    }

    /// Grows with every publication: the revision of front page, archives and feeds.
    #[must_use]
    pub fn generation(&self, edition: &Slug) -> u64 {
        self.shown(edition, |shown| shown.edition)
    }

    /// What stands beside an article of this edition now.
    ///
    /// # Errors
    /// Whatever the database says, when the snapshot has to be taken anew.
    pub async fn beside(&self, app: &App, edition: &Slug) -> sqlx::Result<Arc<Rails>> {
        if let Some(rails) = self.fresh(app, edition, Arc::clone) {
            return Ok(rails);
        }
        let now = app.clock.now();
        let of = self.generation(edition);
        let mut tx = app.read().await?;
        let cards = store::list_cards(&mut tx, edition, None, LENGTH, 0).await?;
        let rails = Arc::new(Rails {
            generation: of + 1,
            cards,
        });
        self.shown(edition, |shown| {
            shown.beside = Some((Arc::clone(&rails), of, now))
        });
        Ok(rails)
    }

    /// The generation of the snapshot if it is fresh, without asking the database: for the path of a reading page.
    #[must_use]
    pub fn known(&self, app: &App, edition: &Slug) -> Option<u64> {
        self.fresh(app, edition, |rails| rails.generation)
    }

    fn fresh<T>(
        &self,
        app: &App,
        edition: &Slug,
        with: impl FnOnce(&Arc<Rails>) -> T,
    ) -> Option<T> {
        self.shown(edition, |shown| {
            let (rails, of, at) = shown.beside.as_ref()?;
            let fresh =
                *of == shown.edition || at.plus(app.config.pages.rails_for) > app.clock.now();
            fresh.then(|| with(rails))
        })
    }

    fn shown<T>(&self, edition: &Slug, with: impl FnOnce(&mut Shown) -> T) -> T {
        let mut all = self
            .0
            .lock()
            .expect("nothing panics while it holds this lock");
        if !all.contains_key(edition) {
            all.insert(edition.clone(), Shown::default());
        }
        with(all.get_mut(edition).expect("it was just put there"))
    }
}
