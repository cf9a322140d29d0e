//! Forward auth: a site that is not ours, on the same domain, asks for each request whether this browser may read here
//! and now.
//!
//! The web server in front of that site (nginx, Caddy, Traefik) sends us what the browser sent, and we answer yes, or no
//! and where to send the browser instead. Nothing of the site passes through the paper, and no article of the paper
//! through here. `docs/gate.md` says how it is set up. Deliberately not here: the decision (`access`), the lease
//! (`leases`), and other domains, where browsers send no cookie of ours.

mod check;
mod doorway;
mod message;
mod origins;
mod script;

pub use check::check;
pub use origins::{let_in, origins};

use crate::App;
use crate::base::address::Root;
use crate::web::error::encode;
use crate::web::view::local_path;
use crate::web::{Error, Result, Route};

/// Where the web server in front of the other site asks.
pub const CHECK: &str = "/gate/check";

/// Without a site that may ask there is no gate.
fn is_open(app: &App) -> Result<()> {
    if app.config.gate.sites.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(())
}

/// The routes of the gate. They answer 404 where `[gate] sites` names none.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get(CHECK, check::show_check),
        Route::get("/gate/message", message::show_message),
        Route::get("/gate/watch.js", script::show_script),
    ]
}

/// The site that this whole address is on.
fn site_of<'a>(app: &'a App, address: &str) -> Option<&'a Root> {
    app.config
        .gate
        .sites
        .iter()
        .find(|site| site.leads(address))
}

/// Where a form may send the browser on to: a path of the paper, or an address of a site that asks us; else the front
/// page.
#[must_use]
pub fn way<'a>(app: &App, text: &'a str) -> &'a str {
    match site_of(app, text) {
        Some(_) => text,
        None => local_path(text),
    }
}

/// The longest path that survives signing in (see [`local_path`]) with something to spare.
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
