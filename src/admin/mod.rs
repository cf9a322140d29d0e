//! Pages of the people who run the paper. They own no tables; what they change belongs to the features.
//!
//! Only readers with a row in `staff` get in, and only a short while after they gave their password.

mod subscriptions;

use crate::web::Route;

/// The routes of the administration.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/admin/subscriptions", subscriptions::show_subscriptions),
        Route::post("/admin/subscriptions", subscriptions::submit_grant),
    ]
}
