//! Forward auth: a site that is not ours, on the same domain, asks for each request whether this browser may read here
//! and now.
//!
//! The web server in front of that site (nginx, Caddy) sends us what the browser sent, and we answer yes, or no
//! and where to send the browser instead. Nothing of the site passes through the paper, and no article of the paper
//! through here. `docs/gate.md` says how it is set up. Deliberately not here: the decision (`access`), the lease
//! (`leases`), and other domains, where browsers send no cookie of ours.

mod check;
mod doorway;
mod message;
mod origins;
mod part;
mod script;

pub use check::check;
pub use origins::{let_in, origins};
pub use part::Gate;

use base::Base;
use base::address::Root;
use web::error::encode;
use web::{Error, Result, Route, with_state};

/// Where the web server in front of the other site asks.
pub const CHECK: &str = "/gate/check";

/// Without a site that may ask there is no gate.
fn is_open(base: &Base) -> Result<()> {
    if base.config.gate.sites.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(())
}

/// The routes of the gate. They answer 404 where `[gate] sites` names none.
#[must_use]
pub fn routes(gate: &Gate) -> Vec<Route> {
    let routes = vec![
        Route::get_detached("/gate/check", check::show_check),
        Route::get_detached("/gate/message", message::show_message),
        Route::get("/gate/watch.js", script::show_script),
    ];
    with_state(routes, gate)
}

/// The longest path that survives signing in (see [`web::view::local_path`]) with something to spare.
const LONGEST: usize = 1000;

/// The path of the device message that leads back to this address, or to the front of its site if it is too long to be
/// carried along.
fn message_path(site: &Root, back: &str) -> String {
    const START: &str = "/gate/message?back=";
    let path = START.to_owned() + &encode(back);
    if path.len() > LONGEST {
        return START.to_owned() + &encode(site.as_str());
    }
    path
}

/// What the gate says.
pub const TEXTS: web::locale::Texts = &[
    ("en", include_str!("../locales/en/gate.ftl")),
    ("es", include_str!("../locales/es/gate.ftl")),
];
