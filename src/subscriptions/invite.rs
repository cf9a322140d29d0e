//! Invitations: sent, accepted, taken back. At most as many readers have a seat as are paid for, however many accept at
//! the same moment: each change first locks its subscription, and the change itself is conditional.

use askama::Template;

use crate::App;
use crate::base::db::Tx;
use crate::base::lang::Lang;
use crate::base::mail::{Mail, post};
use crate::base::secret::TokenHash;
use crate::base::time::Span;
use crate::readers::{Email, ReaderId};
use crate::web::locale::Say;

use super::rules::{SeatId, Subscription, SubscriptionId};
use super::store;

/// Invitations an hour that even a small plan may send, so that a mistyped address can be mended a few times.
const FEW: i64 = 10;

/// What came of inviting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inviting {
    /// Each has a mail under way.
    Sent,
    /// Only so many seats are free. Nobody was invited.
    Full(i64),
    /// This one has a seat or an invitation already. Nobody was invited.
    Already(Email),
    /// Too many in the last hour. Nobody was invited.
    TooMany,
    /// The subscription has ended.
    Ended,
}

/// Invites all of them, each in a language, or nobody; `host` is the name of who invites. The mails leave when the transaction is committed.
///
/// # Errors
/// When the database or a template fails.
pub async fn invite(
    app: &App,
    tx: &mut Tx,
    subscription: SubscriptionId,
    emails: &[(Email, Lang)],
    host: &str,
) -> anyhow::Result<Inviting> {
    let Some(seats) = store::lock_seats(tx, subscription).await? else {
        return Ok(Inviting::Ended);
    };
    for (email, _) in emails {
        if store::has_email(tx, subscription, email).await? {
            return Ok(Inviting::Already(email.clone()));
        }
    }
    let asked = i64::try_from(emails.len()).unwrap_or(i64::MAX);
    let free = seats - store::count_used(tx, subscription).await?;
    if asked > free {
        return Ok(Inviting::Full(free.max(0)));
    }
    let hour_ago = tx.now().minus(Span::minutes(60));
    let lately = store::count_invited_since(tx, subscription, hour_ago).await?;
    if lately + asked > seats.saturating_mul(2).max(FEW) {
        return Ok(Inviting::TooMany);
    }
    let expires_at = tx.now().plus(app.config.accounts.invitation_for);
    for (email, language) in emails {
        let token = tx.rng().token();
        store::insert_invitation(tx, subscription, email, &TokenHash::of(&token), expires_at)
            .await?;
        let mail = letter(app, email, *language, host, &token)?;
        post(tx, &mail).await?;
    }
    Ok(Inviting::Sent)
}

#[derive(Template)]
#[template(path = "subscriptions/letter.html")]
struct Letter<'a> {
    say: Say,
    subject: &'a str,
    host: &'a str,
    paper: &'a str,
    link: &'a str,
    days: u64,
}

fn letter(app: &App, to: &Email, language: Lang, host: &str, token: &str) -> anyhow::Result<Mail> {
    let say = Say::new(language);
    let (site, days) = (
        &app.config.site,
        app.config.accounts.invitation_for.0 / Span::days(1).0,
    );
    let link = format!("{}/invitation/{token}?lang={language}", site.public_url);
    let subject = say.with2(
        "invite-letter-subject",
        "host",
        host,
        "paper",
        site.name.as_str(),
    );
    let html = Letter {
        say,
        subject: &subject,
        host,
        paper: &site.name,
        link: &link,
        days,
    }
    .render()?;
    let text = format!(
        "{}\n\n{}\n\n{link}\n\n{}\n\n{}\n",
        subject,
        say.say("invite-letter-what"),
        say.with("invite-letter-days", "days", days),
        say.say("invite-letter-not-you"),
    );
    Ok(Mail {
        to: to.as_str().to_owned(),
        subject,
        text,
        html,
    })
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

/// Takes a seat or an invitation back. Whoever read on it stops, unless they have another seat. `false` if there was
/// nothing to take back.
///
/// # Errors
/// Whatever the database says.
pub async fn remove(app: &App, of: &Subscription, seat: SeatId) -> sqlx::Result<bool> {
    let mut tx = app.write().await?;
    let removed = store::remove_seat(&mut tx, of.id, seat, of.owner).await?;
    tx.commit().await?;
    if let Some(Some(reader)) = removed {
        app.seats.forget(reader);
        if !app.seats.active(app, reader).await? {
            app.leases.free(app, reader).await;
        }
    }
    Ok(removed.is_some())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::config::{Config, MailTransport};
    use crate::base::jobs::count_jobs;
    use crate::base::rng::Rng;
    use crate::base::time::{Clock, UnixMillis};
    use crate::readers::{Reader, store as readers};
    use crate::subscriptions::{Grant, Granted, Plan, grant};

    async fn paper(dir: &std::path::Path) -> Arc<App> {
        let mut config = Config::default();
        config.database.dir = dir.to_owned();
        config.mail.transport = MailTransport::Memory;
        let clock = Clock::fixed(UnixMillis(1_772_020_320_000));
        App::open(config, clock, Rng::seeded(1)).await.unwrap()
    }

    async fn reader(app: &App, email: &str) -> Reader {
        let email: Email = email.parse().unwrap();
        let mut tx = app.write().await.unwrap();
        readers::insert_reader(&mut tx, &email, "", "", Lang::En, "1")
            .await
            .unwrap();
        let reader = readers::find_by_email(&mut tx, &email).await.unwrap();
        tx.commit().await.unwrap();
        reader.unwrap()
    }

    async fn given(app: &App, owner: &Reader, plan: Plan, seats: i64) -> Granted {
        let until = app.clock.now().plus(Span::days(30));
        let company_name = String::new();
        let what = Grant {
            plan,
            seats,
            company_name,
            until,
        };
        grant(app, owner, &what).await.unwrap()
    }

    async fn owned(app: &App, owner: &Reader) -> Subscription {
        let mut tx = app.read().await.unwrap();
        let found = store::find_owned(&mut tx, owner.id).await.unwrap();
        found.unwrap()
    }

    async fn invited(app: &App, of: SubscriptionId, emails: &[&str]) -> Inviting {
        let guests: Vec<_> = emails
            .iter()
            .map(|email| (email.parse().unwrap(), Lang::En))
            .collect();
        let mut tx = app.write().await.unwrap();
        let came = invite(app, &mut tx, of, &guests, "Ana").await.unwrap();
        if came == Inviting::Sent {
            tx.commit().await.unwrap();
        }
        came
    }

    async fn accepted(app: &App, token: &str, reader: &Reader) -> Accepting {
        let mut tx = app.write().await.unwrap();
        let came = accept(&mut tx, &TokenHash::of(token), reader.id)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        app.seats.forget(reader.id);
        came
    }

    #[tokio::test]
    async fn no_more_readers_than_seats_however_many_accept_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let app = paper(dir.path()).await;
        let owner = reader(&app, "ana@demo.test").await;
        given(&app, &owner, Plan::Company, 3).await;
        let of = owned(&app, &owner).await;
        // More invitations than seats, as when a plan was made smaller after they left.
        let mut guests = Vec::new();
        for n in 0..6 {
            let guest = reader(&app, &format!("g{n}@demo.test")).await;
            let token = format!("token {n}");
            let mut tx = app.write().await.unwrap();
            let email = guest.email.parse().unwrap();
            let until = tx.now().plus(Span::days(1));
            store::insert_invitation(&mut tx, of.id, &email, &TokenHash::of(&token), until)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            guests.push((token, guest));
        }
        let mut all = tokio::task::JoinSet::new();
        for (token, guest) in guests {
            let app = Arc::clone(&app);
            all.spawn(async move { accepted(&app, &token, &guest).await });
        }
        let came = all.join_all().await;
        let seated = |wanted| came.iter().filter(|came| **came == wanted).count();
        assert_eq!((seated(Accepting::Seated), seated(Accepting::Full)), (2, 4));
        let mut tx = app.read().await.unwrap();
        assert_eq!(store::find_seated(&mut tx, of.id).await.unwrap().len(), 3);
    }

    fn token_of(mail: &Mail) -> &str {
        let rest = mail.text.split("/invitation/").nth(1).unwrap();
        rest.split('?').next().unwrap()
    }

    #[tokio::test]
    async fn an_invitation_holds_a_seat_is_used_once_and_can_be_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let app = paper(dir.path()).await;
        let owner = reader(&app, "ana@demo.test").await;
        given(&app, &owner, Plan::Premium, 2).await;
        let of = owned(&app, &owner).await;
        let ana = "ana@demo.test".parse().unwrap();
        assert_eq!(
            invited(&app, of.id, &["ana@demo.test"]).await,
            Inviting::Already(ana)
        );
        assert_eq!(
            invited(&app, of.id, &["a@b.test", "c@d.test"]).await,
            Inviting::Full(1)
        );
        assert_eq!(
            invited(&app, of.id, &["nora@demo.test"]).await,
            Inviting::Sent
        );
        assert_eq!(invited(&app, of.id, &["a@b.test"]).await, Inviting::Full(0));
        let mut tx = app.write().await.unwrap();
        assert_eq!(
            count_jobs(&mut tx).await.unwrap(),
            (1, 0),
            "one mail, for the one who was invited"
        );
        let job = crate::base::jobs::claim_job(&mut tx)
            .await
            .unwrap()
            .unwrap();
        drop(tx);
        let mail: Mail = serde_json::from_str(&job.payload).unwrap();
        let token = token_of(&mail);
        assert!(mail.html.contains(token) && mail.to == "nora@demo.test");

        let nora = reader(&app, "nora@demo.test").await;
        assert!(!app.seats.active(&app, nora.id).await.unwrap());
        assert_eq!(accepted(&app, token, &nora).await, Accepting::Seated);
        assert!(app.seats.active(&app, nora.id).await.unwrap());
        assert_eq!(accepted(&app, token, &nora).await, Accepting::Gone);
        assert_eq!(
            given(&app, &owner, Plan::Digital, 1).await,
            Granted::SeatsTaken(2)
        );

        let mut tx = app.read().await.unwrap();
        let members = store::list_members(&mut tx, of.id).await.unwrap();
        drop(tx);
        let seat_of = |reader: &Reader| {
            let has = |member: &&super::super::rules::Member| member.reader == Some(reader.id);
            members.iter().find(has).unwrap().seat
        };
        assert!(!remove(&app, &of, seat_of(&owner)).await.unwrap());
        assert!(remove(&app, &of, seat_of(&nora)).await.unwrap());
        assert!(!app.seats.active(&app, nora.id).await.unwrap());
        assert!(matches!(
            given(&app, &owner, Plan::Digital, 1).await,
            Granted::Given(_)
        ));
    }

    #[tokio::test]
    async fn invitations_run_out() {
        let dir = tempfile::tempdir().unwrap();
        let app = paper(dir.path()).await;
        let owner = reader(&app, "ana@demo.test").await;
        given(&app, &owner, Plan::Premium, 2).await;
        let of = owned(&app, &owner).await;
        assert_eq!(
            invited(&app, of.id, &["nora@demo.test"]).await,
            Inviting::Sent
        );
        app.clock.advance(app.config.accounts.invitation_for);
        assert_eq!(
            invited(&app, of.id, &["luis@demo.test"]).await,
            Inviting::Sent
        );
        app.clock.advance(Span::days(30));
        assert_eq!(
            invited(&app, of.id, &["luis@demo.test"]).await,
            Inviting::Ended
        );
        assert!(!app.seats.active(&app, owner.id).await.unwrap());
    }
}
