//! Pages of an account: signing in and up, devices, password, plans, seats, invitations.
//!
//! A face: pages only. It owns no table and keeps nothing in memory; what it changes belongs to `readers` and
//! `subscriptions`. Deliberately not here: what is decided about a password or a seat.

mod account;
mod admins;
mod begin;
mod confirm;
mod data;
mod devices;
mod email;
pub mod erase;
mod form;
mod invitation;
mod link;
mod managed;
mod note;
mod part;
mod password;
mod plans;
mod proof;
mod reset;
mod restore;
mod seats;
mod sign_in;
mod sign_up;
mod subscription;

pub use part::Account;

use readers::store::Ended;
use readers::{DeviceId, ReaderId};
use web::Needs::{Confirmed, Reader};
use web::{Route, with_state};

/// What pages of accounts say.
pub const TEXTS: web::locale::Texts = &[
    ("en", include_str!("../locales/en/account.ftl")),
    ("en", include_str!("../locales/en/seats.ftl")),
    ("es", include_str!("../locales/es/account.ftl")),
    ("es", include_str!("../locales/es/seats.ftl")),
];

/// The routes of accounts.
#[must_use]
pub fn routes(account: &Account) -> Vec<Route> {
    let routes = vec![
        Route::get("/sign-in", sign_in::show_sign_in),
        Route::post("/sign-in", sign_in::submit_sign_in),
        Route::get("/sign-in/done", sign_in::show_done),
        Route::get("/sign-in/link", link::show_link),
        Route::post("/sign-in/link", link::submit_link),
        Route::get("/sign-in/link/{token}", link::show_opened),
        Route::post("/sign-in/link/{token}", link::submit_opened),
        Route::get("/sign-in/code", link::show_code),
        Route::post("/sign-in/code", link::submit_code),
        Route::post("/sign-out", sign_in::submit_sign_out),
        Route::get("/sign-up", sign_up::show_sign_up),
        Route::post("/sign-up", sign_up::submit_sign_up),
        Route::get("/sign-up/sent", note::show_sign_up_sent),
        Route::get("/proof/{token}", proof::show_proof),
        Route::post("/proof/{token}", proof::submit_proof),
        Route::get("/reset", reset::show_reset),
        Route::post("/reset", reset::submit_reset),
        Route::get("/reset/sent", note::show_reset_sent),
        Route::get("/reset/{token}", reset::show_new_password),
        Route::post("/reset/{token}", reset::submit_new_password),
        Route::get("/account", account::show_account).needs(Reader),
        Route::post("/account", account::submit_account).needs(Reader),
        Route::get("/account/data", data::show_data).needs(Reader),
        Route::get("/account/data/export", data::show_export).needs(Confirmed),
        Route::post("/account/data/delete", data::submit_delete).needs(Confirmed),
        Route::get("/account/email", email::show_email).needs(Reader),
        Route::post("/account/email", email::submit_email).needs(Confirmed),
        Route::get("/email/{token}", email::show_new_email).needs(Reader),
        Route::post("/email/{token}", email::submit_new_email).needs(Reader),
        Route::get("/restore/{token}", restore::show_restore),
        Route::post("/restore/{token}", restore::submit_restore),
        Route::get("/account/password", password::show_password).needs(Reader),
        Route::post("/account/password", password::submit_password).needs(Reader),
        Route::get("/account/confirm", confirm::show_confirm).needs(Reader),
        Route::post("/account/confirm", confirm::submit_confirm).needs(Reader),
        Route::get("/account/devices", devices::show_devices).needs(Reader),
        Route::post("/account/devices/others", devices::submit_sign_out_others).needs(Confirmed),
        Route::post("/account/devices/unknown", password::submit_unknown).needs(Reader),
        Route::post("/account/devices/{id}/name", devices::submit_name).needs(Reader),
        Route::post("/account/devices/{id}/sign-out", devices::submit_sign_out).needs(Confirmed),
        Route::get("/plans", plans::show_plans),
        Route::get("/account/subscription", subscription::show_subscription).needs(Reader),
        Route::get("/account/seats", seats::show_seats).needs(Reader),
        Route::post("/account/seats/invite", seats::submit_invite).needs(Confirmed),
        Route::post("/account/seats/remove", seats::submit_remove).needs(Confirmed),
        Route::post("/account/seats/take", seats::submit_take).needs(Reader),
        Route::get("/account/seats/admins", admins::show_admins).needs(Reader),
        Route::post("/account/seats/admins", admins::submit_add).needs(Confirmed),
        Route::post("/account/seats/admins/drop", admins::submit_drop).needs(Confirmed),
        Route::get("/account/seats/log", admins::show_log).needs(Reader),
        Route::get("/account/seats/log/file", admins::show_log_file).needs(Confirmed),
        Route::get("/invitation/{token}", invitation::show_invitation),
        Route::post("/invitation/{token}", invitation::submit_invitation),
    ];
    with_state(routes, account)
}

/// After the commit that ended sessions of a reader: ends them in memory, with those that only memory still knows; frees the
/// lease if one of their devices has it, and tells them.
async fn tell_ended(account: &Account, reader: ReaderId, ended: &[Ended], which: Which) {
    let (sessions, leases) = (&account.readers.sessions, &account.leases);
    for (token, _) in ended {
        sessions.forget_stored(token);
    }
    let (on, kept) = match which {
        Which::All => (None, None),
        Which::AllBut(kept) => (None, Some(kept)),
        Which::On(device) => (Some(device), None),
    };
    let mut devices = account.readers.forget_sessions(reader, on).await;
    devices.extend(ended.iter().map(|(_, device)| *device));
    devices.retain(|device| Some(*device) != kept);
    devices.sort_unstable();
    devices.dedup();
    for device in devices {
        leases.release(reader, device).await;
    }
}

/// Which sessions of a reader were ended.
#[derive(Clone, Copy)]
enum Which {
    /// All of them.
    All,
    /// All but the one on this device.
    AllBut(DeviceId),
    /// The one on this device.
    On(DeviceId),
}
