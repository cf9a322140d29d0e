//! The mails about subscriptions and seats, in the language of whoever gets them; [`web::letter`] is their frame.
//!
//! Whoever invites typed their name themselves, so it is shown as [`crate::rules::host_name`] lets it be.

use base::Base;
use base::db::Tx;
use base::jobs::Priority;
use base::lang::Lang;
use base::mail::{Mail, post};
use base::time::{Span, UnixMillis};
use jiff::tz::TimeZone;
use readers::{Email, Reader};
use web::Result;
use web::letter::Letter;
use web::locale::Say;

use crate::store::Ending;
use crate::{Subscriptions, last_day};

/// The page of a reader's subscription, and what can be had.
const SUBSCRIPTION: &str = "/account/subscription";
const PLANS: &str = "/plans";

fn paper(base: &Base) -> &str {
    &base.config.site.name
}

/// Somebody is invited; the token of the link.
pub(crate) fn invitation(
    base: &Base,
    to: &Email,
    lang: Lang,
    host: &str,
    token: &str,
) -> Result<Mail> {
    let (say, lasts_for) = (Say::new(lang), base.config.accounts.invitation_for);
    let days = lasts_for.0 / Span::days(1).0;
    let of_host = |key: &str| say.with2(key, "host", host, "paper", paper(base));
    Letter::new(say, of_host("invite-letter-subject"))
        .says(of_host("invitation-who"))
        .says(say.say("invite-letter-what"))
        .button(
            say.say("invite-letter-button"),
            format!("/invitation/{token}?lang={lang}"),
        )
        .closes(say.with("invite-letter-days", "days", days))
        .closes(say.say("invite-letter-not-you"))
        .good_until(base.clock.now().plus(lasts_for))
        .to(base, to.as_str())
}

/// The paper gave a reader a subscription with so many seats until then, or changed the one they had.
pub(crate) async fn tell_granted(
    subscriptions: &Subscriptions,
    tx: &mut Tx,
    reader: &Reader,
    (seats, until): (i64, UnixMillis),
) -> Result<()> {
    let (base, say) = (&subscriptions.base, Say::new(reader.language));
    let date = say.day(last_day(until));
    let mut letter = Letter::new(say, say.with("mail-granted-subject", "paper", paper(base)))
        .says(say.with2("mail-granted-text", "paper", paper(base), "date", date));
    if seats > 1 {
        letter = letter.says(say.with("mail-granted-seats", "seats", seats));
    }
    let mail = letter
        .button(say.say("mail-granted-button"), at(SUBSCRIPTION, say))
        .closes(say.say("mail-granted-closing"))
        .to(base, &reader.email)?;
    post(tx, &mail).await?;
    Ok(())
}

/// A reader has a seat that `host` gave them; the mail leaves when the transaction is committed.
///
/// # Errors
/// When the database or a template fails.
pub async fn tell_seated(
    subscriptions: &Subscriptions,
    tx: &mut Tx,
    reader: &Reader,
    host: &str,
) -> Result<()> {
    tell_of_seat(subscriptions, tx, reader, host, ("seated", "/")).await
}

/// `host` took the seat of a reader back.
pub(crate) async fn tell_unseated(
    subscriptions: &Subscriptions,
    tx: &mut Tx,
    reader: &Reader,
    host: &str,
) -> Result<()> {
    tell_of_seat(subscriptions, tx, reader, host, ("unseated", PLANS)).await
}

async fn tell_of_seat(
    subscriptions: &Subscriptions,
    tx: &mut Tx,
    reader: &Reader,
    host: &str,
    (stem, path): (&str, &str),
) -> Result<()> {
    let (base, say) = (&subscriptions.base, Say::new(reader.language));
    let text = |part: &str| {
        let key = format!("mail-{stem}-{part}");
        say.with2(&key, "host", host, "paper", paper(base))
    };
    let mail = Letter::new(say, text("subject"))
        .says(text("text"))
        .fact(say.say("letter-when"), moment(say, tx.now()))
        .button(text("button"), at(path, say))
        .closes(text("closing"))
        .to(base, &reader.email)?;
    post(tx, &mail).await?;
    Ok(())
}

/// A subscription ends soon, or has ended.
pub(crate) fn ending(base: &Base, of: &Ending, has_ended: bool) -> Result<Mail> {
    let say = Say::new(of.language);
    let date = say.day(last_day(of.ends_at));
    let stem = if has_ended { "ended" } else { "ends-soon" };
    let text = |part: &str| {
        let key = format!("mail-{stem}-{part}");
        say.with2(&key, "paper", paper(base), "date", date.as_str())
    };
    let mut letter = Letter::new(say, text("subject")).says(text("text"));
    if of.seats > 1 {
        letter = letter.says(text("others"));
    }
    letter
        .button(text("button"), at(PLANS, say))
        .closes(text("closing"))
        .priority(Priority::Last)
        .to(base, &of.email)
}

fn at(path: &str, say: Say) -> String {
    format!("{path}?lang={}", say.lang)
}

/// Of subscriptions all dates are told in UTC, as their last day is ([`last_day`]).
fn moment(say: Say, at: UnixMillis) -> String {
    say.moment(at, &TimeZone::UTC)
}
