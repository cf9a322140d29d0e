//! A subscription and a seat for each of very many readers, for papers that are measured; see `readers::store`.

use base::db::{Tx, execute};
use base::time::UnixMillis;
use readers::store::{Numbers, READER};

/// Gives each of these readers a plan for one, until then.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_numbered_subscriptions(
    tx: &mut Tx,
    numbers: Numbers,
    until: UnixMillis,
) -> sqlx::Result<()> {
    let now = tx.now();
    execute!(
        tx,
        "WITH RECURSIVE line (n) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT n + 1 FROM line WHERE n + 1 < $2)
         INSERT INTO subscription (id, owner_id, plan, company_name, seats, provider, starts_at, ends_at, terms_version, terms_accepted_at, created_at)
         SELECT $3 || SUBSTR(CAST(1000000000000 + n AS TEXT), 2), $3 || SUBSTR(CAST(1000000000000 + n AS TEXT), 2),
                'digital', NULL, 1, 'granted', $4, $5, NULL, NULL, $4 FROM line",
        numbers.start,
        numbers.end,
        READER,
        now,
        until
    )?;
    execute!(
        tx,
        "WITH RECURSIVE line (n) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT n + 1 FROM line WHERE n + 1 < $2)
         INSERT INTO seat (id, subscription_id, reader_id, email, status, token_hash, invited_at, accepted_at, removed_at, expires_at)
         SELECT $3 || SUBSTR(CAST(1000000000000 + n AS TEXT), 2), $3 || SUBSTR(CAST(1000000000000 + n AS TEXT), 2),
                $3 || SUBSTR(CAST(1000000000000 + n AS TEXT), 2), 'reader' || CAST(n AS TEXT) || '@bench.test',
                'accepted', NULL, $4, $4, NULL, NULL FROM line",
        numbers.start,
        numbers.end,
        READER,
        now
    )?;
    Ok(())
}
