//! Adding a link, or merging with the one that exists.

use crate::device::caller::Context;
use crate::device::error::RpmResult;
use crate::device::handle::{DeviceHandle, LinkHandle};
use crate::device::link::{BindState, Flags, LinkError, LinkKind, LinkState};
use crate::device::platform::Platform;
use crate::device::rpm::How;
use crate::device::state::State;
use crate::device::system::System;
use crate::topology::Link;

impl<P: Platform> System<'_, P> {
    /// Make `consumer` depend on `supplier`. If the pair has a link, the two are merged and nothing is ever weakened
    /// or shortened. Sleepable if the kind resumes the supplier ([`FollowActive`](super::super::RuntimePm), or runtime
    /// PM from the consumer's probe), else any context.
    ///
    /// # Errors
    /// [`LinkError`]; nothing is changed then.
    pub fn link_add(
        &self,
        cx: Context<'_, '_>,
        consumer: DeviceHandle,
        supplier: DeviceHandle,
        kind: LinkKind,
        declared: Option<&'static Link>,
    ) -> Result<LinkHandle, LinkError> {
        if consumer == supplier {
            return Err(LinkError::SameDevice);
        }
        let (c, s) = (self.pin(consumer).ok_or(LinkError::Gone)?, self.pin(supplier).ok_or(LinkError::Gone)?);
        let (c, s) = (&c, &s);
        let flags = kind.flags();
        let active = flags.has(Flags::PM_RUNTIME | Flags::RPM_ACTIVE);
        if active {
            self.with(|state| state.dev(s.index).rpm.usage += 1);
            if let Err(error) = self.rpm_resume(cx, s.index, How::SYNC) {
                self.with(|state| state.dev(s.index).rpm.put_noidle());
                return Err(LinkError::SupplierResume(error));
            }
        }
        let defer = self.rules.defer_link_in_probe;
        let result = self.with(|state| state.link_check(c.index, s.index, flags, defer)).and_then(|resume| {
            // A driver that links in its probe expects the supplier to work.
            if resume {
                let _: RpmResult = self.rpm_resume(cx, s.index, How::SYNC);
            }
            self.with(|state| {
                state.link_check(c.index, s.index, flags, defer)?;
                state.link_add(c.index, s.index, flags, declared)
            })
        });
        if result.is_err() && active {
            self.rpm_put_queued(s.index);
        }
        self.platform.notify();
        result
    }
}

impl<P: Platform> State<'_, P> {
    /// May the link be added? `true`: it is a new one that wants its supplier resumed.
    fn link_check(&mut self, c: u32, s: u32, flags: Flags, defer: bool) -> Result<bool, LinkError> {
        if !self.dev(s).registered() {
            return Err(LinkError::SupplierMissing);
        }
        let real = !flags.has(Flags::SYNC_STATE_ONLY);
        if real && let Some(length) = self.path_length(c, s) {
            let (consumer, supplier) = (self.device_handle(c), self.device_handle(s));
            return Err(LinkError::Cycle { consumer, supplier, length });
        }
        let (consumer, supplier) = (self.dev(c).bind, self.dev(s).bind);
        if !real && matches!(consumer, BindState::Bound | BindState::Unbinding) {
            return Err(LinkError::TooLate);
        }
        if defer
            && real
            && flags.has(Flags::MANAGED)
            && consumer == BindState::Probing
            && matches!(supplier, BindState::Unbound | BindState::Deferred)
        {
            return Err(LinkError::Defer);
        }
        Ok(flags.has(Flags::PM_RUNTIME | Flags::MANAGED)
            && self.initial_state(c, s) == LinkState::ConsumerProbe
            && self.link_between(c, s).is_none())
    }

    fn link_add(
        &mut self,
        c: u32,
        s: u32,
        flags: Flags,
        declared: Option<&'static Link>,
    ) -> Result<LinkHandle, LinkError> {
        if let Some(l) = self.link_between(c, s) {
            if self.link_merge(l, flags) {
                self.move_to_tail(c);
            }
            if declared.is_some() {
                self.link(l).declared = declared;
            }
            return Ok(self.link_handle(l));
        }
        let l = self.link_new(c, s, flags, declared).ok_or(LinkError::Full)?;
        if !flags.has(Flags::SYNC_STATE_ONLY) {
            self.move_to_tail(c);
        }
        Ok(self.link_handle(l))
    }

    /// A fresh link, on the lists of both ends.
    pub(crate) fn link_new(&mut self, c: u32, s: u32, flags: Flags, declared: Option<&'static Link>) -> Option<u32> {
        let l = self.take_link()?;
        self.pin(c);
        self.pin(s);
        let state = if flags.has(Flags::STATELESS) { LinkState::None } else { self.initial_state(c, s) };
        let link = self.link(l);
        link.consumer = c;
        link.supplier = s;
        link.flags = flags;
        link.state = state;
        link.refs = 1;
        link.declared = declared;
        link.rpm_active = 1;
        if flags.has(Flags::PM_RUNTIME) {
            link.rpm_active += u32::from(flags.has(Flags::RPM_ACTIVE));
            self.dev(c).rpm.links += 1;
        }
        self.devices[s as usize].walk.consumers.push_back(self.links, l);
        self.devices[c as usize].walk.suppliers.push_back(self.links, l);
        Some(l)
    }

    /// Add `new` to an existing link. Answers whether the order changes.
    fn link_merge(&mut self, l: u32, new: Flags) -> bool {
        let (c, s) = (self.link(l).consumer, self.link(l).supplier);
        let link = self.link(l);
        if !new.has(Flags::INFERRED) {
            link.flags.clear(Flags::INFERRED);
        }
        if new.has(Flags::PM_RUNTIME) {
            let first = !link.flags.has(Flags::PM_RUNTIME);
            link.flags.set(Flags::PM_RUNTIME);
            link.rpm_active += u32::from(new.has(Flags::RPM_ACTIVE));
            self.dev(c).rpm.links += u32::from(first);
        }
        let link = self.link(l);
        if new.has(Flags::STATELESS) {
            link.refs += 1;
            let first = !link.flags.has(Flags::STATELESS);
            link.flags.set(Flags::STATELESS);
            return first && link.flags.has(Flags::SYNC_STATE_ONLY);
        }
        // The longer life wins.
        if new.has(Flags::AUTOREMOVE_SUPPLIER) {
            if link.flags.has(Flags::AUTOREMOVE_CONSUMER) {
                link.flags.clear(Flags::AUTOREMOVE_CONSUMER);
                link.flags.set(Flags::AUTOREMOVE_SUPPLIER);
            }
        } else if !new.has(Flags::AUTOREMOVE_CONSUMER) {
            link.flags.clear(Flags::AUTOREMOVE_CONSUMER | Flags::AUTOREMOVE_SUPPLIER);
        }
        if !link.flags.has(Flags::MANAGED) {
            link.refs += 1;
            link.flags.set(Flags::MANAGED);
            let state = self.initial_state(c, s);
            self.link(l).state = state;
        }
        let link = self.link(l);
        if link.flags.has(Flags::SYNC_STATE_ONLY) && !new.has(Flags::SYNC_STATE_ONLY) {
            link.flags.clear(Flags::SYNC_STATE_ONLY);
            return true;
        }
        false
    }

    /// The state of a managed link from where its ends stand.
    fn initial_state(&mut self, c: u32, s: u32) -> LinkState {
        match (self.dev(s).bind, self.dev(c).bind) {
            (BindState::Unbinding, _) => LinkState::SupplierUnbind,
            (BindState::Probing | BindState::Bound, BindState::Probing) => LinkState::ConsumerProbe,
            (BindState::Bound, BindState::Bound) => LinkState::Active,
            (BindState::Bound, _) => LinkState::Available,
            _ => LinkState::Dormant,
        }
    }
}
