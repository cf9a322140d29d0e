//! `gaceta subscription` and `gaceta reader show`: what the pages under /admin do, by command.

use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::control::{self, Paper};
use super::grant::by;
use base::config::Config;
use base::db::Tx;
use base::time::UnixMillis;
use readers::{Email, labels, shown_email};
use subscriptions::rules::{Filter, Overview, Plans, SubscriptionId};
use subscriptions::{Change, PlanSlug, Subscriptions, store};
use web::locale::Say;

/// What can be done with subscriptions.
#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub enum Subscription {
    /// List subscriptions, the newest first.
    List {
        /// Part of the owner's address or name, or of the company's name.
        #[arg(default_value = "")]
        search: String,
        /// all, running or ended.
        #[arg(long, default_value = "all")]
        only: Filter,
    },
    /// Set the last day.
    Extend {
        /// Identifier, as `list` shows it.
        subscription: SubscriptionId,
        /// The last day, as in 2027-12-31 (UTC).
        #[arg(long)]
        until: jiff::civil::Date,
        /// A note for whoever looks at it later, one line.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Give it another plan, or another number of readers.
    Plan {
        /// Identifier, as `list` shows it.
        subscription: SubscriptionId,
        /// One of the plans that `gaceta plan list` shows.
        plan: PlanSlug,
        /// How many readers it has; only where the plan leaves that open.
        #[arg(long)]
        seats: Option<i64>,
        /// A note for whoever looks at it later, one line.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Pass it to another reader, who looks after it from then on.
    Owner {
        /// Identifier, as `list` shows it.
        subscription: SubscriptionId,
        /// Address of the new owner, who has an account.
        email: String,
        /// A note for whoever looks at it later, one line.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// End it now; `resume` undoes that.
    End {
        /// Identifier, as `list` shows it.
        subscription: SubscriptionId,
        /// A note for whoever looks at it later, one line.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Let one that was ended before its last day go on.
    Resume {
        /// Identifier, as `list` shows it.
        subscription: SubscriptionId,
        /// A note for whoever looks at it later, one line.
        #[arg(long, default_value = "")]
        note: String,
    },
}

/// So many are listed; a search finds the others.
const LISTED: i64 = 200;

/// Does it.
///
/// # Errors
/// Says what is wrong and how to mend it.
pub async fn run(config: Config, what: Subscription) -> anyhow::Result<()> {
    let paper = Paper::open(config).await?;
    paper.tell(control::Order::Subscription(what)).await
}

/// Does it, and says what was done.
///
/// # Errors
/// Says what is wrong and how to mend it; then nothing was changed.
pub async fn carry_out(
    from: &Subscriptions,
    what: Subscription,
    say: Say,
) -> anyhow::Result<Vec<String>> {
    let (id, change, note) = match what {
        Subscription::List { search, only } => return list(from, &search, only, say).await,
        Subscription::Extend {
            subscription,
            until,
            note,
        } => {
            let until = subscriptions::end_of(until)
                .ok_or_else(|| anyhow::anyhow!("{until} is too far away"))?;
            (subscription, Change::Extend(until), note)
        }
        Subscription::Plan {
            subscription,
            plan,
            seats,
            note,
        } => (subscription, Change::Plan(plan, seats), note),
        Subscription::Owner {
            subscription,
            email,
            note,
        } => {
            let owner = reader(from, &email).await?;
            (subscription, Change::Owner(owner.id), note)
        }
        Subscription::End { subscription, note } => (subscription, Change::End, note),
        Subscription::Resume { subscription, note } => (subscription, Change::Resume, note),
    };
    let done = subscriptions::change(from, id, &change, &by(&note)?).await?;
    done.map_err(|refusal| anyhow::Error::msg(refusal.say(say)))?;
    let mut tx = from.base.read().await?;
    let of = store::find_subscription(&mut tx, id).await?;
    let of = of.ok_or_else(|| anyhow::anyhow!("{id} is gone"))?;
    let plans = store::list_plans(&mut tx).await?;
    let state = words(say, of.ends_at, tx.now());
    let plan = plans.name(&of.plan, say.lang);
    Ok(vec![format!("{id}  {plan}  seats {}  {state}", of.seats)])
}

fn words(say: Say, ends_at: UnixMillis, now: UnixMillis) -> String {
    let day = say.day(subscriptions::last_day(ends_at));
    let until = say.with("happened-until", "day", day);
    if ends_at > now {
        until
    } else {
        format!("{}, {until}", say.say("happened-ended"))
    }
}

fn line(of: &Overview, plans: &Plans, now: UnixMillis, say: Say) -> String {
    format!(
        "{}  {}  {}  seats {}/{}  {}  {}",
        of.id,
        shown_email(&of.email),
        plans.name(&of.plan, say.lang),
        of.taken,
        of.seats,
        say.say(&format!("reason-{}", of.reason)),
        words(say, of.ends_at, now),
    )
}

async fn list(
    from: &Subscriptions,
    search: &str,
    only: Filter,
    say: Say,
) -> anyhow::Result<Vec<String>> {
    let mut tx = from.base.read().await?;
    let plans = store::list_plans(&mut tx).await?;
    let found = store::search_subscriptions(&mut tx, search, only, None, LISTED).await?;
    let now = tx.now();
    Ok(found.iter().map(|of| line(of, &plans, now, say)).collect())
}

/// The reader with this address.
async fn reader(from: &Subscriptions, email: &str) -> anyhow::Result<readers::Reader> {
    let email: Email = email
        .parse()
        .map_err(|()| anyhow::anyhow!("{email:?} is no mail address"))?;
    let reader = readers::store::find_by_email(&mut from.base.read().await?, &email).await?;
    reader.ok_or_else(|| anyhow::anyhow!("nobody has an account with {email}"))
}

/// `gaceta reader show`: the file of a reader.
///
/// # Errors
/// When nobody has that address.
pub async fn show_reader(
    from: &Subscriptions,
    email: &str,
    say: Say,
) -> anyhow::Result<Vec<String>> {
    let reader = reader(from, email).await?;
    let email = shown_email(&reader.email);
    let mut tx = from.base.read().await?;
    let plans = store::list_plans(&mut tx).await?;
    let now = tx.now();
    let mut lines = vec![format!("{email}  {}  {}", reader.name, reader.language)];
    for of in store::list_of_reader(&mut tx, reader.id).await? {
        lines.push(line(&of, &plans, now, say));
        lines.extend(happened(&mut tx, of.id, &plans, say).await?);
    }
    let idle = now.minus(from.base.config.accounts.idle_for);
    for device in readers::store::list_devices(&mut tx, reader.id, idle).await? {
        let (name, seen) = (labels::name(&device, say), device.last_seen_at.rfc3339());
        lines.push(format!("{name}  {seen}"));
    }
    Ok(lines)
}

/// A line for each event, indented.
async fn happened(
    tx: &mut Tx,
    id: SubscriptionId,
    plans: &Plans,
    say: Say,
) -> sqlx::Result<Vec<String>> {
    let events = store::list_events(tx, id).await?;
    let line = |event: &subscriptions::rules::Event| {
        let plan = event.terms.plan.as_ref();
        let plan = plan.map(|plan| plans.name(plan, say.lang).to_owned());
        let until = event.terms.until.map(|until| {
            let day = say.day(subscriptions::last_day(until));
            say.with("happened-until", "day", day)
        });
        let what = say.say(&format!("happened-{}", event.what));
        let parts = [
            Some(event.at.rfc3339()),
            Some(what),
            plan,
            until,
            event.note.clone(),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("  {}", parts.join("  "))
    };
    Ok(events.iter().map(line).collect())
}
