//! The seats of one subscription, as the paper sees and changes them: who reads and who looks after it, an invitation sent or
//! sent anew, a seat taken back, and the whole passed on to somebody else.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;

use crate::StaffForm;
use crate::subscription::{ChangeForm, ListPart, attempt, refused_page};
use base::db::Tx;
use base::time::UnixMillis;
use readers::{Email, shown_email};
use subscriptions::invite;
use subscriptions::rules::{
    Actor, Answer, Change, Member, Part, SeatEvent, SeatId, SeatStatus, SubscriptionId,
};
use subscriptions::{Subscriptions, store};
use web::error::encode;
use web::form::Faults;
use web::locale::Say;
use web::view::{SHOWN, cut, see_other};
use web::{Error, Path, Result, Site};

/// So much of what was done is shown.
const DONE: i64 = 20;

/// Somebody with a seat or an invitation.
pub(crate) struct Person {
    pub(crate) seat: SeatId,
    pub(crate) name: String,
    pub(crate) email: String,
    /// Identifier of the reader; empty for an invitation.
    pub(crate) reader: String,
    pub(crate) about: &'static str,
    pub(crate) is_owner: bool,
}

/// Somebody who looks after it beside the owner.
pub(crate) struct Admin {
    pub(crate) reader: String,
    pub(crate) email: String,
}

/// Something that was done.
pub(crate) struct Done {
    pub(crate) when: UnixMillis,
    pub(crate) what: String,
    pub(crate) who: String,
    pub(crate) about: String,
}

/// What the page shows of seats.
pub(crate) struct Seats {
    pub(crate) people: Vec<Person>,
    /// Query of the next part of the list, or empty.
    pub(crate) next: String,
    pub(crate) admins: Vec<Admin>,
    pub(crate) done: Vec<Done>,
}

fn person(member: Member, now: UnixMillis, is_owner: bool) -> Person {
    Person {
        seat: member.seat,
        about: match (member.status, member.expires_at) {
            (SeatStatus::Accepted, _) => "admin-reads",
            (_, Some(at)) if at <= now => "seats-ran-out",
            _ if member.is_undelivered => "admin-undelivered",
            _ => "seats-invited",
        },
        reader: member
            .reader
            .map_or(String::new(), |reader| reader.to_string()),
        name: member.name,
        email: shown_email(&member.email),
        is_owner,
    }
}

fn done(event: &SeatEvent, say: Say) -> Done {
    let by = event.who.as_deref().map(shown_email);
    Done {
        when: event.at,
        what: say.say(&format!("seat-done-{}", event.what)),
        who: by.unwrap_or_default(),
        about: event.about.as_deref().map_or(String::new(), shown_email),
    }
}

/// A part of the list, and what stands beside it.
pub(crate) async fn seats(
    tx: &mut Tx,
    say: Say,
    (id, owner): (SubscriptionId, readers::ReaderId),
    list: &ListPart,
) -> sqlx::Result<Seats> {
    let part = Part::starting(&list.q).behind(&list.after);
    let mut members = store::list_members(tx, id, &part, SHOWN + 1).await?;
    let admins = store::list_admins(tx, id).await?;
    let events = store::list_seat_events(tx, id, None, DONE).await?;
    let now = tx.now();
    let next = cut(&mut members).map_or(String::new(), |last| {
        format!("q={}&after={}", encode(&list.q), encode(&last.mark()))
    });
    let person = |member: Member| {
        let is_owner = member.reader == Some(owner);
        person(member, now, is_owner)
    };
    let admin = |admin: store::Admin| Admin {
        reader: admin.reader.to_string(),
        email: shown_email(&admin.email),
    };
    Ok(Seats {
        people: members.into_iter().map(person).collect(),
        next,
        admins: admins.into_iter().map(admin).collect(),
        done: events.iter().map(|event| done(event, say)).collect(),
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct InviteForm {
    emails: String,
}

pub(crate) async fn submit_invite(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    Path(id): Path<SubscriptionId>,
    StaffForm(session, form): StaffForm<InviteForm>,
) -> Result {
    let say = Say::new(session.language);
    let of = store::find_subscription(&mut site.base.read().await?, id).await?;
    let of = of.ok_or(Error::NotFound)?;
    let fault = match form.emails.parse::<Email>() {
        Err(()) => say.say("fault-email"),
        Ok(email) => {
            let (emails, by) = ([email], Actor::Staff(session.reader));
            let answers = invite::invite_all(&subscriptions, &of, &emails, by).await?;
            let answer = answers.first().ok_or(Error::NotFound)?;
            if answer.is_mailed() || *answer == Answer::Recent {
                let to = format!("/admin/subscriptions/{id}?done={answer}");
                return Ok(see_other(&to));
            }
            let [email] = &emails;
            answer.say(say, &shown_email(email.as_str()))
        }
    };
    let typed = ChangeForm {
        emails: form.emails,
        ..ChangeForm::default()
    };
    refused_page(&site, &session, id, typed, Faults::one("emails", fault)).await
}

#[derive(Debug, Deserialize)]
pub(crate) struct RemoveForm {
    seat: SeatId,
}

pub(crate) async fn submit_remove(
    State(subscriptions): State<Arc<Subscriptions>>,
    Path(id): Path<SubscriptionId>,
    StaffForm(session, form): StaffForm<RemoveForm>,
) -> Result {
    let of = store::find_subscription(&mut subscriptions.base.read().await?, id).await?;
    let of = of.ok_or(Error::NotFound)?;
    let by = Actor::Staff(session.reader);
    let removed = invite::remove(&subscriptions, &of, form.seat, by).await?;
    let done = if removed.is_some() { "removed" } else { "" };
    Ok(see_other(&format!("/admin/subscriptions/{id}?done={done}")))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OwnerForm {
    email: String,
    #[serde(rename = "owner-note")]
    note: String,
}

pub(crate) async fn submit_owner(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    Path(id): Path<SubscriptionId>,
    StaffForm(session, form): StaffForm<OwnerForm>,
) -> Result {
    let say = Say::new(session.language);
    let email = form.email.parse::<Email>().ok();
    let reader = match &email {
        Some(email) => readers::store::find_by_email(&mut site.base.read().await?, email).await?,
        None => None,
    };
    let made = match reader {
        None => Err(Faults::one("email", say.say("admin-no-reader"))),
        Some(reader) => {
            let change = Change::Owner(reader.id);
            let note = (form.note.as_str(), "owner-note");
            attempt(
                &subscriptions,
                &session,
                id,
                &change,
                note,
                ("email", "owner"),
            )
            .await?
        }
    };
    let faults = match made {
        Ok(answer) => return Ok(answer),
        Err(faults) => faults,
    };
    let typed = ChangeForm {
        email: form.email,
        owner_note: form.note,
        ..ChangeForm::default()
    };
    refused_page(&site, &session, id, typed, faults).await
}
