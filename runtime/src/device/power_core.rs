//! The device model as the power core that drivers' guards count in.

use crate::context::Task;
use crate::power::{DeviceId, PowerCore, PowerError};

use super::caller::Context;
use super::error::RpmError;
use super::handle::DeviceHandle;
use super::platform::Platform;
use super::system::System;

impl<'s, P: Platform> System<'s, P> {
    /// The device with this number in the topology. Any context; one look if devices were made in the order of their
    /// numbers, else a search.
    pub fn device_numbered(&self, id: DeviceId) -> Option<DeviceHandle> {
        let number = u32::from(id.get());
        self.with(|s| {
            let is = |d: u32| s.devices.get(d as usize).is_some_and(|slot| slot.exists() && slot.number == number);
            let d = if is(number) { Some(number) } else { (0..s.devices.len() as u32).find(|&d| is(d)) };
            d.map(|d| s.device_handle(d))
        })
    }
}

impl<P: Platform + 'static> PowerCore for System<'static, P>
where
    System<'static, P>: Sync,
{
    fn resume(&self, cx: &Task<'_>, device: DeviceId) -> Result<(), PowerError> {
        let handle = self.device_numbered(device).ok_or(PowerError::Unknown(device))?;
        self.resume_and_get(Context::sleepable(cx), handle).map(|_| ()).map_err(|error| match error {
            RpmError::Disabled if self.with(|s| s.transition.running) => PowerError::Asleep(device),
            RpmError::Gone => PowerError::Unknown(device),
            // The first supplier whose failure is latched is the one to look at.
            _ => self.failed_supplier(handle).map_or(PowerError::Device(device), PowerError::Supplier),
        })
    }

    fn get_if_active(&self, device: DeviceId) -> bool {
        self.device_numbered(device).is_some_and(|handle| System::get_if_active(self, handle) == Ok(true))
    }

    fn share(&self, device: DeviceId) {
        if let Some(handle) = self.device_numbered(device) {
            let _ = self.get_noresume(handle);
        }
    }

    fn put(&self, device: DeviceId) {
        if let Some(handle) = self.device_numbered(device) {
            // The device was in use until now.
            let _ = self.mark_last_busy(handle);
            let _ = System::put(self, handle);
        }
    }
}

impl<P: Platform> System<'_, P> {
    /// A supplier of the device whose runtime PM has failed.
    fn failed_supplier(&self, device: DeviceHandle) -> Option<DeviceId> {
        self.with(|s| {
            let d = s.find(device)?;
            let mut next = s.first_supplier(d);
            while let Some(l) = next {
                let supplier = s.link(l).supplier;
                if s.dev(supplier).rpm.error.is_some() {
                    return u16::try_from(s.dev(supplier).number).ok().map(DeviceId::new);
                }
                next = s.next_supplier(d, l);
            }
            None
        })
    }

    /// Warnings so far: what drivers did that is a bug, such as giving back more than they took. Any context.
    pub fn warnings(&self) -> u64 {
        self.with(|s| s.warnings)
    }
}
