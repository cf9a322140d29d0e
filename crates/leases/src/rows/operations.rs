//! What may be asked of a lease that several nodes share: which of the engine's operations it is, and which of its answers are
//! the primary's alone to give.
//!
//! Deliberately not here: how an operation gets to the row ([`Rows::act`]), and whoever has to be told of what it changed.

use lease::{At, Beat, Change, Epoch, Holder, Op, Outcome, Register};

use super::{Rows, Store};
use base::changes::Freshness;
use readers::{DeviceId, ReaderId};

/// Whether it is a refusal, which only the primary may give.
fn contended(outcome: &Outcome<DeviceId>) -> bool {
    matches!(outcome, Outcome::Contended(_))
}

impl<S: Store> Rows<S> {
    /// A navigation.
    pub(crate) async fn open(
        &self,
        fresh: &Freshness,
        reader: ReaderId,
        device: DeviceId,
        op: Op,
    ) -> sqlx::Result<Outcome<DeviceId>> {
        let open =
            |register: &mut Register<DeviceId>, at: &mut At<'_>| register.open(device, op, at);
        match self.act(fresh, reader, open, contended).await {
            Ok(outcome) => Ok(outcome),
            // It may have gone away just now: then readers go on.
            Err(error) => self.open_known(fresh, reader, device).ok_or(error),
        }
    }

    /// "Read here".
    pub(crate) async fn take(
        &self,
        fresh: &Freshness,
        reader: ReaderId,
        device: DeviceId,
        seen: Epoch,
        op: Op,
    ) -> sqlx::Result<Outcome<DeviceId>> {
        let take = |register: &mut Register<DeviceId>, at: &mut At<'_>| {
            register.take(device, seen, op, at)
        };
        // Unless it moves the lease, its answer is the primary's: S1 is about takes that change nothing, too.
        self.act(fresh, reader, take, |_| true).await
    }

    /// A heartbeat; with `back`, of a page that is visible again.
    pub(crate) async fn beat(
        &self,
        fresh: &Freshness,
        reader: ReaderId,
        device: DeviceId,
        (beat, back): (Beat, bool),
        op: Op,
    ) -> sqlx::Result<Outcome<DeviceId>> {
        let hear = |register: &mut Register<DeviceId>, at: &mut At<'_>| {
            if back {
                register.come_back(device, &beat, op, at)
            } else {
                register.touch(device, &beat, at)
            }
        };
        self.act(fresh, reader, hear, contended).await
    }

    /// A page was hidden or closed.
    pub(crate) async fn rest(
        &self,
        fresh: &Freshness,
        reader: ReaderId,
        device: DeviceId,
        epoch: Option<Epoch>,
        (view, seq): (u64, u64),
    ) -> sqlx::Result<()> {
        let rest = |register: &mut Register<DeviceId>, at: &mut At<'_>| {
            register.rest(device, epoch, view, seq, at);
        };
        self.act(fresh, reader, rest, |()| false).await
    }

    /// Who has it, and whether that device is at rest.
    pub(crate) async fn holder(
        &self,
        fresh: &Freshness,
        reader: ReaderId,
    ) -> sqlx::Result<Option<(Holder<DeviceId>, bool)>> {
        let holder = |register: &mut Register<DeviceId>, at: &mut At<'_>| {
            register.holder(at.now, at.rules, at.epochs)
        };
        self.act(fresh, reader, holder, |_| true).await
    }

    /// The live stream of a page was opened, or broke.
    pub(crate) async fn stream(
        &self,
        fresh: &Freshness,
        reader: ReaderId,
        device: DeviceId,
        view: u64,
        open: bool,
    ) -> sqlx::Result<()> {
        let stream = |register: &mut Register<DeviceId>, at: &mut At<'_>| {
            if open {
                register.stream_opened(device, view);
            } else {
                register.stream_broke(device, view, at.now, at.rules);
            }
        };
        self.act(fresh, reader, stream, |()| false).await
    }

    /// Frees it if this device holds it.
    pub(crate) async fn release(
        &self,
        fresh: &Freshness,
        reader: ReaderId,
        device: DeviceId,
    ) -> sqlx::Result<Option<Change<DeviceId>>> {
        let release =
            |register: &mut Register<DeviceId>, at: &mut At<'_>| register.release(device, at);
        self.act(fresh, reader, release, Option::is_none).await
    }

    /// Frees it, whoever holds it.
    pub(crate) async fn vacate(
        &self,
        fresh: &Freshness,
        reader: ReaderId,
    ) -> sqlx::Result<Option<Change<DeviceId>>> {
        let free = |register: &mut Register<DeviceId>, at: &mut At<'_>| register.vacate(at);
        self.act(fresh, reader, free, Option::is_none).await
    }
}
