//! All that a running paper consists of, in one plain struct.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;

use crate::articles::{Catalog, Editions, Images, Shelf};
use crate::base::changes::Freshness;
use crate::base::config::Config;
use crate::base::db::{Db, Tx};
use crate::base::mail::Mailer;
use crate::base::rng::Rng;
use crate::base::secret::Key;
use crate::base::settings::{find_setting, set_setting};
use crate::base::time::Clock;
use crate::leases::Leases;
use crate::readers::passwords::Passwords;
use crate::readers::{Devices, Limits, Sessions};
use crate::reading::Renewal;
use crate::subscriptions::Seats;
use crate::web::headers;
use crate::web::pages::Pages;

/// The paper.
#[derive(Debug)]
pub struct App {
    /// Settings.
    pub config: Config,
    /// The headers of every answer: what browsers may do with it.
    pub fixed: HeaderMap,
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
    /// Editions and topics.
    pub editions: Editions,
    /// Which address is which article.
    pub catalog: Catalog,
    /// What stands beside articles.
    pub shelf: Shelf,
    /// Widths of pictures.
    pub images: Images,
    /// Finished pages.
    pub pages: Pages,
    /// Pages to be made anew.
    pub renewal: Renewal,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Who is signed in.
    pub sessions: Sessions,
    /// What their devices are called.
    pub devices: Devices,
    /// How often signing in and up may be tried.
    pub limits: Limits,
    /// Who has a seat.
    pub seats: Seats,
    /// Who reads where.
    pub leases: Leases,
    /// For how long memory is good.
    pub fresh: Freshness,
    stopping: AtomicBool,
}

impl App {
    /// Opens the database, migrates it, begins a new generation of leases and reads what pages need into memory.
    ///
    /// # Errors
    /// When any of that fails. Nothing is served then.
    pub async fn open(config: Config, clock: Clock, rng: Rng) -> anyhow::Result<Arc<Self>> {
        let db = Db::open(&config.location()).await?;
        let mut tx = db.write(&clock, &rng).await?;
        let secret = secret(&mut tx).await?;
        tx.commit().await?;
        let leases = Leases::open_home(&db, &config.reading, &clock, &rng).await?;
        let fresh = match &db {
            Db::Sqlite { .. } => Freshness::alone(),
            Db::Postgres(_) => {
                Freshness::shared(config.nodes.stale_for, config.reading.grace, clock.clone())
            }
        };
        let fixed = headers::fixed(&config);
        let app = Self {
            fixed: fixed.clone(),
            mailer: Mailer::new(&config.mail)?,
            secret,
            editions: Editions::default(),
            catalog: Catalog::default(),
            shelf: Shelf::default(),
            images: Images::default(),
            pages: Pages::new(config.pages.cache_bytes, fixed),
            renewal: Renewal::default(),
            passwords: Passwords::new(
                config.accounts.hashes_at_once,
                config.accounts.hashes_waiting,
            ),
            sessions: Sessions::default(),
            devices: Devices::default(),
            limits: Limits::new(&config.accounts, &clock),
            seats: Seats::default(),
            leases,
            fresh,
            stopping: AtomicBool::new(false),
            config,
            clock,
            rng,
            db,
        };
        let mut tx = app.read().await?;
        app.editions.load(&mut tx).await?;
        app.catalog.load(&mut tx).await?;
        app.images.load(&mut tx).await?;
        drop(tx);
        Ok(Arc::new(app))
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
