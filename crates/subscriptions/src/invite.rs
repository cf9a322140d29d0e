//! Invitations: sent, sent anew, accepted, taken back. At most as many readers have a seat as are paid for, however many
//! accept at the same moment: each change first locks its subscription, and the change itself is conditional.
//!
//! Whoever is invited again has one invitation all the same: it runs anew, and its link from before leads nowhere.

use crate::{Subscriptions, mails};
use base::db::Tx;
use base::lang::Lang;
use base::mail::post;
use base::secret::TokenHash;
use base::time::Span;
use readers::{Email, Reader, ReaderId, shown_email, store as accounts};
use web::locale::Say;

use super::rules::{
    Actor, Answer, Room, SeatChange, SeatId, SeatStatus, Subscription, SubscriptionId, host_name,
};
use super::store;

/// Invitations an hour that even a small plan may send, so that a mistyped address can be mended a few times.
const FEW: i64 = 10;
/// So many are written in one transaction: some milliseconds, for which other writers wait.
const PORTION: usize = 50;

/// How whoever invites stands in its mails: the company, or the owner.
fn host_of(of: &Subscription, owner: &Reader) -> String {
    let name = of.company_name.as_deref().unwrap_or(&owner.name);
    host_name(name, &shown_email(&owner.email))
}

/// Invites all of them in the name of the company or its owner ([`host_of`]): readers in their own language, others in the
/// owner's. They are written in portions, and others write in between. Gives what came of each.
///
/// # Errors
/// When the database or a template fails; the portions before that stay invited.
pub async fn invite_all(
    subscriptions: &Subscriptions,
    of: &Subscription,
    emails: &[Email],
    by: Actor,
) -> web::Result<Vec<Answer>> {
    let owner = accounts::find_reader(&mut subscriptions.base.read().await?, of.owner).await?;
    let Some(owner) = owner else {
        return Ok(vec![Answer::Ended; emails.len()]);
    };
    let host = host_of(of, &owner);
    let mut answers = Vec::with_capacity(emails.len());
    for portion in emails.chunks(PORTION) {
        if let Some(idle) = refused(subscriptions, of.id, portion).await? {
            answers.extend(idle);
            continue;
        }
        let guests = guests(subscriptions, portion, owner.language).await?;
        let mut tx = subscriptions.base.write().await?;
        answers.extend(invite(subscriptions, &mut tx, of.id, &guests, &host, by).await?);
        tx.commit().await?;
    }
    Ok(answers)
}

/// What comes of a portion of which nobody can be invited: no writer waits for that.
async fn refused(
    subscriptions: &Subscriptions,
    of: SubscriptionId,
    emails: &[Email],
) -> sqlx::Result<Option<Vec<Answer>>> {
    let mut tx = subscriptions.base.read().await?;
    let now = tx.now();
    let found = store::find_subscription(&mut tx, of).await?;
    let Some(found) = found.filter(|found| found.ends_at > now) else {
        return Ok(Some(vec![Answer::Ended; emails.len()]));
    };
    let mut room = room(&mut tx, of, found.seats).await?;
    let mut answers = Vec::with_capacity(emails.len());
    for email in emails {
        let current = store::find_current(&mut tx, of, email.as_str()).await?;
        let answer = room.invite(current.as_ref(), now);
        if answer.is_mailed() {
            return Ok(None);
        }
        answers.push(answer);
    }
    Ok(Some(answers))
}

async fn room(tx: &mut Tx, of: SubscriptionId, seats: i64) -> sqlx::Result<Room> {
    let hour_ago = tx.now().minus(Span::minutes(60));
    Ok(Room {
        seats: seats - store::count_used(tx, of).await?,
        mails: seats.saturating_mul(2).max(FEW)
            - store::count_mailed_since(tx, of, hour_ago).await?,
    })
}

/// Each with the language of their mail.
async fn guests(
    subscriptions: &Subscriptions,
    emails: &[Email],
    language: Lang,
) -> sqlx::Result<Vec<(Email, Lang)>> {
    let mut tx = subscriptions.base.read().await?;
    let mut guests = Vec::with_capacity(emails.len());
    for email in emails {
        let known = accounts::find_by_email(&mut tx, email).await?;
        let language = known.map_or(language, |reader| reader.language);
        guests.push((email.clone(), language));
    }
    Ok(guests)
}

/// Invites one portion in a transaction, each in a language; the mails leave when it is committed. Gives what came of each.
///
/// # Errors
/// When the database or a template fails.
pub async fn invite(
    subscriptions: &Subscriptions,
    tx: &mut Tx,
    of: SubscriptionId,
    guests: &[(Email, Lang)],
    host: &str,
    by: Actor,
) -> web::Result<Vec<Answer>> {
    let Some(seats) = store::lock_seats(tx, of).await? else {
        return Ok(vec![Answer::Ended; guests.len()]);
    };
    let mut room = room(tx, of, seats).await?;
    let mut answers = Vec::with_capacity(guests.len());
    for guest in guests {
        answers.push(invite_one(subscriptions, tx, (of, by), guest, host, &mut room).await?);
    }
    Ok(answers)
}

async fn invite_one(
    subscriptions: &Subscriptions,
    tx: &mut Tx,
    (of, by): (SubscriptionId, Actor),
    (email, language): &(Email, Lang),
    host: &str,
    room: &mut Room,
) -> web::Result<Answer> {
    let current = store::find_current(tx, of, email.as_str()).await?;
    let answer = room.invite(current.as_ref(), tx.now());
    if !answer.is_mailed() {
        return Ok(answer);
    }
    let token = tx.rng().token();
    let mail = mails::invitation(&subscriptions.base, email, *language, host, &token)?;
    let mail = post(tx, &mail).await?;
    let token = TokenHash::of(&token);
    let lasts_for = subscriptions.base.config.accounts.invitation_for;
    let expires_at = tx.now().plus(lasts_for);
    match current {
        Some(seat) => {
            // Its mail from before, if it has not left, holds a link that leads nowhere now.
            if let Some(before) = seat.mail {
                store::take_mail_back(tx, before).await?;
            }
            store::renew_invitation(tx, seat.id, &token, expires_at, mail).await?;
        }
        None => store::insert_invitation(tx, of, email, &token, expires_at, Some(mail)).await?,
    }
    let what = match answer {
        Answer::Renewed => SeatChange::Renewed,
        _ => SeatChange::Invited,
    };
    store::note(tx, of, by, what, email.as_str()).await?;
    Ok(answer)
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
        let (by, what) = (Actor::Reader(reader), SeatChange::Accepted);
        store::note(tx, invitation.subscription, by, what, &invitation.email).await?;
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
/// before. Gives what was done; `None` if there is no such seat, or it is the owner's: of a company they give up their own, and
/// nobody else takes it. Whoever read on it is told by mail, unless they did it.
///
/// # Errors
/// When the database or a template fails.
pub async fn remove(
    subscriptions: &Subscriptions,
    of: &Subscription,
    seat: SeatId,
    by: Actor,
) -> web::Result<Option<SeatChange>> {
    let mut tx = subscriptions.base.write().await?;
    store::lock_subscription(&mut tx, of.id).await?;
    let Some(found) = store::find_seat(&mut tx, of.id, seat).await? else {
        return Ok(None);
    };
    let own = found.reader.is_some() && found.reader == by.id();
    if found.reader == Some(of.owner) && !(own && of.is_company()) {
        return Ok(None);
    }
    let what = match found.status {
        SeatStatus::Accepted if own => SeatChange::Left,
        SeatStatus::Accepted | SeatStatus::Removed => SeatChange::Removed,
        SeatStatus::Invited => SeatChange::Withdrawn,
    };
    if found.status != SeatStatus::Removed {
        store::remove_seat(&mut tx, seat).await?;
        if let (SeatStatus::Invited, Some(mail)) = (found.status, found.mail) {
            store::take_mail_back(&mut tx, mail).await?;
        }
        store::note(&mut tx, of.id, by, what, &found.email).await?;
        if what == SeatChange::Removed {
            tell(subscriptions, &mut tx, of, found.reader).await?;
        }
    }
    tx.commit().await?;
    if let Some(reader) = found.reader {
        subscriptions.seats_changed(&[reader]).await;
    }
    Ok(Some(what))
}

async fn tell(
    subscriptions: &Subscriptions,
    tx: &mut Tx,
    of: &Subscription,
    reader: Option<ReaderId>,
) -> web::Result<()> {
    let Some(reader) = reader else {
        return Ok(());
    };
    let reader = accounts::find_reader(tx, reader).await?;
    let owner = accounts::find_reader(tx, of.owner).await?;
    if let (Some(reader), Some(owner)) = (reader, owner) {
        mails::tell_unseated(subscriptions, tx, &reader, &host_of(of, &owner)).await?;
    }
    Ok(())
}

impl Answer {
    /// What came of inviting this address, and what to do about it.
    #[must_use]
    pub fn say(self, say: Say, email: &str) -> String {
        say.with(&format!("seats-answer-{self}"), "email", email)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rules::Part;
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
            takes_seat: true,
        };
        let granted = grant(subscriptions, owner, &what).await.unwrap();
        // Here it is about the mails of invitations.
        let mut tx = subscriptions.base.write().await.unwrap();
        base::mail::take_back(&mut tx, &owner.email, &[])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        granted
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
    ) -> Vec<Answer> {
        let guests: Vec<_> = emails
            .iter()
            .map(|email| (email.parse().unwrap(), Lang::EN))
            .collect();
        let mut tx = subscriptions.base.write().await.unwrap();
        let came = invite(subscriptions, &mut tx, of, &guests, "Ana", Actor::Command)
            .await
            .unwrap();
        tx.commit().await.unwrap();
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
        for (email, came) in [
            ("ana@demo.test", Answer::Seated),
            ("nora@demo.test", Answer::Invited),
            ("nora@demo.test", Answer::Recent),
            ("a@b.test", Answer::Full),
        ] {
            assert_eq!(invited(&subscriptions, of.id, &[email]).await, [came]);
        }
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
        let members = store::list_members(&mut tx, of.id, &Part::default(), 9)
            .await
            .unwrap();
        drop(tx);
        let seat_of = |reader: &Reader| {
            let has = |member: &&super::super::rules::Member| member.reader == Some(reader.id);
            members.iter().find(has).unwrap().seat
        };
        let by = Actor::Reader(owner.id);
        for (reader, what) in [(&owner, None), (&nora, Some(SeatChange::Removed))] {
            let removed = remove(&subscriptions, &of, seat_of(reader), by).await;
            assert_eq!(removed.unwrap(), what);
        }
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
            [Answer::Invited]
        );
        subscriptions
            .base
            .clock
            .advance(subscriptions.base.config.accounts.invitation_for);
        assert_eq!(
            invited(&subscriptions, of.id, &["luis@demo.test", "nora@demo.test"]).await,
            [Answer::Invited, Answer::Full]
        );
        subscriptions.base.clock.advance(Span::days(30));
        assert_eq!(
            invited(&subscriptions, of.id, &["luis@demo.test"]).await,
            [Answer::Ended]
        );
        assert!(!subscriptions.seats.active(owner.id).await.unwrap());
    }

    #[tokio::test]
    async fn whoever_is_invited_again_has_one_invitation_with_a_new_link() {
        let dir = tempfile::tempdir().unwrap();
        let subscriptions = paper(dir.path()).await;
        let owner = reader(&subscriptions, "ana@demo.test").await;
        given(&subscriptions, &owner, "premium", 2).await;
        let of = owned(&subscriptions, &owner).await;
        let nora = reader(&subscriptions, "nora@demo.test").await;
        invited(&subscriptions, of.id, &["nora@demo.test"]).await;
        let first = only_mail(&subscriptions).await;
        subscriptions.base.clock.advance(Span::minutes(10));
        let again = invited(&subscriptions, of.id, &["nora@demo.test"]).await;
        assert_eq!(again, [Answer::Renewed]);
        let members = async || {
            let mut tx = subscriptions.base.read().await.unwrap();
            let all = store::list_members(&mut tx, of.id, &Part::default(), 9).await;
            all.unwrap()
        };
        let now = subscriptions.base.clock.now();
        let lasts_for = subscriptions.base.config.accounts.invitation_for;
        let all = members().await;
        assert_eq!(
            (all.len(), all[1].expires_at),
            (2, Some(now.plus(lasts_for)))
        );
        // The mail from before has not left yet, and does not any more.
        let second = only_mail(&subscriptions).await;
        assert_ne!(token_of(&first), token_of(&second));
        let old = accepted(&subscriptions, token_of(&first), &nora).await;
        assert_eq!(old, Accepting::Gone);
        let new = accepted(&subscriptions, token_of(&second), &nora).await;
        assert_eq!(new, Accepting::Seated);
        assert_eq!(members().await.len(), 2);
        // No flood of mails to one address.
        let rest = subscriptions.base.clock.now();
        let mut tx = subscriptions.base.read().await.unwrap();
        let since = rest.minus(Span::minutes(60));
        let mailed = store::count_mailed_since(&mut tx, of.id, since).await;
        assert_eq!(mailed.unwrap(), 2);
    }
}
