//! Where the lease of a seated reader is, after asking for it if a person is about to read.

use lease::{Holder, Millis, Outcome};

use crate::App;
use crate::access::Place;
use crate::base::config::Mode;
use crate::leases::EventKind;
use crate::readers::{DeviceId, Session};

/// Where it is, and who has it if that is another device that is being read on.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    /// For the decision.
    pub place: Place,
    /// For the message.
    pub holder: Option<Holder<DeviceId>>,
    asked_at: Millis,
}

impl Placed {
    const fn new(place: Place, holder: Option<Holder<DeviceId>>, asked_at: Millis) -> Self {
        Self {
            place,
            holder,
            asked_at,
        }
    }

    /// Whether it may still be used. A page that took long to make is not sent on the strength of an old answer: what was
    /// heard meanwhile counts.
    #[must_use]
    pub fn is_good(&self, app: &App, session: &Session) -> bool {
        match self.place {
            Place::Here => app.leases.check(app, session).is_some(),
            _ => app.fresh.is_young(self.asked_at),
        }
    }
}

/// By what this node knows; `None` if the database has to be asked, by [`find`].
#[must_use]
pub fn known(app: &App, session: &Session, navigation: bool) -> Option<Placed> {
    let now = app.fresh.now();
    if app.config.reading.mode == Mode::Off {
        return Some(Placed::new(Place::Here, None, now));
    }
    if !navigation {
        let place = match app.leases.check(app, session) {
            Some(_) => Place::Here,
            None => Place::Unasked,
        };
        return Some(Placed::new(place, None, now));
    }
    let op = app.leases.next_op();
    match app.leases.open_known(app, session, op)? {
        Outcome::Held { .. } => Some(Placed::new(Place::Here, None, now)),
        // Has to be taken.
        Outcome::Contended(_) if app.config.reading.mode == Mode::Observe => None,
        Outcome::Contended(holder) => Some(Placed::new(Place::Elsewhere, Some(holder), now)),
    }
}

/// By what this node knows, or by the database.
///
/// # Errors
/// When it has to be asked and does not answer.
pub async fn of(app: &App, session: &Session, navigation: bool) -> sqlx::Result<Placed> {
    match known(app, session, navigation) {
        Some(placed) => Ok(placed),
        None => find(app, session).await,
    }
}

/// The same for a navigation, with the database where it has to be asked.
///
/// # Errors
/// When it does not answer.
pub async fn find(app: &App, session: &Session) -> sqlx::Result<Placed> {
    let now = app.fresh.now();
    let op = app.leases.next_op();
    match app.leases.open(app, session, op).await? {
        Outcome::Held { .. } => Ok(Placed::new(Place::Here, None, now)),
        Outcome::Contended(holder) if app.config.reading.mode == Mode::Observe => {
            app.leases
                .shown(app, session, &holder, EventKind::WouldShow);
            let op = app.leases.next_op();
            app.leases.take(app, session, holder.epoch, op).await?;
            Ok(Placed::new(Place::Here, None, now))
        }
        Outcome::Contended(holder) => Ok(Placed::new(Place::Elsewhere, Some(holder), now)),
    }
}
