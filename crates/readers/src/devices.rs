//! What devices are called, asked for whenever one of them is named to another: from memory.

use std::sync::Arc;

use super::rules::{Device, DeviceId, DeviceKind};
use super::store;
use base::Base;
use base::memory::Memory;
use base::time::{Span, UnixMillis};

/// How many devices memory holds.
const KEPT: u64 = 100_000;
/// How many are read at a time.
const PORTION: u32 = 5_000;
/// Devices used since then are read at the start.
const LATELY: Span = Span::days(1);

/// Devices as they were when they were looked up; names are never older than the last change.
#[derive(Debug)]
pub struct Devices {
    base: Arc<Base>,
    memory: Memory<DeviceId, Arc<Device>>,
}

impl Devices {
    /// None yet; each is read when it is asked for.
    #[must_use]
    pub fn new(base: &Arc<Base>) -> Self {
        Self {
            base: Arc::clone(base),
            memory: Memory::new(KEPT),
        }
    }

    /// The device, if memory knows it.
    #[must_use]
    pub fn known(&self, id: DeviceId) -> Option<Arc<Device>> {
        self.memory.find(&id)
    }

    /// The device. One that was deleted meanwhile has no name any more; whoever asks goes on all the same.
    ///
    /// # Errors
    /// When the database had to be asked and did not answer.
    pub async fn of(&self, id: DeviceId) -> sqlx::Result<Arc<Device>> {
        if let Some(device) = self.known(id) {
            return Ok(device);
        }
        let ticket = self.memory.ticket();
        let found = store::find_device(&mut self.base.read().await?, id).await?;
        let Some(device) = found.map(Arc::new) else {
            return Ok(Arc::new(Device {
                id,
                label: String::new(),
                number: 1,
                kind: DeviceKind::Computer,
                first_seen_at: UnixMillis(0),
                last_seen_at: UnixMillis(0),
            }));
        };
        self.memory.keep(ticket, id, Arc::clone(&device));
        Ok(device)
    }

    /// Forgets all of them.
    pub fn forget_all(&self) {
        self.memory.forget_all();
    }

    /// Reads the devices whose readers use several, so that after a start the first device message of each does not ask
    /// the database.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn preload(&self) -> sqlx::Result<()> {
        let since = self.base.clock.now().minus(LATELY);
        let mut after = DeviceId::from_bits(0);
        for _ in 0..KEPT / u64::from(PORTION) {
            let ticket = self.memory.ticket();
            let mut tx = self.base.read().await?;
            let devices =
                store::list_recent_devices(&mut tx, after, since, i64::from(PORTION)).await?;
            drop(tx);
            let Some(last) = devices.last() else {
                break;
            };
            after = last.id;
            for device in devices {
                self.memory.keep(ticket, device.id, Arc::new(device));
            }
        }
        Ok(())
    }

    /// Forgets a device that got another name. To be called after the commit.
    pub fn forget(&self, id: DeviceId) {
        self.memory.forget(&id);
    }
}
