//! Domains, their nesting and their members.

use crate::device::caller::Context;
use crate::device::driver::DomainOps;
use crate::device::error::{Errno, Error};
use crate::device::handle::{DeviceHandle, DomainHandle};
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::storage::{DomainSlot, NestingSlot};
use crate::device::system::System;

/// What a domain is when it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DomainConfig<'s> {
    /// Its name.
    pub name: &'s str,
    /// Is it on?
    pub on: bool,
    /// Its callbacks are atomic, so irq-safe devices can switch it.
    pub irq_safe: bool,
    /// It is never switched off.
    pub always_on: bool,
    /// It is switched off in system sleep only.
    pub rpm_always_on: bool,
    /// It stays on in system sleep for members that may wake the system.
    pub active_wakeup: bool,
}

/// What can be asked about a domain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DomainInfo<'s> {
    /// Its name.
    pub name: &'s str,
    /// Is it on?
    pub on: bool,
    /// Members.
    pub devices: u32,
    /// Domains in it that are on.
    pub subdomains_on: u32,
}

impl<'s, P: Platform> System<'s, P> {
    /// Make a power domain. Any context.
    ///
    /// # Errors
    /// [`Error::Full`]; [`Error::Invalid`]: always on, but off.
    pub fn domain_add(&self, config: DomainConfig<'s>, ops: &'s dyn DomainOps) -> Result<DomainHandle, Error> {
        if (config.always_on || config.rpm_always_on) && !config.on {
            return Err(Error::Invalid);
        }
        self.with(|s| {
            let g = s.domains.iter().position(|slot| slot.ops.is_none()).ok_or(Error::Full)?;
            let generation = s.domains[g].generation.wrapping_add(1);
            s.domains[g] = DomainSlot {
                generation,
                name: config.name,
                ops: Some(ops),
                on: config.on,
                irq_safe: config.irq_safe,
                always_on: config.always_on,
                rpm_always_on: config.rpm_always_on,
                active_wakeup: config.active_wakeup,
                ..DomainSlot::EMPTY
            };
            Ok(s.domain_handle(g as u32))
        })
    }

    /// Forget a domain without members and nestings. Any context.
    ///
    /// # Errors
    /// [`Error::Gone`], [`Error::Busy`].
    pub fn domain_del(&self, domain: DomainHandle) -> Result<(), Error> {
        self.with(|s| {
            let g = s.find_domain(domain).ok_or(Error::Gone)?;
            let slot = s.dom(g);
            if slot.device_count > 0 || !slot.inner.is_empty() || !slot.outer.is_empty() || slot.owner.is_some() {
                return Err(Error::Busy);
            }
            slot.ops = None;
            s.domain_work.remove(s.domains, g);
            Ok(())
        })
    }

    /// Put a device into a domain. Sleepable.
    ///
    /// # Errors
    /// [`Error::Gone`]; [`Error::Invalid`]: it is in one.
    pub fn domain_attach(&self, cx: Context<'_, '_>, domain: DomainHandle, device: DeviceHandle) -> Result<(), Error> {
        let pin = self.pin(device).ok_or(Error::Gone)?;
        let g = self.with(|s| s.find_domain(domain)).ok_or(Error::Gone)?;
        self.with_domain_locked(cx, g, || {
            self.with(|s| {
                if s.dev(pin.index).domain.is_some() {
                    return Err(Error::Invalid);
                }
                s.dev(pin.index).domain = Some(g);
                let mut members = s.dom(g).members;
                members.push_back(s.devices, pin.index);
                s.dom(g).members = members;
                s.dom(g).device_count += 1;
                Ok(())
            })
        })?
    }

    /// Take a device out of its domain. Sleepable.
    ///
    /// # Errors
    /// [`Error::Gone`]; [`Error::Invalid`]: not in this one; [`Error::Callback`] of [`Errno::AGAIN`]: system sleep is
    /// under way.
    pub fn domain_detach(&self, cx: Context<'_, '_>, domain: DomainHandle, device: DeviceHandle) -> Result<(), Error> {
        let pin = self.pin(device).ok_or(Error::Gone)?;
        let g = self.with(|s| s.find_domain(domain)).ok_or(Error::Gone)?;
        if self.with(|s| s.dev(pin.index).domain) != Some(g) {
            return Err(Error::Invalid);
        }
        self.with_domain_locked(cx, g, || {
            self.with(|s| {
                if s.dom(g).prepared_count > 0 {
                    return Err(Error::Callback(Errno::AGAIN));
                }
                s.leave_domain(pin.index);
                Ok(())
            })
        })?
    }

    /// A device is gone for good: its domain forgets it.
    pub(crate) fn domain_forget(&self, cx: Context<'_, '_>, d: u32) {
        if let Some(g) = self.with(|s| s.dev(d).domain) {
            let _ = self.with_domain_locked(cx, g, || ());
            self.with(|s| s.leave_domain(d));
        }
    }

    /// Put `inner` into `outer`: `outer` is on while `inner` is. Sleepable.
    ///
    /// # Errors
    /// [`Error::Gone`], [`Error::Full`]; [`Error::Cycle`]; [`Error::Invalid`]: the same twice, an irq-safe domain in one
    /// that may sleep, or one that is on in one that is off.
    pub fn subdomain_add(&self, outer: DomainHandle, inner: DomainHandle) -> Result<(), Error> {
        self.with(|s| {
            let (o, i) = (s.find_domain(outer).ok_or(Error::Gone)?, s.find_domain(inner).ok_or(Error::Gone)?);
            if o == i || (!s.dom(o).irq_safe && s.dom(i).irq_safe) || (!s.dom(o).on && s.dom(i).on) {
                return Err(Error::Invalid);
            }
            let list = s.dom(o).inner;
            let mut next = list.first();
            while let Some(n) = next {
                if s.nestings[n as usize].inner == i {
                    return Err(Error::Invalid);
                }
                next = list.next(s.nestings, n);
            }
            if s.domain_contains(i, o) {
                return Err(Error::Cycle);
            }
            let n = s.nestings.iter().position(|slot| !slot.used).ok_or(Error::Full)?;
            s.nestings[n] = NestingSlot { used: true, outer: o, inner: i, ..NestingSlot::EMPTY };
            s.domains[o as usize].inner.push_back(s.nestings, n as u32);
            s.domains[i as usize].outer.push_back(s.nestings, n as u32);
            let on = s.dom(i).on;
            s.dom(o).subdomains_on += u32::from(on);
            Ok(())
        })
    }

    /// Take `inner` out of `outer`. Any context.
    ///
    /// # Errors
    /// [`Error::Gone`]; [`Error::Invalid`]: it is not in it; [`Error::Busy`]: `inner` has members or inner domains.
    pub fn subdomain_remove(&self, outer: DomainHandle, inner: DomainHandle) -> Result<(), Error> {
        self.with(|s| {
            let (o, i) = (s.find_domain(outer).ok_or(Error::Gone)?, s.find_domain(inner).ok_or(Error::Gone)?);
            if !s.dom(i).inner.is_empty() || s.dom(i).device_count > 0 {
                return Err(Error::Busy);
            }
            let list = s.dom(o).inner;
            let mut next = list.first();
            while let Some(n) = next {
                if s.nestings[n as usize].inner == i {
                    s.domains[o as usize].inner.remove(s.nestings, n);
                    s.domains[i as usize].outer.remove(s.nestings, n);
                    s.nestings[n as usize] = NestingSlot::EMPTY;
                    if s.dom(i).on {
                        let outer = s.dom(o);
                        outer.subdomains_on = outer.subdomains_on.saturating_sub(1);
                    }
                    return Ok(());
                }
                next = list.next(s.nestings, n);
            }
            Err(Error::Invalid)
        })
    }

    /// Keep a device's domain on whatever it does. Any context.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn pin_domain_on(&self, device: DeviceHandle, pinned: bool) -> Result<(), Error> {
        self.with(|s| {
            let d = s.find(device).ok_or(Error::Gone)?;
            s.dev(d).pinned_on = pinned;
            Ok(())
        })
    }

    /// A domain. Any context.
    pub fn domain_info(&self, domain: DomainHandle) -> Option<DomainInfo<'s>> {
        self.with(|s| {
            let g = s.find_domain(domain)?;
            let slot = s.dom(g);
            Some(DomainInfo {
                name: slot.name,
                on: slot.on,
                devices: slot.device_count,
                subdomains_on: slot.subdomains_on,
            })
        })
    }

    /// The domain a device is in. Any context.
    pub fn domain_of(&self, device: DeviceHandle) -> Option<DomainHandle> {
        self.with(|s| {
            let d = s.find(device)?;
            let g = s.dev(d).domain?;
            Some(s.domain_handle(g))
        })
    }
}

impl<P: Platform> State<'_, P> {
    fn leave_domain(&mut self, d: u32) {
        if let Some(g) = self.dev(d).domain.take() {
            let mut members = self.dom(g).members;
            members.remove(self.devices, d);
            let slot = self.dom(g);
            slot.members = members;
            slot.device_count -= 1;
        }
    }

    /// Is `inner` in `outer`, directly or not? Nestings have no circles, so the recursion ends; its depth is theirs.
    fn domain_contains(&self, outer: u32, inner: u32) -> bool {
        let list = self.domains[outer as usize].inner;
        let mut next = list.first();
        while let Some(n) = next {
            let i = self.nestings[n as usize].inner;
            if i == inner || self.domain_contains(i, inner) {
                return true;
            }
            next = list.next(self.nestings, n);
        }
        false
    }
}
