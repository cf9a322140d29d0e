//! The table of contents in memory: which address is which article, whom it is for, and its revision. A reading page
//! needs no more than this to be found among the finished pages.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

use super::rules::{Article, Slug};
use super::store;
use crate::Articles;
use access::{Access, ArticleId};
use base::db::Tx;
use base::time::UnixMillis;

/// One article's line in the table of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which article.
    pub id: ArticleId,
    /// Its edition.
    pub edition: Slug,
    /// Its headline and deck, which everybody may see.
    pub headline: Box<str>,
    /// See `headline`.
    pub deck: Box<str>,
    /// Whom it is for.
    pub access: Access,
    /// Nobody sees it before.
    pub published_at: UnixMillis,
    /// Changes with every change of text or access.
    pub revision: u64,
}

impl Entry {
    /// Of an article as it is stored.
    #[must_use]
    pub fn of(article: &Article) -> Self {
        Self {
            id: article.id,
            edition: article.edition.clone(),
            headline: article.headline.as_str().into(),
            deck: article.deck.as_str().into(),
            access: article.access,
            published_at: article.published_at,
            revision: article.revision.unsigned_abs(),
        }
    }
}

/// More changes than this are read by reading everything.
const FEW: usize = 500;

/// Reads anew what another node may have published at these addresses.
///
/// # Errors
/// Whatever the database says.
pub async fn reload(articles: &Articles, paths: Vec<String>) -> sqlx::Result<()> {
    let mut tx = articles.base.read().await?;
    if paths.len() > FEW {
        articles.catalog.load(&mut tx).await?;
        articles.changed_everywhere();
        return Ok(());
    }
    for path in paths {
        let entry = store::find_stored_entry(&mut tx, &path).await?;
        let known = articles.catalog.find(&path);
        if entry.as_ref() == known.as_deref() {
            continue;
        }
        let edition = entry
            .as_ref()
            .or(known.as_deref())
            .map(|one| one.edition.clone());
        match entry {
            Some(entry) => articles.catalog.set(&path, entry, tx.now()),
            None => articles.catalog.remove(&path),
        }
        edition
            .iter()
            .for_each(|edition| articles.sidebars.changed(edition));
    }
    Ok(())
}

/// Lets those in whose moment has come; one step of background work. Says how many.
///
/// # Errors
/// Whatever the database says. They are in by then, but pages of their translations may not name them yet.
pub async fn release(articles: &Articles) -> sqlx::Result<usize> {
    let now = articles.base.clock.now();
    let due = articles.catalog.release(now);
    for (_, entry) in &due {
        articles.sidebars.changed(&entry.edition);
    }
    for (_, entry) in &due {
        let mut tx = articles.base.write().await?;
        let set = store::list_set(&mut tx, entry.id).await?;
        let mut lines = Vec::new();
        for twin in set.iter().filter(|twin| twin.id != entry.id) {
            // Its page names the new one from now on, so it is another page.
            store::set_translation(&mut tx, twin.id, twin.set).await?;
            lines.extend(store::find_line(&mut tx, twin.id).await?);
        }
        if lines.is_empty() {
            continue;
        }
        tx.commit().await?;
        for (path, entry) in lines {
            articles.catalog.set(&path, entry, now);
        }
    }
    Ok(due.len())
}

type Lines = HashMap<Box<str>, Arc<Entry>>;

/// Entries that are not published yet, in the order of their moments; the address tells those of one moment apart.
type Held = BTreeMap<(UnixMillis, Box<str>), Arc<Entry>>;

/// All published articles by address, and those that are held back until later, which nobody can find.
#[derive(Debug, Default)]
pub struct Catalog {
    published: RwLock<Lines>,
    /// By the moment of publication.
    held: Mutex<Held>,
}

impl Catalog {
    /// Reads all of it, at start.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn load(&self, tx: &mut Tx) -> sqlx::Result<()> {
        let entries = store::list_entries(tx).await?;
        let now = tx.now();
        let (mut published, mut held) = (Lines::with_capacity(entries.len()), BTreeMap::new());
        for (path, entry) in entries {
            let path = path.into_boxed_str();
            if entry.published_at <= now {
                published.insert(path, Arc::new(entry));
            } else {
                held.insert((entry.published_at, path), Arc::new(entry));
            }
        }
        *self.held() = held;
        *self
            .published
            .write()
            .expect("nothing panics while it holds this lock") = published;
        Ok(())
    }

    /// The article at this address.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<Arc<Entry>> {
        self.published
            .read()
            .expect("nothing panics while it holds this lock")
            .get(path)
            .cloned()
    }

    /// Enters or changes a line. One whose moment is after `now` is held back.
    pub fn set(&self, path: &str, entry: Entry, now: UnixMillis) {
        // Both at once: in between it would be neither here nor there.
        let mut held = self.held();
        held.retain(|(_, known), _| &**known != path);
        let mut published = self
            .published
            .write()
            .expect("nothing panics while it holds this lock");
        if entry.published_at <= now {
            published.insert(path.into(), Arc::new(entry));
        } else {
            published.remove(path);
            held.insert((entry.published_at, path.into()), Arc::new(entry));
        }
    }

    /// Lets in what was held back until `now` or before, and says what that is.
    fn release(&self, now: UnixMillis) -> Vec<(Box<str>, Arc<Entry>)> {
        let mut due = Vec::new();
        let mut held = self.held();
        while let Some(first) = held.first_entry().filter(|first| first.key().0 <= now) {
            let ((_, path), entry) = first.remove_entry();
            due.push((path, entry));
        }
        if !due.is_empty() {
            let lines = due
                .iter()
                .map(|(path, entry)| (path.clone(), Arc::clone(entry)));
            self.published
                .write()
                .expect("nothing panics while it holds this lock")
                .extend(lines);
        }
        due
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    /// Strikes a line out.
    pub fn remove(&self, path: &str) {
        self.held().retain(|(_, known), _| &**known != path);
        self.published
            .write()
            .expect("nothing panics while it holds this lock")
            .remove(path);
    }

    /// How many articles there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.published
            .read()
            .expect("nothing panics while it holds this lock")
            .len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
