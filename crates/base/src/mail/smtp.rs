//! The connection to a mail server, and what protects it.
//!
//! Mails hold links that sign people in, so they leave this machine encrypted unless the operator says otherwise in the
//! address; and a password is never sent without TLS, whatever the address says.
//!
//! The steps of the exchange are taken one by one, since what an answer means depends on the step: "550" to a recipient is
//! about that mailbox, to the password it is about ours. Deliberately not here: what is sent.

use std::error::Error as _;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Severity;

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

/// A step of handing a mail over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A connection, the greeting, TLS.
    Connect,
    /// Our name and password.
    SignIn,
    /// Who sends.
    From,
    /// Who is to get it.
    Recipient,
    /// The mail itself.
    Content,
}

/// What is to become of a mail that was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is tried again: the server is busy or away, or whoever runs the paper can mend it.
    Later,
    /// The same mail would be refused again.
    Never,
    /// The same, since there is no such mailbox (hard bounce).
    NoMailbox,
}

/// A mail server did not take a mail.
#[derive(Debug, thiserror::Error)]
#[error("{said}")]
pub struct Refused {
    /// At which step.
    pub stage: Stage,
    /// What becomes of it.
    pub fate: Fate,
    /// What the server said, or why there is no answer.
    pub said: String,
}

/// Enhanced status codes that are about the address of the recipient alone (RFC 3463, 3.2 and 3.3; RFC 7505).
const NO_SUCH_MAILBOX: [&str; 6] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];

impl Refused {
    fn at(stage: Stage, error: &lettre::transport::smtp::Error) -> Self {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        let status = text.split(|c: char| c.is_whitespace() || c == ':').next();
        let is_final = error
            .status()
            .is_some_and(|code| code.severity == Severity::PermanentNegativeCompletion);
        Self {
            stage,
            fate: fate(stage, is_final, status.unwrap_or_default()),
            said: error.to_string(),
        }
    }

    fn late(stage: Stage, patience: Duration) -> Self {
        let said = format!(
            "the mail server did not take it within {} s",
            patience.as_secs_f32()
        );
        Self {
            stage,
            fate: Fate::Later,
            said,
        }
    }
}

/// What an answer means. A final one (5yz) is not to be asked for again (RFC 5321, 4.2.1), unless it is about the paper and
/// not about the mail: then whoever runs it can mend it, and the mails wait for that. Servers that do not relay for us say so
/// to the recipient, with a code of its own (5.7.z, security and policy).
fn fate(stage: Stage, is_final: bool, status: &str) -> Fate {
    match stage {
        _ if !is_final => Fate::Later,
        Stage::Connect | Stage::SignIn | Stage::From => Fate::Later,
        Stage::Recipient if NO_SUCH_MAILBOX.contains(&status) => Fate::NoMailbox,
        Stage::Recipient if status.starts_with("5.7.") => Fate::Later,
        Stage::Recipient | Stage::Content => Fate::Never,
    }
}

/// A mail server, as configured.
pub struct Relay {
    host: String,
    port: u16,
    protection: Protection,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    hello: ClientId,
}

/// Not the password.
impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Relay({}:{})", self.host, self.port)
    }
}

impl Relay {
    /// # Errors
    /// When the address, or the file with the authority, cannot be understood.
    pub(super) fn new(config: &config::Mail) -> anyhow::Result<Self> {
        let url = &config.smtp_url;
        let protection = Protection::of(url)?;
        let usual = match protection {
            Protection::Tls => 465,
            Protection::StartTls | Protection::IfOffered => 587,
            Protection::None => 25,
        };
        let port = url
            .port(usual)
            .ok_or_else(|| anyhow::anyhow!("[mail] smtp_url, {url}: the port is no number"))?;
        anyhow::ensure!(
            !url.host().is_empty(),
            "[mail] smtp_url, {url}: it names no server"
        );
        let credentials = url
            .credentials()
            .map(|(user, password)| Credentials::new(user, password));
        Ok(Self {
            host: url.host().to_owned(),
            port,
            protection,
            tls: parameters(config)?,
            credentials,
            hello: ClientId::default(),
        })
    }

    /// Connects, and takes leave; nothing is sent.
    pub(super) async fn reach(&self, patience: Duration) -> Result<(), Refused> {
        let mut stage = Stage::Connect;
        let connected = tokio::time::timeout(patience, self.connect(&mut stage, patience)).await;
        let connection = connected.map_err(|_| Refused::late(stage, patience))??;
        leave(connection).await;
        Ok(())
    }

    /// Hands a mail over within that time; gives what the server said to it.
    ///
    /// Each mail has a connection of its own, which is closed when the time is over: kept ones would still be owed answers,
    /// which the next mail would take for its own.
    pub(super) async fn deliver(
        &self,
        envelope: &Envelope,
        message: &[u8],
        patience: Duration,
    ) -> Result<String, Refused> {
        let mut stage = Stage::Connect;
        let exchange = self.exchange(&mut stage, envelope, message, patience);
        let ended = tokio::time::timeout(patience, exchange).await;
        let (connection, said) = ended.map_err(|_| Refused::late(stage, patience))??;
        // It was taken: nothing that goes wrong from here on may have it sent again.
        leave(connection).await;
        Ok(said)
    }

    async fn exchange(
        &self,
        stage: &mut Stage,
        envelope: &Envelope,
        message: &[u8],
        patience: Duration,
    ) -> Result<(AsyncSmtpConnection, String), Refused> {
        let mut connection = self.connect(stage, patience).await?;
        let mut options = Vec::new();
        let mut addresses = envelope.from().into_iter().chain(envelope.to());
        if addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            // RFC 6531, 3.2: there is no other way to name them.
            if !connection
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                leave(connection).await;
                return Err(Refused {
                    stage: Stage::Recipient,
                    fate: Fate::NoMailbox,
                    said: "the mail server takes no address with accents before the @ (it has no SMTPUTF8)".to_owned(),
                });
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        if !message.is_ascii() {
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        *stage = Stage::From;
        let from = Mail::new(envelope.from().cloned(), options);
        answered(*stage, connection.command(from).await)?;
        *stage = Stage::Recipient;
        for to in envelope.to() {
            let to = Rcpt::new(to.clone(), Vec::new());
            answered(*stage, connection.command(to).await)?;
        }
        *stage = Stage::Content;
        answered(*stage, connection.command(Data).await)?;
        let taken = answered(*stage, connection.message(message).await)?;
        let said: Vec<&str> = taken.message().collect();
        Ok((connection, format!("{} {}", taken.code(), said.join(" "))))
    }

    async fn connect(
        &self,
        stage: &mut Stage,
        patience: Duration,
    ) -> Result<AsyncSmtpConnection, Refused> {
        let server = (self.host.as_str(), self.port);
        let tls = (self.protection == Protection::Tls).then(|| self.tls.clone());
        let (patience, hello) = (Some(patience), &self.hello);
        let connected =
            AsyncSmtpConnection::connect_tokio1(server, patience, hello, tls, None).await;
        let mut connection = answered(*stage, connected)?;
        let upgrade = match self.protection {
            Protection::StartTls => true,
            Protection::IfOffered => connection.can_starttls(),
            Protection::Tls | Protection::None => false,
        };
        if upgrade {
            let upgraded = connection.starttls(self.tls.clone(), hello).await;
            answered(*stage, upgraded)?;
        }
        *stage = Stage::SignIn;
        if let Some(credentials) = &self.credentials {
            let signed_in = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            answered(*stage, signed_in)?;
        }
        Ok(connection)
    }
}

fn answered<T>(
    stage: Stage,
    result: Result<T, lettre::transport::smtp::Error>,
) -> Result<T, Refused> {
    result.map_err(|error| Refused::at(stage, &error))
}

/// Says goodbye, and does not wait long for the answer.
async fn leave(mut connection: AsyncSmtpConnection) {
    let _ = tokio::time::timeout(Duration::from_secs(1), connection.quit()).await;
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
            let made = Relay::new(&config);
            assert_eq!(made.is_ok(), protection.is_some(), "{url}");
            if let Err(error) = made {
                assert!(!format!("{error:?}").contains("hunter2"));
            }
        }
    }

    #[test]
    fn what_an_answer_means_depends_on_the_step() {
        use Fate::{Later, Never, NoMailbox};
        for (stage, is_final, status, meant) in [
            // Busy, or greylisting.
            (Stage::Recipient, false, "4.2.0", Later),
            (Stage::Content, false, "", Later),
            // Ours to mend.
            (Stage::Connect, true, "5.3.2", Later),
            (Stage::SignIn, true, "5.7.8", Later),
            (Stage::From, true, "5.1.8", Later),
            (Stage::Recipient, true, "5.7.1", Later),
            // About the mailbox.
            (Stage::Recipient, true, "5.1.1", NoMailbox),
            (Stage::Recipient, true, "5.2.1", NoMailbox),
            (Stage::Recipient, true, "5.2.2", Never),
            (Stage::Recipient, true, "", Never),
            // About the mail: whose mailbox it is does not matter.
            (Stage::Content, true, "5.1.1", Never),
            (Stage::Content, true, "5.7.515", Never),
            (Stage::Content, true, "", Never),
        ] {
            assert_eq!(fate(stage, is_final, status), meant, "{stage:?} {status}");
        }
    }
}
