//! Pages of accounts.

mod account;
mod confirm;
mod devices;
mod form;
mod note;
mod password;
mod proof;
mod reset;
pub(super) mod sign_in;
mod sign_up;

use crate::App;
use crate::readers::ReaderId;
use crate::readers::store::Ended;
use crate::web::Route;

/// The routes of accounts.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/sign-in", sign_in::show_sign_in),
        Route::post("/sign-in", sign_in::submit_sign_in),
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
        Route::get("/account", account::show_account),
        Route::post("/account", account::submit_account),
        Route::get("/account/password", password::show_password),
        Route::post("/account/password", password::submit_password),
        Route::get("/account/confirm", confirm::show_confirm),
        Route::post("/account/confirm", confirm::submit_confirm),
        Route::get("/account/devices", devices::show_devices),
        Route::post("/account/devices/{id}/name", devices::submit_name),
        Route::post("/account/devices/{id}/sign-out", devices::submit_sign_out),
    ]
}

/// After the commit: forgets sessions that were ended, frees the lease if one of their devices has it, and tells them.
async fn tell_ended(app: &App, reader: ReaderId, ended: &[Ended]) {
    for (token, device) in ended {
        app.sessions.forget_stored(token);
        app.leases.release(app, reader, *device).await;
    }
}
