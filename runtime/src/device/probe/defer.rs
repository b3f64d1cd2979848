//! Devices that wait to be probed again.

use crate::device::caller::Context;
use crate::device::handle::{DeviceHandle, LinkHandle};
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::storage::Waits;
use crate::device::system::System;
use crate::topology::Link;

/// What a device without driver waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiting<'s> {
    /// Its driver asked to be tried again when another device is bound.
    Driver,
    /// This supplier has no driver.
    Supplier {
        /// Its handle when the gate looked.
        supplier: DeviceHandle,
        /// Its name.
        name: &'s str,
        /// The link that makes it a supplier.
        link: LinkHandle,
        /// Where that link is declared.
        declared: Option<&'static Link>,
    },
    /// For the end of system sleep.
    Sleep,
}

impl core::fmt::Display for Waiting<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Driver => f.write_str("waiting because its driver asked to be tried again"),
            Self::Sleep => f.write_str("waiting for the end of system sleep"),
            Self::Supplier { name, declared: Some(declared), .. } => {
                write!(f, "waiting for {name} because of edge {declared}")
            }
            Self::Supplier { name, declared: None, .. } => write!(f, "waiting for {name}"),
        }
    }
}

impl<'s, P: Platform> System<'s, P> {
    /// Why the device is on the list of those to be probed again; `None`: it is not. Any context.
    pub fn waiting(&self, device: DeviceHandle) -> Option<Waiting<'s>> {
        self.with(|s| {
            let d = s.find(device)?;
            if !s.dev(d).deferred.linked() {
                return None;
            }
            Some(match s.dev(d).waits_for {
                Waits::No | Waits::Driver => Waiting::Driver,
                Waits::Sleep => Waiting::Sleep,
                Waits::Supplier { supplier, name, link, declared, .. } => {
                    Waiting::Supplier { supplier, name, link, declared }
                }
            })
        })
    }

    /// How often a driver's probe or the gate was tried for the device. Any context.
    pub fn attempts(&self, device: DeviceHandle) -> Option<u32> {
        self.with(|s| s.find(device).map(|d| s.dev(d).attempts))
    }

    /// Every device that waits becomes due, and the worker is told.
    pub(crate) fn trigger(&self) {
        self.with(|s| {
            s.triggers += 1;
            s.activate();
            if !s.active.is_empty() {
                s.queue_probe_work();
            }
        });
        self.platform.kick();
        self.platform.notify();
    }

    /// Probe again what is due, in the order in which it began to wait.
    pub(crate) fn deferred_probe_work(&self, cx: Context<'_, '_>) {
        let awaited = self.rules.retry_when_awaited;
        while let Some((d, retry)) = self.with(|s| {
            let d = s.active.pop_front(s.devices)?;
            s.dev(d).deferred_active = false;
            // The order follows successful probing, so whoever still waits stays behind.
            s.move_to_tail(d);
            let blocked = matches!(s.dev(d).waits_for, Waits::Supplier { changed: false, .. });
            if awaited && blocked {
                s.pending.push_back(s.devices, d);
                return Some((d, false));
            }
            s.dev(d).waits_for = Waits::No;
            s.pin(d);
            Some((d, true))
        }) {
            if retry {
                let _ = self.attach(cx, d);
                self.with(|s| s.unpin(d));
            }
        }
        self.with(|s| s.probe_working = false);
        self.platform.notify();
    }

    /// Let everybody finish probing. Sleepable.
    pub(crate) fn wait_for_probes(&self, cx: Context<'_, '_>) -> Result<(), crate::device::system::Deadlock> {
        self.wait_until(cx, crate::device::system::Help::Probing, |s| {
            (s.probing == 0 && !s.probe_working && s.probe_work.is_none()).then_some(())
        })
    }
}

impl<P: Platform> State<'_, P> {
    /// Put a device on the list of those to be probed again, if some driver ever fitted it.
    pub(crate) fn defer(&mut self, d: u32) {
        if self.dev(d).can_match && !self.dev(d).deferred.linked() {
            self.pending.push_back(self.devices, d);
            self.dev(d).deferred_active = false;
        }
    }

    /// Take a device off that list.
    pub(crate) fn undefer(&mut self, d: u32) {
        if self.dev(d).deferred_active {
            self.active.remove(self.devices, d);
        } else {
            self.pending.remove(self.devices, d);
        }
        self.dev(d).deferred_active = false;
        self.dev(d).waits_for = Waits::No;
    }

    /// Move all that wait behind what is being tried.
    fn activate(&mut self) {
        let mut next = self.pending.first();
        while let Some(d) = next {
            self.dev(d).deferred_active = true;
            next = self.pending.next(self.devices, d);
        }
        self.active.append(self.devices, &mut self.pending);
    }

    /// A driver goes: whoever waits for a supplier may not even have a driver to wait for any more.
    pub(crate) fn waiters_changed(&mut self) {
        for list in [self.pending, self.active] {
            let mut next = list.first();
            while let Some(d) = next {
                if let Waits::Supplier { changed, .. } = &mut self.dev(d).waits_for {
                    *changed = true;
                }
                next = list.next(self.devices, d);
            }
        }
    }
}

/// A link of `consumer` changed: if the consumer waits because of it, it is worth another try.
pub(crate) fn changed_for_waiting<P: Platform>(s: &mut State<'_, P>, consumer: u32, link: u32) {
    let handle = s.link_handle(link);
    if let Waits::Supplier { link, changed, .. } = &mut s.dev(consumer).waits_for
        && *link == handle
    {
        *changed = true;
    }
}
