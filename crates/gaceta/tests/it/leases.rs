//! The two places where leases live are told the same things, and must say the same.
//!
//! Deliberately not here: that a further page was sent. On many nodes it is written at leisure, so another node may take
//! the holder to be at rest some seconds early (`leases::rows`).

use base::rng::Rng;
use base::time::Span;
use lease::{Beat, Epoch, Holder, Millis, Op, Outcome};
use readers::{DeviceId, Session};
use std::sync::Arc;

use testing::{TestPaper, postgres};

/// A reader with three devices, at a place.
struct Place {
    paper: TestPaper,
    devices: Vec<Arc<Session>>,
}

/// What a place said, in words that are the same everywhere: devices by number, moments by how long ago they were.
type Said = (bool, Option<(usize, u64, u64, u8, bool)>);

impl Place {
    async fn new(url: String) -> Self {
        let paper = TestPaper::with(|config| config.database.url = url.into()).await;
        let ada = paper.reader("ada", true).await;
        let mut devices = Vec::new();
        for name in ["phone", "laptop", "tablet"] {
            let browser = ada.on(name).await;
            let headers = browser.headers();
            let session = paper.app.readers.sessions.of(&headers).await;
            devices.push(session.unwrap().unwrap());
        }
        Self { paper, devices }
    }

    /// Who holds it, and the epoch.
    async fn holder(&self) -> Option<(Holder<DeviceId>, bool)> {
        let app = &self.paper.app;
        app.leases.holder(self.devices[0].reader).await.unwrap()
    }

    async fn does(&self, what: u64, device: usize, rng: &Rng) -> Said {
        let outcome = self.is_told(what, device, rng).await;
        let app = &self.paper.app;
        // As the background work does each second.
        app.leases.write_signs().await.unwrap();
        let held = matches!(outcome, Some(Outcome::Held { .. }));
        let now = self.holder().await.map(|(holder, at_rest)| {
            let device = |one: &Arc<Session>| one.device == holder.device;
            let device = self.devices.iter().position(device).unwrap();
            let ago = app.base.clock.mono().minus(holder.since).0;
            (device, ago, holder.epoch.counter, holder.swaps, at_rest)
        });
        (held, now)
    }

    async fn is_told(&self, what: u64, device: usize, rng: &Rng) -> Option<Outcome<DeviceId>> {
        let (app, session) = (&self.paper.app, &self.devices[device]);
        let (view, seq, op) = (rng.u64() % 3, rng.u64() % 1000, Op(rng.u64() % 50));
        let (focused, idle) = (rng.u64().is_multiple_of(2), rng.u64() % 200_000);
        let shown = self.holder().await.map(|(holder, _)| holder.epoch);
        let beat = Beat {
            view,
            seq,
            epoch: shown.filter(|_| focused),
            focused,
            idle_for: Millis(idle),
        };
        let back = what == 2;
        match what {
            0 => Some(app.leases.open(session, op).await.unwrap()),
            1..=2 => Some(app.leases.beat(session, beat, back, op).await.unwrap()),
            3 => {
                let none = Epoch {
                    generation: 1,
                    counter: 1,
                };
                let seen = shown.unwrap_or(none);
                Some(app.leases.take(session, seen, op).await.unwrap())
            }
            4 => {
                app.leases.rest(session, shown, view, seq).await.unwrap();
                None
            }
            5 => {
                app.leases.stream(session, view, focused).await.unwrap();
                None
            }
            6 => {
                app.leases.release(session.reader, session.device).await;
                None
            }
            _ => {
                app.leases.free(session.reader).await;
                None
            }
        }
    }
}

#[tokio::test]
async fn the_same_operations_are_answered_the_same_wherever_leases_live() {
    let places = [
        Place::new(String::new()).await,
        Place::new(postgres().await).await,
    ];
    let mut moved = 0;
    for seed in 0..40 {
        let mut story = Vec::new();
        let rng = Rng::seeded(seed);
        for step in 0..40 {
            let (what, device) = (rng.u64() % 8, usize::try_from(rng.u64() % 3).unwrap());
            let wait = [0, 500, 3_000, 30_000, 90_000][usize::try_from(rng.u64() % 5).unwrap()];
            story.push((what, device, wait));
            let mut said = Vec::new();
            for place in &places {
                place.paper.advance(Span(wait));
                let rng = Rng::seeded(seed * 1000 + step);
                said.push(place.does(what, device, &rng).await);
            }
            assert_eq!(said[0], said[1], "memory, database; seed {seed}: {story:?}");
            moved = moved.max(said[0].1.map_or(0, |now| now.2));
        }
    }
    assert!(moved > 100, "{moved} changes of device");
}
