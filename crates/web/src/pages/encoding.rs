//! Encodings of content (RFC 9110, 8.4): which one a request takes, and there and back.
//!
//! Deliberately not here: `zstd`, which every browser that has it has besides brotli.

use http::{HeaderMap, header};

use base::quality::{MOST, weighed};

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
    /// The acceptable one that this request wants most (RFC 9110, 12.5.3); of equals the smallest. When none is, it is sent
    /// as it is, which everybody can read, instead of an error.
    #[must_use]
    pub fn wanted(request: &HeaderMap) -> Self {
        let mut asked = Accepted::default();
        let lines = request.get_all(header::ACCEPT_ENCODING);
        let members = lines
            .iter()
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        for member in members {
            asked.hear(member);
            // Nothing that follows can be wanted more, and this is what nearly every browser says.
            if asked.br == Some(MOST) {
                return Self::Br;
            }
        }
        asked.best()
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

/// What a request says of each encoding, in thousandths; where it says it twice, the first time counts.
#[derive(Default)]
struct Accepted {
    br: Option<u16>,
    gzip: Option<u16>,
    identity: Option<u16>,
    /// Of all that are not named.
    others: Option<u16>,
}

impl Accepted {
    fn hear(&mut self, member: &[u8]) {
        let member = member.trim_ascii_start();
        // Most of what browsers name we do not have, and need not read on.
        let first = member.first().map(u8::to_ascii_lowercase);
        if !matches!(first, Some(b'b' | b'g' | b'i' | b'x' | b'*')) {
            return;
        }
        let (name, weight) = weighed(member);
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        let place = match name.len() {
            1 if name == b"*" => &mut self.others,
            2 if is(b"br") => &mut self.br,
            // The older name (RFC 9110, 8.4.1.3).
            4 | 6 if is(b"gzip") || is(b"x-gzip") => &mut self.gzip,
            8 if is(b"identity") => &mut self.identity,
            _ => return,
        };
        place.get_or_insert(weight);
    }

    fn best(&self) -> Encoding {
        let weight = |named: Option<u16>| named.or(self.others).unwrap_or(0);
        let (br, gzip, identity) = (weight(self.br), weight(self.gzip), weight(self.identity));
        if br > 0 && br >= gzip.max(identity) {
            Encoding::Br
        } else if gzip > 0 && gzip >= identity {
            Encoding::Gzip
        } else {
            Encoding::Identity
        }
    }
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
    #[test]
    fn what_is_wanted_most_is_sent_and_never_what_is_refused() {
        use Encoding::{Br, Gzip, Identity};
        let cases: [(&[&str], Encoding); 26] = [
            (&["gzip, deflate, br, zstd"], Br),
            (&["br;q=0.0, gzip"], Gzip),
            (&["br; q=0.0, gzip"], Gzip),
            (&["br ; Q=0.00, gzip"], Gzip),
            (&["br;q=0.000,gzip;q=0.001"], Gzip),
            (&["br;q = 0, gzip;q=0.0"], Identity),
            (&["BR"], Br),
            (&["GZip"], Gzip),
            (&["x-gzip"], Gzip),
            (&["br;q=0.4, gzip;q=0.9"], Gzip),
            (&["br;q=0.9, gzip;q=0.9"], Br),
            (&["br;q=0.9, identity"], Identity),
            (&["identity, br"], Br),
            (&["gzip", "br"], Br),
            (&["gzip, br;q=0", "br"], Gzip),
            (&["", "gzip;q=0.5"], Gzip),
            (&["*"], Br),
            (&["*;q=0"], Identity),
            (&["*;q=0, gzip"], Gzip),
            (&["br;q=0, *;q=0.1"], Gzip),
            (&["identity;q=0, *"], Br),
            (&["identity;q=0"], Identity),
            (&["identity;q=0.0, br;q=0, gzip;q=0.1"], Gzip),
            (&["brotli, zgzip, gzip2"], Identity),
            (&["br;q=nonsense"], Identity),
            (&[], Identity),
        ];
        for (lines, encoding) in cases {
            let request: HeaderMap = lines
                .iter()
                .map(|line| (header::ACCEPT_ENCODING, line.parse().unwrap()))
                .collect();
            assert_eq!(Encoding::wanted(&request), encoding, "{lines:?}");
        }
    }
}
