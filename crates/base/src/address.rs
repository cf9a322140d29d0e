//! Addresses of other sites: the root of one, what stands below it, and the domain that cookies may be shared in.
//!
//! A root is parsed once, from the configuration, in the form in which browsers write addresses; everything that comes
//! with a request is compared with it byte by byte and never parsed, so that there is nothing to disagree about with a
//! browser. Deliberately not here: a general parser of addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest address that is sent back and forth, bytes.
const LONGEST: usize = 2048;

/// A site, or a folder of one: `https://archive.example.com`, `https://www.example.com/archive`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Root {
    text: String,
    /// Where the scheme ends, and where the path begins.
    host: usize,
    path: usize,
}

impl Root {
    /// All of it, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port, as a browser writes them in `Origin`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.text[..self.path]
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.text[..self.host - "://".len()]
    }

    /// Host and, if it is not the usual one, port.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.text[self.host..self.path]
    }

    /// As people write it: without the scheme.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.text[self.host..]
    }

    /// The host alone.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.authority();
        authority.split(':').next().unwrap_or(authority)
    }

    /// Whether a request for `path` (and query) at this scheme and authority is one for this site. `path` is as the
    /// browser sent it; one with `.` or `..` in it is for nobody, since servers differ in what they make of it.
    #[must_use]
    pub fn holds(&self, scheme: &str, authority: &str, path: &str) -> bool {
        let usual = match scheme {
            "https" => ":443",
            _ => ":80",
        };
        let authority = authority.strip_suffix(usual).unwrap_or(authority);
        scheme == self.scheme()
            && authority.eq_ignore_ascii_case(self.authority())
            && path.starts_with('/')
            && path
                .strip_prefix(&self.text[self.path..])
                .is_some_and(begins_below)
            && is_plain(path)
    }

    /// Whether a browser that is sent to this whole address comes out below the root, and nowhere else.
    #[must_use]
    pub fn leads(&self, address: &str) -> bool {
        address.len() <= LONGEST
            && address.bytes().all(|byte| byte.is_ascii_graphic())
            && address.strip_prefix(&self.text).is_some_and(begins_below)
            && is_plain(&address[self.path..])
    }
}

/// What may stand after a root. Anything else would go on with the host (`.evil.example`), the port or the name before
/// an `@`, or with the name of another folder.
fn begins_below(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['/', '?', '#'])
}

/// No step up and no backslash, which browsers read as a slash, in the path; nor are they written with `%`.
fn is_plain(rest: &str) -> bool {
    // Most addresses have nothing that such a step is written with.
    if !rest.bytes().any(|byte| matches!(byte, b'.' | b'%' | b'\\')) {
        return true;
    }
    let path = rest.split(['?', '#']).next().unwrap_or("");
    !path.contains('\\')
        && path.split('/').skip(1).all(|segment| {
            let step = segment.starts_with(['.', '%']) && segment.len() <= "%2e%2e".len();
            let written = || segment.to_ascii_lowercase().replace("%2e", ".");
            !(step && matches!(written().as_str(), "." | ".."))
        })
}

impl FromStr for Root {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| Err(format!("{text:?} {what}"));
        let text = text.strip_suffix('/').unwrap_or(text);
        let Some((scheme, rest)) = text.split_once("://") else {
            return wrong("is no address: it must begin with https://");
        };
        if !matches!(scheme, "https" | "http") {
            return wrong("must begin with https://");
        }
        let host = scheme.len() + "://".len();
        let path = rest.find('/').map_or(text.len(), |at| host + at);
        let authority = &text[host..path];
        let (name, port) = authority
            .split_once(':')
            .map_or((authority, None), |(name, port)| (name, Some(port)));
        if !is_host(name) {
            return wrong(
                "has no host as browsers write it: small letters, digits, hyphens and dots (xn--.. for others)",
            );
        }
        if let Some(port) = port {
            let number = port.parse::<u16>().ok().filter(|number| *number > 0);
            let usual = if scheme == "https" { 443 } else { 80 };
            if number.is_none_or(|number| number == usual || number.to_string() != port) {
                return wrong("has a port that browsers do not write");
            }
        }
        let folder = &text[path..];
        let fine = folder.bytes().all(|byte| byte.is_ascii_graphic())
            && !folder.contains(['?', '#', '%'])
            && !folder.contains("//")
            && !folder.ends_with('/')
            && is_plain(folder);
        if !fine {
            return wrong("must end with a plain folder, or with the host");
        }
        Ok(Self {
            text: text.to_owned(),
            host,
            path,
        })
    }
}

impl TryFrom<String> for Root {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}
impl From<Root> for String {
    fn from(root: Root) -> Self {
        root.text
    }
}
impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_host(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 253
        && name.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        })
}

/// Whether `host` is `domain` or stands below it.
#[must_use]
pub fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Why no cookie can be shared in `domain`, if so: a browser takes none for a name below which anybody can register.
#[must_use]
pub fn unshareable(domain: &str) -> Option<&'static str> {
    let number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    if !is_host(domain) {
        Some("is no domain as browsers write it: small letters, digits, hyphens and dots")
    } else if domain.rsplit('.').next().is_some_and(number) {
        Some("is the number of a machine, and browsers share no cookie for that")
    } else if psl::domain_str(domain).is_none() {
        Some("belongs to nobody: anybody can register below it, so browsers take no cookie for it")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(text: &str) -> Root {
        text.parse().unwrap()
    }

    #[test]
    fn a_root_is_written_as_browsers_write_it() {
        let archive = root("https://www.example.com:8443/old/archive/");
        assert_eq!(archive.as_str(), "https://www.example.com:8443/old/archive");
        assert_eq!(archive.origin(), "https://www.example.com:8443");
        assert_eq!(archive.scheme(), "https");
        assert_eq!(archive.authority(), "www.example.com:8443");
        assert_eq!(archive.host(), "www.example.com");
        for bad in [
            "",
            "archive.example.com",
            "ftp://archive.example.com",
            "https://",
            "https://Archive.example.com",
            "https://a@example.com",
            "https://a:b@example.com",
            "https://example.com:443",
            "https://example.com:0",
            "https://example.com:08443",
            "https://example.com:99999",
            "https://periódico.example",
            "https://example..com",
            "https://-a.example.com",
            "https://[::1]",
            "https://example.com/a?b",
            "https://example.com/a#b",
            "https://example.com/a/../b",
            "https://example.com/%61",
            "https://example.com//",
            "https://example.com/a b",
            "https://example.com\\evil",
        ] {
            assert!(bad.parse::<Root>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_addresses_below_a_root_lead_there() {
        let archive = root("https://archive.example.com");
        for good in ["", "/", "/1987/x?a=b&c=\\d#e", "?a", "/a.b/..c/x..", "/%2F"] {
            let address = format!("https://archive.example.com{good}");
            assert!(archive.leads(&address), "{address}");
        }
        for bad in [
            "https://archive.example.com.evil.example/",
            "https://archive.example.com@evil.example/",
            "https://archive.example.com:443/",
            "https://archive.example.com:a@evil.example/",
            "https://archive.example.com\\.evil.example/",
            "https://archive.example.com/\\evil.example",
            "https:\\\\archive.example.com/",
            "https:/archive.example.com/",
            "//archive.example.com/",
            "http://archive.example.com/",
            "HTTPS://archive.example.com/",
            "https://ARCHIVE.example.com/",
            "https://ärchive.example.com/",
            "https://evil.example/https://archive.example.com/",
            " https://archive.example.com/",
            "https://archive.example.com/ x",
            "https://archive.example.com/\r\nset-cookie: a",
            "https://archive.example.com/\u{2028}",
            "javascript:alert(1)//https://archive.example.com",
        ] {
            assert!(!archive.leads(bad), "{bad}");
        }
        assert!(!archive.leads(&format!("{archive}/{}", "x".repeat(LONGEST))));
        let folder = root("https://www.example.com/archive");
        assert!(folder.leads("https://www.example.com/archive/1987"));
        for bad in [
            "s",
            "/../account",
            "/x/%2E%2e/..",
            "/.%2e",
            "@evil.example",
            "/./a",
        ] {
            let address = format!("{folder}{bad}");
            assert!(!folder.leads(&address), "{address}");
        }
    }

    #[test]
    fn a_request_is_for_a_site_by_scheme_host_and_folder() {
        let folder = root("https://www.example.com/archive");
        for (scheme, authority, path, holds) in [
            ("https", "www.example.com", "/archive", true),
            ("https", "WWW.Example.com:443", "/archive/x?y", true),
            ("http", "www.example.com", "/archive", false),
            ("https", "www.example.com:80", "/archive", false),
            ("https", "www.example.com", "/archives", false),
            ("https", "www.example.com", "/", false),
            ("https", "www.example.com", "/archive/../x", false),
            ("https", "www.example.com, evil.example", "/archive", false),
            ("https", "example.com", "/archive", false),
            ("https", "", "/archive", false),
            ("https", "www.example.com", "", false),
        ] {
            let said = folder.holds(scheme, authority, path);
            assert_eq!(said, holds, "{scheme} {authority} {path}");
        }
        assert!(!root("https://a.example").holds("https", "a.example", ""));
        assert!(root("http://localhost:90").holds("http", "localhost:90", "/"));
    }

    #[test]
    fn cookies_are_shared_below_a_name_of_ones_own() {
        for good in [
            "example.com",
            "diario.com.mx",
            "paper.co.uk",
            "a.test",
            "x.github.io",
        ] {
            assert_eq!(unshareable(good), None, "{good}");
        }
        for bad in [
            "",
            "com",
            "localhost",
            "com.mx",
            "co.uk",
            "github.io",
            ".example.com",
            "example.com.",
            "Example.com",
            "127.0.0.1",
            "a b.com",
            "example.com:80",
        ] {
            assert!(unshareable(bad).is_some(), "{bad}");
        }
        assert!(is_within("www.example.com", "example.com"));
        assert!(is_within("example.com", "example.com"));
        assert!(!is_within("anexample.com", "example.com"));
        assert!(!is_within("example.com", "www.example.com"));
    }
}
