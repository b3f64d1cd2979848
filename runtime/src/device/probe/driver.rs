//! Drivers coming and going.

use crate::device::caller::Context;
use crate::device::driver::Driver;
use crate::device::error::Error;
use crate::device::handle::{DeviceHandle, DriverHandle};
use crate::device::list::List;
use crate::device::platform::Platform;
use crate::device::storage::DriverSlot;
use crate::device::system::System;

impl<'s, P: Platform> System<'s, P> {
    /// Register a driver and offer it every device that has none, in order of registration. Sleepable.
    ///
    /// # Errors
    /// [`Error::Full`]; [`Error::Exists`]: one of that name.
    pub fn driver_register(&self, cx: Context<'_, '_>, driver: &'s dyn Driver<P>) -> Result<DriverHandle, Error> {
        let v = self.with(|s| {
            let mut next = s.bus_drivers.first();
            while let Some(v) = next {
                if s.drivers[v as usize].driver.is_some_and(|other| other.name() == driver.name()) {
                    return Err(Error::Exists);
                }
                next = s.bus_drivers.next(s.drivers, v);
            }
            let v = s.drivers.iter().position(|slot| slot.driver.is_none()).ok_or(Error::Full)?;
            let serial = s.next_serial();
            let generation = s.drivers[v].generation.wrapping_add(1);
            s.drivers[v] = DriverSlot {
                generation,
                driver: Some(driver),
                serial,
                devices: List::EMPTY,
                node: crate::device::list::Node::EMPTY,
            };
            let v = v as u32;
            s.bus_drivers.push_back(s.drivers, v);
            Ok(v)
        })?;
        let mut after = None;
        while let Some((d, serial)) = self.with(|s| {
            let next = s.device_after(after)?;
            s.pin(next.0);
            Some(next)
        }) {
            after = Some((d, serial));
            self.offer(cx, d, v);
            self.with(|s| s.unpin(d));
        }
        Ok(self.with(|s| s.driver_handle(v)))
    }

    /// Unbind a driver's devices, the last bound first, and forget it. Sleepable.
    ///
    /// # Errors
    /// [`Error::Gone`]; [`Error::Deadlock`]: a device cannot be unbound from here; the driver stays registered for it.
    pub fn driver_unregister(&self, cx: Context<'_, '_>, driver: DriverHandle) -> Result<(), Error> {
        let v = self.with(|s| {
            let v = s.find_driver(driver)?;
            s.bus_drivers.remove(s.drivers, v);
            Some(v)
        });
        let v = v.ok_or(Error::Gone)?;
        while let Some(d) = self.with(|s| {
            let d = s.drivers[v as usize].devices.last()?;
            s.pin(d);
            Some(d)
        }) {
            let result = self.release_driver(cx, d, Some(v));
            self.with(|s| s.unpin(d));
            if let Err(error) = result {
                self.with(|s| s.bus_drivers.push_back(s.drivers, v));
                return Err(error);
            }
        }
        self.with(|s| {
            s.drivers[v as usize].driver = None;
            s.waiters_changed();
        });
        Ok(())
    }

    /// A registered driver by name. Any context.
    pub fn driver_named(&self, name: &str) -> Option<DriverHandle> {
        self.with(|s| {
            let mut next = s.bus_drivers.first();
            while let Some(v) = next {
                if s.drivers[v as usize].driver.is_some_and(|driver| driver.name() == name) {
                    return Some(s.driver_handle(v));
                }
                next = s.bus_drivers.next(s.drivers, v);
            }
            None
        })
    }

    /// The name of a driver. Any context.
    pub fn driver_name(&self, driver: DriverHandle) -> Option<&'s str> {
        self.with(|s| {
            let v = s.find_driver(driver)?;
            s.drivers[v as usize].driver.map(|driver| driver.name())
        })
    }

    /// The devices bound to a driver, one after the other. Any context.
    pub fn next_bound(&self, driver: DriverHandle, after: Option<DeviceHandle>) -> Option<DeviceHandle> {
        self.with(|s| {
            let v = s.find_driver(driver)?;
            let list = s.drivers[v as usize].devices;
            let next = match after {
                None => list.first(),
                Some(device) => {
                    let d = s.find(device)?;
                    list.next(s.devices, d)
                }
            };
            next.map(|d| s.device_handle(d))
        })
    }
}
