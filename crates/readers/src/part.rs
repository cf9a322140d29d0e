//! The part of a running paper that knows its readers.

use std::sync::Arc;

use base::Base;

use crate::devices::Devices;
use crate::limits::Limits;
use crate::passwords::Passwords;
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
}

impl Readers {
    /// Nobody is in memory yet.
    #[must_use]
    pub fn new(base: &Arc<Base>) -> Arc<Self> {
        let accounts = &base.config.accounts;
        Arc::new(Self {
            sessions: Sessions::new(base),
            devices: Devices::new(base),
            limits: Limits::new(accounts, &base.clock),
            passwords: Passwords::new(accounts.hashes_at_once, accounts.hashes_waiting),
            base: Arc::clone(base),
        })
    }
}
