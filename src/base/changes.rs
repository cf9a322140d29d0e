//! The ordered stream of what other nodes changed, read from the primary; and for how long what this node has in memory
//! may be used because of it.
//!
//! Every transaction that changes something nodes keep leaves a row in `change` (triggers see to that). A look reads all
//! rows from a transaction number on, and begins the next time at the oldest transaction that was still open: so a late
//! commit is never skipped, some rows are read twice, and hearing one twice must be harmless. A look that came back proves:
//! **all that was committed before it was put has been heard.** Its moment is that of the question, on this node's own
//! clock; so a stream that lags, or a machine that stood still, proves nothing.

use std::sync::atomic::{AtomicU64, Ordering};

use lease::Millis;
use sqlx::PgConnection;

use super::db::{Tx, execute};
use super::time::{Span, UnixMillis};

/// Something that nodes may have in memory is different now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
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

type Row = (i64, i64, i64, i64, Option<String>, Option<String>);

/// Reads what changed from transaction `from` on; nothing but where to begin if there is no `from` yet.
///
/// # Errors
/// Whatever the database says.
pub async fn look(conn: &mut PgConnection, from: Option<i64>) -> sqlx::Result<Look> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
                (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
                (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint,
                lease_generation(), change.kind, change.about
         FROM (SELECT 1) AS one LEFT JOIN change ON change.txid >= $1 ORDER BY change.txid",
    )
    .bind(from.unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    let first = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    let (next, now, place, generation) = (first.0, first.1, first.2, first.3);
    let change = |(.., kind, about): Row| {
        Some(Change {
            kind: kind?,
            about: about?,
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
pub struct Freshness {
    /// `None` for a node that is alone with its database: then memory is as new as the last change.
    nodes: Option<Spans>,
    /// The moment of the newest look that came back.
    heard_at: AtomicU64,
    /// The moment of the newest look that failed.
    failed_at: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
struct Spans {
    stale_for: Millis,
    grace: Millis,
}

impl Freshness {
    /// Of a node that is alone.
    #[must_use]
    pub const fn alone() -> Self {
        Self {
            nodes: None,
            heard_at: AtomicU64::new(0),
            failed_at: AtomicU64::new(0),
        }
    }

    /// Of one of several nodes, from `now` on: what is known may be used for `stale_for`, and for `grace` longer while the
    /// primary cannot be reached.
    #[must_use]
    pub fn shared(stale_for: Span, grace: Span, now: Millis) -> Self {
        Self {
            nodes: Some(Spans {
                stale_for: Millis(stale_for.0),
                grace: Millis(grace.0),
            }),
            heard_at: AtomicU64::new(now.0),
            failed_at: AtomicU64::new(0),
        }
    }

    /// A look that was put at `at` came back.
    pub fn heard(&self, at: Millis) {
        self.heard_at.fetch_max(at.0, Ordering::Relaxed);
        self.failed_at.store(0, Ordering::Relaxed);
    }

    /// A look failed, at `now`.
    pub fn failed(&self, now: Millis) {
        self.failed_at.store(now.0, Ordering::Relaxed);
    }

    /// How long ago the newest look that came back was put.
    #[must_use]
    pub fn age(&self, now: Millis) -> Millis {
        now.minus(Millis(self.heard_at.load(Ordering::Relaxed)))
    }

    /// Whether what is in memory may be used.
    #[must_use]
    pub fn is_good(&self, now: Millis) -> bool {
        self.is_good_since(now, Millis::ZERO)
    }

    /// Whether an answer may be used for which the primary was asked at `asked_at`.
    #[must_use]
    pub fn is_good_since(&self, now: Millis, asked_at: Millis) -> bool {
        let Some(spans) = self.nodes else {
            return true;
        };
        let heard = Millis(self.heard_at.load(Ordering::Relaxed));
        let age = now.minus(heard.max(asked_at));
        age < spans.stale_for || (age < spans.stale_for.plus(spans.grace) && self.is_cut_off(now))
    }

    /// Whether the primary cannot be reached: a look has just failed. One that failed a while ago, on a machine that
    /// stood still since, says nothing.
    #[must_use]
    pub fn is_cut_off(&self, now: Millis) -> bool {
        let Some(spans) = self.nodes else {
            return false;
        };
        let failed = self.failed_at.load(Ordering::Relaxed);
        failed != 0 && now.minus(Millis(failed)) < spans.stale_for.plus(spans.stale_for)
    }

    /// Whether the stream is up to date: what a load balancer asks.
    #[must_use]
    pub fn is_ready(&self, now: Millis) -> bool {
        self.nodes
            .is_none_or(|spans| self.age(now) < spans.stale_for)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Millis = Millis::from_secs;

    #[test]
    fn memory_is_good_while_the_stream_is_heard() {
        let fresh = Freshness::shared(Span::seconds(2), Span::seconds(60), S(100));
        assert!(fresh.is_good(Millis(101_999)) && fresh.is_ready(Millis(101_999)));
        assert!(!fresh.is_good(S(102)) && !fresh.is_ready(S(102)));
        assert!(fresh.is_good_since(S(103), S(102)), "asked for itself");
        fresh.heard(S(103));
        assert!(fresh.is_good(S(104)));
        assert!(Freshness::alone().is_good(S(9_999)));
    }

    #[test]
    fn grace_is_for_a_primary_that_is_away_and_not_for_a_node_that_slept() {
        let fresh = Freshness::shared(Span::seconds(2), Span::seconds(60), S(100));
        fresh.failed(S(102));
        assert!(fresh.is_good(S(103)) && !fresh.is_ready(S(103)));
        assert!(!fresh.is_good(S(130)), "the failure is old: it stood still");
        for second in 103..162 {
            fresh.failed(S(second));
        }
        assert!(fresh.is_good(Millis(161_999)) && !fresh.is_good(S(162)));
        fresh.heard(S(163));
        assert!(
            fresh.is_good(S(164)) && !fresh.is_good(S(166)),
            "no grace left over"
        );
    }
}
