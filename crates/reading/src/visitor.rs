//! Who asks, whether with a seat, and where their lease is: from memory, or what memory lacks.
//!
//! Whatever is decided for a request is decided by one function that waits for nothing. It is tried with what memory has;
//! if that is not enough, the handler fetches what was missing, and it decides anew. Deliberately not here: what is decided.

use std::sync::Arc;

use http::HeaderMap;
use lease::Millis;

use super::place::{self, Placed};
use crate::Reading;
use readers::{ReaderId, Recognized, Session};
use web::Result;

/// What the database was asked for this request, because memory did not have it; and when. No change that is heard reaches
/// it here, so it is used for as long as memory is good without hearing any.
#[derive(Default)]
pub struct Visitor {
    session: Option<(Millis, Option<Arc<Session>>)>,
    seat: Option<(Millis, ReaderId, bool)>,
    placed: Option<Placed>,
}

/// What memory does not have.
#[derive(Clone, Debug)]
pub enum Unknown {
    /// The session of the cookie.
    Session,
    /// Whether this reader has a seat.
    Seat(ReaderId),
    /// Where the lease of this session's reader is.
    Place(Arc<Session>),
}

impl Visitor {
    /// The session of the request; `None` for guests.
    pub fn session(
        &self,
        reading: &Reading,
        headers: &HeaderMap,
    ) -> std::result::Result<Option<Arc<Session>>, Unknown> {
        if let Some((asked_at, session)) = &self.session
            && reading.base.fresh.is_young(*asked_at)
        {
            return Ok(session.clone());
        }
        match reading.readers.sessions.known(headers) {
            Recognized::Session(session) => Ok(Some(session)),
            Recognized::Guest => Ok(None),
            Recognized::Unknown => Err(Unknown::Session),
        }
    }

    /// Whether this reader has a seat.
    pub fn seated(
        &self,
        reading: &Reading,
        reader: ReaderId,
    ) -> std::result::Result<bool, Unknown> {
        match self.seat {
            Some((asked_at, of, seated))
                if of == reader && reading.base.fresh.is_young(asked_at) =>
            {
                Ok(seated)
            }
            _ => reading
                .subscriptions
                .seats
                .known(reader)
                .ok_or(Unknown::Seat(reader)),
        }
    }

    /// Where the lease of this seated reader is, after asking for it if this is a navigation. What the database said is
    /// used while it is young; afterwards it is asked again.
    pub fn placed(
        &self,
        reading: &Reading,
        session: &Arc<Session>,
        navigation: bool,
    ) -> std::result::Result<Placed, Unknown> {
        self.placed
            .filter(|placed| placed.is_good(reading, session))
            .or_else(|| place::known(reading, session, navigation))
            .ok_or_else(|| Unknown::Place(Arc::clone(session)))
    }

    /// Asks the database for it.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn fetch(
        &mut self,
        reading: &Reading,
        headers: &HeaderMap,
        what: Unknown,
    ) -> Result<()> {
        let asked_at = reading.base.fresh.now();
        match what {
            Unknown::Session => {
                self.session = Some((asked_at, reading.readers.sessions.of(headers).await?));
            }
            Unknown::Seat(reader) => {
                self.seat = Some((
                    asked_at,
                    reader,
                    reading.subscriptions.seats.active(reader).await?,
                ));
            }
            Unknown::Place(session) => self.placed = Some(place::find(reading, &session).await?),
        }
        Ok(())
    }
}
