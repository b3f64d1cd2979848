//! Runtime suspend and resume forced by system sleep.

use crate::device::caller::Context;
use crate::device::error::RpmError;
use crate::device::handle::DeviceHandle;
use crate::device::platform::Platform;
use crate::device::system::System;

use super::{Rpm, RpmStatus};

impl Rpm {
    /// Would nobody need the device resumed after system sleep? The one count allowed is system sleep's own.
    pub(crate) const fn need_not_resume(&self) -> bool {
        self.usage <= 1 && (self.children == 0 || self.ignore_children)
    }
}

impl<P: Platform> System<'_, P> {
    /// For a driver's suspend callback: disable runtime PM and suspend the device, whoever uses it. Sleepable.
    ///
    /// # Errors
    /// The callback's; runtime PM is enabled again.
    pub fn force_suspend(&self, cx: Context<'_, '_>, device: DeviceHandle) -> Result<(), RpmError> {
        let pin = self.pin(device).ok_or(RpmError::Gone)?;
        let d = pin.index;
        self.rpm_disable(cx, d, true)?;
        if self.with(|s| s.dev(d).rpm.status) == RpmStatus::Suspended {
            return Ok(());
        }
        if let Err(error) = self.runtime_suspend_device(cx, d) {
            self.with(|s| s.rpm_enable(d));
            return Err(RpmError::Callback(error));
        }
        let unneeded = self.with(|s| {
            let r = &mut s.dev(d).rpm;
            let unneeded = r.need_not_resume();
            if !unneeded {
                r.status = RpmStatus::Suspended;
                r.needs_force_resume = true;
            }
            unneeded
        });
        if unneeded {
            let _ = self.rpm_set_status(cx, d, false);
        }
        Ok(())
    }

    /// For a driver's resume callback: undo [`force_suspend`](Self::force_suspend). Sleepable.
    ///
    /// # Errors
    /// The callback's; runtime PM is enabled in any case.
    pub fn force_resume(&self, cx: Context<'_, '_>, device: DeviceHandle) -> Result<(), RpmError> {
        let pin = self.pin(device).ok_or(RpmError::Gone)?;
        let d = pin.index;
        let needed = self.with(|s| {
            let r = &mut s.dev(d).rpm;
            let needed = r.status == RpmStatus::Suspended && r.needs_force_resume;
            if needed {
                r.status = RpmStatus::Active;
            }
            needed
        });
        let mut result = Ok(());
        if needed {
            match self.runtime_resume_device(cx, d) {
                Ok(()) => self.with(|s| s.dev(d).rpm.last_busy = self.platform.now()),
                Err(error) => {
                    let _ = self.rpm_set_status(cx, d, false);
                    result = Err(RpmError::Callback(error));
                }
            }
        }
        self.with(|s| {
            s.dev(d).rpm.needs_force_resume = false;
            s.rpm_enable(d);
        });
        result
    }
}
