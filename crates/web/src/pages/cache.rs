//! Where finished pages are kept: bounded by what they weigh, each in the encodings that were asked for.
//!
//! The first request for a page makes it in the best encoding. Whoever takes only another one gets that made from the
//! best, and finds it the next time. Both are done once, however many wait, and off the threads that answer.

use std::sync::{Arc, Mutex};

use http::HeaderMap;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::{Draft, Encoding, Page};
use crate::Error;
use base::blocking::Blocking;

/// What a finished page is made from. A new revision is a new key, so a change of text or access takes effect at once
/// and the old bytes simply fall out of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageKey {
    /// The kind of page and its variant.
    pub variant: &'static str,
    /// What it shows.
    pub subject: u128,
    /// Revision of that, and of what stands beside it.
    pub revision: (u64, u64),
}

/// [`Encoding::Br`] stands for the best one, whatever it is.
type Slot = (PageKey, Encoding);

/// The bounded cache of finished pages.
#[derive(Debug)]
pub struct Pages {
    cache: Cache<Slot, Arc<Page>, Weight>,
    fixed: HeaderMap,
    kinds: Mutex<Vec<Arc<HeaderMap>>>,
    /// Pages that are finished at the same time, also where whoever asked for one has hung up.
    making: Blocking,
}

/// A page weighs what it takes of memory.
#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Slot, Arc<Page>> for Weight {
    fn weight(&self, _: &Slot, page: &Arc<Page>) -> u64 {
        page.weight() as u64
    }
}

/// How many pages there is room for from the beginning; more room is made when it is needed.
const ROOM: usize = 1_000;

impl Pages {
    /// Holds pages up to `bytes`, each of which is answered with the `fixed` headers, too.
    #[must_use]
    pub fn new(bytes: u64, fixed: HeaderMap) -> Self {
        Self {
            cache: Cache::with_weighter(ROOM, bytes, Weight),
            fixed,
            kinds: Mutex::default(),
            making: Blocking::by_cores(),
        }
    }

    /// The page for whoever takes this encoding at best, if it is finished.
    #[must_use]
    pub fn find(&self, key: &PageKey, encoding: Encoding) -> Option<Arc<Page>> {
        if let Some(page) = self.cache.get(&(*key, encoding)) {
            return Some(page);
        }
        if encoding == Encoding::Br {
            return None;
        }
        let best = self.cache.get(&(*key, Encoding::Br))?;
        best.serves(encoding).then_some(best)
    }

    /// The same, made now if it is not finished. Who asks for a page that is being made waits for it.
    ///
    /// # Errors
    /// What writing it says; then the next who waits tries.
    pub async fn find_or_make<E: From<Error>>(
        &self,
        key: PageKey,
        encoding: Encoding,
        write: impl Future<Output = Result<Draft, E>>,
    ) -> Result<Arc<Page>, E> {
        let finish = async {
            let draft = write.await?.with(&self.fixed);
            Ok::<_, E>(self.finished(move || draft.best()).await?)
        };
        let slot = (key, Encoding::Br);
        let best = self.cache.get_or_insert_async(&slot, finish).await?;
        if encoding == Encoding::Br || best.serves(encoding) {
            return Ok(best);
        }
        let again = self.finished(move || best.in_encoding(encoding));
        let slot = (key, encoding);
        Ok(self.cache.get_or_insert_async(&slot, again).await?)
    }

    /// What this makes, on a thread where nobody waits for the next answer.
    async fn finished(
        &self,
        make: impl FnOnce() -> Page + Send + 'static,
    ) -> Result<Arc<Page>, Error> {
        let page = self.making.run(make).await;
        let mut page = page.map_err(Error::internal)?;
        page.headers = self.shared(page.headers);
        Ok(Arc::new(page))
    }

    /// The headers of a kind of page, once for all pages of it: they would be a fifth of what a page takes, and far from
    /// the processor.
    fn shared(&self, headers: Arc<HeaderMap>) -> Arc<HeaderMap> {
        let mut kinds = self
            .kinds
            .lock()
            .expect("nothing panics while it holds this lock");
        if let Some(same) = kinds.iter().find(|kind| **kind == headers) {
            return Arc::clone(same);
        }
        kinds.push(Arc::clone(&headers));
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::super::Keep;
    use super::*;

    const KEY: PageKey = PageKey {
        variant: "test",
        subject: 1,
        revision: (1, 1),
    };

    async fn make(pages: &Pages, encoding: Encoding, text: &str) -> Arc<Page> {
        let draft = Draft::html(Keep::Public, text.to_owned());
        let made = pages.find_or_make(KEY, encoding, async { Ok::<_, Error>(draft) });
        made.await.unwrap()
    }

    #[tokio::test]
    async fn a_rare_encoding_is_made_from_the_best_one_and_kept_by_itself() {
        let pages = Pages::new(1 << 20, HeaderMap::new());
        let text: String = (0..999).map(|n| format!("<p>{n}</p>")).collect();
        let best = make(&pages, Encoding::Br, &text).await;
        assert!(pages.find(&KEY, Encoding::Identity).is_none());
        // Whoever asks for it next does not write the page once more.
        let plain = make(&pages, Encoding::Identity, "another text").await;
        assert_eq!(plain.bytes, text.as_bytes());
        assert!(pages.find(&KEY, Encoding::Identity).is_some());
        let gzip = make(&pages, Encoding::Gzip, "another text").await;
        assert_eq!(Encoding::Gzip.decode(&gzip.bytes), text.as_bytes());
        let forms = Draft::html(Keep::Public, text).forms();
        assert_eq!(plain.etag, forms.identity.etag);
        assert_eq!(gzip.etag, forms.gzip.unwrap().etag);
        assert_eq!(best.etag, forms.br.unwrap().etag);
        let weight = [&best, &plain, &gzip].map(|page| page.weight() as u64);
        assert_eq!(pages.cache.weight(), weight.into_iter().sum::<u64>());
    }

    #[tokio::test]
    async fn what_is_not_compressed_is_kept_once_for_all() {
        let pages = Pages::new(1 << 20, HeaderMap::new());
        let page = make(&pages, Encoding::Gzip, "short").await;
        for encoding in [Encoding::Br, Encoding::Gzip, Encoding::Identity] {
            let found = pages.find(&KEY, encoding).unwrap();
            assert!(Arc::ptr_eq(&page, &found), "{encoding:?}");
        }
        assert_eq!(pages.cache.len(), 1);
    }

    #[tokio::test]
    async fn pages_of_one_kind_share_their_headers() {
        let pages = Pages::new(1 << 20, HeaderMap::new());
        let first = make(&pages, Encoding::Br, &"a".repeat(600)).await;
        let key = PageKey { subject: 2, ..KEY };
        let draft = Draft::html(Keep::Public, "b".repeat(600));
        let other = pages.find_or_make(key, Encoding::Br, async { Ok::<_, Error>(draft) });
        let other = other.await.unwrap();
        assert!(Arc::ptr_eq(&first.headers, &other.headers));
        assert_ne!(first.etag, other.etag);
    }
}
