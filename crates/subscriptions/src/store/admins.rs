//! SQL of who looks after subscriptions beside their owners.

use base::db::{Tx, execute, fetch_all, fetch_optional, row};
use base::time::UnixMillis;
use readers::ReaderId;

use super::super::rules::{Subscription, SubscriptionId};

/// So many subscriptions one reader is led to.
const MOST: i64 = 20;

/// The running subscriptions that this reader looks after, the one they own first.
///
/// # Errors
/// Whatever the database says.
pub async fn list_managed(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<Vec<Subscription>> {
    let mut managed: Vec<Subscription> = super::find_owned(tx, reader).await?.into_iter().collect();
    let now = tx.now();
    let others = fetch_all!(
        tx,
        (SubscriptionId,),
        "SELECT s.id FROM subscription_admin a JOIN subscription s ON s.id = a.subscription_id
         WHERE a.reader_id = $1 AND s.owner_id <> $1 AND s.ends_at > $2 ORDER BY a.created_at, s.id LIMIT $3",
        reader,
        now,
        MOST
    )?;
    for (id,) in others {
        managed.extend(super::find_subscription(tx, id).await?);
    }
    Ok(managed)
}

/// Whether this reader looks after a running subscription.
///
/// # Errors
/// Whatever the database says.
pub async fn manages_any(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<bool> {
    let now = tx.now();
    let found = fetch_optional!(
        tx,
        (SubscriptionId,),
        "SELECT s.id FROM subscription s WHERE s.ends_at > $2
         AND (s.owner_id = $1 OR s.id IN (SELECT subscription_id FROM subscription_admin WHERE reader_id = $1)) LIMIT 1",
        reader,
        now
    )?;
    Ok(found.is_some())
}

row! {
    /// Somebody who looks after a subscription beside its owner.
    #[derive(Clone, Debug)]
    pub struct Admin {
        /// Who.
        pub reader: ReaderId,
        /// How they are called; may be empty.
        pub name: String,
        /// Their address.
        pub email: String,
        /// Since when.
        pub since: UnixMillis,
    }
}

/// Who looks after a subscription beside its owner, in the order in which they came.
///
/// # Errors
/// Whatever the database says.
pub async fn list_admins(tx: &mut Tx, of: SubscriptionId) -> sqlx::Result<Vec<Admin>> {
    fetch_all!(
        tx,
        Admin,
        "SELECT a.reader_id AS reader, r.name, r.email, a.created_at AS since
         FROM subscription_admin a JOIN reader r ON r.id = a.reader_id
         WHERE a.subscription_id = $1 ORDER BY a.created_at, r.email",
        of
    )
}

/// Has somebody look after it, too. `false` if they do already.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_admin(tx: &mut Tx, of: SubscriptionId, reader: ReaderId) -> sqlx::Result<bool> {
    let now = tx.now();
    let inserted = execute!(
        tx,
        "INSERT INTO subscription_admin (subscription_id, reader_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        of,
        reader,
        now
    )?;
    Ok(inserted == 1)
}

/// They do not any more. `false` if they did not.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_admin(tx: &mut Tx, of: SubscriptionId, reader: ReaderId) -> sqlx::Result<bool> {
    let deleted = execute!(
        tx,
        "DELETE FROM subscription_admin WHERE subscription_id = $1 AND reader_id = $2",
        of,
        reader
    )?;
    Ok(deleted == 1)
}
