//! Where a link may go. Parsed once at the door, so that no other part has to think about schemes again.
//!
//! Browsers are forgiving (WHATWG URL: they trim, drop tabs and line ends, read `\` as `/`), which is how `java\nscript:`
//! or `/\evil.example` get past naive checks. Here the same normalisation happens first, and then only a few plain forms
//! are let through; whatever remains unclear is refused. Not here: resolving relative addresses, and checking that a
//! page exists.

use std::fmt;

/// An address that is safe in a link: `http`, `https`, `mailto`, `tel`, a path of this site (one leading `/`) or a
/// place on the page (`#...`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Href(String);

impl Href {
    /// Parses what somebody wrote; `None` is anything that is not one of the forms above.
    pub fn parse(written: &str) -> Option<Href> {
        let trimmed = written.trim_matches(|c: char| c <= ' ');
        let text: String = trimmed
            .chars()
            .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
            .collect();
        // Invisible characters too: what a reader sees of an address should be all of it.
        if text.chars().any(crate::text::is_unwanted) {
            return None;
        }
        if text.starts_with('#') {
            return (text.len() > 1).then(|| Href(encode(&text)));
        }
        if let Some(rest) = text.strip_prefix('/') {
            // `//host` and `/\host` are other sites to a browser.
            return (!rest.starts_with(['/', '\\'])).then(|| Href(encode(&text)));
        }
        let (scheme, rest) = text.split_once(':')?;
        let scheme = scheme.to_ascii_lowercase();
        match scheme.as_str() {
            "http" | "https" => web(&scheme, rest),
            "mailto" | "tel" => {
                let usable = !rest.is_empty() && !rest.starts_with('/') && !rest.contains('\\');
                usable.then(|| Href(format!("{scheme}:{}", encode(rest))))
            }
            _ => None,
        }
    }

    /// The address, ready for an attribute (which still escapes it).
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host and port of a web address, in lower case for ASCII; `None` for every other form.
    pub fn host(&self) -> Option<String> {
        let rest = self
            .0
            .strip_prefix("https://")
            .or_else(|| self.0.strip_prefix("http://"))?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        Some(rest[..end].to_ascii_lowercase())
    }

    /// Is this a web address?
    pub(crate) fn is_web(&self) -> bool {
        self.0.starts_with("https://") || self.0.starts_with("http://")
    }
}

impl fmt::Display for Href {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `//host...`: a host made of letters, digits and what IPv6 and ports need. No user name: `https://paper@evil` misleads.
fn web(scheme: &str, rest: &str) -> Option<Href> {
    let rest = rest.strip_prefix("//")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if !host.starts_with(|c: char| c.is_alphanumeric() || c == '[') || !host.chars().all(plain) {
        return None;
    }
    Some(Href(format!("{scheme}://{host}{}", encode(path))))
}

/// Percent-encodes the few characters that no address has and that matter to HTML, Markdown or a reader's eye.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' | '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' => {
                out.push_str(&format!("%{:02X}", c as u32))
            }
            c => out.push(c),
        }
    }
    out
}
