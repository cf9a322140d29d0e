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
use super::export::{Sheet, moment};
use super::id::Id;
use super::jobs::{self, Hopeless, Job, Kind};
use super::time::{Span, UnixMillis};
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

/// How the payload of a mail to this address begins: `to` is the first field.
fn payload_to(to: &str) -> String {
    format!("{{\"to\":{},", serde_json::Value::from(to))
}

/// Mails to this address that have not left yet: subject, since when they wait, how often they were tried.
///
/// # Errors
/// Whatever the database says.
pub async fn list_posted(tx: &mut Tx, to: &str) -> anyhow::Result<Vec<(String, UnixMillis, i64)>> {
    let rows = jobs::list_jobs(tx, MAIL.name(), &payload_to(to)).await?;
    let mails = rows.into_iter().map(|(payload, since, attempts)| {
        let mail: Mail = serde_json::from_str(&payload)?;
        Ok((mail.subject, since, attempts))
    });
    mails.collect()
}

/// The same as a table.
#[must_use]
pub fn export(mails: Vec<(String, UnixMillis, i64)>) -> Sheet {
    let row = |(subject, since, attempts): (String, UnixMillis, i64)| {
        vec![subject.into(), moment(since), attempts.into()]
    };
    Sheet {
        name: "mails",
        columns: &["subject", "waits_since", "attempts"],
        rows: mails.into_iter().map(row).collect(),
    }
}

/// Takes back mails that have not left yet: all to this address, and these.
///
/// # Errors
/// Whatever the database says.
pub async fn take_back(tx: &mut Tx, to: &str, mails: &[Id<Job>]) -> sqlx::Result<()> {
    jobs::delete_jobs(tx, MAIL.name(), &payload_to(to)).await?;
    for mail in mails {
        jobs::finish_job(tx, *mail).await?;
    }
    Ok(())
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

impl Mailer {
    /// Deletes the files of mails to this address, and of these; where mail is sent there are none.
    ///
    /// # Errors
    /// When the folder cannot be read or a file not be deleted.
    pub async fn forget(&self, to: &str, mails: &[Id<Job>]) -> std::io::Result<()> {
        let Self::File(dir, _) = self else {
            return Ok(());
        };
        let mut files = match tokio::fs::read_dir(dir).await {
            Ok(files) => files,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let line = format!("to: {}", to.to_lowercase());
        let named: Vec<PathBuf> = mails
            .iter()
            .map(|mail| dir.join(format!("{mail}.eml")))
            .collect();
        while let Some(file) = files.next_entry().await? {
            let path = file.path();
            let is_mail = path.extension().is_some_and(|end| end == "eml");
            if is_mail && (named.contains(&path) || has_line(&tokio::fs::read(&path).await?, &line))
            {
                tokio::fs::remove_file(&path).await?;
            }
        }
        Ok(())
    }
}

/// Whether a mail has this line, in small letters, among its header lines.
fn has_line(mail: &[u8], line: &str) -> bool {
    let text = String::from_utf8_lossy(mail).to_lowercase();
    let mut head = text.lines().take_while(|line| !line.is_empty());
    head.any(|one| one == line)
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
