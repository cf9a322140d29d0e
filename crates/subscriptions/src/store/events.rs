//! SQL of what happened to subscriptions, and of what follows from it.

use base::db::{Tx, execute, fetch_all, row};
use base::time::UnixMillis;
use readers::ReaderId;

use super::super::rules::{
    By, Event, EventId, Happened, PlanSlug, Reason, State, SubscriptionId, Terms,
};

row! {
    struct EventRow {
        id: EventId,
        happened_at: UnixMillis,
        what: Happened,
        owner_id: Option<ReaderId>,
        plan: Option<PlanSlug>,
        seats: Option<i64>,
        reason: Option<Reason>,
        until_at: Option<UnixMillis>,
        staff_id: Option<ReaderId>,
        note: Option<String>,
    }
}

/// All that happened to a subscription, in its order.
///
/// # Errors
/// Whatever the database says.
pub async fn list_events(tx: &mut Tx, of: SubscriptionId) -> sqlx::Result<Vec<Event>> {
    let rows = fetch_all!(
        tx,
        EventRow,
        "SELECT id, happened_at, what, owner_id, plan, seats, reason, until_at, staff_id, note
         FROM subscription_event WHERE subscription_id = $1 ORDER BY happened_at, id",
        of
    )?;
    let event = |row: EventRow| Event {
        id: row.id,
        at: row.happened_at,
        what: row.what,
        terms: Terms {
            owner: row.owner_id,
            plan: row.plan,
            seats: row.seats,
            reason: row.reason,
            until: row.until_at,
        },
        by: row.staff_id,
        note: row.note,
    };
    Ok(rows.into_iter().map(event).collect())
}

/// Locks a subscription until commit (a no-op UPDATE, since SQLite has no FOR UPDATE), so that what happened to it holds while
/// something is decided about it. `false` if there is none.
///
/// # Errors
/// Whatever the database says.
pub async fn lock_subscription(tx: &mut Tx, id: SubscriptionId) -> sqlx::Result<bool> {
    Ok(execute!(
        tx,
        "UPDATE subscription SET seats = seats WHERE id = $1",
        id
    )? == 1)
}

/// Something happens now to a subscription that is locked, after all that is known to have happened, even where the clock of
/// another node was ahead. Writes down what follows from all of it.
///
/// # Errors
/// Whatever the database says.
pub async fn record(
    tx: &mut Tx,
    of: SubscriptionId,
    what: Happened,
    terms: &Terms,
    by: &By,
) -> sqlx::Result<()> {
    let mut events = list_events(tx, of).await?;
    let last = events.last().map(|event| (event.at, event.id));
    let (mut at, mut id) = (tx.now(), tx.new_id());
    if let Some((last_at, last_id)) = last
        && (at, id) <= (last_at, last_id)
    {
        at = at.max(last_at);
        id = EventId::from_bits(last_id.0 + 1);
    }
    let event = Event {
        id,
        at,
        what,
        terms: terms.clone(),
        by: by.staff,
        note: by.note.clone(),
    };
    execute!(
        tx,
        "INSERT INTO subscription_event (id, subscription_id, happened_at, what, owner_id, plan, seats, reason, until_at, staff_id, note)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        event.id,
        of,
        event.at,
        event.what,
        event.terms.owner,
        event.terms.plan.as_ref(),
        event.terms.seats,
        event.terms.reason,
        event.terms.until,
        event.by,
        event.note.as_deref()
    )?;
    events.push(event);
    match State::of(&events) {
        Some(state) => set_state(tx, of, &state).await,
        None => Ok(()),
    }
}

/// What follows from the events, for the queries of everything else.
async fn set_state(tx: &mut Tx, id: SubscriptionId, state: &State) -> sqlx::Result<()> {
    execute!(
        tx,
        "UPDATE subscription SET owner_id = $2, plan = $3, seats = $4, reason = $5, starts_at = $6, ends_at = $7 WHERE id = $1",
        id,
        state.owner,
        &state.plan,
        state.seats,
        state.reason,
        state.starts_at,
        state.ends_at()
    )?;
    Ok(())
}
