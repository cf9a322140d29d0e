//! Cookies as a browser keeps them: for the host that set them, or for a whole domain.
//!
//! Deliberately not here: when a cookie ends, whether it may be read by a script, and encryption: everything runs on the
//! loopback.

use anyhow::{Context as _, ensure};

use crate::http::Answer;

#[derive(Clone, Debug)]
struct Kept {
    name: String,
    value: String,
    host: String,
    /// Whether the hosts below get it, too.
    shared: bool,
}

/// The cookies of one browser profile.
#[derive(Clone, Debug, Default)]
pub struct Jar(Vec<Kept>);

impl Jar {
    /// Keeps what an answer of `host` sets, and forgets what it empties.
    ///
    /// # Errors
    /// When no browser would take such a cookie (RFC 6265bis, 4.1.3.2: `__Host-` has no domain).
    pub fn keep(&mut self, answer: &Answer, host: &str) -> anyhow::Result<()> {
        for (name, line) in answer.headers() {
            if name.eq_ignore_ascii_case("set-cookie") {
                self.set(line, host)?;
            }
        }
        Ok(())
    }

    fn set(&mut self, line: &str, from: &str) -> anyhow::Result<()> {
        let mut parts = line.split("; ");
        let pair = parts.next().and_then(|pair| pair.split_once('='));
        let (name, value) = pair.with_context(|| format!("this is no cookie: {line}"))?;
        let domain = parts.find_map(|part| part.strip_prefix("Domain="));
        ensure!(domain.is_none() || !name.starts_with("__Host-"), "{line}");
        let host = domain.unwrap_or(from).to_owned();
        self.0.retain(|kept| kept.name != name || kept.host != host);
        if !value.is_empty() {
            self.0.push(Kept {
                name: name.to_owned(),
                value: value.to_owned(),
                host,
                shared: domain.is_some(),
            });
        }
        Ok(())
    }

    /// What is sent to this host as `Cookie`.
    #[must_use]
    pub fn line(&self, host: &str) -> String {
        let sent = self.0.iter().filter(|kept| {
            kept.host == host || (kept.shared && host.ends_with(&format!(".{}", kept.host)))
        });
        let pairs: Vec<_> = sent
            .map(|kept| format!("{}={}", kept.name, kept.value))
            .collect();
        pairs.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_where_it_was_set_and_one_of_a_domain_below_it() {
        let mut jar = Jar::default();
        jar.set("a=1; HttpOnly", "paper.example.com").unwrap();
        jar.set("b=2; Domain=example.com", "paper.example.com")
            .unwrap();
        assert_eq!(jar.line("paper.example.com"), "a=1; b=2");
        assert_eq!(jar.line("archive.example.com"), "b=2");
        assert_eq!(jar.line("other.test"), "");
        jar.set("a=; Max-Age=0", "paper.example.com").unwrap();
        assert_eq!(jar.line("paper.example.com"), "b=2");
        assert!(
            jar.set("__Host-c=3; Domain=example.com", "paper.example.com")
                .is_err()
        );
    }
}
