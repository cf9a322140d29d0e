//! The part of a running paper that every other part holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::background::Register;
use crate::changes::Freshness;
use crate::config::Config;
use crate::db::{Db, Tx};
use crate::mail::Mailer;
use crate::rng::Rng;
use crate::secret::Key;
use crate::settings::{find_setting, set_setting};
use crate::time::Clock;

/// Settings, clock, randomness, database, mail, and for how long memory is good.
#[derive(Debug)]
pub struct Base {
    /// Settings.
    pub config: Config,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub rng: Rng,
    /// The database.
    pub db: Db,
    /// Outgoing mail.
    pub mailer: Mailer,
    /// Signs cookies of which the server keeps no copy.
    pub secret: Key,
    /// For how long memory is good.
    pub fresh: Freshness,
    /// How background work is doing.
    pub work: Register,
    stopping: AtomicBool,
    proxied: AtomicBool,
}

impl Base {
    /// Opens the database and migrates it.
    ///
    /// # Errors
    /// When that fails, or the configured mail server cannot be understood.
    pub async fn open(config: Config, clock: Clock, rng: Rng) -> anyhow::Result<Arc<Self>> {
        let db = Db::open(&config.location()).await?;
        let mut tx = db.write(&clock, &rng).await?;
        let secret = secret(&mut tx).await?;
        tx.commit().await?;
        let fresh = match &db {
            Db::Sqlite { .. } => Freshness::alone(),
            Db::Postgres(_) => {
                Freshness::shared(config.nodes.stale_for, config.reading.grace, clock.clone())
            }
        };
        Ok(Arc::new(Self {
            mailer: Mailer::new(&config.mail)?,
            secret,
            fresh,
            work: Register::default(),
            stopping: AtomicBool::new(false),
            proxied: AtomicBool::new(false),
            config,
            clock,
            rng,
            db,
        }))
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn write(&self) -> sqlx::Result<Tx> {
        self.db.write(&self.clock, &self.rng).await
    }

    /// Begins a transaction that only reads.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn read(&self) -> sqlx::Result<Tx> {
        self.db.read(&self.clock, &self.rng).await
    }

    /// A request came through a proxy that `[server] proxies` does not count.
    pub fn found_proxy(&self) {
        if !self.proxied.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a proxy in front hands on requests, and [server] proxies = 0 takes it for the reader: all readers share its limits; set [server] proxies to how many there are"
            );
        }
    }

    /// Whether one did since the start.
    #[must_use]
    pub fn has_found_proxy(&self) -> bool {
        self.proxied.load(Ordering::Relaxed)
    }

    /// Whether the server is about to stop.
    #[must_use]
    pub fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Tells everybody that the server is about to stop.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}

/// The key for signatures; made once and kept in the database, so that it is backed up with it.
async fn secret(tx: &mut Tx) -> anyhow::Result<Key> {
    const NAME: &str = "secret";
    let text = match find_setting(tx, NAME).await? {
        Some(text) => text,
        None => {
            let text = tx.rng().token();
            set_setting(tx, NAME, &text).await?;
            text
        }
    };
    let bytes: [u8; 32] = URL_SAFE_NO_PAD
        .decode(&text)?
        .try_into()
        .map_err(|_| anyhow::anyhow!("the stored secret is not 256 bits long"))?;
    Ok(Key::new(bytes))
}
