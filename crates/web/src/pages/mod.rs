//! Finished pages: rendered and compressed once, then only bytes.
//!
//! A page is written ([`Draft`]) and then finished in one encoding ([`Page`]); no byte of it depends on who reads. Where
//! it is kept says in how many: [`Pages`] keeps what was asked for, which is brotli for nearly every browser; the few
//! that are always there ([`Forms`]) are kept in all of them. Who may have which page is not decided here.

mod cache;
mod encoding;

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use base::secret::TokenHash;

pub use cache::{PageKey, Pages};
pub use encoding::Encoding;

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

/// A page as it was written: before it is compressed.
#[derive(Debug, Clone)]
pub struct Draft {
    headers: HeaderMap,
    data: Vec<u8>,
    compress: bool,
}

/// Below this many bytes compression gains nothing.
const WORTH_COMPRESSING: usize = 512;

impl Draft {
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
        let compress = compress && data.len() >= WORTH_COMPRESSING;
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(header::CACHE_CONTROL, keep.header());
        // Has a place already, which each answer fills in.
        headers.insert(header::ETAG, HeaderValue::from_static(""));
        if compress {
            headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        Self {
            headers,
            data,
            compress,
        }
    }

    /// With these headers on every answer, too.
    #[must_use]
    pub fn with(mut self, more: &HeaderMap) -> Self {
        self.headers.extend(more.clone());
        self
    }

    /// Finished in the encoding that most ask for. Takes milliseconds.
    #[must_use]
    pub fn best(&self) -> Page {
        let best = if self.compress {
            Encoding::Br
        } else {
            Encoding::Identity
        };
        self.finish(best)
    }

    /// Finished in every encoding: for what is always there, and small.
    #[must_use]
    pub fn forms(&self) -> Forms {
        Forms {
            identity: self.finish(Encoding::Identity),
            gzip: self.compress.then(|| self.finish(Encoding::Gzip)),
            br: self.compress.then(|| self.finish(Encoding::Br)),
        }
    }

    fn finish(&self, encoding: Encoding) -> Page {
        let stem = TokenHash::of_bytes(&self.data).text();
        let bytes = encoding.encode(&self.data);
        Page::new(self.headers.clone(), &stem[..STEM], bytes, encoding)
    }
}

/// A finished page in one encoding.
#[derive(Debug, Clone)]
pub struct Page {
    /// Of the answer, but for the tag. Pages of one kind have them in common.
    headers: Arc<HeaderMap>,
    etag: HeaderValue,
    bytes: Bytes,
    encoding: Encoding,
}

/// Characters of an entity tag that tell of the text; what follows tells of the encoding.
const STEM: usize = 22;
/// What a page takes of memory beside its bytes: its tag, its place in a table, and what the allocator adds.
const BESIDE: usize = 512;

impl Page {
    fn new(mut headers: HeaderMap, stem: &str, bytes: Vec<u8>, encoding: Encoding) -> Self {
        headers.remove(header::CONTENT_ENCODING);
        if let Some(name) = encoding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        let etag = format!("\"{stem}{}\"", encoding.suffix());
        Self {
            headers: Arc::new(headers),
            etag: HeaderValue::from_str(&etag).expect("base64url fits a header"),
            // Without the room a writer left at the end.
            bytes: bytes.into_boxed_slice().into(),
            encoding,
        }
    }

    /// The same page in another encoding, made from this one. Takes milliseconds.
    fn in_encoding(&self, encoding: Encoding) -> Self {
        let plain = self.encoding.decode(&self.bytes);
        let tag = self.etag.to_str().expect("it was written as text");
        let headers = HeaderMap::clone(&self.headers);
        Self::new(headers, &tag[1..=STEM], encoding.encode(&plain), encoding)
    }

    /// Whether this is what there is for whoever takes this encoding at best: what is not worth compressing is sent as
    /// it is.
    fn serves(&self, encoding: Encoding) -> bool {
        self.encoding == encoding || !self.headers.contains_key(header::VARY)
    }

    /// Memory it takes, bytes.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.bytes.len() + BESIDE
    }

    /// The answer to this request: the page, or 304 when the browser has this very one.
    /// Whoever calls this has decided that the visitor may have the page; a 304 says as much as the page.
    #[must_use]
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let known = request
            .get(header::IF_NONE_MATCH)
            .is_some_and(|tags| matches(tags.as_bytes(), self.etag.as_bytes()));
        let mut response = if known {
            Response::new(Body::empty())
        } else {
            Response::new(Body::from(self.bytes.clone()))
        };
        // All that an answer may have is there already, and is set in its place: an insertion would first make room.
        let mut headers = HeaderMap::clone(&self.headers);
        if let Some(etag) = headers.get_mut(header::ETAG) {
            *etag = self.etag.clone();
        }
        if known {
            headers.remove(header::CONTENT_ENCODING);
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        *response.headers_mut() = headers;
        response
    }
}

/// A page in every encoding that browsers take.
#[derive(Debug, Clone)]
pub struct Forms {
    identity: Page,
    gzip: Option<Page>,
    br: Option<Page>,
}

impl Forms {
    /// The answer to this request in the best encoding it accepts; see [`Page::respond`].
    #[must_use]
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let form = match Encoding::wanted(request) {
            Encoding::Br => self.br.as_ref(),
            Encoding::Gzip => self.gzip.as_ref(),
            Encoding::Identity => None,
        };
        form.unwrap_or(&self.identity).respond(request)
    }
}

/// Whether `If-None-Match` names this tag (weak comparison, RFC 9110, 13.1.2).
fn matches(list: &[u8], tag: &[u8]) -> bool {
    list.split(|byte| *byte == b',').any(|one| {
        let one = one.trim_ascii();
        one == b"*" || one.strip_prefix(b"W/").unwrap_or(one) == tag
    })
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
        let page = Draft::html(Keep::Private, "x".repeat(4000)).forms();
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
