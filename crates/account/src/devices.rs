//! The devices on which a reader is signed in. Looking and naming is free; signing another one out, or all others at once,
//! needs the password. The form for someone who does not know one of them stands here and is answered in `password`.

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use super::account::reader;
use super::form::Notice;
use super::{Which, tell_ended};
use crate::Account;
use readers::rules::{Device, DeviceId, MAX_LABEL, one_line};
use readers::{ConfirmedForm, Session, SignedIn, labels, store};
use web::form::{Faults, refused};
use web::locale::Say;
use web::security::{self, Event, Who};
use web::view::{Frame, personal, see_other};
use web::{Error, Form, Path, Query, Result};

struct DeviceRow {
    device: Device,
    name: String,
    first: String,
    seen: String,
    here: bool,
    reading: bool,
    /// What stands in the field of its name.
    typed: String,
}

#[derive(Template)]
#[template(path = "account/devices.html")]
pub(super) struct DevicesPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    /// Whether to lead to a subscription, or to the plans.
    seated: bool,
    faults: Faults,
    notice: String,
    rows: Vec<DeviceRow>,
    email: String,
    shortest: usize,
}

impl DevicesPage {
    /// The same with what is to be put right.
    pub(super) fn with(self, faults: Faults) -> Self {
        Self { faults, ..self }
    }
}

/// The list as it is now.
pub(super) async fn devices_page(
    account: &Account,
    session: &Session,
    say: Say,
) -> Result<DevicesPage> {
    let base = &account.base;
    let reader = reader(&account.readers, session).await?;
    let idle = base.clock.now().minus(base.config.accounts.idle_for);
    let devices = store::list_devices(&mut base.read().await?, session.reader, idle).await?;
    let reading = account
        .leases
        .holder(session.reader)
        .await?
        .filter(|(_, at_rest)| !at_rest)
        .map(|(holder, _)| holder.device);
    let now = base.clock.now();
    let ago = |key, at| say.with(key, "span", say.span(now.since(at)));
    let rows = devices
        .into_iter()
        .map(|device| DeviceRow {
            first: ago("devices-first", device.first_seen_at),
            seen: ago("devices-seen", device.last_seen_at),
            here: device.id == session.device,
            reading: reading == Some(device.id),
            name: labels::name(&device, say).into_owned(),
            typed: device.label.clone(),
            device,
        })
        .collect();
    Ok(DevicesPage {
        frame: Frame::unlisted(&account.site, say, "devices-title"),
        say,
        tab: "devices",
        seated: account.subscriptions.is_subscriber(session.reader).await?,
        faults: Faults::default(),
        notice: String::new(),
        rows,
        email: readers::shown_email(&reader.email),
        shortest: base.config.accounts.min_password,
    })
}

/// The list.
pub async fn show_devices(
    State(account): State<Account>,
    SignedIn(session): SignedIn,
    Query(notice): Query<Notice>,
) -> Result {
    let say = Say::new(session.language);
    let mut page = devices_page(&account, &session, say).await?;
    page.notice = notice.text(say);
    personal(&page)
}

/// A name for a device.
#[derive(Debug, Deserialize)]
pub struct Name {
    #[serde(default)]
    label: String,
}

/// Keeps it.
pub async fn submit_name(
    State(account): State<Account>,
    SignedIn(session): SignedIn,
    Path(id): Path<DeviceId>,
    Form(form): Form<Name>,
) -> Result {
    let label = one_line(&form.label, MAX_LABEL).filter(|label| !label.is_empty());
    let Some(label) = label else {
        let say = Say::new(session.language);
        let mut page = devices_page(&account, &session, say).await?;
        let row = page.rows.iter_mut().find(|row| row.device.id == id);
        row.ok_or(Error::NotFound)?.typed = form.label;
        let text = say.with("fault-label", "length", MAX_LABEL);
        page.faults = Faults::one(&format!("label-{id}"), text);
        return refused(&page);
    };
    let mut tx = account.base.write().await?;
    if !store::set_label(&mut tx, session.reader, id, label).await? {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    account.readers.devices.forget(id);
    Ok(see_other("/account/devices?notice=renamed"))
}

/// A button alone.
#[derive(Debug, Deserialize)]
pub struct NoFields {}

/// Signs another device out: its session ends, it loses the lease if it has it, and its open pages are told.
pub async fn submit_sign_out(
    State(account): State<Account>,
    Path(id): Path<DeviceId>,
    ConfirmedForm(session, NoFields {}): ConfirmedForm<NoFields>,
) -> Result {
    account.readers.limits.sign_out(session.reader)?;
    let mut tx = account.base.write().await?;
    if !store::has_device(&mut tx, session.reader, id).await? {
        return Err(Error::NotFound);
    }
    let ended = store::delete_session_on(&mut tx, session.reader, id).await?;
    tx.commit().await?;
    // Also if there was none any more: memory may be of another opinion.
    tell_ended(&account, session.reader, ended.as_slice(), Which::On(id)).await;
    if ended.is_some() {
        let who = Who::reader(&session.reader);
        security::note(&account.base, Event::SignedOutOther, who);
    }
    Ok(see_other("/account/devices?notice=ended"))
}

/// For a session that was ended while its form was under way.
pub(super) fn sign_in_again() -> Error {
    Error::SignIn {
        next: "/account/devices".to_owned(),
    }
}

/// Signs all other devices out at once.
pub async fn submit_sign_out_others(
    State(account): State<Account>,
    ConfirmedForm(session, NoFields {}): ConfirmedForm<NoFields>,
) -> Result {
    account.readers.limits.sign_out(session.reader)?;
    let mut tx = account.base.write().await?;
    store::lock_reader(&mut tx, session.reader).await?;
    // Whoever was signed out meanwhile signs nobody out any more.
    let own = store::find_session(&mut tx, &session.token).await?;
    if own.is_none() {
        return Err(sign_in_again());
    }
    let ended = store::delete_other_sessions(&mut tx, session.reader, &session.token).await?;
    tx.commit().await?;
    let which = Which::AllBut(session.device);
    tell_ended(&account, session.reader, &ended, which).await;
    let who = Who::reader(&session.reader);
    security::note(&account.base, Event::SignedOutOthers, who);
    Ok(see_other("/account/devices?notice=ended-others"))
}
