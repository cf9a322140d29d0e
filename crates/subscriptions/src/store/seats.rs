//! SQL of seats and invitations.

use base::db::{Tx, execute, fetch_all, fetch_one, fetch_optional, row};
use base::id::Id;
use base::jobs::{self, Job, MAX_ATTEMPTS};
use base::lang::Lang;
use base::secret::TokenHash;
use base::time::UnixMillis;
use readers::{Email, ReaderId, shown_email};

use super::super::rules::{
    Current, Invitation, MailId, Member, Part, SeatId, SubscriptionId, host_name,
};

/// Start and end of the seat of this reader that lasts longest.
///
/// # Errors
/// Whatever the database says.
pub async fn find_seat_span(
    tx: &mut Tx,
    reader: ReaderId,
) -> sqlx::Result<Option<(UnixMillis, UnixMillis)>> {
    let now = tx.now();
    fetch_optional!(
        tx,
        (UnixMillis, UnixMillis),
        "SELECT s.starts_at, s.ends_at FROM seat t JOIN subscription s ON s.id = t.subscription_id
         WHERE t.reader_id = $1 AND t.status = 'accepted' AND s.ends_at > $2
         ORDER BY CASE WHEN s.starts_at <= $2 THEN 0 ELSE 1 END, s.ends_at DESC LIMIT 1",
        reader,
        now
    )
}

/// Readers with a seat now, with its start and end, in the order of readers from the one behind `after`. Of several seats
/// of one reader the one that lasts longest comes first.
///
/// # Errors
/// Whatever the database says.
pub async fn list_seat_spans(
    tx: &mut Tx,
    after: ReaderId,
    length: i64,
) -> sqlx::Result<Vec<(ReaderId, UnixMillis, UnixMillis)>> {
    let now = tx.now();
    fetch_all!(
        tx,
        (ReaderId, UnixMillis, UnixMillis),
        "SELECT t.reader_id, s.starts_at, s.ends_at FROM seat t JOIN subscription s ON s.id = t.subscription_id
         WHERE t.reader_id > $1 AND t.status = 'accepted' AND s.starts_at <= $2 AND s.ends_at > $2
         ORDER BY t.reader_id, s.ends_at DESC LIMIT $3",
        after,
        now,
        length
    )
}

/// How many seats a running subscription has. Locks the subscription row until commit (a no-op UPDATE, since SQLite has no
/// FOR UPDATE), so what is counted after it holds.
///
/// # Errors
/// Whatever the database says.
pub async fn lock_seats(tx: &mut Tx, id: SubscriptionId) -> sqlx::Result<Option<i64>> {
    let now = tx.now();
    let row = fetch_optional!(
        tx,
        (i64,),
        "UPDATE subscription SET seats = seats WHERE id = $1 AND ends_at > $2 RETURNING seats",
        id,
        now
    )?;
    Ok(row.map(|row| row.0))
}

/// Seats that are taken or held for an invitation that still runs.
///
/// # Errors
/// Whatever the database says.
pub async fn count_used(tx: &mut Tx, id: SubscriptionId) -> sqlx::Result<i64> {
    let now = tx.now();
    let row = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM seat WHERE subscription_id = $1
         AND (status = 'accepted' OR (status = 'invited' AND expires_at > $2))",
        id,
        now
    )?;
    Ok(row.0)
}

/// Seats that others than this reader have accepted.
///
/// # Errors
/// Whatever the database says.
pub async fn count_accepted_without(
    tx: &mut Tx,
    id: SubscriptionId,
    reader: ReaderId,
) -> sqlx::Result<i64> {
    let row = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM seat WHERE subscription_id = $1 AND status = 'accepted' AND reader_id <> $2",
        id,
        reader
    )?;
    Ok(row.0)
}

/// Seats that have been accepted.
///
/// # Errors
/// Whatever the database says.
pub async fn count_accepted(tx: &mut Tx, id: SubscriptionId) -> sqlx::Result<i64> {
    let row = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM seat WHERE subscription_id = $1 AND status = 'accepted'",
        id
    )?;
    Ok(row.0)
}

/// The seat of this reader on that subscription.
///
/// # Errors
/// Whatever the database says.
pub async fn find_seat_of(
    tx: &mut Tx,
    id: SubscriptionId,
    reader: ReaderId,
) -> sqlx::Result<Option<SeatId>> {
    let row = fetch_optional!(
        tx,
        (SeatId,),
        "SELECT id FROM seat WHERE subscription_id = $1 AND reader_id = $2 AND status = 'accepted' LIMIT 1",
        id,
        reader
    )?;
    Ok(row.map(|row| row.0))
}

/// Whether this reader has a seat on that subscription.
///
/// # Errors
/// Whatever the database says.
pub async fn has_seat(tx: &mut Tx, id: SubscriptionId, reader: ReaderId) -> sqlx::Result<bool> {
    Ok(find_seat_of(tx, id, reader).await?.is_some())
}

row!(Current: id, reader, email, status, invited_at, expires_at, mail, is_undelivered);

/// The seat or invitation that this address has on that subscription.
///
/// # Errors
/// Whatever the database says.
pub async fn find_current(
    tx: &mut Tx,
    id: SubscriptionId,
    email: &str,
) -> sqlx::Result<Option<Current>> {
    let now = tx.now();
    fetch_optional!(
        tx,
        Current,
        "SELECT t.id, t.reader_id AS reader, t.email, t.status, t.invited_at, t.expires_at, t.mail_job_id AS mail,
           j.id IS NOT NULL AS is_undelivered
         FROM seat t LEFT JOIN job j ON j.id = t.mail_job_id AND j.attempts >= $3 AND (j.locked_until IS NULL OR j.locked_until <= $4)
         WHERE t.subscription_id = $1 AND t.email = $2 AND t.status <> 'removed' ORDER BY t.status, t.id LIMIT 1",
        id,
        email,
        MAX_ATTEMPTS,
        now
    )
}

/// A seat of that subscription, also one that was taken back.
///
/// # Errors
/// Whatever the database says.
pub async fn find_seat(
    tx: &mut Tx,
    id: SubscriptionId,
    seat: SeatId,
) -> sqlx::Result<Option<Current>> {
    fetch_optional!(
        tx,
        Current,
        "SELECT t.id, t.reader_id AS reader, t.email, t.status, t.invited_at, t.expires_at, t.mail_job_id AS mail,
           FALSE AS is_undelivered
         FROM seat t WHERE t.id = $2 AND t.subscription_id = $1",
        id,
        seat
    )
}

/// Everybody with a seat on that subscription.
///
/// # Errors
/// Whatever the database says.
pub async fn find_seated(tx: &mut Tx, id: SubscriptionId) -> sqlx::Result<Vec<ReaderId>> {
    let rows = fetch_all!(
        tx,
        (ReaderId,),
        "SELECT reader_id FROM seat WHERE subscription_id = $1 AND status = 'accepted' AND reader_id IS NOT NULL",
        id
    )?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

row!(Member: seat, reader, name, email, status, accepted_at, expires_at, is_undelivered);

/// A part of the members and invitations of a subscription in the order of their addresses, so many at most; not those taken
/// back.
///
/// # Errors
/// Whatever the database says.
pub async fn list_members(
    tx: &mut Tx,
    id: SubscriptionId,
    part: &Part,
    most: i64,
) -> sqlx::Result<Vec<Member>> {
    let now = tx.now();
    let (first, last) = part.range();
    let (email, seat) = match &part.after {
        Some((email, seat)) => (email.as_str(), *seat),
        None => ("", SeatId::from_bits(0)),
    };
    fetch_all!(
        tx,
        Member,
        "SELECT t.id AS seat, t.reader_id AS reader, COALESCE(r.name, '') AS name, t.email, t.status, t.accepted_at, t.expires_at,
           j.id IS NOT NULL AS is_undelivered
         FROM seat t LEFT JOIN reader r ON r.id = t.reader_id
         LEFT JOIN job j ON j.id = t.mail_job_id AND j.attempts >= $2 AND (j.locked_until IS NULL OR j.locked_until <= $3)
         WHERE t.subscription_id = $1 AND t.status <> 'removed' AND t.email >= $4 AND t.email <= $5
           AND (t.email > $6 OR t.id > $7) ORDER BY t.email, t.id LIMIT $8",
        id,
        MAX_ATTEMPTS,
        now,
        first,
        last,
        email,
        seat,
        most
    )
}

/// A seat that its reader has at once, without an invitation.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_accepted_seat(
    tx: &mut Tx,
    subscription: SubscriptionId,
    reader: ReaderId,
    email: &str,
) -> sqlx::Result<SeatId> {
    let (id, now) = (tx.new_id(), tx.now());
    execute!(
        tx,
        "INSERT INTO seat (id, subscription_id, reader_id, email, status, token_hash, invited_at, accepted_at, removed_at, expires_at)
         VALUES ($1, $2, $3, $4, 'accepted', NULL, $5, $5, NULL, NULL)",
        id,
        subscription,
        reader,
        email,
        now
    )?;
    Ok(id)
}

/// The mail of an invitation does not leave any more, if it has not left.
///
/// # Errors
/// Whatever the database says.
pub async fn take_mail_back(tx: &mut Tx, mail: MailId) -> sqlx::Result<()> {
    jobs::finish_job(tx, Id::from_bits(mail.0)).await
}

/// Gives the seat that an invitation holds to that reader.
///
/// # Errors
/// Whatever the database says.
pub async fn fill_seat(tx: &mut Tx, seat: SeatId, reader: ReaderId) -> sqlx::Result<()> {
    let now = tx.now();
    execute!(
        tx,
        "UPDATE seat SET status = 'accepted', reader_id = $2, accepted_at = $3, token_hash = NULL WHERE id = $1 AND status = 'invited'",
        seat,
        reader,
        now
    )?;
    Ok(())
}

/// An invitation, which holds a seat until it runs out; `mail` is the job that sends it.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_invitation(
    tx: &mut Tx,
    subscription: SubscriptionId,
    email: &Email,
    token: &TokenHash,
    expires_at: UnixMillis,
    mail: Option<Id<Job>>,
) -> sqlx::Result<()> {
    let (id, now) = (tx.new_id::<super::super::rules::SeatKind>(), tx.now());
    execute!(
        tx,
        "INSERT INTO seat (id, subscription_id, reader_id, email, status, token_hash, invited_at, accepted_at, removed_at, expires_at, mail_job_id)
         VALUES ($1, $2, NULL, $3, 'invited', $4, $5, NULL, NULL, $6, $7)",
        id,
        subscription,
        email.as_str(),
        token.text(),
        now,
        expires_at,
        mail
    )?;
    Ok(())
}

/// Sends an invitation anew: another token, another end, another mail. The link from before leads nowhere.
///
/// # Errors
/// Whatever the database says.
pub async fn renew_invitation(
    tx: &mut Tx,
    seat: SeatId,
    token: &TokenHash,
    expires_at: UnixMillis,
    mail: Id<Job>,
) -> sqlx::Result<()> {
    let now = tx.now();
    execute!(
        tx,
        "UPDATE seat SET token_hash = $2, invited_at = $3, expires_at = $4, mail_job_id = $5 WHERE id = $1 AND status = 'invited'",
        seat,
        token.text(),
        now,
        expires_at,
        mail
    )?;
    Ok(())
}

row! {
    struct InvitationRow {
        subscription_id: SubscriptionId,
        email: String,
        company_name: Option<String>,
        owner_name: String,
        owner_email: String,
        language: Lang,
    }
}

/// The invitation with this token, if it still runs and its subscription does.
///
/// # Errors
/// Whatever the database says.
pub async fn find_invitation(tx: &mut Tx, token: &TokenHash) -> sqlx::Result<Option<Invitation>> {
    let now = tx.now();
    let row = fetch_optional!(
        tx,
        InvitationRow,
        "SELECT t.subscription_id, t.email, s.company_name, r.name AS owner_name, r.email AS owner_email, r.language
         FROM seat t JOIN subscription s ON s.id = t.subscription_id JOIN reader r ON r.id = s.owner_id
         WHERE t.token_hash = $1 AND t.status = 'invited' AND t.expires_at > $2 AND s.ends_at > $2",
        token.text(),
        now
    )?;
    Ok(row.map(|row| Invitation {
        subscription: row.subscription_id,
        email: row.email,
        owner: host_name(
            row.company_name.as_deref().unwrap_or(&row.owner_name),
            &shown_email(&row.owner_email),
        ),
        language: row.language,
    }))
}

/// Turns an invitation into the reader's seat, if fewer than `seats` are taken. Used once: the token goes.
///
/// # Errors
/// Whatever the database says.
pub async fn accept_seat(
    tx: &mut Tx,
    token: &TokenHash,
    reader: ReaderId,
    seats: i64,
) -> sqlx::Result<bool> {
    let now = tx.now();
    let changed = execute!(
        tx,
        "UPDATE seat SET status = 'accepted', reader_id = $2, accepted_at = $3, token_hash = NULL
         WHERE token_hash = $1 AND status = 'invited' AND expires_at > $3
           AND (SELECT COUNT(*) FROM seat taken WHERE taken.subscription_id = seat.subscription_id AND taken.status = 'accepted') < $4",
        token.text(),
        reader,
        now,
        seats
    )?;
    Ok(changed == 1)
}

/// Takes a seat back, or an invitation.
///
/// # Errors
/// Whatever the database says.
pub async fn remove_seat(tx: &mut Tx, seat: SeatId) -> sqlx::Result<()> {
    let now = tx.now();
    execute!(
        tx,
        "UPDATE seat SET status = 'removed', removed_at = $2, token_hash = NULL WHERE id = $1 AND status <> 'removed'",
        seat,
        now
    )?;
    Ok(())
}
