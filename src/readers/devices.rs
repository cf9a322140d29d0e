//! What devices are called, asked for whenever one of them is named to another: from memory.

use std::sync::Arc;

use super::rules::{Device, DeviceId, DeviceKind};
use super::store;
use crate::App;
use crate::base::memory::Memory;
use crate::base::time::UnixMillis;

/// How many devices memory holds.
const KEPT: u64 = 100_000;

/// Devices as they were when they were looked up; names are never older than the last change.
#[derive(Debug)]
pub struct Devices(Memory<DeviceId, Arc<Device>>);

impl Default for Devices {
    fn default() -> Self {
        Self(Memory::new(KEPT))
    }
}

impl Devices {
    /// The device, if memory knows it.
    #[must_use]
    pub fn known(&self, id: DeviceId) -> Option<Arc<Device>> {
        self.0.find(&id)
    }

    /// The device. One that was deleted meanwhile has no name any more; whoever asks goes on all the same.
    ///
    /// # Errors
    /// When the database had to be asked and did not answer.
    pub async fn of(&self, app: &App, id: DeviceId) -> sqlx::Result<Arc<Device>> {
        if let Some(device) = self.known(id) {
            return Ok(device);
        }
        let ticket = self.0.ticket();
        let found = store::find_device(&mut app.read().await?, id).await?;
        let Some(device) = found.map(Arc::new) else {
            return Ok(Arc::new(Device {
                id,
                label: "?".to_owned(),
                kind: DeviceKind::Computer,
                first_seen_at: UnixMillis(0),
                last_seen_at: UnixMillis(0),
            }));
        };
        self.0.keep(ticket, id, Arc::clone(&device));
        Ok(device)
    }

    /// Forgets all of them.
    pub fn forget_all(&self) {
        self.0.forget_all();
    }

    /// Forgets a device that got another name. To be called after the commit.
    pub fn forget(&self, id: DeviceId) {
        self.0.forget(&id);
    }
}
