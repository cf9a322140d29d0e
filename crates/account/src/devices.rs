//! The devices on which a reader is signed in. Looking and naming is free; signing another one out needs the password.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::account::frame;
use super::form::{Faults, Notice};
use super::tell_ended;
use crate::Account;
use readers::rules::{Device, DeviceId, MAX_LABEL, one_line};
use readers::{Session, store};
use web::locale::Say;
use web::view::{Frame, html, personal, see_other};
use web::{Error, Result};

const PATH: &str = "/account/devices";

struct Row {
    device: Device,
    seen: String,
    here: bool,
    reading: bool,
    /// What stands in the field of its name.
    typed: String,
    fault: String,
}

#[derive(Template)]
#[template(path = "account/devices.html")]
struct DevicesPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    /// Whether to lead to a subscription, or to the plans.
    seated: bool,
    faults: Faults,
    notice: String,
    rows: Vec<Row>,
}

async fn page(parts: &Account, session: &Session, say: Say) -> Result<DevicesPage> {
    let idle = parts
        .base
        .clock
        .now()
        .minus(parts.base.config.accounts.idle_for);
    let devices = store::list_devices(&mut parts.base.read().await?, session.reader, idle).await?;
    let reading = parts
        .leases
        .holder(session.reader)
        .await?
        .filter(|(_, at_rest)| !at_rest)
        .map(|(holder, _)| holder.device);
    let zone = parts.site.zone(say.lang);
    let rows = devices
        .into_iter()
        .map(|device| Row {
            seen: say.moment(device.last_seen_at, &zone),
            here: device.id == session.device,
            reading: reading == Some(device.id),
            typed: device.label.clone(),
            fault: String::new(),
            device,
        })
        .collect();
    Ok(DevicesPage {
        frame: frame(parts, say, "devices-title"),
        say,
        tab: "devices",
        seated: parts.subscriptions.seats.active(session.reader).await?,
        faults: Faults::default(),
        notice: String::new(),
        rows,
    })
}

/// The list.
pub async fn show_devices(
    State(parts): State<Account>,
    Query(notice): Query<Notice>,
    headers: HeaderMap,
) -> Result {
    let session = parts.readers.sessions.required(&headers, PATH).await?;
    let say = Say::new(session.language);
    let mut page = page(&parts, &session, say).await?;
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
    State(parts): State<Account>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: std::result::Result<Form<Name>, FormRejection>,
) -> Result {
    let session = parts.readers.sessions.required(&headers, PATH).await?;
    let id: DeviceId = id.parse().map_err(|_| Error::NotFound)?;
    let Form(form) = form?;
    let label = one_line(&form.label, MAX_LABEL).filter(|label| !label.is_empty());
    let Some(label) = label else {
        let say = Say::new(session.language);
        let mut page = page(&parts, &session, say).await?;
        let fault = say.with("fault-label", "length", MAX_LABEL);
        let row = page.rows.iter_mut().find(|row| row.device.id == id);
        let row = row.ok_or(Error::NotFound)?;
        row.typed = form.label;
        row.fault.clone_from(&fault);
        page.faults = Faults::one(&format!("label-{id}"), fault);
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
    };
    let mut tx = parts.base.write().await?;
    if !store::set_label(&mut tx, session.reader, id, label).await? {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    parts.readers.devices.forget(id);
    Ok(see_other("/account/devices?notice=renamed"))
}

/// Signs another device out: its session ends, it loses the lease if it has it, and its open pages are told.
pub async fn submit_sign_out(
    State(parts): State<Account>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result {
    let session = parts.readers.sessions.confirmed(&headers, PATH).await?;
    let id: DeviceId = id.parse().map_err(|_| Error::NotFound)?;
    let mut tx = parts.base.write().await?;
    let ended = store::delete_session_on(&mut tx, session.reader, id).await?;
    let ended = ended.ok_or(Error::NotFound)?;
    tx.commit().await?;
    tell_ended(&parts, session.reader, &[ended]).await;
    Ok(see_other("/account/devices?notice=ended"))
}
