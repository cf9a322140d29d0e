//! Pages of plans, one's own subscription, its seats, invitations and terms.

mod account;
mod invitation;
mod plans;
mod terms;

use crate::web::Route;

/// The routes of what is paid for.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/plans", plans::show_plans),
        Route::get("/terms", terms::show_terms),
        Route::get("/terms/{version}", terms::show_version),
        Route::get("/account/subscription", account::show_subscription),
        Route::get("/account/seats", account::show_seats),
        Route::post("/account/seats/invite", account::submit_invite),
        Route::post("/account/seats/remove", account::submit_remove),
        Route::get("/invitation/{token}", invitation::show_invitation),
        Route::post("/invitation/{token}", invitation::submit_invitation),
    ]
}
