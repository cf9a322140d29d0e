//! Passwords: argon2id (OWASP: 19 MiB, two passes, one lane), computed off the request threads and only a few at a time.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use base::rng::Rng;
use base::secret::Secret;
use web::{Error, Result};

/// Hashes passwords, so many at the same time.
#[derive(Clone, Debug)]
pub struct Passwords {
    now: Arc<Semaphore>,
    /// For those whose turn it is, and those who wait.
    inside: Arc<Semaphore>,
}

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
    /// At most `at_once` hashes are computed together, each takes 19 MiB; and `waiting` more may wait for their turn.
    #[must_use]
    pub fn new(at_once: usize, waiting: usize) -> Self {
        Self {
            now: Arc::new(Semaphore::new(at_once)),
            inside: Arc::new(Semaphore::new(at_once.saturating_add(waiting))),
        }
    }

    /// The PHC string to store.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait.
    pub async fn hash(&self, password: Secret, rng: &Rng) -> Result<String> {
        let salt = rng.bytes();
        self.run(move || hash_now(password.reveal(), &salt)).await
    }

    /// Whether the password is right. `stored` is `None` for an unknown address, which takes just as long.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait.
    pub async fn verify(&self, password: Secret, stored: Option<String>) -> Result<bool> {
        self.run(move || {
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

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _inside = self.inside.try_acquire().map_err(|_| Error::Busy)?;
        let _now = self
            .now
            .acquire()
            .await
            .expect("the semaphore is never closed");
        let done = tokio::task::spawn_blocking(work).await;
        Ok(done.expect("hashing does not panic"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_and_no_other() {
        let passwords = Passwords::new(1, 0);
        let rng = Rng::seeded(1);
        let stored = passwords.hash("correct horse".into(), &rng).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        for (password, stored, right) in [
            ("correct horse", Some(stored.clone()), true),
            ("correct hors", Some(stored), false),
            ("nobody has this password", None, false),
        ] {
            let verified = passwords.verify(password.into(), stored).await.unwrap();
            assert_eq!(verified, right, "{password}");
        }
    }

    #[tokio::test]
    async fn only_so_many_wait_and_the_next_is_told_at_once() {
        let passwords = Passwords::new(1, 1);
        let ask = || passwords.verify("correct horse".into(), None);
        let (first, second, third) = tokio::join!(ask(), ask(), ask());
        assert!(!first.unwrap() && !second.unwrap());
        assert!(matches!(third, Err(Error::Busy)));
        assert!(!ask().await.unwrap(), "there is room again");
    }
}
