//! Binding a driver to a device.

use crate::device::caller::Context;
use crate::device::driver::DeviceInfo;
use crate::device::error::{Errno, Error};
use crate::device::handle::{DeviceHandle, DriverHandle};
use crate::device::platform::Platform;
use crate::device::rpm::How;
use crate::device::state::State;
use crate::device::storage::Waits;
use crate::device::system::System;

/// How a probe ended.
enum Probed {
    Bound,
    /// The driver failed; another one may be tried.
    Failed(Errno),
    /// The core would not let it begin.
    Refused(Error),
}

impl<P: Platform> System<'_, P> {
    /// Try to find a driver for the device. `Ok(true)`: it is bound. Sleepable.
    ///
    /// # Errors
    /// [`Error::Deferred`], [`Error::Gone`], [`Error::Deadlock`].
    pub fn device_attach(&self, cx: Context<'_, '_>, device: DeviceHandle) -> Result<bool, Error> {
        let pin = self.pin(device).ok_or(Error::Gone)?;
        self.attach(cx, pin.index)
    }

    pub(crate) fn attach(&self, cx: Context<'_, '_>, d: u32) -> Result<bool, Error> {
        self.lock_device(cx, d)?;
        let result = self.attach_locked(cx, d);
        self.unlock_device(d);
        result
    }

    fn attach_locked(&self, cx: Context<'_, '_>, d: u32) -> Result<bool, Error> {
        let (registered, bound, parent) = self.with(|s| {
            let slot = s.dev(d);
            (slot.registered(), slot.driver.is_some(), slot.parent)
        });
        if !registered {
            return Ok(false);
        }
        if bound {
            return Ok(true);
        }
        if let Some(p) = parent {
            self.with(|s| s.dev(p).rpm.usage += 1);
            let _ = self.rpm_resume(cx, p, How::SYNC);
        }
        let mut result = Ok(false);
        let mut after = None;
        while let Some((v, serial)) = self.with(|s| s.driver_after(after)) {
            after = Some((v, serial));
            if !self.with(|s| s.matches(v, d)) {
                continue;
            }
            match self.probe_or_defer(cx, d, v) {
                Probed::Bound => {
                    result = Ok(true);
                    break;
                }
                Probed::Failed(_) => {}
                Probed::Refused(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        let _ = self.rpm_idle(Context::atomic(), d, How::QUEUED);
        if let Some(p) = parent {
            self.rpm_put_queued(p);
        }
        result
    }

    /// Bind this driver, whether or not it says that it fits, as a person may ask for. Unlike automatic binding it
    /// does not put the device on the list of those to be probed again. Sleepable.
    ///
    /// # Errors
    /// [`Error::Deferred`]: a supplier is missing or the probe asks for it; [`Error::Busy`]: it has a driver;
    /// [`Error::Callback`]: the probe's.
    pub fn device_bind(&self, cx: Context<'_, '_>, device: DeviceHandle, driver: DriverHandle) -> Result<(), Error> {
        let pin = self.pin(device).ok_or(Error::Gone)?;
        let v = self.with(|s| s.find_driver(driver)).ok_or(Error::Gone)?;
        self.lock_device(cx, pin.index)?;
        let result = self.probe(cx, pin.index, v);
        self.unlock_device(pin.index);
        match result {
            Probed::Bound => Ok(()),
            Probed::Failed(Errno::PROBE_DEFER) => Err(Error::Deferred),
            Probed::Failed(errno) => Err(Error::Callback(errno)),
            Probed::Refused(error) => Err(error),
        }
    }

    /// A driver has come: offer it to one device.
    pub(crate) fn offer(&self, cx: Context<'_, '_>, d: u32, v: u32) {
        if self.with(|s| s.matches(v, d)) && self.lock_device(cx, d).is_ok() {
            self.probe_or_defer(cx, d, v);
            self.unlock_device(d);
        }
    }

    fn probe_or_defer(&self, cx: Context<'_, '_>, d: u32, v: u32) -> Probed {
        let triggers = self.with(|s| {
            s.probing += 1;
            s.triggers
        });
        let result = self.probe(cx, d, v);
        if matches!(result, Probed::Failed(Errno::PROBE_DEFER) | Probed::Refused(Error::Deferred)) {
            let missed = self.with(|s| {
                s.defer(d);
                s.triggers != triggers
            });
            // Something was bound while this one failed: its wake-up must not be lost.
            if missed {
                self.trigger();
            }
        }
        self.with(|s| s.probing -= 1);
        self.platform.notify();
        result
    }

    /// One attempt, the device's lock held.
    fn probe(&self, cx: Context<'_, '_>, d: u32, v: u32) -> Probed {
        let parent = match self.with(|s| {
            let slot = s.dev(d);
            if !slot.registered() {
                return Err(Error::Gone);
            }
            if slot.driver.is_some() {
                return Err(Error::Busy);
            }
            slot.can_match = true;
            slot.attempts = slot.attempts.saturating_add(1);
            Ok(slot.parent)
        }) {
            Ok(parent) => parent,
            Err(error) => return Probed::Refused(error),
        };
        self.rpm_preactivate_suppliers(cx, d);
        if let Some(p) = parent {
            self.with(|s| s.dev(p).rpm.usage += 1);
            let _ = self.rpm_resume(cx, p, How::SYNC);
        }
        let _ = self.rpm_barrier(cx, d);
        let result = self.really_probe(cx, d, v);
        let _ = self.rpm_idle(Context::atomic(), d, How::QUEUED);
        if let Some(p) = parent {
            self.rpm_put_queued(p);
        }
        self.rpm_unpreactivate_suppliers(d);
        result
    }

    fn really_probe(&self, cx: Context<'_, '_>, d: u32, v: u32) -> Probed {
        let driver = self.with(|s| {
            if !s.gate(d, self.rules.deferred_is_unbound) {
                return Err(Error::Deferred);
            }
            let driver = s.drivers[v as usize].driver.ok_or(Error::Gone)?;
            s.dev(d).driver = Some(v);
            Ok(driver)
        });
        let driver = match driver {
            Ok(driver) => driver,
            Err(error) => return Probed::Refused(error),
        };
        match driver.probe(&self.call(cx, d)) {
            Ok(()) => {
                self.with(|s| {
                    let mut list = s.drivers[v as usize].devices;
                    list.push_back(s.devices, d);
                    s.drivers[v as usize].devices = list;
                });
                self.links_bound(cx, d);
                self.with(|s| s.undefer(d));
                self.trigger();
                Probed::Bound
            }
            Err(error) => {
                self.links_no_driver(d);
                self.unbind_cleanup(cx, d);
                if error == Errno::PROBE_DEFER {
                    self.with(|s| s.dev(d).waits_for = Waits::Driver);
                }
                Probed::Failed(error)
            }
        }
    }

    /// What is left of a driver after it has gone.
    pub(crate) fn unbind_cleanup(&self, cx: Context<'_, '_>, d: u32) {
        self.with(|s| s.dev(d).driver = None);
        self.rpm_reinit(cx, d);
        self.with(|s| s.dev(d).sleep.clear_flags());
    }
}

impl<P: Platform> State<'_, P> {
    fn matches(&mut self, v: u32, d: u32) -> bool {
        let Some(driver) = self.drivers[v as usize].driver else { return false };
        let handle = self.device_handle(d);
        let slot = self.dev(d);
        driver.matches(&DeviceInfo { handle, name: slot.name, number: slot.number })
    }

    /// The driver registered after this one, which may be gone.
    fn driver_after(&self, after: Option<(u32, u64)>) -> Option<(u32, u64)> {
        let mut next = self.bus_drivers.first();
        if let Some((v, serial)) = after {
            let slot = &self.drivers[v as usize];
            if slot.serial == serial && slot.node.linked() {
                next = self.bus_drivers.next(self.drivers, v);
            } else {
                while let Some(v) = next
                    && self.drivers[v as usize].serial <= serial
                {
                    next = self.bus_drivers.next(self.drivers, v);
                }
            }
        }
        next.map(|v| (v, self.drivers[v as usize].serial))
    }

    /// The device registered after this one, which may be gone.
    pub(crate) fn device_after(&self, after: Option<(u32, u64)>) -> Option<(u32, u64)> {
        let mut next = self.bus.first();
        if let Some((d, serial)) = after {
            let slot = &self.devices[d as usize];
            if slot.serial == serial && slot.bus.linked() {
                next = self.bus.next(self.devices, d);
            } else {
                while let Some(d) = next
                    && self.devices[d as usize].serial <= serial
                {
                    next = self.bus.next(self.devices, d);
                }
            }
        }
        next.map(|d| (d, self.devices[d as usize].serial))
    }
}
