//! SQL of what one reader has of subscriptions: to be taken along, and to be deleted.

use base::db::{Tx, execute, fetch_all, fetch_optional, row};
use base::export::{Sheet, moment};
use base::id::Id;
use base::jobs::Job;
use base::time::UnixMillis;
use readers::{Reader, ReaderId};

use super::super::rules::{By, Happened, PlanSlug, SeatChange, SeatStatus, SubscriptionId, Terms};

row! {
    struct Owned {
        plan: PlanSlug,
        company_name: Option<String>,
        seats: i64,
        starts_at: UnixMillis,
        ends_at: UnixMillis,
        terms_version: Option<String>,
        terms_accepted_at: Option<UnixMillis>,
    }
}

row! {
    struct Held {
        plan: PlanSlug,
        email: String,
        status: SeatStatus,
        invited_at: UnixMillis,
        accepted_at: Option<UnixMillis>,
        removed_at: Option<UnixMillis>,
        ends_at: UnixMillis,
    }
}

/// Subscriptions and seats of a reader, invitations to their address among them.
///
/// # Errors
/// Whatever the database says.
pub async fn export_subscriptions(tx: &mut Tx, reader: &Reader) -> sqlx::Result<Vec<Sheet>> {
    Ok(vec![
        owned(tx, reader.id).await?,
        held(tx, reader).await?,
        managed(tx, reader.id).await?,
        done(tx, reader.id).await?,
    ])
}

/// What they look after beside its owner.
async fn managed(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<Sheet> {
    let rows = fetch_all!(
        tx,
        (PlanSlug, Option<String>, UnixMillis),
        "SELECT s.plan, s.company_name, a.created_at FROM subscription_admin a JOIN subscription s ON s.id = a.subscription_id
         WHERE a.reader_id = $1 ORDER BY a.created_at, s.id",
        reader
    )?;
    let row = |(plan, company, since): (PlanSlug, Option<String>, UnixMillis)| {
        vec![plan.as_str().into(), company.into(), moment(since)]
    };
    Ok(Sheet {
        name: "looks_after",
        columns: &["plan", "company", "since"],
        rows: rows.into_iter().map(row).collect(),
    })
}

/// What they did about seats; whom it was about is no data of theirs.
async fn done(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<Sheet> {
    let rows = fetch_all!(
        tx,
        (UnixMillis, SeatChange),
        "SELECT happened_at, what FROM seat_event WHERE by_id = $1 ORDER BY happened_at, id",
        reader
    )?;
    let row = |(at, what): (UnixMillis, SeatChange)| vec![moment(at), what.as_str().into()];
    Ok(Sheet {
        name: "done_about_seats",
        columns: &["at", "what"],
        rows: rows.into_iter().map(row).collect(),
    })
}

async fn owned(tx: &mut Tx, owner: ReaderId) -> sqlx::Result<Sheet> {
    let rows = fetch_all!(
        tx,
        Owned,
        "SELECT plan, company_name, seats, starts_at, ends_at, terms_version, terms_accepted_at FROM subscription
         WHERE owner_id = $1 ORDER BY starts_at, id",
        owner
    )?;
    let row = |row: Owned| {
        vec![
            row.plan.as_str().into(),
            row.company_name.into(),
            row.seats.into(),
            moment(row.starts_at),
            moment(row.ends_at),
            row.terms_version.into(),
            moment(row.terms_accepted_at),
        ]
    };
    Ok(Sheet {
        name: "subscriptions",
        columns: &[
            "plan",
            "company",
            "seats",
            "starts_at",
            "ends_at",
            "terms_version",
            "terms_accepted_at",
        ],
        rows: rows.into_iter().map(row).collect(),
    })
}

async fn held(tx: &mut Tx, reader: &Reader) -> sqlx::Result<Sheet> {
    let rows = fetch_all!(
        tx,
        Held,
        "SELECT s.plan, t.email, t.status, t.invited_at, t.accepted_at, t.removed_at, s.ends_at
         FROM seat t JOIN subscription s ON s.id = t.subscription_id
         WHERE t.reader_id = $1 OR (t.email = $2 AND t.reader_id IS NULL) ORDER BY t.invited_at, t.id",
        reader.id,
        reader.email.as_str()
    )?;
    let row = |row: Held| {
        vec![
            row.plan.as_str().into(),
            row.email.into(),
            row.status.as_str().into(),
            moment(row.invited_at),
            moment(row.accepted_at),
            moment(row.removed_at),
            moment(row.ends_at),
        ]
    };
    Ok(Sheet {
        name: "seats",
        columns: &[
            "plan",
            "email",
            "status",
            "invited_at",
            "accepted_at",
            "removed_at",
            "ends_at",
        ],
        rows: rows.into_iter().map(row).collect(),
    })
}

/// Who looks after the subscriptions of this reader when they go: each with the one who has looked after it with them for
/// longest, and else with the reader who has had a seat on it for longest. What nobody else looks after or has a seat on is
/// not among them.
///
/// # Errors
/// Whatever the database says.
pub async fn list_successors(
    tx: &mut Tx,
    owner: ReaderId,
) -> sqlx::Result<Vec<(SubscriptionId, ReaderId)>> {
    let owned = fetch_all!(
        tx,
        (SubscriptionId,),
        "SELECT id FROM subscription WHERE owner_id = $1 ORDER BY id",
        owner
    )?;
    let mut successors = Vec::new();
    for (id,) in owned {
        let admins = super::list_admins(tx, id).await?;
        if let Some(next) = admins.first() {
            successors.push((id, next.reader));
            continue;
        }
        let next = fetch_optional!(
            tx,
            (ReaderId,),
            "SELECT reader_id FROM seat WHERE subscription_id = $1 AND status = 'accepted' AND reader_id <> $2
             ORDER BY accepted_at, id LIMIT 1",
            id,
            owner
        )?;
        successors.extend(next.map(|(next,)| (id, next)));
    }
    Ok(successors)
}

/// What is to be done after a reader's subscriptions and seats are gone.
#[derive(Clone, Debug, Default)]
pub struct Left {
    /// Who looks after a subscription now.
    pub successors: Vec<ReaderId>,
    /// The mails of invitations that are gone: they name this reader, as guest or as host.
    pub mails: Vec<Id<Job>>,
}

/// Deletes what a reader has of subscriptions: their seats, the invitations to their address, and those that they sent and
/// nobody has accepted. A subscription that others look after or read on passes to one of them ([`list_successors`]); all
/// others go.
///
/// # Errors
/// Whatever the database says.
pub async fn delete_of_reader(tx: &mut Tx, reader: &Reader) -> sqlx::Result<Left> {
    let (id, email) = (reader.id, reader.email.as_str());
    // Nobody takes or gives a seat meanwhile.
    execute!(
        tx,
        "UPDATE subscription SET seats = seats WHERE owner_id = $1",
        id
    )?;
    let mails = fetch_all!(
        tx,
        (Id<Job>,),
        "SELECT mail_job_id FROM seat WHERE mail_job_id IS NOT NULL
         AND (reader_id = $1 OR email = $2 OR subscription_id IN (SELECT id FROM subscription WHERE owner_id = $1))",
        id,
        email
    )?;
    forget_names(tx, id, email).await?;
    execute!(
        tx,
        "DELETE FROM seat WHERE reader_id = $1 OR (email = $2 AND status <> 'accepted')
         OR (status <> 'accepted' AND subscription_id IN (SELECT id FROM subscription WHERE owner_id = $1))",
        id,
        email
    )?;
    // Somebody else accepted what was sent to this address.
    execute!(tx, "UPDATE seat SET email = '' WHERE email = $1", email)?;
    let mut left = Left {
        successors: Vec::new(),
        mails: mails.into_iter().map(|row| row.0).collect(),
    };
    for (subscription, next) in list_successors(tx, id).await? {
        let terms = Terms {
            owner: Some(next),
            ..Terms::default()
        };
        let (what, by) = (Happened::OwnerChanged, By::default());
        super::record(tx, subscription, what, &terms, &by).await?;
        super::delete_admin(tx, subscription, next).await?;
        left.successors.push(next);
    }
    delete_owned(tx, id).await?;
    // What passed to somebody else keeps what happened to it, and names nobody who is gone.
    execute!(
        tx,
        "UPDATE subscription_event SET owner_id = NULL, note = NULL WHERE owner_id = $1",
        id
    )?;
    execute!(
        tx,
        "UPDATE subscription_event SET staff_id = NULL WHERE staff_id = $1",
        id
    )?;
    Ok(left)
}

/// What was done about seats stays, and names nobody who is gone.
async fn forget_names(tx: &mut Tx, id: ReaderId, email: &str) -> sqlx::Result<()> {
    execute!(
        tx,
        "UPDATE seat_event SET about = NULL WHERE about = $1 OR about IN (SELECT email FROM seat WHERE reader_id = $2)",
        email,
        id
    )?;
    execute!(
        tx,
        "UPDATE seat_event SET by_id = NULL WHERE by_id = $1",
        id
    )?;
    Ok(())
}

/// Deletes what they look after, and what they own and has passed to nobody.
async fn delete_owned(tx: &mut Tx, id: ReaderId) -> sqlx::Result<()> {
    execute!(
        tx,
        "DELETE FROM subscription_admin WHERE reader_id = $1 OR subscription_id IN (SELECT id FROM subscription WHERE owner_id = $1)",
        id
    )?;
    execute!(
        tx,
        "DELETE FROM subscription_event WHERE subscription_id IN (SELECT id FROM subscription WHERE owner_id = $1)",
        id
    )?;
    execute!(
        tx,
        "DELETE FROM end_notice WHERE subscription_id IN (SELECT id FROM subscription WHERE owner_id = $1)",
        id
    )?;
    execute!(
        tx,
        "DELETE FROM seat_event WHERE subscription_id IN (SELECT id FROM subscription WHERE owner_id = $1)",
        id
    )?;
    execute!(tx, "DELETE FROM subscription WHERE owner_id = $1", id)?;
    Ok(())
}
