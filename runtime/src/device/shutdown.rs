//! The end: shut devices down, consumers and children first. Source: `device_shutdown` in `drivers/base/core.c` of
//! Linux 6.12.

use super::caller::Context;
use super::error::Error;
use super::platform::Platform;
use super::system::System;

impl<P: Platform> System<'_, P> {
    /// Call the shutdown callbacks of all bound devices against the order. Probing stays blocked; nothing is resumed
    /// for it. Sleepable.
    ///
    /// # Errors
    /// [`Error::Deadlock`]: from a probe.
    pub fn shutdown(&self, cx: Context<'_, '_>) -> Result<(), Error> {
        self.wait_for_probes(cx)?;
        self.with(|s| s.probing_blocked = true);
        while let Some(d) = self.with(|s| {
            let d = s.shutdown.last()?;
            s.shutdown.remove(s.devices, d);
            s.pin(d);
            Some(d)
        }) {
            let parent = self.with(|s| s.dev(d).parent);
            let parent_locked = parent.is_some_and(|p| self.lock_device(cx, p).is_ok());
            let locked = self.lock_device(cx, d).is_ok();
            self.with(|s| s.dev(d).rpm.usage += 1);
            let _ = self.rpm_barrier(cx, d);
            if let Some(driver) = self.driver_of(d) {
                driver.shutdown(&self.call(cx, d));
            }
            if locked {
                self.unlock_device(d);
            }
            if let Some(p) = parent
                && parent_locked
            {
                self.unlock_device(p);
            }
            self.with(|s| s.unpin(d));
        }
        Ok(())
    }

    /// Hold back `sync_state` callbacks (at boot, while drivers are still coming). Any context.
    pub fn pause_sync_state(&self) {
        self.with(|s| s.sync_paused += 1);
    }

    /// Undo [`pause_sync_state`](Self::pause_sync_state); what became due meanwhile is called. Sleepable.
    pub fn resume_sync_state(&self, cx: Context<'_, '_>) {
        let mut due = super::list::List::EMPTY;
        self.with(|s| {
            s.sync_paused = s.sync_paused.saturating_sub(1);
            if s.sync_paused > 0 {
                return;
            }
            while let Some(d) = s.sync_waiting.pop_front(s.devices) {
                s.queue_sync_state(d, &mut due);
                s.unpin(d);
            }
        });
        self.sync_state_due(cx, &mut due, None);
    }
}
