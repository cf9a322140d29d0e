//! The password again, before what someone who borrowed a session must not do.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use super::account::reader;
use super::form::Next;
use readers::{Reader, Readers, SignedIn, store};
use web::form::{Faults, refused};
use web::limits::Network;
use web::locale::Say;
use web::view::{Frame, local_path, personal, see_other};
use web::{Error, Form, Query, Result, Site};

#[derive(Template)]
#[template(path = "account/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    say: Say,
    faults: Faults,
    email: String,
    next: String,
}

fn page(site: &Site, reader: Reader, next: &str, faults: Faults) -> ConfirmPage {
    let say = Say::new(reader.language);
    ConfirmPage {
        frame: Frame::unlisted(site, say, "confirm-title"),
        say,
        faults,
        email: readers::shown_email(&reader.email),
        next: next.to_owned(),
    }
}

/// Asks.
pub async fn show_confirm(
    State(site): State<Arc<Site>>,
    State(readers): State<Arc<Readers>>,
    SignedIn(session): SignedIn,
    Query(query): Query<Next>,
) -> Result {
    let reader = reader(&readers, &session).await?;
    let next = local_path(&query.next);
    personal(&page(&site, reader, next, Faults::default()))
}

/// The password.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Confirm {
    password: String,
    next: String,
}

/// Checks it.
pub async fn submit_confirm(
    State(site): State<Arc<Site>>,
    State(readers): State<Arc<Readers>>,
    session: Option<SignedIn>,
    network: Network,
    Form(form): Form<Confirm>,
) -> Result {
    let next = local_path(&form.next);
    // Signing in gives the password already; there is no need to come back here.
    let Some(SignedIn(session)) = session else {
        return Err(Error::SignIn {
            next: next.to_owned(),
        });
    };
    let reader = reader(&readers, &session).await?;
    readers.limits.password(network, &reader.email)?;
    let stored = Some(reader.password.clone());
    if !readers.passwords.verify(form.password, stored).await? {
        let text = Say::new(reader.language).say("fault-current");
        let faults = Faults::one("password", text);
        return refused(&page(&site, reader, next, faults));
    }
    readers.limits.password_was_right(network, &reader.email);
    let mut tx = readers.base.write().await?;
    store::set_confirmed(&mut tx, &session.token).await?;
    tx.commit().await?;
    readers.sessions.forget(&session.token);
    Ok(see_other(next))
}
