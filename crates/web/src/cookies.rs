//! Cookies: read from the header without copying, written with the attributes of OWASP ASVS 5.0, 3.3.
//!
//! Over https every name carries `__Host-` (own host, `Secure`, `Path=/`). Over plain http on localhost browsers refuse
//! that prefix, so there it is left out; `gaceta demo` says so. The session cookie alone may be shared with other hosts of
//! one domain (`[gate] cookie_domain`); `docs/gate.md` says what that widens.

use http::{HeaderMap, HeaderValue, header};

use base::Base;
use base::config::Config;
use base::rng::TOKEN_LENGTH;
use base::time::Span;

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
        find(headers, if secure { "__Host-" } else { "" }, self.name())
    }

    /// Its value in a request where it looks like a token of ours, and else a new one for the browser to keep.
    #[must_use]
    pub fn read_or_new(self, headers: &HeaderMap, base: &Base) -> String {
        let known = self.read(headers, base.config.secure());
        let known = known.filter(|value| value.len() == TOKEN_LENGTH);
        known.map_or_else(|| base.rng.token(), str::to_owned)
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

/// In the bytes, as browsers send them (RFC 6265, 5.4): other programs on the host set what they like, and a pair of theirs
/// that is no ASCII must not take ours along.
fn find<'a>(headers: &'a HeaderMap, prefix: &str, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .find_map(|pair| {
            let pair = pair.trim_ascii().strip_prefix(prefix.as_bytes())?;
            let value = pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
            let value = std::str::from_utf8(value).ok()?;
            (!value.is_empty()).then_some(value)
        })
}

/// The session token of a request. Where the cookie is shared, one from before that still counts; where it is not, a
/// shared one counts no more.
#[must_use]
pub fn read_session<'a>(headers: &'a HeaderMap, config: &Config) -> Option<&'a str> {
    let shared = !config.gate.cookie_domain.is_empty();
    shared
        .then(|| find(headers, "__Secure-", Cookie::Session.name()))
        .flatten()
        .or_else(|| Cookie::Session.read(headers, config.secure()))
}

/// Adds the `Set-Cookie` lines that keep a session token for `keep`. Where the cookie is shared, one from before that is
/// forgotten, so that a browser has one session and never two.
pub fn put_session(headers: &mut HeaderMap, token: &str, keep: Span, config: &Config) {
    let domain = &config.gate.cookie_domain;
    if domain.is_empty() {
        let line = Cookie::Session.set(token, keep, config.secure());
        headers.append(header::SET_COOKIE, line);
        return;
    }
    let line = format!(
        "__Secure-{}={token}; Domain={domain}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax; Secure",
        Cookie::Session.name(),
        keep.0 / 1000
    );
    let line = HeaderValue::from_str(&line).expect("a token is base64url, a domain is checked");
    headers.append(header::SET_COOKIE, line);
    headers.append(header::SET_COOKIE, Cookie::Session.clear(true));
}

/// Adds the lines that forget the session.
pub fn clear_session(headers: &mut HeaderMap, config: &Config) {
    put_session(headers, "", Span(0), config);
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

    #[test]
    fn a_pair_of_somebody_else_spoils_nothing() {
        for line in [
            "ciudad=Málaga; session=2".as_bytes(),
            b"a=\xff\xfe; session=2; b=\x80",
            b"a\xff; ;=; =x; session; session=; session=2",
            "sesión=1; session=2;é=3".as_bytes(),
            b"\xffsession=1; session=\xff; \tsession=2 ",
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
            let found = Cookie::Session.read(&headers, false);
            let shown = String::from_utf8_lossy(line);
            assert_eq!(found, Some("2"), "{shown}");
        }
    }

    #[test]
    fn a_shared_session_comes_before_one_of_before() {
        let mut config = Config::default();
        config.site.public_url = "https://paper.example.com".into();
        let mut headers = HeaderMap::new();
        let both = HeaderValue::from_static("__Host-session=old; __Secure-session=new; session=x");
        headers.insert(header::COOKIE, both);
        assert_eq!(read_session(&headers, &config), Some("old"));
        config.gate.cookie_domain = "example.com".into();
        assert_eq!(read_session(&headers, &config), Some("new"));
        let before = HeaderValue::from_static("__Host-session=old");
        headers.insert(header::COOKIE, before);
        assert_eq!(read_session(&headers, &config), Some("old"));
        let mut out = HeaderMap::new();
        put_session(&mut out, "t", Span::days(1), &config);
        let lines: Vec<_> = out.get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(
            lines,
            [
                "__Secure-session=t; Domain=example.com; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure",
                "__Host-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure",
            ]
        );
    }
}
