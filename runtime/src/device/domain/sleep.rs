//! What system sleep does to the domain of a device.

use crate::device::caller::Context;
use crate::device::platform::Platform;
use crate::device::system::System;

impl<P: Platform> System<'_, P> {
    /// A member begins to sleep: from here on the domain is not switched by runtime PM.
    pub(crate) fn domain_prepare(&self, cx: Context<'_, '_>, g: u32) {
        let _ = self.with_domain_locked(cx, g, || {
            self.with(|s| {
                let slot = s.dom(g);
                if slot.prepared_count == 0 {
                    slot.suspended_count = 0;
                }
                slot.prepared_count += 1;
            });
        });
    }

    /// A member that was prepared does not sleep after all.
    pub(crate) fn domain_unprepare(&self, g: u32) {
        self.with(|s| {
            let slot = s.dom(g);
            slot.prepared_count = slot.prepared_count.saturating_sub(1);
        });
    }

    /// A member's `suspend_noirq` is done; after that of the last one the domain goes off.
    pub(crate) fn domain_suspend_noirq(&self, cx: Context<'_, '_>, d: u32, g: u32) {
        if self.stays_on_to_wake(d, g) {
            return;
        }
        let _ = self.with_domain_locked(cx, g, || {
            self.with(|s| s.dom(g).suspended_count += 1);
            self.domain_sleep_off(cx, g);
        });
    }

    /// Before a member's `resume_noirq`: the domain is on, even if it was not before.
    pub(crate) fn domain_resume_noirq(&self, cx: Context<'_, '_>, d: u32, g: u32) {
        if self.stays_on_to_wake(d, g) {
            return;
        }
        let _ = self.with_domain_locked(cx, g, || {
            self.domain_sleep_on(cx, g);
            self.with(|s| {
                let slot = s.dom(g);
                slot.suspended_count = slot.suspended_count.saturating_sub(1);
            });
        });
    }

    /// A member is through; after the last one the domain is offered to go off.
    pub(crate) fn domain_complete(&self, cx: Context<'_, '_>, g: u32) {
        let _ = self.with_domain_locked(cx, g, || {
            self.with(|s| {
                let slot = s.dom(g);
                slot.prepared_count = slot.prepared_count.saturating_sub(1);
                if slot.prepared_count == 0 {
                    s.queue_domain_off(g);
                }
            });
        });
        self.platform.kick();
    }

    fn stays_on_to_wake(&self, d: u32, g: u32) -> bool {
        self.with(|s| {
            let sleep = &s.devices[d as usize].sleep;
            s.domains[g as usize].active_wakeup && (sleep.may_wake || sleep.wakeup_path)
        })
    }
}
