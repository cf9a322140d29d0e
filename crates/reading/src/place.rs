//! Where the lease of a seated reader is, after asking for it if a person is about to read.

use lease::{Holder, Millis, Outcome};

use crate::Reading;
use access::Place;
use base::config::Mode;
use leases::EventKind;
use readers::{DeviceId, Session};

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
    pub fn is_good(&self, reading: &Reading, session: &Session) -> bool {
        match self.place {
            Place::Here => reading.leases.check(session).is_some(),
            _ => reading.base.fresh.is_young(self.asked_at),
        }
    }
}

/// By what this node knows; `None` if the database has to be asked, by [`find`].
#[must_use]
pub fn known(reading: &Reading, session: &Session, navigation: bool) -> Option<Placed> {
    let now = reading.base.fresh.now();
    if reading.base.config.reading.mode == Mode::Off {
        return Some(Placed::new(Place::Here, None, now));
    }
    if !navigation {
        let place = match reading.leases.check(session) {
            Some(_) => Place::Here,
            None => Place::Unasked,
        };
        return Some(Placed::new(place, None, now));
    }
    let op = reading.leases.next_op();
    match reading.leases.open_known(session, op)? {
        Outcome::Held { .. } => Some(Placed::new(Place::Here, None, now)),
        // Has to be taken.
        Outcome::Contended(_) if reading.base.config.reading.mode == Mode::Observe => None,
        Outcome::Contended(holder) => Some(Placed::new(Place::Elsewhere, Some(holder), now)),
    }
}

/// By what this node knows, or by the database.
///
/// # Errors
/// When it has to be asked and does not answer.
pub async fn of(reading: &Reading, session: &Session, navigation: bool) -> sqlx::Result<Placed> {
    match known(reading, session, navigation) {
        Some(placed) => Ok(placed),
        None => find(reading, session).await,
    }
}

/// The same for a navigation, with the database where it has to be asked.
///
/// # Errors
/// When it does not answer.
pub async fn find(reading: &Reading, session: &Session) -> sqlx::Result<Placed> {
    let now = reading.base.fresh.now();
    let op = reading.leases.next_op();
    match reading.leases.open(session, op).await? {
        Outcome::Held { .. } => Ok(Placed::new(Place::Here, None, now)),
        Outcome::Contended(holder) if reading.base.config.reading.mode == Mode::Observe => {
            reading.leases.shown(session, &holder, EventKind::WouldShow);
            let op = reading.leases.next_op();
            reading.leases.take(session, holder.epoch, op).await?;
            Ok(Placed::new(Place::Here, None, now))
        }
        Outcome::Contended(holder) => Ok(Placed::new(Place::Elsewhere, Some(holder), now)),
    }
}
