//! The part of a running paper that has its articles.

use std::sync::Arc;

use base::Base;
use web::{EditionHome, Site};

use crate::catalog::Catalog;
use crate::editions::{EditionContext, Editions};
use crate::images::Images;
use crate::sidebars::Sidebars;

/// Articles, editions and pictures, as far as memory has them.
#[derive(Debug)]
pub struct Articles {
    /// Settings, clock, database.
    pub base: Arc<Base>,
    /// Where finished pages are.
    pub site: Arc<Site>,
    /// Editions and topics.
    pub editions: Editions,
    /// Which address is which article.
    pub catalog: Catalog,
    /// What stands beside articles.
    pub sidebars: Sidebars,
    /// Widths of pictures.
    pub images: Images,
}

impl Articles {
    /// Reads what pages need into memory.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn open(site: &Arc<Site>) -> sqlx::Result<Arc<Self>> {
        let articles = Arc::new(Self {
            base: Arc::clone(&site.base),
            site: Arc::clone(site),
            editions: Editions::default(),
            catalog: Catalog::default(),
            sidebars: Sidebars::new(&site.base),
            images: Images::default(),
        });
        articles.load().await?;
        Ok(articles)
    }

    /// Reads all of it again.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn load(&self) -> sqlx::Result<()> {
        self.load_editions().await?;
        let mut tx = self.base.read().await?;
        self.catalog.load(&mut tx).await?;
        self.images.load(&mut tx).await
    }

    /// Reads the editions and their topics again, after a change.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn load_editions(&self) -> sqlx::Result<()> {
        self.editions.load(&mut self.base.read().await?).await?;
        let home = |context: &Arc<EditionContext>| EditionHome {
            slug: context.edition.slug.to_string(),
            language: context.edition.language,
            zone: context.zone.clone(),
        };
        let homes = self.editions.all().iter().map(home).collect();
        self.site.set_editions(homes);
        Ok(())
    }

    /// Something was published, or changed for other reasons, in every edition.
    pub fn changed_everywhere(&self) {
        for context in self.editions.all().iter() {
            self.sidebars.changed(&context.edition.slug);
        }
    }
}
