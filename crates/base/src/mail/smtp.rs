//! The connection to a mail server, and what protects it.
//!
//! Mails hold links that sign people in, so they leave this machine encrypted unless the operator says otherwise in the
//! address; and a password is never sent without TLS, whatever the address says. Deliberately not here: what is sent.

use std::time::Duration;

use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, Tokio1Executor};

use crate::config::{self, ServerUrl};

/// What keeps others from reading what is sent to a mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// TLS from the first byte (`smtps://`).
    Tls,
    /// TLS before anything that matters (STARTTLS), or nothing is sent.
    StartTls,
    /// TLS if the server offers it: nobody who can change what is sent is kept from anything.
    IfOffered,
    /// Nothing.
    None,
}

impl Protection {
    /// What the configured address asks for.
    ///
    /// # Errors
    /// When it makes no sense, or would send a password without TLS.
    pub fn of(url: &ServerUrl) -> anyhow::Result<Self> {
        let asked = match (url.scheme(), url.query("tls")) {
            ("smtps", None) => Self::Tls,
            ("smtp", Some("required")) => Self::StartTls,
            ("smtp", Some("opportunistic")) => Self::IfOffered,
            ("smtp", Some("none")) => Self::None,
            ("smtp", None) if url.has_password() || !url.is_here() => Self::StartTls,
            ("smtp", None) => Self::None,
            _ => anyhow::bail!(
                "[mail] smtp_url, {url}: it begins with smtps:// or smtp://, and behind smtp:// may stand ?tls=required, opportunistic or none"
            ),
        };
        anyhow::ensure!(
            asked.is_sure() || !url.has_password(),
            "[mail] smtp_url, {url}: a password is never sent without TLS; take ?tls= away, or the password"
        );
        Ok(asked)
    }

    /// Whether nothing is sent without TLS.
    #[must_use]
    pub fn is_sure(self) -> bool {
        matches!(self, Self::Tls | Self::StartTls)
    }
}

/// A connection as configured; each address of the server may take so long to connect.
///
/// # Errors
/// When the address, or the file with the authority, cannot be understood.
pub(super) fn transport(
    config: &config::Mail,
    patience: Duration,
) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    let url = &config.smtp_url;
    let protection = Protection::of(url)?;
    // lettre knows the usual port of each kind.
    let kind = match protection {
        Protection::Tls | Protection::None => "",
        Protection::StartTls => "?tls=required",
        Protection::IfOffered => "?tls=opportunistic",
    };
    let whole = url.reveal();
    let bare = whole.split('?').next().unwrap_or(whole);
    let wrong = |error| anyhow::anyhow!("[mail] smtp_url, {url}: {error}");
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&format!("{bare}{kind}"));
    let builder = builder.map_err(wrong)?;
    let tls = || parameters(config);
    let builder = match protection {
        Protection::Tls => builder.tls(Tls::Wrapper(tls()?)),
        Protection::StartTls => builder.tls(Tls::Required(tls()?)),
        Protection::IfOffered => builder.tls(Tls::Opportunistic(tls()?)),
        Protection::None => builder,
    };
    Ok(builder.timeout(Some(patience)).build())
}

/// Whom we believe to be the server: who has a certificate for its name, of an authority that everybody knows, or of the
/// configured one.
fn parameters(config: &config::Mail) -> anyhow::Result<TlsParameters> {
    let mut parameters = TlsParameters::builder(config.smtp_url.host().to_owned());
    let file = &config.smtp_ca;
    if !file.as_os_str().is_empty() {
        let pem = std::fs::read(file)
            .map_err(|error| anyhow::anyhow!("[mail] smtp_ca, {}: {error}", file.display()))?;
        let authority = Certificate::from_pem(&pem)
            .map_err(|error| anyhow::anyhow!("[mail] smtp_ca, {}: {error}", file.display()))?;
        parameters = parameters.add_root_certificate(authority);
    }
    Ok(parameters.build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_this_machine_is_encrypted_and_a_password_always() {
        use Protection::{IfOffered, None, StartTls, Tls};
        for (url, protection) in [
            ("smtp://mail.example", Some(StartTls)),
            ("smtp://mail.example:25", Some(StartTls)),
            ("smtp://mail.example?tls=required", Some(StartTls)),
            ("smtps://mail.example", Some(Tls)),
            ("smtp://192.0.2.1", Some(StartTls)),
            ("smtp://127.0.0.1.evil.example", Some(StartTls)),
            ("smtp://localhost@mail.example", Some(StartTls)),
            ("smtp://mail.example?tls=opportunistic", Some(IfOffered)),
            ("smtp://mail.example?tls=none", Some(None)),
            ("smtp://localhost:25", Some(None)),
            ("smtp://127.0.0.1:25", Some(None)),
            ("smtp://[::1]:25", Some(None)),
            ("smtp://localhost?tls=required", Some(StartTls)),
            ("smtp://ana:hunter2@localhost:25", Some(StartTls)),
            ("smtp://ana:hunter2@mail.example", Some(StartTls)),
            ("smtps://ana:hunter2@mail.example", Some(Tls)),
            ("smtp://ana:hunter2@mail.example?tls=none", Option::None),
            (
                "smtp://ana:hunter2@mail.example?tls=opportunistic",
                Option::None,
            ),
            ("smtp://ana:hunter2@localhost?tls=none", Option::None),
            ("smtp://mail.example?tls=maybe", Option::None),
            ("smtps://mail.example?tls=none", Option::None),
            ("mail.example:25", Option::None),
        ] {
            let config = config::Mail {
                smtp_url: url.into(),
                ..config::Mail::default()
            };
            assert_eq!(Protection::of(&config.smtp_url).ok(), protection, "{url}");
            let made = transport(&config, Duration::from_secs(1));
            assert_eq!(made.is_ok(), protection.is_some(), "{url}");
            if let Err(error) = made {
                assert!(!format!("{error:?}").contains("hunter2"));
            }
        }
    }
}
