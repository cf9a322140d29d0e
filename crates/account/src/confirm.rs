//! The password again, before a page that someone who borrowed a session must not see. Forms that need it ask by
//! themselves: `readers::ConfirmedForm`.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;

use super::account::reader;
use super::form::Next;
use base::secret::Secret;
use readers::confirm::{ConfirmPage, confirm};
use readers::{Reader, Readers, SignedIn};
use web::limits::Network;
use web::view::{local_path, personal, see_other};
use web::{Error, Form, Query, Result, Site};

fn page(site: &Site, reader: &Reader, next: &str) -> ConfirmPage {
    let fields = vec![("next".to_owned(), next.to_owned())];
    ConfirmPage::new(
        site,
        reader,
        ("/account/confirm".to_owned(), fields),
        "/account",
    )
}

/// Asks.
pub async fn show_confirm(
    State(site): State<Arc<Site>>,
    State(readers): State<Arc<Readers>>,
    SignedIn(session): SignedIn,
    Query(query): Query<Next>,
) -> Result {
    let reader = reader(&readers, &session).await?;
    personal(&page(&site, &reader, local_path(&query.next)))
}

/// The password.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Confirm {
    #[serde(rename = "confirm-password")]
    password: Secret,
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
    if confirm(&readers, network, &session, &reader, form.password).await? {
        Ok(see_other(next))
    } else {
        page(&site, &reader, next).refused()
    }
}
