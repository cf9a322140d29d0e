//! Sessions, asked on every request: from memory, from the database only when memory does not know them.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use http::HeaderMap;

use super::rules::{DeviceId, ReaderId};
use super::store;
use base::Base;
use base::background::Taken;
use base::lang::Lang;
use base::memory::Memory;
use base::rng::TOKEN_LENGTH;
use base::secret::{Key, TokenHash};
use base::time::{Span, UnixMillis};
use web::{Error, Result, cookies};

/// A signed-in browser.
#[derive(Debug)]
pub struct Session {
    /// Hash of its token.
    pub token: TokenHash,
    /// Who.
    pub reader: ReaderId,
    /// Where.
    pub device: DeviceId,
    /// Language of the reader.
    pub language: Lang,
    /// When the password was last given here.
    pub confirmed_at: UnixMillis,
    expires_at: UnixMillis,
    seen_at: AtomicI64,
    saved_at: AtomicI64,
    /// When what its pages may send is full again, monotonic milliseconds (GCRA).
    calls_full_at: AtomicU64,
    /// As bytes and not as a header: 16 more for a session, of which there may be a million.
    alias: OnceLock<[u8; ALIAS]>,
}

/// Characters of a reader's alias.
const ALIAS: usize = 22;

impl Session {
    /// What the reader is called towards other sites: always the same, and of no use anywhere else.
    #[must_use]
    pub fn alias(&self, secret: &Key) -> &[u8] {
        self.alias.get_or_init(|| {
            let alias = secret.alias("gate", self.reader.0).into_bytes();
            alias.try_into().expect("16 bytes are 22 characters")
        })
    }

    fn of(token: TokenHash, row: &store::SessionRow) -> Self {
        let seen_at = row.last_seen_at.0;
        Self {
            token,
            reader: row.reader_id,
            device: row.device_id,
            language: row.language,
            confirmed_at: row.confirmed_at,
            expires_at: row.expires_at,
            seen_at: AtomicI64::new(seen_at),
            saved_at: AtomicI64::new(seen_at),
            calls_full_at: AtomicU64::new(0),
            alias: OnceLock::new(),
        }
    }
}

/// How many sessions memory holds; more are asked for in the database.
const KEPT: u64 = 1_000_000;
/// Sessions used since then are read at the start.
const LATELY: Span = Span::days(1);
/// How many are read at a time.
const PORTION: u32 = 5_000;
/// The last request of a session is written down this often at most.
const SAVE_EVERY: Span = Span::minutes(5);
/// Whoever changes one of them goes first.
const GIVE_WAY_AFTER: Span = Span(200);
/// So many are written down in one transaction.
const SAVED_AT_ONCE: usize = 4_000;

/// The sessions in memory.
#[derive(Debug)]
pub struct Sessions {
    base: Arc<Base>,
    memory: Memory<TokenHash, Arc<Session>>,
    seen: Mutex<Vec<Arc<Session>>>,
}

/// What memory says of a request's session.
#[derive(Debug)]
pub enum Recognized {
    /// This is it.
    Session(Arc<Session>),
    /// There is none, or one that is over.
    Guest,
    /// Memory does not know the cookie: the database has to be asked, by [`Sessions::of`].
    Unknown,
}

impl Sessions {
    /// None yet; each is read when it is asked for.
    #[must_use]
    pub fn new(base: &Arc<Base>) -> Self {
        Self {
            base: Arc::clone(base),
            memory: Memory::new(KEPT),
            seen: Mutex::default(),
        }
    }

    /// The session of a request; `None` for a guest, and for a cookie that means nothing (any more).
    ///
    /// # Errors
    /// When the database had to be asked and did not answer.
    pub async fn of(&self, headers: &HeaderMap) -> Result<Option<Arc<Session>>> {
        let Some(token) = self.token(headers) else {
            return Ok(None);
        };
        let session = match self.find(&token) {
            Some(session) => Some(session),
            None => self.load(token).await?,
        };
        Ok(session.and_then(|session| self.live(session)))
    }

    /// The same without asking the database: for the path of a reading page.
    #[must_use]
    pub fn known(&self, headers: &HeaderMap) -> Recognized {
        let Some(token) = self.token(headers) else {
            return Recognized::Guest;
        };
        match self.find(&token) {
            Some(session) => self
                .live(session)
                .map_or(Recognized::Guest, Recognized::Session),
            None => Recognized::Unknown,
        }
    }

    fn find(&self, token: &TokenHash) -> Option<Arc<Session>> {
        let good = self.base.fresh.is_good();
        good.then(|| self.memory.find(token)).flatten()
    }

    fn token(&self, headers: &HeaderMap) -> Option<TokenHash> {
        cookies::read_session(headers, &self.base.config)
            .filter(|token| token.len() == TOKEN_LENGTH)
            .map(TokenHash::of)
    }

    /// A session that is not over, noted as seen now.
    fn live(&self, session: Arc<Session>) -> Option<Arc<Session>> {
        let now = self.base.clock.now();
        if self.is_over(&session, now) {
            return None;
        }
        self.note(&session, now);
        Some(session)
    }

    fn is_over(&self, session: &Session, now: UnixMillis) -> bool {
        let seen = UnixMillis(session.seen_at.load(Ordering::Relaxed));
        now >= session.expires_at || now >= seen.plus(self.base.config.accounts.idle_for)
    }

    /// Whether a session that something was begun for, such as a live stream, still goes on. It is not seen by that.
    ///
    /// # Errors
    /// When the database had to be asked and did not answer.
    pub async fn goes_on(&self, token: TokenHash) -> Result<bool> {
        let session = match self.find(&token) {
            Some(session) => Some(session),
            None => self.load(token).await?,
        };
        let now = self.base.clock.now();
        Ok(session.is_some_and(|session| !self.is_over(&session, now)))
    }

    /// Reads a session that has just begun, so that its first page does not ask the database.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn load(&self, token: TokenHash) -> Result<Option<Arc<Session>>> {
        let ticket = self.memory.ticket();
        let row = store::find_session(&mut self.base.read().await?, &token).await?;
        let session = row.map(|row| Arc::new(Session::of(token, &row)));
        if let Some(session) = &session {
            self.memory.keep(ticket, token, Arc::clone(session));
        }
        Ok(session)
    }

    /// Reads the sessions that were used lately, so that after a start their next pages do not ask the database.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn preload(&self) -> sqlx::Result<()> {
        let since = self.base.clock.now().minus(LATELY);
        let mut after = String::new();
        for _ in 0..KEPT / u64::from(PORTION) {
            let ticket = self.memory.ticket();
            let mut tx = self.base.read().await?;
            let rows =
                store::list_recent_sessions(&mut tx, &after, since, i64::from(PORTION)).await?;
            drop(tx);
            let Some(last) = rows.last() else {
                break;
            };
            after.clone_from(&last.token_hash);
            for row in &rows {
                if let Some(token) = TokenHash::from_text(&row.token_hash) {
                    let session = Arc::new(Session::of(token, row));
                    self.memory.keep(ticket, token, session);
                }
            }
        }
        Ok(())
    }

    fn note(&self, session: &Arc<Session>, now: UnixMillis) {
        session.seen_at.store(now.0, Ordering::Relaxed);
        let saved = session.saved_at.load(Ordering::Relaxed);
        let due = now >= UnixMillis(saved).plus(SAVE_EVERY);
        if due
            && session
                .saved_at
                .compare_exchange(saved, now.0, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            self.seen().push(Arc::clone(session));
        }
    }

    /// The session of a request that needs one.
    ///
    /// # Errors
    /// [`Error::SignIn`] for guests, with the page to come back to.
    pub async fn required(&self, headers: &HeaderMap, next: &str) -> Result<Arc<Session>> {
        self.of(headers).await?.ok_or_else(|| Error::SignIn {
            next: next.to_owned(),
        })
    }

    /// The same for what someone who borrowed a session must not do: the password was given here a short while ago.
    ///
    /// # Errors
    /// [`Error::SignIn`] or [`Error::Confirm`], with the page to come back to.
    pub async fn confirmed(&self, headers: &HeaderMap, next: &str) -> Result<Arc<Session>> {
        let session = self.required(headers, next).await?;
        if self.is_confirmed(&session) {
            Ok(session)
        } else {
            Err(Error::Confirm {
                next: next.to_owned(),
            })
        }
    }

    /// Whether the password was given here a short while ago.
    #[must_use]
    pub fn is_confirmed(&self, session: &Session) -> bool {
        let confirmed_for = self.base.config.accounts.confirmed_for;
        session.confirmed_at.plus(confirmed_for) > self.base.clock.now()
    }

    /// An open page of this session sends something. In a bucket of the session itself, since there may be a million.
    ///
    /// # Errors
    /// [`Error::TooMany`] beyond `[reading] calls_per_minute`.
    pub fn count_call(&self, session: &Session) -> Result<()> {
        let now = self.base.clock.mono().0;
        let all = Span::minutes(1).0;
        let one = all / u64::from(self.base.config.reading.calls_per_minute.max(1));
        let next = |full_at: u64| {
            let full_at = full_at.max(now) + one;
            (full_at <= now + all).then_some(full_at)
        };
        let bucket = &session.calls_full_at;
        bucket
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            .map(|_| ())
            .map_err(|full_at| Error::TooMany(Span(full_at + one - now - all)))
    }

    /// Forgets all of them.
    pub fn forget_all(&self) {
        self.memory.forget_all();
    }

    /// Forgets a session that was ended or changed, and gives it if it was there. To be called after the commit.
    pub fn forget(&self, token: &TokenHash) -> Option<Arc<Session>> {
        self.memory.forget(token)
    }

    /// The same for a token as the database has it.
    pub fn forget_stored(&self, text: &str) {
        if let Some(token) = TokenHash::from_text(text) {
            self.memory.forget(&token);
        }
    }

    /// See [`super::Readers::forget_sessions`].
    pub(super) fn forget_of(&self, reader: ReaderId, device: Option<DeviceId>) -> Vec<DeviceId> {
        let concerned = |session: &Arc<Session>| {
            session.reader == reader && device.is_none_or(|device| session.device == device)
        };
        let forgotten = self.memory.forget_where(concerned);
        forgotten.iter().map(|session| session.device).collect()
    }

    /// What is in memory, for tests that compare it with the database.
    pub fn kept(&self) -> impl Iterator<Item = Arc<Session>> {
        self.memory.iter().map(|(_, session)| session)
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Arc<Session>>> {
        self.seen
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    /// Writes down when sessions were last used; one step of background work. May be dropped half way.
    ///
    /// # Errors
    /// Whatever the database says; then all of them wait on.
    pub async fn save_seen(&self) -> sqlx::Result<()> {
        let seen = std::mem::take(&mut *self.seen());
        let seen = Taken::new(seen, |seen| self.seen().extend(seen));
        // Others write in between: sign-ins do not wait for all of them.
        for portion in seen.get().chunks(SAVED_AT_ONCE) {
            let mut tx = self.base.write().await?;
            // Readers who change a password wait for nobody who is only seen.
            tx.wait_for_locks(GIVE_WAY_AFTER).await?;
            let portion: Vec<_> = portion.iter().map(|one| (one.token, one.device)).collect();
            store::set_seen(&mut tx, &portion).await?;
            tx.commit().await?;
        }
        seen.written();
        Ok(())
    }
}
