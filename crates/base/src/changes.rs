//! The ordered stream of what other nodes changed, read from the primary; and for how long what this node has in memory
//! may be used because of it.
//!
//! Every transaction that changes something nodes cache leaves a row in `change` (triggers see to that: a transactional
//! outbox). A poll reads all rows from a transaction number on, and the next one begins at the oldest transaction that was
//! still open: so a late commit is never skipped, some rows are delivered twice, and applying one must be idempotent.
//! **When a poll returns, every commit made before the poll was issued has been applied**; freshness counts from that
//! instant on the local monotonic clock, so a stream that lags, or a machine that stood still, proves nothing.

use std::sync::atomic::{AtomicU64, Ordering};

use lease::Millis;
use sqlx::PgConnection;

use super::db::{Tx, execute, row};
use super::time::{Clock, Span, UnixMillis};

/// Something that nodes may have in memory is different now. As it is in the row: whoever keeps something parses it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Number of the transaction that changed it.
    pub txid: i64,
    /// What kind of thing.
    pub kind: String,
    /// Which one.
    pub about: String,
}

/// What one look brought.
#[derive(Debug)]
pub struct Look {
    /// In the order of the transactions' numbers. Of two about the same thing either may be the newer.
    pub changes: Vec<Change>,
    /// Where the next look begins.
    pub next: i64,
    /// The primary's clock.
    pub now: UnixMillis,
    /// How far its log had come.
    pub place: i64,
    /// The generation of leases. With another one than before this may be a database that has lost what was heard: all
    /// numbers of transactions begin anew.
    pub generation: u64,
}

row! {
    /// How things stand, and one change if there is any.
    struct LookRow {
        next: i64,
        now: i64,
        place: i64,
        generation: i64,
        txid: Option<i64>,
        kind: Option<String>,
        about: Option<String>,
    }
}

/// Reads what changed from transaction `from` on; nothing but where to begin if there is no `from` yet.
///
/// # Errors
/// Whatever the database says.
pub async fn look(conn: &mut PgConnection, from: Option<i64>) -> sqlx::Result<Look> {
    let rows: Vec<LookRow> = sqlx::query_as(
        "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS next,
                (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
                (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint AS place,
                lease_generation() AS generation, change.txid, change.kind, change.about
         FROM (SELECT 1) AS one LEFT JOIN change ON change.txid >= $1 ORDER BY change.txid",
    )
    .bind(from.unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    let first = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    let (next, now, place, generation) = (first.next, first.now, first.place, first.generation);
    let change = |row: LookRow| {
        Some(Change {
            txid: row.txid?,
            kind: row.kind?,
            about: row.about?,
        })
    };
    Ok(Look {
        changes: rows.into_iter().filter_map(change).collect(),
        next,
        now: UnixMillis(now),
        place,
        generation: generation.unsigned_abs(),
    })
}

/// Deletes what every node has heard, or will not ask for any more.
///
/// # Errors
/// Whatever the database says.
pub async fn forget_old(tx: &mut Tx) -> sqlx::Result<u64> {
    let before = tx.now().minus(KEPT_FOR);
    execute!(tx, "DELETE FROM change WHERE happened_at < $1", before)
}

/// How long changes are kept.
const KEPT_FOR: Span = Span::minutes(30);
/// A node that has not looked for so long begins with an empty memory.
pub const HEARD_FOR: Span = Span::minutes(10);

/// For how long memory is good.
#[derive(Debug)]
pub struct Freshness(Option<Stream>);

/// How the stream of changes is heard.
#[derive(Debug)]
struct Stream {
    clock: Clock,
    stale_for: Millis,
    grace: Millis,
    /// The moment of the newest look that came back.
    heard_at: AtomicU64,
    /// The moment of the newest look that failed.
    failed_at: AtomicU64,
}

impl Stream {
    fn age(&self, now: Millis, asked_at: Millis) -> Millis {
        let heard = Millis(self.heard_at.load(Ordering::Relaxed));
        now.minus(heard.max(asked_at))
    }

    /// Whether what is so old at `now` may be used.
    fn is_fresh(&self, age: Millis, now: Millis) -> bool {
        age < self.stale_for || (age < self.stale_for.plus(self.grace) && self.is_cut_off(now))
    }

    /// A look has just failed. One that failed a while ago, on a machine that stood still since, says nothing.
    fn is_cut_off(&self, now: Millis) -> bool {
        let failed = self.failed_at.load(Ordering::Relaxed);
        failed != 0 && now.minus(Millis(failed)) < self.stale_for.plus(self.stale_for)
    }
}

impl Freshness {
    /// Of a node that is alone with its database: memory is as new as the last change, and no clock is asked.
    #[must_use]
    pub const fn alone() -> Self {
        Self(None)
    }

    /// Of one of several nodes, from now on: what is known may be used for `stale_for`, and for `grace` longer while the
    /// primary cannot be reached.
    #[must_use]
    pub fn shared(stale_for: Span, grace: Span, clock: Clock) -> Self {
        Self(Some(Stream {
            heard_at: AtomicU64::new(clock.mono().0),
            clock,
            stale_for: Millis(stale_for.0),
            grace: Millis(grace.0),
            failed_at: AtomicU64::new(0),
        }))
    }

    /// The moment of a question that is put now. Only several nodes have to know.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.0
            .as_ref()
            .map_or(Millis::ZERO, |stream| stream.clock.mono())
    }

    /// A look that was put at `at` came back.
    pub fn heard(&self, at: Millis) {
        if let Some(stream) = &self.0 {
            stream.heard_at.fetch_max(at.0, Ordering::Relaxed);
            stream.failed_at.store(0, Ordering::Relaxed);
        }
    }

    /// A look has failed.
    pub fn failed(&self) {
        if let Some(stream) = &self.0 {
            let now = stream.clock.mono();
            stream.failed_at.store(now.0, Ordering::Relaxed);
        }
    }

    /// How long ago the newest look that came back was put.
    #[must_use]
    pub fn age(&self) -> Millis {
        let age = |stream: &Stream| stream.age(stream.clock.mono(), Millis::ZERO);
        self.0.as_ref().map_or(Millis::ZERO, age)
    }

    /// Whether what is in memory may be used.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.is_good_since(Millis::ZERO)
    }

    /// Whether an answer in memory may be used for which the primary was asked at `asked_at`. Only if the changes that are
    /// heard take it out of there.
    #[must_use]
    pub fn is_good_since(&self, asked_at: Millis) -> bool {
        let age = |stream: &Stream, now| stream.is_fresh(stream.age(now, asked_at), now);
        self.0
            .as_ref()
            .is_none_or(|stream| age(stream, stream.clock.mono()))
    }

    /// Whether an answer may be used for which the primary was asked at `asked_at`, and that was put aside since, where no
    /// change that is heard reaches it.
    #[must_use]
    pub fn is_young(&self, asked_at: Millis) -> bool {
        let young = |stream: &Stream, now: Millis| stream.is_fresh(now.minus(asked_at), now);
        self.0
            .as_ref()
            .is_none_or(|stream| young(stream, stream.clock.mono()))
    }

    /// Whether the primary cannot be reached.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        let cut_off = |stream: &Stream| stream.is_cut_off(stream.clock.mono());
        self.0.as_ref().is_some_and(cut_off)
    }

    /// Whether the stream is up to date: what a load balancer asks.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let ready = |stream: &Stream| self.age() < stream.stale_for;
        self.0.as_ref().is_none_or(ready)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A node whose clock stands at 100 s.
    fn node() -> (Freshness, Clock) {
        let clock = Clock::fixed(UnixMillis(100_000));
        let fresh = Freshness::shared(Span::seconds(2), Span::seconds(60), clock.clone());
        (fresh, clock)
    }

    #[test]
    fn memory_is_good_while_the_stream_is_heard() {
        let (fresh, clock) = node();
        clock.advance(Span(1_999));
        assert!(fresh.is_good() && fresh.is_ready());
        clock.advance(Span(1));
        assert!(!fresh.is_good() && !fresh.is_ready());
        assert!(fresh.is_good_since(Millis(101_000)), "asked for itself");
        fresh.heard(Millis(101_500));
        assert!(fresh.is_good());
        assert!(Freshness::alone().is_good() && Freshness::alone().is_ready());
    }

    #[test]
    fn what_was_put_aside_is_not_made_younger_by_the_stream() {
        let (fresh, clock) = node();
        clock.advance(Span(1_999));
        fresh.heard(Millis(101_999));
        assert!(fresh.is_young(Millis(100_000)));
        clock.advance(Span(1));
        assert!(!fresh.is_young(Millis(100_000)) && fresh.is_good_since(Millis(100_000)));
        assert!(Freshness::alone().is_young(Millis::ZERO));
        fresh.failed();
        assert!(fresh.is_young(Millis(100_000)), "within the grace");
    }

    #[test]
    fn grace_is_for_a_primary_that_is_away_and_not_for_a_node_that_slept() {
        let (fresh, clock) = node();
        clock.advance(Span::seconds(2));
        fresh.failed();
        clock.advance(Span::seconds(1));
        assert!(fresh.is_good() && !fresh.is_ready());
        clock.advance(Span::seconds(27));
        assert!(!fresh.is_good(), "the failure is old: it stood still");
        for _ in 0..31 {
            fresh.failed();
            clock.advance(Span::seconds(1));
        }
        clock.advance(Span(999));
        assert!(fresh.is_good(), "61.999 s");
        clock.advance(Span(1));
        assert!(!fresh.is_good());
        fresh.heard(Millis(162_000));
        assert!(fresh.is_good());
        clock.advance(Span::seconds(2));
        assert!(!fresh.is_good(), "no grace left over");
    }
}
