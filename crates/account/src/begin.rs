//! A session begins: in the same way whatever proved who it is, a password, a link or a code from a mail.
//!
//! Deliberately not here: that proof. What is here compares in its own transaction that address and password are still those that
//! it was made for.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};

use crate::Account;
use base::db::Tx;
use base::mail;
use base::secret::TokenHash;
use base::time::Span;
use readers::letters::{self, Letter};
use readers::rules::{DeviceKind, Reader};
use readers::store::Ended;
use readers::{DeviceId, ReaderId, labels, store};
use web::Result;
use web::cookies::{self, Cookie};
use web::error::encode;
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{local_path, see_other};

/// A session that is written, and counts when its transaction is committed.
pub(super) struct Begun {
    token: String,
    device_cookie: String,
    device: DeviceId,
    /// What was signed in in this browser.
    ended: Vec<(String, ReaderId, DeviceId)>,
    /// What was signed in on devices that are forgotten.
    forgotten: Vec<Ended>,
}

/// Writes a new session with a new token, which ends whatever session was in this browser before. `reader` is as it was when
/// they were verified; `None` if address or password were changed since. Of the browser there are the headers, and what the
/// page's script said of touch (`account/touch.html`).
///
/// # Errors
/// Whatever the database says.
pub(super) async fn begin(
    tx: &mut Tx,
    account: &Account,
    reader: &Reader,
    (headers, touch): (&HeaderMap, &str),
) -> Result<Option<Begun>> {
    let (base, accounts) = (&account.base, &account.base.config.accounts);
    let device_cookie = Cookie::Device.read_or_new(headers, base);
    let cookie_hash = TokenHash::of(&device_cookie);
    let (label, kind) = label(headers, touch);
    let token = base.rng.token();
    if !store::lock_password(tx, reader).await? {
        return Ok(None);
    }
    let ended = store::delete_sessions_in_browser(tx, &cookie_hash).await?;
    let device = store::set_device(tx, reader.id, &cookie_hash, &label, kind).await?;
    tell_of_device(account, tx, reader, device).await?;
    let expires_at = tx.now().plus(accounts.session_for);
    let hash = TokenHash::of(&token);
    store::insert_session(tx, &hash, reader.id, device, expires_at).await?;
    let kept = accounts.devices_per_reader;
    let forgotten = store::delete_surplus_devices(tx, reader.id, kept).await?;
    Ok(Some(Begun {
        token,
        device_cookie,
        device,
        ended,
        forgotten,
    }))
}

/// After the commit: tells memory and whoever was signed in here, gives the browser its cookies, and goes on to `next`.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn finish(
    account: &Account,
    reader: &Reader,
    begun: Begun,
    next: &str,
) -> Result<Response> {
    let config = &account.base.config;
    // Memory first, all of it; then what waits for others.
    account.readers.devices.forget(begun.device);
    let tokens = begun.ended.iter().map(|(token, ..)| token);
    for token in tokens.chain(begun.forgotten.iter().map(|(token, _)| token)) {
        account.readers.sessions.forget_stored(token);
    }
    for (_, device) in begun.forgotten {
        account.readers.devices.forget(device);
        account.leases.release(reader.id, device).await;
    }
    for (_, before, its_device) in begun.ended {
        if before != reader.id {
            account.leases.release(before, its_device).await;
        }
        account.leases.notices.recheck(before);
    }
    let hash = TokenHash::of(&begun.token);
    account.readers.sessions.load(hash).await?;
    let who = Who::reader(&reader.id).at(&reader.email);
    security::note(&account.base, Event::SignedIn, who);
    let home = account.site.home(reader.language);
    let next = Some(local_path(next)).filter(|next| *next != "/");
    let next = encode(next.unwrap_or(&home));
    let mut response = see_other(&format!(
        "/sign-in/done?lang={}&next={next}",
        reader.language
    ));
    let out = response.headers_mut();
    out.append(
        header::SET_COOKIE,
        Cookie::Device.set(&begun.device_cookie, Span::days(400), config.secure()),
    );
    cookies::put_session(out, &begun.token, config.accounts.session_for, config);
    Ok(response)
}

/// Both, in a transaction of its own.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn sign_in(
    account: &Account,
    reader: &Reader,
    browser: (&HeaderMap, &str),
    next: &str,
) -> Result<Option<Response>> {
    let mut tx = account.base.write().await?;
    let Some(begun) = begin(&mut tx, account, reader, browser).await? else {
        return Ok(None);
    };
    tx.commit().await?;
    finish(account, reader, begun, next).await.map(Some)
}

/// Tells the reader by mail of a device that was not known before; not of their first. Of many within an hour only the first
/// ones are told: what they say is in the list of devices.
async fn tell_of_device(
    account: &Account,
    tx: &mut Tx,
    reader: &Reader,
    device: DeviceId,
) -> Result<()> {
    let now = tx.now();
    let most = i64::from(account.base.config.accounts.mails_per_address);
    let hour_ago = now.minus(Span::minutes(60));
    if !store::is_further_device(tx, reader.id, device).await?
        || store::count_new_devices(tx, reader.id, hour_ago).await? > most
    {
        return Ok(());
    }
    let Some(device) = store::find_device(tx, device).await? else {
        return Ok(());
    };
    let say = Say::new(reader.language);
    let letter = Letter::Device {
        name: &labels::name(&device, say),
        when: &say.moment(now, &account.site.zone(say.lang)),
    };
    let letter = letters::write(&account.base, say.lang, &reader.email, letter)?;
    mail::post(tx, &letter).await?;
    Ok(())
}

/// What the device is called, and of which kind it is.
fn label(headers: &HeaderMap, touch: &str) -> (String, DeviceKind) {
    // Whatever a program has put into it, the rest still names the browser.
    let agent = headers.get(header::USER_AGENT).map(HeaderValue::as_bytes);
    let agent = String::from_utf8_lossy(agent.unwrap_or_default());
    labels::of_user_agent(&agent, touch == "1")
}
