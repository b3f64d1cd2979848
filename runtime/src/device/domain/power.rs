//! Switching domains: outer ones first on, last off.

use crate::device::caller::Context;
use crate::device::driver::DomainCall;
use crate::device::error::{Errno, Error};
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::system::{Help, System};

use super::explain::Keeps;

impl<P: Platform> System<'_, P> {
    /// Run `f` with the domain to itself. Sleepable; atomic for an irq-safe domain.
    pub(crate) fn with_domain_locked<R>(&self, cx: Context<'_, '_>, g: u32, f: impl FnOnce() -> R) -> Result<R, Error> {
        let me = self.platform.caller();
        let take = |s: &mut State<'_, P>| match s.dom(g).owner {
            None => {
                s.dom(g).owner = Some(me);
                Some(Ok(()))
            }
            Some(owner) if owner == me => Some(Err(Error::Deadlock)),
            Some(_) => None,
        };
        if cx.is_atomic() && !P::INLINE_WORK {
            // Another processor has it, and not for long: its callbacks are atomic too.
            loop {
                if let Some(taken) = self.with(take) {
                    taken?;
                    break;
                }
                core::hint::spin_loop();
            }
        } else {
            self.wait_until(cx, Help::Nothing, take)??;
        }
        let result = f();
        self.with(|s| s.dom(g).owner = None);
        self.platform.notify();
        Ok(result)
    }

    fn domain_call(&self, cx: Context<'_, '_>, g: u32, on: bool) -> Result<(), Errno> {
        let (ops, irq_safe, domain) = self.with(|s| {
            let domain = s.domain_handle(g);
            let slot = s.dom(g);
            (slot.ops, slot.irq_safe, domain)
        });
        let context = if irq_safe { cx.without_sleep() } else { cx };
        let call = DomainCall { domain, context };
        match ops {
            Some(ops) if on => ops.power_on(&call),
            Some(ops) => ops.power_off(&call),
            None => Ok(()),
        }
    }

    /// Switch a locked domain on, the ones it is in first. After an error all is as before.
    pub(crate) fn domain_power_on(&self, cx: Context<'_, '_>, g: u32) -> Result<(), Errno> {
        if self.with(|s| s.dom(g).on) {
            return Ok(());
        }
        let mut at = self.with(|s| s.dom(g).outer.first());
        let mut result = Ok(());
        while let Some(n) = at {
            let outer = self.with(|s| {
                let outer = s.nestings[n as usize].outer;
                s.dom(outer).subdomains_on += 1;
                outer
            });
            result = self
                .with_domain_locked(cx, outer, || self.domain_power_on(cx, outer))
                .unwrap_or_else(|error| Err(error.errno()));
            if result.is_err() {
                self.with(|s| s.subdomain_off(outer));
                at = self.with(|s| s.domains[g as usize].outer.prev(s.nestings, n));
                break;
            }
            at = self.with(|s| s.domains[g as usize].outer.next(s.nestings, n));
        }
        if result.is_ok() {
            result = self.domain_call(cx, g, true);
            if result.is_ok() {
                self.with(|s| s.dom(g).on = true);
                return Ok(());
            }
            at = self.with(|s| s.dom(g).outer.last());
        }
        while let Some(n) = at {
            let outer = self.with(|s| {
                let outer = s.nestings[n as usize].outer;
                s.subdomain_off(outer);
                outer
            });
            let _ = self.with_domain_locked(cx, outer, || self.domain_power_off(cx, outer, false));
            at = self.with(|s| s.domains[g as usize].outer.prev(s.nestings, n));
        }
        result
    }

    /// Switch a locked domain off if nothing keeps it on, then the ones it is in. `one_on`: one member that counts as
    /// active does not matter, it is the one being suspended.
    pub(crate) fn domain_power_off(&self, cx: Context<'_, '_>, g: u32, one_on: bool) {
        let keeps = self.with(|s| {
            if !s.dom(g).on || s.dom(g).prepared_count > 0 {
                return true;
            }
            s.dom(g).off_error = None;
            s.keeps_on(g, one_on) != Keeps::Nothing
        });
        if keeps {
            return;
        }
        if let Err(error) = self.domain_call(cx, g, false) {
            self.with(|s| s.dom(g).off_error = Some(error));
            return;
        }
        self.domain_is_off(cx, g, |outer| self.domain_power_off(cx, outer, false));
    }

    /// A locked domain has been switched off: so may those it is in, each locked meanwhile.
    fn domain_is_off(&self, cx: Context<'_, '_>, g: u32, off: impl Fn(u32)) {
        self.with(|s| s.dom(g).on = false);
        let mut at = self.with(|s| s.dom(g).outer.first());
        while let Some(n) = at {
            let outer = self.with(|s| {
                let outer = s.nestings[n as usize].outer;
                s.subdomain_off(outer);
                outer
            });
            let _ = self.with_domain_locked(cx, outer, || off(outer));
            at = self.with(|s| s.domains[g as usize].outer.next(s.nestings, n));
        }
    }

    pub(crate) fn domain_off_work(&self, cx: Context<'_, '_>, g: u32) {
        let _ = self.with_domain_locked(cx, g, || self.domain_power_off(cx, g, false));
    }

    /// Switch a locked domain off for system sleep if all its members are suspended, whatever runtime PM says.
    pub(crate) fn domain_sleep_off(&self, cx: Context<'_, '_>, g: u32) {
        let keep = self.with(|s| {
            let slot = s.dom(g);
            !slot.on || slot.always_on || slot.suspended_count != slot.device_count || slot.subdomains_on > 0
        });
        if keep || self.domain_call(cx, g, false).is_err() {
            return;
        }
        self.domain_is_off(cx, g, |outer| self.domain_sleep_off(cx, outer));
    }

    /// Switch a locked domain on after system sleep; errors do not matter.
    pub(crate) fn domain_sleep_on(&self, cx: Context<'_, '_>, g: u32) {
        if self.with(|s| s.dom(g).on) {
            return;
        }
        let mut at = self.with(|s| s.dom(g).outer.first());
        while let Some(n) = at {
            let outer = self.with(|s| {
                let outer = s.nestings[n as usize].outer;
                s.dom(outer).subdomains_on += 1;
                outer
            });
            let _ = self.with_domain_locked(cx, outer, || self.domain_sleep_on(cx, outer));
            at = self.with(|s| s.domains[g as usize].outer.next(s.nestings, n));
        }
        let _ = self.domain_call(cx, g, true);
        self.with(|s| s.dom(g).on = true);
    }
}

impl<P: Platform> State<'_, P> {
    fn subdomain_off(&mut self, outer: u32) {
        let slot = self.dom(outer);
        slot.subdomains_on = slot.subdomains_on.saturating_sub(1);
    }

    pub(crate) fn queue_domain_off(&mut self, g: u32) {
        if !self.dom(g).off_work.linked() {
            let ticket = self.next_ticket();
            self.dom(g).ticket = ticket;
            self.domain_work.push_back(self.domains, g);
        }
    }
}
