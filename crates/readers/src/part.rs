//! The part of a running paper that knows its readers.

use std::sync::Arc;

use base::Base;
use base::blocking::Blocking;

use crate::devices::Devices;
use crate::limits::Limits;
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
