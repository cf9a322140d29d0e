//! Encodings of content (RFC 9110, 8.4): which one a request takes, and there and back.
//!
//! Deliberately not here: `zstd`, which every browser that has it has besides brotli.

use http::{HeaderMap, HeaderValue, header};

/// How the bytes of a page are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Brotli: the smallest, and what browsers ask for.
    Br,
    /// For clients of before, and for proxies that ask for themselves.
    Gzip,
    /// As it is: for those who ask for nothing.
    Identity,
}

impl Encoding {
    /// The best one that this request accepts.
    #[must_use]
    pub fn wanted(request: &HeaderMap) -> Self {
        let accepted = request
            .get(header::ACCEPT_ENCODING)
            .map_or(&b""[..], HeaderValue::as_bytes);
        if accepts(accepted, b"br") {
            Self::Br
        } else if accepts(accepted, b"gzip") {
            Self::Gzip
        } else {
            Self::Identity
        }
    }

    /// Its name in `Content-Encoding`.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Br => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// What it adds to an entity tag: a strong one is for these very bytes.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Br => "-br",
            Self::Gzip => "-gz",
            Self::Identity => "",
        }
    }

    pub(super) fn encode(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Br => brotli(data),
            Self::Gzip => gzip(data),
            Self::Identity => data.to_vec(),
        }
    }

    /// Back to what was encoded. Only for bytes that came from [`Encoding::encode`].
    pub(super) fn decode(self, data: &[u8]) -> Vec<u8> {
        use std::io::Read as _;
        let mut out = Vec::new();
        match self {
            Self::Br => brotli::BrotliDecompress(&mut &*data, &mut out)
                .expect("these bytes were made by the other direction"),
            Self::Gzip => {
                flate2::read::GzDecoder::new(data)
                    .read_to_end(&mut out)
                    .expect("these bytes were made by the other direction");
            }
            Self::Identity => out.extend_from_slice(data),
        }
        out
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_comes_back() {
        let data = "abc ".repeat(999).into_bytes();
        for encoding in [Encoding::Br, Encoding::Gzip, Encoding::Identity] {
            assert_eq!(encoding.decode(&encoding.encode(&data)), data);
        }
    }
}
