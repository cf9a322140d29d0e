//! A subscription and a seat for each of very many readers, for papers that are measured; see `readers::store`.

use base::db::{Tx, insert_rows};
use base::time::UnixMillis;
use readers::store::{Numbers, READER};

use super::super::rules::SubscriptionId;

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
    let rows: Vec<_> = numbers
        .each()
        .map(|(number, end)| (number, format!("{READER}{end}")))
        .collect();
    insert_rows!(
        tx,
        "INSERT INTO subscription (id, owner_id, plan, company_name, seats, provider, reason, starts_at, ends_at, terms_version, terms_accepted_at, created_at) VALUES",
        &rows,
        |(_, id)| (
            id, id, "digital", "", 1_i64, "granted", "granted", now, until, "", now, now
        )
    )?;
    insert_rows!(
        tx,
        "INSERT INTO subscription_event (id, subscription_id, happened_at, what, owner_id, plan, seats, reason, until_at) VALUES",
        &rows,
        |(_, id)| (
            id, id, now, "granted", id, "digital", 1_i64, "granted", until
        )
    )?;
    insert_rows!(
        tx,
        "INSERT INTO seat (id, subscription_id, reader_id, email, status, token_hash, invited_at, accepted_at, removed_at, expires_at) VALUES",
        &rows,
        |(number, id)| (
            id,
            id,
            id,
            format!("reader{number}@bench.test"),
            "accepted",
            None::<String>,
            now,
            now,
            0_i64,
            0_i64
        )
    )?;
    Ok(())
}

/// A seat on that subscription for each of these readers.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_numbered_seats(
    tx: &mut Tx,
    of: SubscriptionId,
    numbers: Numbers,
) -> sqlx::Result<()> {
    let now = tx.now();
    let rows: Vec<_> = numbers
        .each()
        .map(|(number, end)| (number, format!("{READER}{end}")))
        .collect();
    insert_rows!(
        tx,
        "INSERT INTO seat (id, subscription_id, reader_id, email, status, invited_at, accepted_at) VALUES",
        &rows,
        |(number, id)| (
            id,
            of,
            id,
            format!("reader{number}@bench.test"),
            "accepted",
            now,
            now
        )
    )?;
    Ok(())
}
