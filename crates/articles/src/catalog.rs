//! The table of contents in memory: which address is which article, whom it is for, and its revision. A reading page
//! needs no more than this to be found among the finished pages.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use super::rules::{Article, Slug};
use super::store;
use crate::Articles;
use access::{Access, ArticleId};
use base::db::Tx;

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
        let entry = store::find_entry(&mut tx, &path).await?;
        let known = articles.catalog.find(&path);
        if entry.as_ref() == known.as_deref() {
            continue;
        }
        let edition = entry
            .as_ref()
            .or(known.as_deref())
            .map(|one| one.edition.clone());
        match entry {
            Some(entry) => articles.catalog.set(&path, entry),
            None => articles.catalog.remove(&path),
        }
        edition
            .iter()
            .for_each(|edition| articles.sidebars.changed(edition));
    }
    Ok(())
}

/// All published articles by address.
#[derive(Debug, Default)]
pub struct Catalog(RwLock<HashMap<Box<str>, Arc<Entry>>>);

impl Catalog {
    /// Reads all of it, at start.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn load(&self, tx: &mut Tx) -> sqlx::Result<()> {
        let entries = store::list_entries(tx).await?;
        let map = entries
            .into_iter()
            .map(|(path, entry)| (path.into_boxed_str(), Arc::new(entry)))
            .collect();
        *self
            .0
            .write()
            .expect("nothing panics while it holds this lock") = map;
        Ok(())
    }

    /// The article at this address.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<Arc<Entry>> {
        self.0
            .read()
            .expect("nothing panics while it holds this lock")
            .get(path)
            .cloned()
    }

    /// Enters or changes a line.
    pub fn set(&self, path: &str, entry: Entry) {
        self.0
            .write()
            .expect("nothing panics while it holds this lock")
            .insert(path.into(), Arc::new(entry));
    }

    /// Strikes a line out.
    pub fn remove(&self, path: &str) {
        self.0
            .write()
            .expect("nothing panics while it holds this lock")
            .remove(path);
    }

    /// How many articles there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0
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
