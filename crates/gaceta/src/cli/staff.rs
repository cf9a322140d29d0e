//! `gaceta staff`: who works for the paper.

use clap::Subcommand;

use super::control::{Order, Paper};
use base::Base;
use base::config::Config;
use readers::{self, Email};

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Staff {
    /// Let a reader into the pages under /admin.
    Add {
        /// Their address; they have an account.
        email: String,
    },
}

/// Does it.
///
/// # Errors
/// Says what is wrong and how to mend it.
pub async fn run(config: Config, staff: Staff) -> anyhow::Result<()> {
    let Staff::Add { email } = staff;
    Paper::open(config)
        .await?
        .tell(Order::AddStaff(email))
        .await
}

/// Does it, and says what was done.
///
/// # Errors
/// Says what is wrong and how to mend it.
pub async fn carry_out(base: &Base, email: &str) -> anyhow::Result<Vec<String>> {
    let email: Email = email
        .parse()
        .map_err(|()| anyhow::anyhow!("{email:?} is no mail address"))?;
    let mut tx = base.write().await?;
    let reader = readers::store::find_by_email(&mut tx, &email).await?;
    let reader = reader.ok_or_else(|| {
        anyhow::anyhow!(
            "nobody has an account with {email}; add one with: gaceta reader add {email}"
        )
    })?;
    readers::store::insert_operator(&mut tx, reader.id).await?;
    tx.commit().await?;
    Ok(vec![format!("{email} may open the pages under /admin")])
}
