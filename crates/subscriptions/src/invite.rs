//! Invitations: sent, accepted, taken back. At most as many readers have a seat as are paid for, however many accept at
//! the same moment: each change first locks its subscription, and the change itself is conditional.

use crate::{Subscriptions, mails};
use base::db::Tx;
use base::lang::Lang;
use base::mail::post;
use base::secret::TokenHash;
use base::time::Span;
use readers::{Email, ReaderId, shown_email, store as accounts};

use super::rules::{SeatId, Subscription, SubscriptionId, host_name};
use super::store;

/// Invitations an hour that even a small plan may send, so that a mistyped address can be mended a few times.
const FEW: i64 = 10;
/// So many are written in one transaction: some milliseconds, for which other writers wait.
const PORTION: usize = 50;

/// What came of inviting. Unless all of them are invited, nobody of the same transaction is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inviting {
    /// Each has a mail under way.
    Sent,
    /// Only so many seats are free.
    Full(i64),
    /// This one has a seat or an invitation already.
    Already(Email),
    /// Too many in the last hour.
    TooMany,
    /// The subscription has ended.
    Ended,
}

/// Invites all of them: readers in their own language, others in `language`. `host` is the name of who invites
/// ([`super::rules::host_name`]).
/// Whether all can be invited is found out first, without holding up whoever writes; then they are written in portions,
/// and others write in between. Where somebody else takes seats meanwhile the first portions stay invited: gives how many
/// are, and what came of the rest.
///
/// # Errors
/// When the database or a template fails.
pub async fn invite_all(
    subscriptions: &Subscriptions,
    of: &Subscription,
    emails: &[Email],
    language: Lang,
    host: &str,
) -> web::Result<(usize, Inviting)> {
    let mut tx = subscriptions.base.read().await?;
    if let Some(refused) =
        refusal(&mut tx, of.id, of.seats, &emails.iter().collect::<Vec<_>>()).await?
    {
        return Ok((0, refused));
    }
    let mut guests = Vec::with_capacity(emails.len());
    for email in emails {
        let known = accounts::find_by_email(&mut tx, email).await?;
        let language = known.map_or(language, |reader| reader.language);
        guests.push((email.clone(), language));
    }
    drop(tx);
    let mut sent = 0;
    for portion in guests.chunks(PORTION) {
        let mut tx = subscriptions.base.write().await?;
        match invite(subscriptions, &mut tx, of.id, portion, host).await? {
            Inviting::Sent => tx.commit().await?,
            refused => return Ok((sent, refused)),
        }
        sent += portion.len();
    }
    Ok((sent, Inviting::Sent))
}

/// Why not all of them can be invited, if they cannot. What costs one question each comes last.
async fn refusal(
    tx: &mut Tx,
    subscription: SubscriptionId,
    seats: i64,
    emails: &[&Email],
) -> sqlx::Result<Option<Inviting>> {
    let asked = i64::try_from(emails.len()).unwrap_or(i64::MAX);
    let free = seats - store::count_used(tx, subscription).await?;
    let hour_ago = tx.now().minus(Span::minutes(60));
    let lately = store::count_invited_since(tx, subscription, hour_ago).await?;
    let too_many = lately + asked > seats.saturating_mul(2).max(FEW);
    // Of few addresses the one that is there already is worth more than a number.
    if asked <= free.max(FEW) && !too_many {
        for email in emails {
            if store::has_email(tx, subscription, email).await? {
                return Ok(Some(Inviting::Already((*email).clone())));
            }
        }
    }
    Ok(if asked > free {
        Some(Inviting::Full(free.max(0)))
    } else {
        too_many.then_some(Inviting::TooMany)
    })
}

/// Invites one portion in a transaction, each in a language; the mails leave when it is committed.
///
/// # Errors
/// When the database or a template fails.
pub async fn invite(
    subscriptions: &Subscriptions,
    tx: &mut Tx,
    subscription: SubscriptionId,
    emails: &[(Email, Lang)],
    host: &str,
) -> web::Result<Inviting> {
    let Some(seats) = store::lock_seats(tx, subscription).await? else {
        return Ok(Inviting::Ended);
    };
    let asked: Vec<&Email> = emails.iter().map(|(email, _)| email).collect();
    if let Some(refused) = refusal(tx, subscription, seats, &asked).await? {
        return Ok(refused);
    }
    let expires_at = tx
        .now()
        .plus(subscriptions.base.config.accounts.invitation_for);
    for (email, language) in emails {
        let token = tx.rng().token();
        let mail = mails::invitation(&subscriptions.base, email, *language, host, &token)?;
        let mail = post(tx, &mail).await?;
        let token = TokenHash::of(&token);
        store::insert_invitation(tx, subscription, email, &token, expires_at, Some(mail)).await?;
    }
    Ok(Inviting::Sent)
}

/// What came of accepting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepting {
    /// The reader has the seat.
    Seated,
    /// All seats are taken by now.
    Full,
    /// Withdrawn, used, run out, or of a subscription that has ended.
    Gone,
}

/// Gives the invited seat to `reader`. Whoever calls has seen to it that the invitation is theirs, and forgets their
/// seats after the commit.
///
/// # Errors
/// Whatever the database says.
pub async fn accept(tx: &mut Tx, token: &TokenHash, reader: ReaderId) -> sqlx::Result<Accepting> {
    let Some(invitation) = store::find_invitation(tx, token).await? else {
        return Ok(Accepting::Gone);
    };
    let Some(seats) = store::lock_seats(tx, invitation.subscription).await? else {
        return Ok(Accepting::Gone);
    };
    if store::has_seat(tx, invitation.subscription, reader).await? {
        return Ok(Accepting::Seated);
    }
    if store::accept_seat(tx, token, reader, seats).await? {
        return Ok(Accepting::Seated);
    }
    let still = store::find_invitation(tx, token).await?.is_some();
    Ok(if still {
        Accepting::Full
    } else {
        Accepting::Gone
    })
}

/// Takes a seat or an invitation back. Whoever read on it stops, unless they have another seat; also where it was taken back
/// before. `false` if there is no such seat, or it is the owner's. Whoever read on it is told by mail.
///
/// # Errors
/// When the database or a template fails.
pub async fn remove(
    subscriptions: &Subscriptions,
    of: &Subscription,
    seat: SeatId,
) -> web::Result<bool> {
    let mut tx = subscriptions.base.write().await?;
    // Of two who take it back at the same time one tells its reader.
    store::lock_seats(&mut tx, of.id).await?;
    if let Some(reader) = store::find_seated_reader(&mut tx, of.id, seat).await?
        && reader != of.owner
    {
        let reader = accounts::find_reader(&mut tx, reader).await?;
        let owner = accounts::find_reader(&mut tx, of.owner).await?;
        if let (Some(reader), Some(owner)) = (reader, owner) {
            let host = host_name(&owner.name, &shown_email(&owner.email));
            mails::tell_unseated(subscriptions, &mut tx, &reader, &host).await?;
        }
    }
    let removed = store::remove_seat(&mut tx, of.id, seat, of.owner).await?;
    tx.commit().await?;
    if let Some(Some(reader)) = removed {
        subscriptions.seats_changed(&[reader]).await;
    }
    Ok(removed.is_some())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Grant, Granted, grant};
    use base::Base;
    use base::config::{Config, MailTransport};
    use base::jobs::count_jobs;
    use base::mail::Mail;
    use base::rng::Rng;
    use base::time::{Clock, UnixMillis};
    use leases::Leases;
    use readers::Reader;

    async fn paper(dir: &std::path::Path) -> Arc<Subscriptions> {
        let mut config = Config::default();
        config.database.dir = dir.to_owned();
        config.mail.transport = MailTransport::Memory;
        let clock = Clock::fixed(UnixMillis(1_772_020_320_000));
        web::locale::load(&[web::TEXTS, crate::TEXTS]);
        let base = Base::open(config, clock, Rng::seeded(1)).await.unwrap();
        Subscriptions::new(&Leases::open_home(&base).await.unwrap())
    }

    async fn reader(subscriptions: &Subscriptions, email: &str) -> Reader {
        let email: Email = email.parse().unwrap();
        let mut tx = subscriptions.base.write().await.unwrap();
        accounts::insert_reader(&mut tx, &email, "", "", Lang::EN, Some("1"))
            .await
            .unwrap();
        let reader = accounts::find_by_email(&mut tx, &email).await.unwrap();
        tx.commit().await.unwrap();
        reader.unwrap()
    }

    async fn given(
        subscriptions: &Subscriptions,
        owner: &Reader,
        plan: &str,
        seats: i64,
    ) -> Granted {
        let until = subscriptions.base.clock.now().plus(Span::days(30));
        let company_name = None;
        let what = Grant {
            plan: plan.parse().unwrap(),
            seats: Some(seats),
            company_name,
            until,
            reason: crate::Reason::Granted,
            by: crate::By::default(),
        };
        grant(subscriptions, owner, &what).await.unwrap()
    }

    async fn owned(subscriptions: &Subscriptions, owner: &Reader) -> Subscription {
        let mut tx = subscriptions.base.read().await.unwrap();
        let found = store::find_owned(&mut tx, owner.id).await.unwrap();
        found.unwrap()
    }

    async fn invited(
        subscriptions: &Subscriptions,
        of: SubscriptionId,
        emails: &[&str],
    ) -> Inviting {
        let guests: Vec<_> = emails
            .iter()
            .map(|email| (email.parse().unwrap(), Lang::EN))
            .collect();
        let mut tx = subscriptions.base.write().await.unwrap();
        let came = invite(subscriptions, &mut tx, of, &guests, "Ana")
            .await
            .unwrap();
        if came == Inviting::Sent {
            tx.commit().await.unwrap();
        }
        came
    }

    async fn accepted(subscriptions: &Subscriptions, token: &str, reader: &Reader) -> Accepting {
        let mut tx = subscriptions.base.write().await.unwrap();
        let came = accept(&mut tx, &TokenHash::of(token), reader.id)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        subscriptions.seats.forget(reader.id);
        came
    }

    #[tokio::test]
    async fn no_more_readers_than_seats_however_many_accept_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let subscriptions = paper(dir.path()).await;
        let owner = reader(&subscriptions, "ana@demo.test").await;
        given(&subscriptions, &owner, "company", 3).await;
        let of = owned(&subscriptions, &owner).await;
        // More invitations than seats, as when a plan was made smaller after they left.
        let mut guests = Vec::new();
        for n in 0..6 {
            let guest = reader(&subscriptions, &format!("g{n}@demo.test")).await;
            let token = format!("token {n}");
            let mut tx = subscriptions.base.write().await.unwrap();
            let email = guest.email.parse().unwrap();
            let until = tx.now().plus(Span::days(1));
            store::insert_invitation(&mut tx, of.id, &email, &TokenHash::of(&token), until, None)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            guests.push((token, guest));
        }
        let mut all = tokio::task::JoinSet::new();
        for (token, guest) in guests {
            let subscriptions = Arc::clone(&subscriptions);
            all.spawn(async move { accepted(&subscriptions, &token, &guest).await });
        }
        let came = all.join_all().await;
        let seated = |wanted| came.iter().filter(|came| **came == wanted).count();
        assert_eq!((seated(Accepting::Seated), seated(Accepting::Full)), (2, 4));
        let mut tx = subscriptions.base.read().await.unwrap();
        assert_eq!(store::find_seated(&mut tx, of.id).await.unwrap().len(), 3);
    }

    fn token_of(mail: &Mail) -> &str {
        let rest = mail.text.split("/invitation/").nth(1).unwrap();
        rest.split('?').next().unwrap()
    }

    /// The one mail that waits to be sent, for the one who was invited.
    async fn only_mail(subscriptions: &Subscriptions) -> Mail {
        let mut tx = subscriptions.base.write().await.unwrap();
        assert_eq!(count_jobs(&mut tx).await.unwrap(), (1, 0));
        let job = base::jobs::claim_job(&mut tx, Span::minutes(5)).await;
        serde_json::from_str(&job.unwrap().unwrap().payload).unwrap()
    }

    #[tokio::test]
    async fn an_invitation_holds_a_seat_is_used_once_and_can_be_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let subscriptions = paper(dir.path()).await;
        let owner = reader(&subscriptions, "ana@demo.test").await;
        given(&subscriptions, &owner, "premium", 2).await;
        let of = owned(&subscriptions, &owner).await;
        let ana = "ana@demo.test".parse().unwrap();
        assert_eq!(
            invited(&subscriptions, of.id, &["ana@demo.test"]).await,
            Inviting::Already(ana)
        );
        assert_eq!(
            invited(&subscriptions, of.id, &["a@b.test", "c@d.test"]).await,
            Inviting::Full(1)
        );
        assert_eq!(
            invited(&subscriptions, of.id, &["nora@demo.test"]).await,
            Inviting::Sent
        );
        assert_eq!(
            invited(&subscriptions, of.id, &["a@b.test"]).await,
            Inviting::Full(0)
        );
        let mail = only_mail(&subscriptions).await;
        let token = token_of(&mail);
        assert!(mail.html.contains(token) && mail.to == "nora@demo.test");

        let nora = reader(&subscriptions, "nora@demo.test").await;
        assert!(!subscriptions.seats.active(nora.id).await.unwrap());
        assert_eq!(
            accepted(&subscriptions, token, &nora).await,
            Accepting::Seated
        );
        assert!(subscriptions.seats.active(nora.id).await.unwrap());
        assert_eq!(
            accepted(&subscriptions, token, &nora).await,
            Accepting::Gone
        );
        assert_eq!(
            given(&subscriptions, &owner, "digital", 1).await,
            Granted::SeatsTaken(2)
        );

        let mut tx = subscriptions.base.read().await.unwrap();
        let members = store::list_members(&mut tx, of.id, i64::MAX).await.unwrap();
        drop(tx);
        let seat_of = |reader: &Reader| {
            let has = |member: &&super::super::rules::Member| member.reader == Some(reader.id);
            members.iter().find(has).unwrap().seat
        };
        assert!(!remove(&subscriptions, &of, seat_of(&owner)).await.unwrap());
        assert!(remove(&subscriptions, &of, seat_of(&nora)).await.unwrap());
        assert!(!subscriptions.seats.active(nora.id).await.unwrap());
        assert!(matches!(
            given(&subscriptions, &owner, "digital", 1).await,
            Granted::Given(..)
        ));
    }

    #[tokio::test]
    async fn invitations_run_out() {
        let dir = tempfile::tempdir().unwrap();
        let subscriptions = paper(dir.path()).await;
        let owner = reader(&subscriptions, "ana@demo.test").await;
        given(&subscriptions, &owner, "premium", 2).await;
        let of = owned(&subscriptions, &owner).await;
        assert_eq!(
            invited(&subscriptions, of.id, &["nora@demo.test"]).await,
            Inviting::Sent
        );
        subscriptions
            .base
            .clock
            .advance(subscriptions.base.config.accounts.invitation_for);
        assert_eq!(
            invited(&subscriptions, of.id, &["luis@demo.test"]).await,
            Inviting::Sent
        );
        subscriptions.base.clock.advance(Span::days(30));
        assert_eq!(
            invited(&subscriptions, of.id, &["luis@demo.test"]).await,
            Inviting::Ended
        );
        assert!(!subscriptions.seats.active(owner.id).await.unwrap());
    }
}
