//! How often passwords may be tried and mails be asked for: whoever guesses is slowed, and nobody is locked out.
//!
//! A wrong password is counted for whoever tries it. A *known device*, a browser that was signed in as this reader before,
//! has a bucket of its own that nobody else can empty. All other browsers share one for each account and one for each
//! network; where one of them is empty, a further try waits, longer and longer, before the password is looked at. None is
//! refused for being one too many, so the right password counts at any time, also on a new phone while a stranger
//! guesses from elsewhere. What that costs is in `docs/adr/0011-slow-and-never-locked.md`.
//!
//! Nothing here depends on whether an address is known: what counts is what was typed.

use std::sync::Arc;

use http::HeaderMap;

use super::rules::{DeviceId, Email, ReaderId};
use super::store::Purpose;
use super::{Readers, store};
use base::config::Config;
use base::secret::TokenHash;
use base::time::{Clock, Span};
use web::cookies::Cookie;
use web::limits::{Limit, Network};
use web::shares::Shares;
use web::{Error, Result};

/// Who tries a password, or asks for a mail, as far as limits tell people apart.
#[derive(Clone, Copy, Debug)]
pub enum Asker<'a> {
    /// Somebody in a browser that was signed in as this reader before.
    Device(DeviceId),
    /// Anybody else: from where, and the account as typed.
    Stranger(Network, &'a str),
    /// Somebody with a link that was mailed, which proves whose mailbox it is.
    Link(&'a TokenHash),
    /// Whoever runs the paper, by a command.
    Command,
}

/// In so many steps a try comes to wait for `[accounts] slowed_for`.
const STEPS: u32 = 10;
/// Of so many networks each gets all the mails to sign in by that one may ask for to an address.
const NETWORKS: u32 = 4;
/// So many of one stranger or device may wait at a time; else waiting side by side would slow nobody.
const WAITING: usize = 2;

/// The limits, and who waits.
#[derive(Debug)]
pub struct Limits {
    clock: Clock,
    slowed_for: Span,
    device: Limit,
    account: Limit,
    network: Limit,
    waiting: Arc<Shares>,
    device_mails: Limit,
    network_mails: Limit,
    address_mails: Limit,
    network_links: Limit,
    address_links: Limit,
    changes: Limit,
    sign_outs: Limit,
}

impl Limits {
    /// As configured.
    #[must_use]
    pub fn new(config: &Config, clock: &Clock) -> Self {
        // A try that waits is answered all the same.
        let slowest = Span(config.server.request_for.0 / 2);
        let config = &config.accounts;
        let an_hour = |count| Limit::an_hour(count, clock);
        Self {
            clock: clock.clone(),
            slowed_for: config.slowed_for.min(slowest),
            device: an_hour(config.attempts_per_account),
            account: an_hour(config.attempts_per_account),
            network: an_hour(config.attempts_per_network),
            waiting: Shares::new(WAITING),
            device_mails: an_hour(config.mails_per_address),
            network_mails: an_hour(config.mails_per_network),
            address_mails: an_hour(config.mails_per_address),
            network_links: an_hour(config.mails_per_address),
            address_links: an_hour(config.mails_per_address.saturating_mul(NETWORKS)),
            changes: an_hour(config.password_changes),
            sign_outs: an_hour(config.devices_per_reader),
        }
    }

    /// A password is about to be tried: counts it as wrong, and waits for as long as whoever tries it has to.
    ///
    /// # Errors
    /// [`Error::TooMany`] for whoever waits with several tries already.
    pub(crate) async fn password(&self, asker: Asker<'_>) -> Result<()> {
        let (over, waiting) = match asker {
            Asker::Device(device) => (
                self.device.charge(device, STEPS),
                self.waiting.take((device, "")),
            ),
            Asker::Stranger(network, account) => (
                (self.account.charge(account, STEPS)).max(self.network.charge(network, STEPS)),
                self.waiting.take((network, account)),
            ),
            Asker::Link(_) | Asker::Command => return Ok(()),
        };
        if over == 0 {
            return Ok(());
        }
        let wait = Span(self.slowed_for.0 * u64::from(over) / u64::from(STEPS));
        let _waiting = waiting.ok_or(Error::TooMany(wait))?;
        self.clock.sleep(wait).await;
        Ok(())
    }

    /// The password was right, or there was no time to look at it: that does not count, however often someone signs in and on
    /// however many devices.
    pub(crate) fn password_was_not_wrong(&self, asker: Asker<'_>) {
        match asker {
            Asker::Device(device) => self.device.give_back(device),
            Asker::Stranger(network, account) => {
                self.network.give_back(network);
                self.account.give_back(account);
            }
            Asker::Link(_) | Asker::Command => {}
        }
    }

    /// A mail is asked for, to whatever address.
    ///
    /// # Errors
    /// [`Error::TooMany`] when too many were asked for from this network.
    pub fn mail_from(&self, asker: Asker<'_>) -> Result<()> {
        match asker {
            Asker::Stranger(network, _) => self.network_mails.count(network),
            Asker::Device(_) | Asker::Link(_) | Asker::Command => Ok(()),
        }
    }

    /// Whether to send a mail with a link for this to this address; it is counted as sent. Not if several were sent within
    /// the hour: a further one would only fill the mailbox, and the last of those is minutes old, so its link still works.
    /// Whoever asked is told nothing else than otherwise, and so cannot be kept from it by a stranger who asks first.
    pub fn mail_to(&self, asker: Asker<'_>, purpose: Purpose, email: &Email) -> bool {
        match asker {
            Asker::Device(device) => self.device_mails.count(device).is_ok(),
            Asker::Stranger(..) => {
                let (purpose, email) = (purpose.as_str(), email.as_str());
                self.address_mails.count((purpose, email)).is_ok()
            }
            Asker::Link(_) | Asker::Command => true,
        }
    }

    /// A mail to sign in by is asked for. It works only in the browser that asks, so one that somebody else asked for is of
    /// no use to its owner: networks are counted apart, and whoever asks too often is told so, also for an address that
    /// nobody has.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub fn link_to(&self, asker: Asker<'_>, email: &Email) -> Result<()> {
        match asker {
            Asker::Device(device) => self.device_mails.count(device),
            Asker::Stranger(network, _) => {
                self.network_links.count((network, email.as_str()))?;
                self.address_links.count(email.as_str())
            }
            Asker::Link(_) | Asker::Command => Ok(()),
        }
    }

    /// A reader who gave the right password changes it: that writes a mail each time.
    ///
    /// # Errors
    /// [`Error::TooMany`]. A reset by mail is not counted here.
    pub fn change(&self, reader: ReaderId) -> Result<()> {
        self.changes.count(reader)
    }

    /// A reader signs another device out, for which all sessions in memory are looked at: as often an hour as they may have
    /// devices.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub fn sign_out(&self, reader: ReaderId) -> Result<()> {
        self.sign_outs.count(reader)
    }

    /// Forgets who has not tried for a while; one step of background work.
    pub fn forget_full(&self) {
        for limit in [
            &self.device,
            &self.account,
            &self.network,
            &self.device_mails,
            &self.network_mails,
            &self.address_mails,
            &self.network_links,
            &self.address_links,
            &self.changes,
            &self.sign_outs,
        ] {
            limit.forget_full();
        }
    }
}

impl Readers {
    /// Who asks for something of the account with this address, given as typed in small letters. It takes the same work
    /// for an address that nobody has.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn asker<'a>(
        &self,
        headers: &HeaderMap,
        network: Network,
        typed: &'a str,
    ) -> Result<Asker<'a>> {
        let stranger = Asker::Stranger(network, typed);
        let cookie = Cookie::Device.read(headers, self.base.config.secure());
        let (Some(cookie), Ok(email)) = (cookie, typed.parse::<Email>()) else {
            return Ok(stranger);
        };
        let mut tx = self.base.read().await?;
        let device = store::find_known_device(&mut tx, &email, &TokenHash::of(cookie)).await?;
        Ok(device.map_or(stranger, Asker::Device))
    }
}

#[cfg(test)]
mod tests {
    use base::time::UnixMillis;

    use super::*;

    #[tokio::test]
    async fn two_tries_of_one_stranger_wait_at_a_time() {
        let mut config = Config::default();
        config.accounts.attempts_per_account = 1;
        let clock = Clock::fixed(UnixMillis(1_772_020_320_000));
        let limits = Limits::new(&config, &clock);
        let network = Network::V4([198, 51, 100]);
        let guess = || limits.password(Asker::Stranger(network, "ada@example.com"));
        guess().await.unwrap();
        let (first, second, third) = tokio::join!(guess(), guess(), guess());
        assert!(first.is_ok() && second.is_ok());
        assert!(matches!(third, Err(Error::TooMany(_))), "{third:?}");
    }
}
