//! The part of a running paper that knows its readers.

use std::sync::Arc;

use base::Base;
use base::blocking::Blocking;
use base::secret::Secret;

use crate::devices::Devices;
use crate::limits::{Asker, Limits};
use crate::passwords::Passwords;
use crate::rules::{DeviceId, ReaderId};
use crate::sessions::Sessions;

/// Who is signed in where, and how often that may be tried.
#[derive(Debug)]
pub struct Readers {
    /// Settings, clock, database.
    pub base: Arc<Base>,
    /// Who is signed in.
    pub sessions: Sessions,
    /// What their devices are called.
    pub devices: Devices,
    /// How often signing in and up may be tried.
    pub limits: Limits,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Where all sessions are looked at.
    scans: Blocking,
}

impl Readers {
    /// Nobody is in memory yet.
    #[must_use]
    pub fn new(base: &Arc<Base>) -> Arc<Self> {
        let accounts = &base.config.accounts;
        Arc::new(Self {
            sessions: Sessions::new(base),
            devices: Devices::new(base),
            limits: Limits::new(&base.config, &base.clock),
            passwords: Passwords::new(accounts),
            scans: Blocking::by_cores(),
            base: Arc::clone(base),
        })
    }

    /// Whether this is the stored password (PHC string); `None` if there is no such account, which takes the same work. Counts
    /// as wrong unless it is right, or could not be looked at.
    ///
    /// # Errors
    /// [`Error::TooMany`] for whoever guesses, and [`Error::Busy`].
    ///
    /// [`Error::TooMany`]: web::Error::TooMany
    /// [`Error::Busy`]: web::Error::Busy
    pub async fn verify(
        &self,
        asker: Asker<'_>,
        password: Secret,
        stored: Option<String>,
    ) -> web::Result<bool> {
        self.limits.password(asker).await?;
        let right = self.passwords.verify(asker, password, stored).await;
        if !matches!(right, Ok(false)) {
            self.limits.password_was_not_wrong(asker);
        }
        right
    }

    /// Forgets the sessions of this reader, or only those on one device, whatever the database says of them, and gives the
    /// devices they were on: so it also ends those that only memory still has. What goes on is read again. Off the threads
    /// that answer, since it looks at every session there is. To be called after the commit.
    pub async fn forget_sessions(
        self: &Arc<Self>,
        reader: ReaderId,
        device: Option<DeviceId>,
    ) -> Vec<DeviceId> {
        let readers = Arc::clone(self);
        let forget = move || readers.sessions.forget_of(reader, device);
        let forgotten = self.scans.run(forget);
        forgotten.await.expect("forgetting does not panic")
    }
}
