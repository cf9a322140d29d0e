//! Passwords: argon2id (OWASP: 19 MiB, two passes, one lane), computed off the request threads and only a few at a time.
//!
//! Whoever waits for one stands in a bounded queue. Nobody fills it alone: one stranger, one device and one link have a
//! share of its places each, and a quarter is kept from strangers, so that people who were here before still get in.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::Asker;
use base::blocking::Blocking;
use base::config::Accounts;
use base::rng::Rng;
use base::secret::Secret;
use web::shares::{Share, Shares};
use web::{Error, Result};

/// Hashes passwords, so many at the same time.
#[derive(Clone, Debug)]
pub struct Passwords {
    now: Blocking,
    /// For those whose turn it is, and those who wait.
    inside: Arc<Semaphore>,
    /// Of these, how many may be strangers.
    strangers: Arc<Semaphore>,
    /// Of these, how many may be one of an account, a network, a device or a link.
    shares: Arc<Shares>,
}

/// A place in the queue, until the hash is computed.
type Place = (Vec<OwnedSemaphorePermit>, Vec<Share>);

fn argon2() -> Argon2<'static> {
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19 * 1024, 2, 1, None).expect("these parameters are within argon2's bounds"),
    )
}

/// What an unknown address is checked against, so that it takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password", &[7; 32]));

fn hash_now(password: &str, salt: &[u8]) -> String {
    argon2()
        .hash_password_with_salt(password.as_bytes(), &salt[..16])
        .expect("the salt is sixteen bytes")
        .to_string()
}

impl Passwords {
    /// As configured; each hash takes 19 MiB.
    #[must_use]
    pub fn new(config: &Accounts) -> Self {
        let (at_once, waiting) = (config.hashes_at_once, config.hashes_waiting);
        let strangers = at_once.saturating_add(waiting - waiting / 4);
        Self {
            now: Blocking::new(at_once),
            inside: Arc::new(Semaphore::new(at_once.saturating_add(waiting))),
            strangers: Arc::new(Semaphore::new(strangers)),
            shares: Shares::new(config.hashes_share),
        }
    }

    /// The PHC string to store.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait.
    pub async fn hash(&self, asker: Asker<'_>, password: Secret, rng: &Rng) -> Result<String> {
        let salt = rng.bytes();
        self.run(asker, move || hash_now(password.reveal(), &salt))
            .await
    }

    /// Whether the password is right. `stored` is `None` for an unknown address, which takes just as long.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait.
    pub async fn verify(
        &self,
        asker: Asker<'_>,
        password: Secret,
        stored: Option<String>,
    ) -> Result<bool> {
        self.run(asker, move || {
            let known = stored.is_some();
            let phc = stored.as_deref().unwrap_or(&NOBODY);
            let right = argon2::PasswordHash::new(phc).is_ok_and(|hash| {
                argon2()
                    .verify_password(password.reveal().as_bytes(), &hash)
                    .is_ok()
            });
            right && known
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        asker: Asker<'_>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let place = self.enter(asker).ok_or(Error::Busy)?;
        let done = self.now.run(move || {
            let done = work();
            drop(place);
            done
        });
        Ok(done.await.expect("hashing does not panic"))
    }

    fn enter(&self, asker: Asker<'_>) -> Option<Place> {
        let permit = |of: &Arc<Semaphore>| Arc::clone(of).try_acquire_owned().ok();
        let mut permits = vec![permit(&self.inside)?];
        let shares = match asker {
            Asker::Stranger(network, account) => {
                permits.push(permit(&self.strangers)?);
                vec![self.shares.take(network)?, self.shares.take(account)?]
            }
            Asker::Device(device) => vec![self.shares.take(device)?],
            Asker::Link(link) => vec![self.shares.take(link.text())?],
            Asker::Command => Vec::new(),
        };
        Some((permits, shares))
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::task::Poll;

    use super::*;
    use crate::DeviceId;
    use web::limits::Network;

    fn passwords(at_once: usize, waiting: usize, share: usize) -> Passwords {
        Passwords::new(&Accounts {
            hashes_at_once: at_once,
            hashes_waiting: waiting,
            hashes_share: share,
            ..Accounts::default()
        })
    }

    fn stranger(network: u8, account: &str) -> Asker<'_> {
        Asker::Stranger(Network::V4([192, 0, network]), account)
    }

    #[tokio::test]
    async fn the_right_password_and_no_other() {
        let passwords = passwords(1, 0, 1);
        let rng = Rng::seeded(1);
        let hashed = passwords.hash(Asker::Command, "correct horse".into(), &rng);
        let stored = hashed.await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        for (password, stored, right) in [
            ("correct horse", Some(stored.clone()), true),
            ("correct hors", Some(stored), false),
            ("nobody has this password", None, false),
        ] {
            let verified = passwords.verify(stranger(1, "ada"), password.into(), stored);
            assert_eq!(verified.await.unwrap(), right, "{password}");
        }
    }

    #[tokio::test]
    async fn only_so_many_wait_and_the_next_is_told_at_once() {
        let passwords = passwords(1, 1, 9);
        let ask = || passwords.verify(Asker::Command, "correct horse".into(), None);
        let (first, second, third) = tokio::join!(ask(), ask(), ask());
        assert!(!first.unwrap() && !second.unwrap());
        assert!(matches!(third, Err(Error::Busy)));
        assert!(!ask().await.unwrap(), "there is room again");
    }

    #[tokio::test]
    async fn whoever_hangs_up_leaves_no_room_until_the_hash_is_computed() {
        let passwords = passwords(1, 2, 9);
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let mut given_up = Box::pin(passwords.run(Asker::Command, move || ended.recv()));
        assert!(poll_fn(|cx| Poll::Ready(given_up.as_mut().poll(cx).is_pending())).await);
        drop(given_up);
        let left = passwords.inside.available_permits();
        assert_eq!(left, 2, "its place is taken as long as its memory is");
        let mut waits = pin!(passwords.run(Asker::Command, || ()));
        assert!(poll_fn(|cx| Poll::Ready(waits.as_mut().poll(cx).is_pending())).await);
        end.send(()).unwrap();
        waits.await.unwrap();
        assert_eq!(passwords.inside.available_permits(), 3);
    }

    #[test]
    fn nobody_fills_the_queue_alone_and_strangers_not_at_all() {
        let passwords = passwords(2, 8, 3);
        let mut inside: Vec<_> = (0..3)
            .map(|_| passwords.enter(stranger(1, "ada")))
            .collect();
        assert!(inside.iter().all(Option::is_some));
        assert!(passwords.enter(stranger(1, "eve")).is_none(), "one network");
        assert!(passwords.enter(stranger(2, "ada")).is_none(), "one account");
        for network in 3..8 {
            inside.push(passwords.enter(stranger(network, &format!("reader {network}"))));
        }
        assert!(inside.iter().all(Option::is_some));
        assert!(passwords.enter(stranger(9, "zoe")).is_none(), "strangers");
        let known = Asker::Device(DeviceId::from_bits(1));
        let link = base::secret::TokenHash::of("a link");
        inside.extend([passwords.enter(known), passwords.enter(Asker::Link(&link))]);
        assert!(inside.iter().all(Option::is_some));
        assert!(passwords.enter(known).is_none(), "all places are taken");
    }
}
