//! Outgoing mail: by SMTP, as files, or kept in memory. Features never send; they put a [`Mail`] into the outbox, in
//! the transaction that makes it true, and a job hands it over here.

mod smtp;

use std::error::Error as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};

use super::config::{self, MailTransport};
use super::db::Tx;
use super::id::Id;
use super::jobs::{Hopeless, Job, Kind};
use super::time::Span;
pub use smtp::Protection;

/// The job that hands a [`Mail`] over.
pub const MAIL: Kind<Mail> = Kind::new(
    "mail",
    "Hands one mail over to the mail server.",
    Span::minutes(2),
);

/// A mail, ready to send, in plain text and HTML.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Address of the recipient.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Neither the address nor the links that sign somebody in.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mail(..)")
    }
}

/// Puts a mail into the outbox; it leaves when the transaction is committed, and not otherwise. Gives the job that sends it.
///
/// # Errors
/// Whatever the database says.
pub async fn post(tx: &mut Tx, mail: &Mail) -> sqlx::Result<Id<Job>> {
    MAIL.insert(tx, mail).await
}

/// How mail leaves.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// A real server, which may take so long for one mail.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>, Mailbox, Duration),
    /// One `.eml` file for each mail.
    File(PathBuf, Mailbox),
    /// For tests.
    Memory(Arc<Mutex<Vec<Mail>>>),
}

impl Mailer {
    /// As configured.
    ///
    /// # Errors
    /// When the sender or the server's address cannot be understood.
    pub fn new(config: &config::Mail) -> anyhow::Result<Self> {
        let from: Mailbox = config.from.parse().map_err(|error| {
            anyhow::anyhow!(
                "[mail] from = {:?} is no mail address: {error}",
                config.from
            )
        })?;
        Ok(match config.transport {
            MailTransport::Smtp => {
                let patience = config.send_for.duration();
                let transport = smtp::transport(config, patience)?;
                Self::Smtp(Box::new(transport), from, patience)
            }
            MailTransport::File => Self::File(config.dir.clone(), from),
            MailTransport::Memory => Self::Memory(Arc::default()),
        })
    }

    /// Whether a server is there that greets, and takes our name and password; nothing is sent. True without a server.
    ///
    /// # Errors
    /// Why it cannot be reached.
    pub async fn is_reachable(&self) -> anyhow::Result<bool> {
        match self {
            Self::Smtp(transport, ..) => Ok(transport.test_connection().await?),
            Self::File(..) | Self::Memory(_) => Ok(true),
        }
    }

    /// Hands one mail over. `name` tells it from all others, and is the same when it is sent again: its Message-ID is made
    /// of it, so that a mail that was sent twice can be known by that (RFC 5322, 3.6.4).
    ///
    /// Each mail has a connection of its own, which is closed when the time is over. lettre 0.11 knows no time limit but
    /// for connecting, and its pool would take back a connection whose answers are still to come: the next mail would
    /// take them for its own.
    ///
    /// # Errors
    /// When it was not accepted in time; the caller tries again later. [`Hopeless`] when there is no such mailbox.
    pub async fn send(&self, mail: &Mail, name: &str) -> anyhow::Result<()> {
        match self {
            Self::Smtp(transport, from, patience) => {
                let sent = transport.send(message(mail, from, name)?);
                tokio::time::timeout(*patience, sent)
                    .await
                    .map_err(|_| {
                        anyhow::anyhow!(
                            "the mail server did not take it within {} s",
                            patience.as_secs_f32()
                        )
                    })?
                    .map_err(failure)?;
            }
            Self::File(dir, from) => {
                tokio::fs::create_dir_all(dir).await?;
                let file = dir.join(format!("{name}.eml"));
                tokio::fs::write(&file, message(mail, from, name)?.formatted()).await?;
                tracing::info!(file = %file.display(), "mail written");
            }
            Self::Memory(sent) => sent
                .lock()
                .expect("no test panics while it holds the list")
                .push(mail.clone()),
        }
        Ok(())
    }
}

/// Enhanced status codes that are about the address of the recipient alone (RFC 3463, 3.2; RFC 7505). Other refusals may be
/// mended by whoever runs the mail server, so those mails wait.
const NO_SUCH_MAILBOX: [&str; 5] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"];

fn failure(error: lettre::transport::smtp::Error) -> anyhow::Error {
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    let status = text.split(|c: char| c.is_whitespace() || c == ':').next();
    // Of its own accord lettre refuses a server that cannot take an address with accents before the `@`; and one without TLS
    // or without our way to sign in, which whoever runs it can mend.
    let cannot_be_named = error.is_client() && text.contains("non-ascii");
    if cannot_be_named || status.is_some_and(|status| NO_SUCH_MAILBOX.contains(&status)) {
        Hopeless(error.to_string()).into()
    } else {
        error.into()
    }
}

fn message(mail: &Mail, from: &Mailbox, name: &str) -> anyhow::Result<Message> {
    Ok(Message::builder()
        .message_id(Some(format!("<{name}@{}>", from.email.domain())))
        .from(from.clone())
        .to(mail.to.parse()?)
        .subject(&mail.subject)
        .multipart(MultiPart::alternative_plain_html(
            mail.text.clone(),
            mail.html.clone(),
        ))?)
}
