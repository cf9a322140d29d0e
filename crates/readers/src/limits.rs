//! How often signing in, signing up and asking for mail may be tried: for one account, from one network, to one address.
//!
//! Refusals never depend on whether an address is known: what counts is what was typed.

use super::rules::Email;
use base::config::Accounts;
use base::time::Clock;
use web::Result;
use web::limits::{Limit, Network};

/// The three limits.
#[derive(Debug)]
pub struct Limits {
    account: Limit,
    network: Limit,
    mails: Limit,
}

impl Limits {
    /// As configured.
    #[must_use]
    pub fn new(config: &Accounts, clock: &Clock) -> Self {
        Self {
            account: Limit::an_hour(config.attempts_per_account, clock),
            network: Limit::an_hour(config.attempts_per_network, clock),
            mails: Limit::an_hour(config.mails_per_address, clock),
        }
    }

    /// Someone tries a password of this account.
    ///
    /// # Errors
    /// [`web::Error::TooMany`].
    pub fn password(&self, network: Network, email: &str) -> Result<()> {
        self.network.count(network)?;
        self.account.count(email)
    }

    /// The password was right: that does not count, however often someone signs in and on however many devices.
    pub fn password_was_right(&self, network: Network, email: &str) {
        self.network.give_back(network);
        self.account.give_back(email);
    }

    /// Someone asks for a mail to this address.
    ///
    /// # Errors
    /// [`web::Error::TooMany`].
    pub fn mail(&self, network: Network, email: &Email) -> Result<()> {
        self.network.count(network)?;
        self.mails.count(email.as_str())
    }

    /// Forgets who has not tried for a while; one step of background work.
    pub fn forget_full(&self) {
        for limit in [&self.account, &self.network, &self.mails] {
            limit.forget_full();
        }
    }
}
