//! Outgoing mail: by SMTP, as files, or kept in memory. Features never send; they put a [`Mail`] into the outbox, in
//! the transaction that makes it true, and a job hands it over here.

pub mod dkim;
mod message;
mod outbox;
mod smtp;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::config::{self, MailTransport};
use super::id::Id;
use super::jobs::{Job, Priority};
use super::time::UnixMillis;
pub use message::Sender;
pub use outbox::{
    Bounce, MAIL, deliver, export, find_bounce, forget_bounce, list_posted, post, take_back,
};
pub use smtp::{Fate, Protection, Refused, Stage};

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
    /// Which of the mails that wait leaves first.
    pub priority: Priority,
    /// Until when it is of use: what is good for half an hour is not sent a day later.
    pub good_until: Option<UnixMillis>,
}

/// Neither the address nor the links that sign somebody in.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mail(..)")
    }
}

/// How mail leaves.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// A real server, which may take so long for one mail.
    Smtp(Arc<smtp::Relay>, Arc<Sender>, Duration),
    /// One `.eml` file for each mail.
    File(PathBuf, Arc<Sender>),
    /// For tests.
    Memory(Arc<Mutex<Vec<Mail>>>),
}

impl Mailer {
    /// As configured.
    ///
    /// # Errors
    /// When the sender, the server's address or a key cannot be understood.
    pub fn new(config: &config::Mail) -> anyhow::Result<Self> {
        let sender = || Sender::new(config).map(Arc::new);
        Ok(match config.transport {
            MailTransport::Smtp => {
                let patience = config.send_for.duration();
                let relay = Arc::new(smtp::Relay::new(config)?);
                Self::Smtp(relay, sender()?, patience)
            }
            MailTransport::File => Self::File(config.dir.clone(), sender()?),
            MailTransport::Memory => Self::Memory(Arc::default()),
        })
    }

    /// Whether a server is there that greets, and takes our name and password; nothing is sent. Well without a server.
    ///
    /// # Errors
    /// Why it cannot be reached.
    pub async fn reach(&self) -> Result<(), Refused> {
        match self {
            Self::Smtp(relay, _, patience) => relay.reach(*patience).await,
            Self::File(..) | Self::Memory(_) => Ok(()),
        }
    }

    /// Hands one mail over; gives what the server said to it. `name` tells it from all others, and is the same when it is
    /// sent again: its Message-ID is made of it, so that a mail that was sent twice can be known by that (RFC 5322, 3.6.4).
    /// `now` is its date.
    ///
    /// # Errors
    /// [`Refused`] when the server did not take it, or not in time.
    pub async fn send(&self, mail: &Mail, name: &str, now: UnixMillis) -> anyhow::Result<String> {
        match self {
            Self::Smtp(relay, sender, patience) => {
                let (envelope, bytes) = sender.message(mail, name, now)?;
                Ok(relay.deliver(&envelope, &bytes, *patience).await?)
            }
            Self::File(dir, sender) => {
                tokio::fs::create_dir_all(dir).await?;
                let file = dir.join(format!("{name}.eml"));
                tokio::fs::write(&file, sender.message(mail, name, now)?.1).await?;
                tracing::info!(file = %file.display(), "mail written");
                Ok(format!("written to {}", file.display()))
            }
            Self::Memory(sent) => {
                let mut sent = sent.lock().expect("no test panics while it holds the list");
                sent.push(mail.clone());
                Ok("kept in memory".to_owned())
            }
        }
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
