//! Finding a device's driver and calling it.

use super::caller::Context;
use super::driver::{Call, Driver};
use super::error::Errno;
use super::platform::Platform;
use super::state::State;
use super::system::System;

impl<'s, P: Platform> State<'s, P> {
    pub(crate) fn driver_of(&self, d: u32) -> Option<&'s dyn Driver<P>> {
        let driver = self.devices[d as usize].driver?;
        self.drivers[driver as usize].driver
    }
}

impl<'s, P: Platform> System<'s, P> {
    pub(crate) fn driver_of(&self, d: u32) -> Option<&'s dyn Driver<P>> {
        self.with(|s| s.driver_of(d))
    }

    pub(crate) fn call<'a, 't, 'cx>(&'a self, context: Context<'t, 'cx>, d: u32) -> Call<'a, 's, 't, 'cx, P> {
        Call { system: self, device: self.with(|s| s.device_handle(d)), context }
    }

    /// Switch a device on: its domain first.
    pub(crate) fn runtime_resume_device(&self, cx: Context<'_, '_>, d: u32) -> Result<(), Errno> {
        match self.with(|s| s.dev(d).domain) {
            Some(domain) => self.domain_runtime_resume(cx, d, domain),
            None => self.driver_runtime_resume(cx, d),
        }
    }

    /// Switch a device off: its domain afterwards, if nobody else needs it.
    pub(crate) fn runtime_suspend_device(&self, cx: Context<'_, '_>, d: u32) -> Result<(), Errno> {
        match self.with(|s| s.dev(d).domain) {
            Some(domain) => self.domain_runtime_suspend(cx, d, domain),
            None => self.driver_runtime_suspend(cx, d),
        }
    }

    pub(crate) fn driver_runtime_resume(&self, cx: Context<'_, '_>, d: u32) -> Result<(), Errno> {
        self.driver_of(d).map_or(Ok(()), |driver| driver.runtime_resume(&self.call(cx, d)))
    }

    pub(crate) fn driver_runtime_suspend(&self, cx: Context<'_, '_>, d: u32) -> Result<(), Errno> {
        self.driver_of(d).map_or(Ok(()), |driver| driver.runtime_suspend(&self.call(cx, d)))
    }
}
