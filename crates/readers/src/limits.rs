//! How often signing in, signing up and asking for mail may be tried: for one account, from one network, to one address.
//!
//! Refusals never depend on whether an address is known: what counts is what was typed.

use std::sync::atomic::{AtomicI64, Ordering};

use super::rules::Email;
use base::config::Accounts;
use base::time::{Clock, Span, UnixMillis};
use web::Result;
use web::limits::{Limit, Network};

/// Full buckets are forgotten this often.
const FORGET_EVERY: Span = Span::minutes(10);

/// The three limits.
#[derive(Debug)]
pub struct Limits {
    account: Limit,
    network: Limit,
    mails: Limit,
    forgot_at: AtomicI64,
}

impl Limits {
    /// As configured.
    #[must_use]
    pub fn new(config: &Accounts, clock: &Clock) -> Self {
        Self {
            account: Limit::an_hour(config.attempts_per_account, clock),
            network: Limit::an_hour(config.attempts_per_network, clock),
            mails: Limit::an_hour(config.mails_per_address, clock),
            forgot_at: AtomicI64::new(clock.now().0),
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

    /// Forgets who has not tried for a while; cheap to call often.
    pub fn forget_full(&self, now: UnixMillis) {
        if now >= UnixMillis(self.forgot_at.load(Ordering::Relaxed)).plus(FORGET_EVERY) {
            self.forgot_at.store(now.0, Ordering::Relaxed);
            for limit in [&self.account, &self.network, &self.mails] {
                limit.forget_full();
            }
        }
    }
}
