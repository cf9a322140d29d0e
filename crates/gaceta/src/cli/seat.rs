//! `gaceta seat`: who reads on a subscription, invitations, and seats taken back, by command.

use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::control::{self, Paper};
use base::config::Config;
use readers::{Email, shown_email};
use subscriptions::rules::{Actor, Answer, Member, Part, SeatStatus, Subscription, SubscriptionId};
use subscriptions::{Subscriptions, invite, store};
use web::locale::Say;

/// What can be done with seats.
#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub enum Seat {
    /// List who reads on a subscription and who is invited, in the order of their addresses.
    List {
        /// Identifier, as `gaceta subscription list` shows it.
        subscription: SubscriptionId,
        /// How addresses begin.
        #[arg(default_value = "")]
        start: String,
    },
    /// Invite people; whoever was invited before gets a new link.
    Invite {
        /// Identifier, as `gaceta subscription list` shows it.
        subscription: SubscriptionId,
        /// Their addresses.
        #[arg(required = true)]
        emails: Vec<String>,
    },
    /// Take a seat back, or withdraw an invitation. They can be invited again.
    Remove {
        /// Identifier, as `gaceta subscription list` shows it.
        subscription: SubscriptionId,
        /// The address.
        email: String,
    },
}

/// So many are listed; how an address begins finds the others.
const LISTED: i64 = 200;

/// Does it.
///
/// # Errors
/// Says what is wrong and how to mend it.
pub async fn run(config: Config, what: Seat) -> anyhow::Result<()> {
    let paper = Paper::open(config).await?;
    paper.tell(control::Order::Seat(what)).await
}

/// Does it, and says what was done.
///
/// # Errors
/// Says what is wrong and how to mend it.
pub async fn carry_out(from: &Subscriptions, what: Seat, say: Say) -> anyhow::Result<Vec<String>> {
    match what {
        Seat::List {
            subscription,
            start,
        } => {
            let of = find(from, subscription, say).await?;
            let mut tx = from.base.read().await?;
            let part = Part::starting(&start);
            let members = store::list_members(&mut tx, of.id, &part, LISTED).await?;
            Ok(members.iter().map(line).collect())
        }
        Seat::Invite {
            subscription,
            emails,
        } => invite_all(from, subscription, &emails, say).await,
        Seat::Remove {
            subscription,
            email,
        } => remove(from, subscription, &email, say).await,
    }
}

fn line(member: &Member) -> String {
    let email = shown_email(&member.email);
    let at = match member.status {
        SeatStatus::Invited => member.expires_at,
        _ => member.accepted_at,
    };
    let at = at.map_or(String::new(), base::time::UnixMillis::rfc3339);
    format!("{email}  {}  {at}", member.status)
}

async fn find(from: &Subscriptions, id: SubscriptionId, say: Say) -> anyhow::Result<Subscription> {
    let of = store::find_subscription(&mut from.base.read().await?, id).await?;
    of.ok_or_else(|| anyhow::Error::msg(say.say("change-unknown")))
}

fn address(text: &str, say: Say) -> anyhow::Result<Email> {
    text.parse()
        .map_err(|()| anyhow::Error::msg(Answer::NoAddress.say(say, text)))
}

async fn invite_all(
    from: &Subscriptions,
    id: SubscriptionId,
    emails: &[String],
    say: Say,
) -> anyhow::Result<Vec<String>> {
    let of = find(from, id, say).await?;
    let emails = emails.iter().map(|email| address(email, say));
    let emails = emails.collect::<anyhow::Result<Vec<Email>>>()?;
    let answers = invite::invite_all(from, &of, &emails, Actor::Command).await?;
    let lines = emails.iter().zip(&answers);
    let lines: Vec<String> = lines
        .map(|(email, answer)| answer.say(say, &shown_email(email.as_str())))
        .collect();
    let all = answers.iter().all(|answer| answer.is_settled());
    anyhow::ensure!(all, "{}", lines.join("\n"));
    Ok(lines)
}

async fn remove(
    from: &Subscriptions,
    id: SubscriptionId,
    email: &str,
    say: Say,
) -> anyhow::Result<Vec<String>> {
    let of = find(from, id, say).await?;
    let email = address(email, say)?;
    let mut tx = from.base.read().await?;
    let seat = store::find_current(&mut tx, id, email.as_str()).await?;
    drop(tx);
    let shown = shown_email(email.as_str());
    let Some(seat) = seat else {
        anyhow::bail!("{shown} has no seat on {id}, and no invitation");
    };
    let removed = invite::remove(from, &of, seat.id, Actor::Command).await?;
    let removed = removed.ok_or_else(|| {
        anyhow::anyhow!("{shown} owns {id}; pass it on first: gaceta subscription owner {id} EMAIL")
    })?;
    Ok(vec![format!(
        "{shown}  {}",
        say.say(&format!("seat-done-{removed}"))
    )])
}
