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
}
