//! Pages of the people who run the paper. They own no tables; what they change belongs to the features.
//!
//! Only readers with a row in `staff` get in, and only a short while after they gave their password.

mod front;
mod grants;
mod part;
mod people;
mod plans;
mod seats;
mod staff;
mod subscription;
mod words;

pub use part::Admin;
pub use staff::{Staff, StaffForm};

use web::{Needs, Route, with_state};

/// What these pages say.
pub const TEXTS: web::locale::Texts = &[
    ("en", include_str!("../locales/en/admin.ftl")),
    ("es", include_str!("../locales/es/admin.ftl")),
];

/// The routes of the administration.
#[must_use]
pub fn routes(admin: &Admin) -> Vec<Route> {
    let routes = vec![
        Route::get("/admin", front::show_front).needs(Needs::Staff),
        Route::get("/admin/readers", people::show_readers).needs(Needs::Staff),
        Route::get("/admin/readers/{reader}", people::show_reader).needs(Needs::Staff),
        Route::get("/admin/subscriptions", grants::show_subscriptions).needs(Needs::Staff),
        Route::post("/admin/subscriptions", grants::submit_grant).needs(Needs::Staff),
        Route::get(
            "/admin/subscriptions/{subscription}",
            subscription::show_subscription,
        )
        .needs(Needs::Staff),
        Route::post(
            "/admin/subscriptions/{subscription}/extend",
            subscription::submit_extend,
        )
        .needs(Needs::Staff),
        Route::post(
            "/admin/subscriptions/{subscription}/plan",
            subscription::submit_plan,
        )
        .needs(Needs::Staff),
        Route::get(
            "/admin/subscriptions/{subscription}/end",
            subscription::show_end,
        )
        .needs(Needs::Staff),
        Route::post(
            "/admin/subscriptions/{subscription}/end",
            subscription::submit_end,
        )
        .needs(Needs::Staff),
        Route::post(
            "/admin/subscriptions/{subscription}/resume",
            subscription::submit_resume,
        )
        .needs(Needs::Staff),
        Route::post(
            "/admin/subscriptions/{subscription}/invite",
            seats::submit_invite,
        )
        .needs(Needs::Staff),
        Route::post(
            "/admin/subscriptions/{subscription}/remove",
            seats::submit_remove,
        )
        .needs(Needs::Staff),
        Route::post(
            "/admin/subscriptions/{subscription}/owner",
            seats::submit_owner,
        )
        .needs(Needs::Staff),
        Route::get("/admin/plans", plans::show_plans).needs(Needs::Staff),
        Route::post("/admin/plans", plans::submit_new).needs(Needs::Staff),
        Route::get("/admin/plans/{plan}", plans::show_plan).needs(Needs::Staff),
        Route::post("/admin/plans/{plan}", plans::submit_plan).needs(Needs::Staff),
    ];
    with_state(routes, admin)
}
