//! Cookies: read from the header without copying, written with the attributes of OWASP ASVS 5.0, 3.3.
//!
//! Over https every name carries `__Host-` (own host, `Secure`, `Path=/`). Over plain http on localhost browsers refuse
//! that prefix, so there it is left out; `gaceta demo` says so.

use http::{HeaderMap, HeaderValue, header};

use crate::base::time::Span;

/// The cookies the paper sets. All are first-party, `HttpOnly` and `SameSite=Lax`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The session token.
    Session,
    /// The device: a random name for this browser profile.
    Device,
    /// The signed list of metered articles read this month.
    Meter,
    /// Binds a link in a mail to the browser that asked for it.
    Proof,
}

impl Cookie {
    const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Device => "device",
            Self::Meter => "meter",
            Self::Proof => "proof",
        }
    }

    /// Its value in a request.
    #[must_use]
    pub fn read(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .find_map(|pair| {
                let (name, value) = pair.trim().split_once('=')?;
                let name = if secure {
                    name.strip_prefix("__Host-")?
                } else {
                    name
                };
                (name == self.name() && !value.is_empty()).then_some(value)
            })
    }

    /// A `Set-Cookie` line that keeps `value` for `keep`.
    #[must_use]
    pub fn set(self, value: &str, keep: Span, secure: bool) -> HeaderValue {
        let (prefix, attribute) = if secure {
            ("__Host-", "; Secure")
        } else {
            ("", "")
        };
        let line = format!(
            "{prefix}{}={value}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{attribute}",
            self.name(),
            keep.0 / 1000
        );
        HeaderValue::from_str(&line)
            .expect("our cookie values are base64url, digits and punctuation of cookies")
    }

    /// A `Set-Cookie` line that forgets it.
    #[must_use]
    pub fn clear(self, secure: bool) -> HeaderValue {
        self.set("", Span(0), secure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("asession=1; session=2; __Host-session=3"),
        );
        assert_eq!(Cookie::Session.read(&headers, false), Some("2"));
        assert_eq!(Cookie::Session.read(&headers, true), Some("3"));
        assert_eq!(Cookie::Meter.read(&headers, true), None);
        let line = Cookie::Session.set("x", Span::days(1), true);
        assert_eq!(
            line,
            "__Host-session=x; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure"
        );
    }
}
