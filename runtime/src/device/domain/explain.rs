//! Why is a domain on?

use crate::device::error::Errno;
use crate::device::handle::{DeviceHandle, DomainHandle};
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::system::System;

/// What keeps a domain on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhyOn {
    /// It is always on, or on whenever the system does not sleep.
    AlwaysOn,
    /// System sleep is under way.
    Sleep,
    /// This domain in it is on.
    Subdomain(DomainHandle),
    /// This member is not suspended.
    Member(DeviceHandle),
    /// Runtime PM of this member is disabled, so nobody knows.
    MemberDisabled(DeviceHandle),
    /// This member may be switched from atomic context, which the domain may not.
    IrqSafeMember(DeviceHandle),
    /// This member is pinned.
    Pinned(DeviceHandle),
    /// Its governor.
    Governor,
    /// Switching it off failed the last time.
    Refused(Errno),
    /// Nothing: it goes off when next one of its members suspends.
    Nothing,
}

/// As [`WhyOn`], by index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Keeps {
    Nothing,
    AlwaysOn,
    Subdomain,
    Member(u32),
    Pinned(u32),
    Governor,
}

impl<P: Platform> System<'_, P> {
    /// The first reason why a domain is on; `None`: it is off. Any context.
    pub fn why_on(&self, domain: DomainHandle) -> Option<WhyOn> {
        self.with(|s| {
            let g = s.find_domain(domain)?;
            if !s.dom(g).on {
                return None;
            }
            if s.dom(g).prepared_count > 0 {
                return Some(WhyOn::Sleep);
            }
            Some(match s.keeps_on(g, false) {
                Keeps::AlwaysOn => WhyOn::AlwaysOn,
                Keeps::Subdomain => s.subdomain_on(g).map_or(WhyOn::Nothing, |i| WhyOn::Subdomain(s.domain_handle(i))),
                Keeps::Pinned(d) => WhyOn::Pinned(s.device_handle(d)),
                Keeps::Governor => WhyOn::Governor,
                Keeps::Member(d) => {
                    let handle = s.device_handle(d);
                    let irq_safe = s.irq_safe_in_sleeping_domain(d, g);
                    let r = &s.dev(d).rpm;
                    if !r.enabled() {
                        WhyOn::MemberDisabled(handle)
                    } else if irq_safe && r.suspended() {
                        WhyOn::IrqSafeMember(handle)
                    } else {
                        WhyOn::Member(handle)
                    }
                }
                Keeps::Nothing => s.dom(g).off_error.map_or(WhyOn::Nothing, WhyOn::Refused),
            })
        })
    }
}

impl<P: Platform> State<'_, P> {
    pub(crate) fn irq_safe_in_sleeping_domain(&self, d: u32, g: u32) -> bool {
        self.devices[d as usize].rpm.irq_safe && !self.domains[g as usize].irq_safe
    }

    /// What keeps a domain that is on from being switched off. `one_on`: one member may count as active.
    pub(crate) fn keeps_on(&self, g: u32, one_on: bool) -> Keeps {
        let slot = &self.domains[g as usize];
        if slot.always_on || slot.rpm_always_on {
            return Keeps::AlwaysOn;
        }
        if slot.subdomains_on > 0 {
            return Keeps::Subdomain;
        }
        let mut on = 0;
        let mut culprit = None;
        let mut next = slot.members.first();
        while let Some(d) = next {
            let device = &self.devices[d as usize];
            if device.pinned_on {
                return Keeps::Pinned(d);
            }
            if !device.rpm.suspended() && !device.absent() || self.irq_safe_in_sleeping_domain(d, g) {
                on += 1;
                culprit = culprit.or(Some(d));
            }
            next = slot.members.next(self.devices, d);
        }
        if let Some(d) = culprit
            && (on > 1 || !one_on)
        {
            return Keeps::Member(d);
        }
        if !slot.ops.is_none_or(|ops| ops.may_power_off()) {
            return Keeps::Governor;
        }
        Keeps::Nothing
    }

    fn subdomain_on(&self, g: u32) -> Option<u32> {
        let list = self.domains[g as usize].inner;
        let mut next = list.first();
        while let Some(n) = next {
            let inner = self.nestings[n as usize].inner;
            if self.domains[inner as usize].on {
                return Some(inner);
            }
            next = list.next(self.nestings, n);
        }
        None
    }
}
