//! The outbox: mails as jobs, and what is known of addresses to which mail cannot be delivered.

use super::{Fate, Mail, Refused};
use crate::Base;
use crate::background::Failure;
use crate::db::{Tx, execute, fetch_optional, row};
use crate::export::{Sheet, moment};
use crate::id::Id;
use crate::jobs::{self, Hopeless, Job, Kind};
use crate::time::{Span, UnixMillis};

/// The job that hands a [`Mail`] over.
pub const MAIL: Kind<Mail> = Kind::new(
    "mail",
    "Hands one mail over to the mail server; links and news of one's own account before everything else.",
    Span::minutes(2),
);

/// Puts a mail into the outbox; it leaves when the transaction is committed, and not otherwise. Gives the job that sends it.
///
/// # Errors
/// Whatever the database says.
pub async fn post(tx: &mut Tx, mail: &Mail) -> sqlx::Result<Id<Job>> {
    MAIL.insert(tx, mail, mail.priority).await
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

/// Takes back mails that have not left yet: all to this address, and these. What is known of the address is forgotten.
///
/// # Errors
/// Whatever the database says.
pub async fn take_back(tx: &mut Tx, to: &str, mails: &[Id<Job>]) -> sqlx::Result<()> {
    jobs::delete_jobs(tx, MAIL.name(), &payload_to(to)).await?;
    forget_bounce(tx, to).await?;
    for mail in mails {
        jobs::finish_job(tx, *mail).await?;
    }
    Ok(())
}

/// Hands a mail of the outbox over, and notes whether there is such a mailbox.
///
/// # Errors
/// When it was not taken: tried again later, or given up at once ([`Hopeless`]) where that could not mend it.
pub async fn deliver(base: &Base, id: Id<Job>, mail: &Mail) -> Result<(), Failure> {
    let now = base.clock.now();
    if mail.good_until.is_some_and(|until| now >= until) {
        let reason = "what it leads to has run out, so it is not sent any more";
        return Err(Hopeless(reason.to_owned()).into());
    }
    let error = match base.mailer.send(mail, &id.to_string(), now).await {
        Ok(_) => {
            if find_bounce(&mut base.read().await?, &mail.to)
                .await?
                .is_some()
            {
                let mut tx = base.write().await?;
                forget_bounce(&mut tx, &mail.to).await?;
                tx.commit().await?;
            }
            return Ok(());
        }
        Err(error) => error,
    };
    match error.downcast_ref::<Refused>().map(|refused| refused.fate) {
        Some(Fate::NoMailbox) => {
            let mut tx = base.write().await?;
            note_bounce(&mut tx, &mail.to, &error.to_string()).await?;
            tx.commit().await?;
            Err(Hopeless(error.to_string()).into())
        }
        Some(Fate::Never) => Err(Hopeless(error.to_string()).into()),
        Some(Fate::Later) | None => Err(error.into()),
    }
}

/// A mail that came back.
#[derive(Clone, Debug)]
pub struct Bounce {
    /// What the server said.
    pub answer: String,
    /// When it said so last.
    pub bounced_at: UnixMillis,
}

row!(Bounce: answer, bounced_at);

/// What a server said to the last mail to this address, if it was that there is no such mailbox.
///
/// # Errors
/// Whatever the database says.
pub async fn find_bounce(tx: &mut Tx, email: &str) -> sqlx::Result<Option<Bounce>> {
    fetch_optional!(
        tx,
        Bounce,
        "SELECT answer, bounced_at FROM bounce WHERE email = $1",
        email
    )
}

async fn note_bounce(tx: &mut Tx, email: &str, answer: &str) -> sqlx::Result<()> {
    let now = tx.now();
    execute!(
        tx,
        "INSERT INTO bounce (email, answer, bounced_at) VALUES ($1, $2, $3)
         ON CONFLICT (email) DO UPDATE SET answer = excluded.answer, bounced_at = excluded.bounced_at",
        email,
        answer,
        now
    )?;
    Ok(())
}

/// Forgets that mail to this address came back.
///
/// # Errors
/// Whatever the database says.
pub async fn forget_bounce(tx: &mut Tx, email: &str) -> sqlx::Result<()> {
    execute!(tx, "DELETE FROM bounce WHERE email = $1", email)?;
    Ok(())
}
