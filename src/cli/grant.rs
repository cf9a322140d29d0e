//! `gaceta grant`: gives a reader a subscription.

use clap::Args;

use super::serve;
use crate::App;
use crate::base::config::Config;
use crate::base::rng::Rng;
use crate::base::time::Clock;
use crate::readers::{self, Email};
use crate::subscriptions::rules::{MOST_SEATS, SeatsRefusal};
use crate::subscriptions::{self, Granted, Plan};

/// Options of `grant`.
#[derive(Debug, Args)]
pub struct Grant {
    /// Address of the reader, who has an account.
    email: String,
    /// digital, premium or company.
    #[arg(long)]
    plan: Plan,
    /// How many readers a company has, the owner included; other plans have their own number.
    #[arg(long)]
    seats: Option<i64>,
    /// The last day, as in 2027-12-31 (UTC).
    #[arg(long)]
    until: jiff::civil::Date,
    /// Name of the company.
    #[arg(long, default_value = "")]
    company: String,
}

/// Gives.
///
/// # Errors
/// Says what is wrong and how to mend it.
pub async fn run(config: Config, grant: Grant) -> anyhow::Result<()> {
    let seats = grant
        .plan
        .seats(grant.seats)
        .map_err(|refusal| match refusal {
            SeatsRefusal::Fixed(seats) => {
                anyhow::anyhow!(
                    "the plan {} has {seats} seats; leave out --seats",
                    grant.plan
                )
            }
            SeatsRefusal::OutOfRange => {
                anyhow::anyhow!("say how many readers the company has: --seats 1 to {MOST_SEATS}")
            }
        })?;
    let email: Email = grant
        .email
        .parse()
        .map_err(|()| anyhow::anyhow!("{:?} is no mail address", grant.email))?;
    let until = subscriptions::end_of(grant.until)
        .ok_or_else(|| anyhow::anyhow!("{} is too far away", grant.until))?;
    let _lock = serve::lock(&config)?;
    let app = App::open(config, Clock::System, Rng::System).await?;
    anyhow::ensure!(until > app.clock.now(), "{} is over", grant.until);
    let reader = readers::store::find_by_email(&mut app.read().await?, &email).await?;
    let reader = reader.ok_or_else(|| {
        anyhow::anyhow!(
            "nobody has an account with {email}; add one with: gaceta reader add {email}"
        )
    })?;
    let what = subscriptions::Grant {
        plan: grant.plan,
        seats,
        company_name: grant.company,
        until,
    };
    match subscriptions::grant(&app, &reader, &what).await? {
        Granted::Given(_) => println!(
            "{email} reads on {} with {seats} seats until {}",
            grant.plan, grant.until
        ),
        Granted::SeatsTaken(taken) => anyhow::bail!(
            "{taken} people have a seat on the subscription of {email}, and {} has {seats}; remove some first",
            grant.plan
        ),
    }
    app.db.close().await;
    Ok(())
}
