//! Devices coming and going.

use crate::device::caller::Context;
use crate::device::error::Error;
use crate::device::handle::{DeviceHandle, DriverHandle};
use crate::device::link::BindState;
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::storage::{PmList, Stage};
use crate::device::system::System;

/// What a device is when it is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceConfig<'s> {
    /// Its name, for drivers and people.
    pub name: &'s str,
    /// Its number in the topology.
    pub number: u32,
    /// Its parent.
    pub parent: Option<DeviceHandle>,
    /// It only gives structure (such as a bus): no sleep callbacks ever, so it never hinders leaving others suspended.
    pub no_pm_callbacks: bool,
}

/// What can be asked about a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeviceInformation<'s> {
    /// Its name.
    pub name: &'s str,
    /// Its number.
    pub number: u32,
    /// Is it registered?
    pub registered: bool,
    /// Its parent.
    pub parent: Option<DeviceHandle>,
    /// Its driver.
    pub driver: Option<DriverHandle>,
    /// Where it stands as far as links are concerned.
    pub bind: BindState,
    /// Has `sync_state` been called?
    pub synced: bool,
}

impl<'s, P: Platform> System<'s, P> {
    /// Make a device that nobody sees yet; it may be a consumer already. Any context.
    ///
    /// # Errors
    /// [`Error::Full`]; [`Error::Gone`]: the parent; [`Error::Invalid`]: the parent is not registered.
    pub fn device_init(&self, config: DeviceConfig<'s>) -> Result<DeviceHandle, Error> {
        self.with(|s| {
            let parent = match config.parent {
                None => None,
                Some(parent) => Some(s.find(parent).ok_or(Error::Gone)?),
            };
            let d = s.take_device().ok_or(Error::Full)?;
            let slot = s.dev(d);
            slot.name = config.name;
            slot.number = config.number;
            slot.parent = parent;
            slot.no_pm_callbacks = config.no_pm_callbacks;
            if let Some(p) = parent {
                s.pin(p);
            }
            Ok(s.device_handle(d))
        })
    }

    /// Register a device: it gets its place in the order lists, and drivers may take it. Sleepable.
    ///
    /// # Errors
    /// [`Error::Gone`], [`Error::Exists`]; [`Error::Invalid`]: its parent is not registered.
    pub fn device_add(&self, cx: Context<'_, '_>, device: DeviceHandle) -> Result<(), Error> {
        let pin = self.pin(device).ok_or(Error::Gone)?;
        let d = pin.index;
        self.with(|s| {
            if s.dev(d).stage != Stage::Initialised {
                return Err(Error::Exists);
            }
            let parent = s.dev(d).parent;
            if let Some(p) = parent {
                if !s.dev(p).registered() {
                    return Err(Error::Invalid);
                }
                s.add_child(p, d);
            }
            let serial = s.next_serial();
            s.order += 1;
            let order = s.order;
            let slot = s.dev(d);
            slot.stage = Stage::Registered;
            slot.serial = serial;
            slot.walk.order = order;
            s.shutdown.push_back(s.devices, d);
            s.bus.push_back(s.devices, d);
            s.pm_push_back(d, PmList::All);
            Ok(())
        })?;
        // A device that waits for a driver is no error.
        let _ = self.attach(cx, d);
        Ok(())
    }

    /// Unregister a device: its consumers' drivers and its own are unbound, its links go. Sleepable.
    ///
    /// # Errors
    /// [`Error::Gone`]; [`Error::Busy`]: it has children, or is being removed; [`Error::Deadlock`] from one of its own
    /// callbacks.
    pub fn device_del(&self, cx: Context<'_, '_>, device: DeviceHandle) -> Result<(), Error> {
        let pin = self.pin(device).ok_or(Error::Gone)?;
        let d = pin.index;
        self.lock_device(cx, d)?;
        let begun = self.with(|s| {
            let slot = s.dev(d);
            if !slot.walk.children.is_empty() || slot.stage == Stage::Removing {
                return Err(Error::Busy);
            }
            let registered = slot.registered();
            slot.stage = Stage::Removing;
            Ok(registered)
        });
        self.unlock_device(d);
        if begun? {
            self.with(|s| {
                if let Some(p) = s.dev(d).parent {
                    s.remove_child(p, d);
                }
                s.bus.remove(s.devices, d);
            });
            let unbound = self.release_driver(cx, d, None);
            debug_assert!(unbound.is_ok() || self.with(|s| s.dev(d).driver.is_some()));
            self.with(|s| s.pm_remove(d));
        }
        let _ = self.rpm_disable(cx, d, false);
        self.rpm_reinit(cx, d);
        self.with(|s| s.undefer(d));
        self.links_purge(d);
        self.domain_forget(cx, d);
        self.with(|s| {
            s.shutdown.remove(s.devices, d);
            if s.dev(d).sync.linked() {
                s.sync_waiting.remove(s.devices, d);
                s.unpin(d);
            }
            s.dev(d).stage = Stage::Gone;
        });
        self.platform.notify();
        Ok(())
    }

    /// A device. Any context.
    pub fn device_info(&self, device: DeviceHandle) -> Option<DeviceInformation<'s>> {
        self.with(|s| {
            let d = s.find(device)?;
            let parent = s.dev(d).parent.map(|p| s.device_handle(p));
            let driver = s.dev(d).driver.map(|v| s.driver_handle(v));
            let slot = s.dev(d);
            Some(DeviceInformation {
                name: slot.name,
                number: slot.number,
                registered: slot.registered() || slot.stage == Stage::Removing,
                parent,
                driver,
                bind: slot.bind,
                synced: slot.synced,
            })
        })
    }
}

impl<P: Platform> State<'_, P> {
    pub(crate) fn driver_handle(&self, v: u32) -> DriverHandle {
        DriverHandle { index: v, generation: self.drivers[v as usize].generation }
    }
}
