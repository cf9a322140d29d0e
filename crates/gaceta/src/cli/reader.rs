//! `gaceta reader`: accounts, made by the operator.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::control::{self, Paper};
use crate::App;
use base::config::Config;
use base::lang::Lang;
use base::secret::Secret;
use readers::rules::{MAX_NAME, MAX_PASSWORD, PasswordFault, check_password, one_line};
use readers::{self, Asker, Email};

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Reader {
    /// Add an account. The password is read from the standard input, one line.
    Add {
        /// Their address. Nobody checks that it is theirs; that is on you.
        email: String,
        /// How the paper calls them.
        #[arg(long, default_value = "")]
        name: String,
        /// Language of their account pages: en or es.
        #[arg(long, default_value = "en")]
        language: Lang,
    },
    /// Show what the paper knows of a reader: subscriptions with all that happened to them, and devices.
    Show {
        /// Their address.
        email: String,
    },
}

/// A new account.
#[derive(Serialize, Deserialize)]
pub struct ReaderOrder {
    email: String,
    name: String,
    language: Lang,
    password: Secret,
}

impl std::fmt::Debug for ReaderOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an account for {}", self.email)
    }
}

/// Does it.
///
/// # Errors
/// Says what is wrong and how to mend it.
pub async fn run(config: Config, reader: Reader) -> anyhow::Result<()> {
    let (email, name, language) = match reader {
        Reader::Show { email } => {
            let paper = Paper::open(config).await?;
            return paper.tell(control::Order::ShowReader(email)).await;
        }
        Reader::Add {
            email,
            name,
            language,
        } => (email, name, language),
    };
    // Nobody types a password for an account that cannot be.
    checked(&email, &name)?;
    let password = password(config.accounts.min_password)?;
    let order = ReaderOrder {
        email,
        name,
        language,
        password,
    };
    Paper::open(config)
        .await?
        .tell(control::Order::AddReader(order))
        .await
}

fn checked<'a>(email: &str, name: &'a str) -> anyhow::Result<(Email, &'a str)> {
    let email: Email = email
        .parse()
        .map_err(|()| anyhow::anyhow!("{email:?} is no mail address"))?;
    let name = one_line(name, MAX_NAME)
        .ok_or_else(|| anyhow::anyhow!("a name has one line of up to {MAX_NAME} characters"))?;
    Ok((email, name))
}

/// Does it, and says what was done.
///
/// # Errors
/// Says what is wrong and how to mend it.
pub async fn carry_out(app: &App, order: ReaderOrder) -> anyhow::Result<Vec<String>> {
    let ReaderOrder {
        email,
        name,
        language,
        password,
    } = order;
    let (email, name) = checked(&email, &name)?;
    let shortest = app.base.config.accounts.min_password;
    match check_password(password.reveal(), email.as_str(), shortest) {
        Ok(()) => {}
        Err(PasswordFault::TooCommon) => anyhow::bail!("choose a password that is harder to guess"),
        Err(_) => anyhow::bail!("a password has {shortest} to {MAX_PASSWORD} characters"),
    }
    let hash = app
        .readers
        .passwords
        .hash(Asker::Command, password, &app.base.rng)
        .await?;
    let mut tx = app.base.write().await?;
    let terms = about::store::find_terms_version(&mut tx).await?;
    let made =
        readers::store::insert_reader(&mut tx, &email, name, &hash, language, terms.as_deref())
            .await?;
    tx.commit().await?;
    anyhow::ensure!(made.is_some(), "{email} has an account already");
    Ok(vec![format!("{email} can sign in")])
}

/// One line of the standard input.
fn password(shortest: usize) -> anyhow::Result<Secret> {
    if std::io::stdin().is_terminal() {
        // What is typed is shown: hiding it needs terminal modes, and a pipe serves those who mind.
        print!("Password (at least {shortest} characters; it is shown as you type): ");
        std::io::stdout().flush()?;
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).into())
}
