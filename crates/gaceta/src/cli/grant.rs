//! `gaceta grant`: gives a reader a subscription.

use clap::Args;
use serde::{Deserialize, Serialize};

use super::control::{self, Paper};
use crate::App;
use base::config::Config;
use readers::{self, Email};
use subscriptions::rules::{MAX_COMPANY_NAME, MAX_NOTE};
use subscriptions::{self, By, CompanyName, Granted, PlanSlug, Reason, store};
use web::locale::Say;

/// Options of `grant`.
#[derive(Debug, Args)]
pub struct Grant {
    /// Address of the reader, who has an account.
    email: String,
    /// One of the plans that `gaceta plan list` shows.
    #[arg(long)]
    plan: PlanSlug,
    /// How many readers it has, the owner included; only where the plan leaves that open.
    #[arg(long)]
    seats: Option<i64>,
    /// The last day, as in 2027-12-31 (UTC).
    #[arg(long)]
    until: jiff::civil::Date,
    /// Name of the company.
    #[arg(long, default_value = "")]
    company: String,
    /// Why: granted, paid, trial, gift or company.
    #[arg(long, default_value = "granted")]
    reason: Reason,
    /// A note for whoever looks at it later, one line.
    #[arg(long, default_value = "")]
    note: String,
    /// The owner of a company only manages it, and takes no seat.
    #[arg(long)]
    manages_only: bool,
}

/// A subscription for a reader.
#[derive(Debug, Serialize, Deserialize)]
pub struct GrantOrder {
    email: String,
    plan: PlanSlug,
    seats: Option<i64>,
    until: jiff::civil::Date,
    company: String,
    reason: Reason,
    note: String,
    manages_only: bool,
}

/// Gives.
///
/// # Errors
/// Says what is wrong and how to mend it.
pub async fn run(config: Config, grant: Grant) -> anyhow::Result<()> {
    let order = GrantOrder {
        email: grant.email,
        plan: grant.plan,
        seats: grant.seats,
        until: grant.until,
        company: grant.company,
        reason: grant.reason,
        note: grant.note,
        manages_only: grant.manages_only,
    };
    Paper::open(config)
        .await?
        .tell(control::Order::Grant(order))
        .await
}

/// Does it, and says what was done.
///
/// # Errors
/// Says what is wrong and how to mend it.
pub async fn carry_out(app: &App, order: GrantOrder, say: Say) -> anyhow::Result<Vec<String>> {
    let GrantOrder {
        email,
        plan,
        seats,
        until: day,
        company,
        reason,
        note,
        manages_only,
    } = order;
    let email: Email = email
        .parse()
        .map_err(|()| anyhow::anyhow!("{email:?} is no mail address"))?;
    let company_name = CompanyName::typed(&company).map_err(|_| {
        anyhow::anyhow!("a company's name has one line of up to {MAX_COMPANY_NAME} characters")
    })?;
    let until =
        subscriptions::end_of(day).ok_or_else(|| anyhow::anyhow!("{day} is too far away"))?;
    anyhow::ensure!(until > app.base.clock.now(), "{day} is over");
    let reader = readers::store::find_by_email(&mut app.base.read().await?, &email).await?;
    let reader = reader.ok_or_else(|| {
        anyhow::anyhow!(
            "nobody has an account with {email}; add one with: gaceta reader add {email}"
        )
    })?;
    let what = subscriptions::Grant {
        plan: plan.clone(),
        seats,
        company_name,
        until,
        reason,
        by: by(&note)?,
        takes_seat: !manages_only,
    };
    match subscriptions::grant(&app.subscriptions, &reader, &what).await? {
        Granted::Given(_, seats) => Ok(vec![format!(
            "{email} reads on {plan} with {seats} seats until {day}"
        )]),
        Granted::NoPlan => {
            let plans = store::list_plans(&mut app.base.read().await?).await?;
            anyhow::bail!("there is no plan {plan}; the paper has: {}", plans.slugs())
        }
        Granted::Seats(refusal) => anyhow::bail!("{plan}: {}", refusal.say(say)),
        Granted::SeatsTaken(taken) => anyhow::bail!(
            "{taken} people have a seat on the subscription of {email}, more than {plan} has; remove some first"
        ),
    }
}

/// The operator, with a note.
///
/// # Errors
/// When it is no note.
pub fn by(note: &str) -> anyhow::Result<By> {
    By::typed(None, note)
        .map_err(|_| anyhow::anyhow!("a note has one line of up to {MAX_NOTE} characters"))
}
