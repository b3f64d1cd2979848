//! Runtime suspend and resume of a device in a domain.

use crate::device::caller::Context;
use crate::device::error::Errno;
use crate::device::platform::Platform;
use crate::device::system::System;

impl<P: Platform> System<'_, P> {
    /// The device, then its domain if no other member needs it. That the domain stays on is no error.
    pub(crate) fn domain_runtime_suspend(&self, cx: Context<'_, '_>, d: u32, g: u32) -> Result<(), Errno> {
        self.driver_runtime_suspend(cx, d)?;
        if !self.with(|s| s.irq_safe_in_sleeping_domain(d, g)) {
            let _ = self.with_domain_locked(cx, g, || self.domain_power_off(cx, g, true));
        }
        Ok(())
    }

    /// The domain, then the device; if that fails, the domain goes off again.
    pub(crate) fn domain_runtime_resume(&self, cx: Context<'_, '_>, d: u32, g: u32) -> Result<(), Errno> {
        // Such a domain is never switched off while the device is in it.
        if !self.with(|s| s.irq_safe_in_sleeping_domain(d, g)) {
            self.with_domain_locked(cx, g, || self.domain_power_on(cx, g)).map_err(|error| error.errno())??;
        }
        let result = self.driver_runtime_resume(cx, d);
        if result.is_err() && !self.with(|s| s.irq_safe_in_sleeping_domain(d, g)) {
            let _ = self.with_domain_locked(cx, g, || self.domain_power_off(cx, g, true));
        }
        result
    }
}
