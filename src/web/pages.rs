//! Finished pages: rendered and compressed once, then only bytes.
//!
//! A reading page has a handful of variants and no byte of it depends on who reads. So it is made on first request,
//! kept in a bounded cache in three encodings, and sent from there: no database, template or compression on the way.
//! Who may have which variant is not decided here.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::base::secret::TokenHash;

/// Who may keep a copy, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keep {
    /// Anybody, but ask each time whether it is still the one (open pages, feeds).
    Public,
    /// Only the reader's own browser, and ask each time (restricted text: a 304 is a grant, too).
    Private,
    /// Nobody (the device message, account pages).
    Nobody,
    /// Anybody, for a year: the address changes with the content.
    Forever,
}

impl Keep {
    const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Public => "public, no-cache",
            Self::Private => "private, no-cache",
            Self::Nobody => "no-store",
            Self::Forever => "public, max-age=31536000, immutable",
        })
    }
}

#[derive(Debug, Clone)]
struct Encoded {
    bytes: Bytes,
    etag: HeaderValue,
    name: &'static str,
}

/// A page in the encodings that browsers take.
#[derive(Debug, Clone)]
pub struct Page {
    /// Of the answer; tag and encoding are set for each.
    headers: HeaderMap,
    plain: Encoded,
    gzip: Option<Encoded>,
    br: Option<Encoded>,
}

/// Below this many bytes compression gains nothing.
const WORTH_COMPRESSING: usize = 512;

impl Page {
    /// A page of text.
    #[must_use]
    pub fn text(content_type: &'static str, keep: Keep, text: String) -> Self {
        Self::new(content_type, keep, text.into_bytes(), true)
    }

    /// An HTML page.
    #[must_use]
    pub fn html(keep: Keep, text: String) -> Self {
        Self::text("text/html; charset=utf-8", keep, text)
    }

    /// An asset under an address that carries its hash.
    #[must_use]
    pub fn asset(content_type: &'static str, data: Vec<u8>) -> Self {
        let text = content_type.starts_with("text/") || content_type.ends_with("+xml");
        Self::new(content_type, Keep::Forever, data, text)
    }

    fn new(content_type: &'static str, keep: Keep, data: Vec<u8>, compress: bool) -> Self {
        let hash = TokenHash::of_bytes(&data).text();
        let compress = compress && data.len() >= WORTH_COMPRESSING;
        let encoded = |bytes: Vec<u8>, suffix: &str, name| Encoded {
            bytes: bytes.into(),
            etag: HeaderValue::from_str(&format!("\"{}{suffix}\"", &hash[..22]))
                .expect("base64url fits a header"),
            name,
        };
        let gzip = compress.then(|| encoded(gzip(&data), "-gz", "gzip"));
        let br = compress.then(|| encoded(brotli(&data), "-br", "br"));
        let plain = encoded(data, "", "");
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(header::CACHE_CONTROL, keep.header());
        headers.insert(header::ETAG, plain.etag.clone());
        if compress {
            headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(""));
        }
        Self {
            headers,
            plain,
            gzip,
            br,
        }
    }

    /// With these headers on every answer, too.
    #[must_use]
    pub fn with(mut self, more: &HeaderMap) -> Self {
        self.headers.extend(more.clone());
        self
    }

    /// Memory it takes, bytes.
    #[must_use]
    pub fn weight(&self) -> usize {
        let of =
            |encoded: &Option<Encoded>| encoded.as_ref().map_or(0, |encoded| encoded.bytes.len());
        self.plain.bytes.len() + of(&self.gzip) + of(&self.br) + 2048
    }

    /// The answer to this request: the best encoding it accepts, or 304 when the browser has this very page.
    /// Whoever calls this has decided that the visitor may have the page; a 304 says as much as the page.
    #[must_use]
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let accepted = request
            .get(header::ACCEPT_ENCODING)
            .map_or(&b""[..], HeaderValue::as_bytes);
        let encoded = match (&self.br, &self.gzip) {
            (Some(br), _) if accepts(accepted, b"br") => br,
            (_, Some(gzip)) if accepts(accepted, b"gzip") => gzip,
            _ => &self.plain,
        };
        let known = request
            .get(header::IF_NONE_MATCH)
            .is_some_and(|tags| matches(tags.as_bytes(), encoded.etag.as_bytes()));
        let mut response = if known {
            Response::new(Body::empty())
        } else {
            Response::new(Body::from(encoded.bytes.clone()))
        };
        // All that an answer may have is there already, and is set in its place: an insertion would first make room.
        let mut headers = self.headers.clone();
        if let Some(etag) = headers.get_mut(header::ETAG) {
            *etag = encoded.etag.clone();
        }
        if known || encoded.name.is_empty() {
            headers.remove(header::CONTENT_ENCODING);
        } else if let Some(name) = headers.get_mut(header::CONTENT_ENCODING) {
            *name = HeaderValue::from_static(encoded.name);
        }
        *response.headers_mut() = headers;
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        response
    }
}

/// Whether a list of encodings names this one without `q=0`.
fn accepts(list: &[u8], name: &[u8]) -> bool {
    list.split(|byte| *byte == b',').any(|part| {
        let part = part.trim_ascii();
        let (token, rest) = part.split_at(
            part.iter()
                .position(|byte| *byte == b';')
                .unwrap_or(part.len()),
        );
        token.trim_ascii() == name
            && !matches!(
                rest.trim_ascii(),
                b";q=0" | b"; q=0" | b";q=0.0" | b";q=0.000"
            )
    })
}

/// Whether `If-None-Match` names this tag (weak comparison, RFC 9110, 13.1.2).
fn matches(list: &[u8], tag: &[u8]) -> bool {
    list.split(|byte| *byte == b',').any(|one| {
        let one = one.trim_ascii();
        one == b"*" || one.strip_prefix(b"W/").unwrap_or(one) == tag
    })
}

fn gzip(data: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    out.write_all(data)
        .expect("writing to memory does not fail");
    out.finish().expect("writing to memory does not fail")
}

fn brotli(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: 6,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*data, &mut out, &params)
        .expect("writing to memory does not fail");
    out
}

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

/// The bounded cache of finished pages.
#[derive(Debug)]
pub struct Pages {
    cache: Cache<PageKey, Arc<Page>, Weight>,
    fixed: HeaderMap,
}

/// A page weighs what it takes of memory.
#[derive(Clone, Debug)]
struct Weight;

impl Weighter<PageKey, Arc<Page>> for Weight {
    fn weight(&self, _: &PageKey, page: &Arc<Page>) -> u64 {
        page.weight() as u64
    }
}

/// How many pages there is room for from the beginning; more room is made when it is needed.
const ROOM: usize = 1_000;

impl Pages {
    /// Holds pages up to `bytes`, each of which is answered with the `fixed` headers, too.
    #[must_use]
    pub fn new(bytes: u64, fixed: HeaderMap) -> Self {
        let cache = Cache::with_weighter(ROOM, bytes, Weight);
        Self { cache, fixed }
    }

    /// The page, if it is finished.
    #[must_use]
    pub fn find(&self, key: &PageKey) -> Option<Arc<Page>> {
        self.cache.get(key)
    }

    /// The page, made now if it is not finished. Who asks for a page that is being made waits for it.
    ///
    /// # Errors
    /// What making it says; then the next who waits tries.
    pub async fn find_or_make<E>(
        &self,
        key: PageKey,
        make: impl Future<Output = std::result::Result<Page, E>>,
    ) -> std::result::Result<Arc<Page>, E> {
        let make = async { Ok(Arc::new(make.await?.with(&self.fixed))) };
        self.cache.get_or_insert_async(&key, make).await
    }

    /// Keeps a finished page.
    pub fn insert(&self, key: PageKey, page: Page) -> Arc<Page> {
        let page = Arc::new(page.with(&self.fixed));
        self.cache.insert(key, Arc::clone(&page));
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(k, v)| {
                (
                    http::HeaderName::from_static(k),
                    HeaderValue::from_str(v).unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn the_best_accepted_encoding_is_sent_with_its_own_tag() {
        let page = Page::html(Keep::Private, "x".repeat(4000));
        for (accept, encoding) in [
            ("br, gzip", Some("br")),
            ("gzip;q=1, br;q=0", Some("gzip")),
            ("", None),
            ("brotli", None),
        ] {
            let response = page.respond(&asked(&[("accept-encoding", accept)]));
            assert_eq!(
                response
                    .headers()
                    .get("content-encoding")
                    .map(|v| v.to_str().unwrap()),
                encoding,
                "{accept}"
            );
        }
        let tag = page.respond(&asked(&[("accept-encoding", "br")])).headers()["etag"]
            .to_str()
            .unwrap()
            .to_owned();
        let again = page.respond(&asked(&[
            ("accept-encoding", "br"),
            ("if-none-match", &format!("\"a\", W/{tag}")),
        ]));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = page.respond(&asked(&[
            ("accept-encoding", "gzip"),
            ("if-none-match", &tag),
        ]));
        assert_eq!(other.status(), StatusCode::OK);
        assert_eq!(other.headers()["cache-control"], "private, no-cache");
    }
}
