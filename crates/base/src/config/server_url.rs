//! The address of a server that may hold a password: of the database, of the mail server.
//!
//! It is shown without what stands before the host and behind the path, in errors, logs and `gaceta doctor`. Deliberately
//! not here: whether the address is right; who connects finds that out.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// An address as it was configured; empty for none.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServerUrl(String);

impl ServerUrl {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of it, with the password: for whoever connects, and for nobody else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `smtp` of `smtp://mail.example`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.split_once("://").map_or("", |(scheme, _)| scheme)
    }

    /// Whether it holds a password.
    #[must_use]
    pub fn has_password(&self) -> bool {
        let before = self.rest().rsplit_once('@');
        before.is_some_and(|(user, _)| user.contains(':')) || self.query("password").is_some()
    }

    /// The host, without port and brackets; empty where the address names none.
    #[must_use]
    pub fn host(&self) -> &str {
        let place = self.place();
        let place = place.split('/').next().unwrap_or(place);
        match place.strip_prefix('[') {
            Some(bracketed) => bracketed.split(']').next().unwrap_or(bracketed),
            None => place.split(':').next().unwrap_or(place),
        }
    }

    /// The port, or the usual one where the address names none; `None` if it is no number.
    #[must_use]
    pub fn port(&self, usual: u16) -> Option<u16> {
        let place = self.place();
        let place = place.split('/').next().unwrap_or(place);
        let after = match place.rsplit_once(']') {
            Some((_, after)) => after,
            None => place,
        };
        match after.rsplit_once(':') {
            Some((_, port)) => port.parse().ok(),
            None => Some(usual),
        }
    }

    /// Name and password, out of their percent-encoding, where the address has both.
    #[must_use]
    pub fn credentials(&self) -> Option<(String, String)> {
        let (user, _) = self.rest().rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        Some((decoded(name), decoded(password)))
    }

    /// Whether what is sent there stays on this machine.
    #[must_use]
    pub fn is_here(&self) -> bool {
        let host = self.host();
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|at| at.is_loopback())
    }

    /// A parameter behind the `?`, as it stands there.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.after_user().split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Everything behind `://`.
    fn rest(&self) -> &str {
        self.0.split_once("://").map_or(&self.0, |(_, rest)| rest)
    }

    /// Host, port, path and parameters. A password that was not percent-encoded may hold any character, so the last `@` is
    /// taken for its end.
    fn after_user(&self) -> &str {
        let rest = self.rest();
        rest.rsplit_once('@').map_or(rest, |(_, after)| after)
    }

    /// Host, port and path.
    fn place(&self) -> &str {
        let after = self.after_user();
        after.split(['?', '#']).next().unwrap_or(after)
    }
}

/// Out of percent-encoding (RFC 3986, 2.1); what is none stays as it stands.
fn decoded(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while let Some(&byte) = bytes.get(at) {
        let digits = (byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

impl<T: Into<String>> From<T> for ServerUrl {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_once("://") {
            Some((scheme, _)) => write!(f, "{scheme}://{}", self.place()),
            None => f.write_str(self.place()),
        }
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (text, shown, host, password, here) in [
            (
                "smtps://ana:hunter2@mail.example:465",
                "smtps://mail.example:465",
                "mail.example",
                true,
                false,
            ),
            (
                "postgres://ana:hun/ter@2?x#@db.example/paper?sslmode=require",
                "postgres://db.example/paper",
                "db.example",
                true,
                false,
            ),
            (
                "postgres://db.example/paper?user=ana&password=hunter2",
                "postgres://db.example/paper",
                "db.example",
                true,
                false,
            ),
            (
                "postgres://ana@[::1]:5432/paper",
                "postgres://[::1]:5432/paper",
                "::1",
                false,
                true,
            ),
            (
                "smtp://localhost:25",
                "smtp://localhost:25",
                "localhost",
                false,
                true,
            ),
            (
                "smtp://127.0.0.9",
                "smtp://127.0.0.9",
                "127.0.0.9",
                false,
                true,
            ),
            ("hunter2", "hunter2", "hunter2", false, false),
        ] {
            let url = ServerUrl::from(text);
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("{shown:?}"));
            assert_eq!(
                (url.host(), url.has_password(), url.is_here()),
                (host, password, here),
                "{text}"
            );
            assert_eq!(url.reveal(), text);
        }
    }

    #[test]
    fn name_password_and_port_are_taken_apart() {
        for (text, port, credentials) in [
            ("smtp://mail.example", Some(25), None),
            ("smtp://ana@mail.example:587/", Some(587), None),
            ("smtp://[::1]:2525", Some(2525), None),
            ("smtp://[::1]", Some(25), None),
            ("smtp://mail.example:port", None, None),
            (
                "smtps://ana%40paper.example:p%C3%A9@mail.example:465?x=1",
                Some(465),
                Some(("ana@paper.example", "pé")),
            ),
            (
                "smtps://ana:50%:@zz@mail.example",
                Some(25),
                Some(("ana", "50%:@zz")),
            ),
        ] {
            let url = ServerUrl::from(text);
            assert_eq!(url.port(25), port, "{text}");
            let found = url.credentials();
            let found = found.as_ref().map(|(a, b)| (a.as_str(), b.as_str()));
            assert_eq!(found, credentials, "{text}");
        }
    }
}
