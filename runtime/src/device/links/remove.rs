//! Giving links up, by their users and by the core.

use crate::device::caller::Context;
use crate::device::error::{Error, RpmResult};
use crate::device::handle::{DeviceHandle, LinkHandle};
use crate::device::link::{Flags, LinkState};
use crate::device::platform::Platform;
use crate::device::probe::changed_for_waiting;
use crate::device::rpm::How;
use crate::device::state::State;
use crate::device::system::System;

impl<P: Platform> System<'_, P> {
    /// Give back one stateless reference; with the last one the link goes. Any context.
    ///
    /// # Errors
    /// [`Error::Gone`]; [`Error::Invalid`]: the link is the core's alone (a driver's bug).
    pub fn link_del(&self, link: LinkHandle) -> Result<(), Error> {
        let l = self.with(|s| s.find_link(link)).ok_or(Error::Gone)?;
        self.link_put(l)
    }

    /// As [`link_del`](Self::link_del), by the pair.
    ///
    /// # Errors
    /// As [`link_del`](Self::link_del).
    pub fn link_remove(&self, consumer: DeviceHandle, supplier: DeviceHandle) -> Result<(), Error> {
        let l = self.with(|s| {
            let (c, p) = (s.find(consumer)?, s.find(supplier)?);
            s.link_between(c, p)
        });
        self.link_put(l.ok_or(Error::Gone)?)
    }

    fn link_put(&self, l: u32) -> Result<(), Error> {
        let supplier = self.with(|s| {
            if s.link(l).flags.has(Flags::STATELESS) {
                Ok(s.link_unref(l))
            } else {
                let consumer = s.link(l).consumer;
                if s.dev(consumer).registered() {
                    s.warnings += 1;
                    return Err(Error::Invalid);
                }
                Ok(s.link_drop(l))
            }
        })?;
        self.link_dropped(supplier);
        Ok(())
    }

    /// After links were dropped: their supplier may suspend.
    pub(crate) fn link_dropped(&self, supplier: Option<u32>) {
        if let Some(s) = supplier {
            let _: RpmResult = self.rpm_idle(Context::atomic(), s, How::QUEUED);
            self.with(|state| state.unpin(s));
        }
        self.platform.kick();
        self.platform.notify();
    }

    /// Second half of a link's end, when nobody looks at it any more.
    pub(crate) fn release_link(&self, l: u32) {
        let (consumer, supplier) = self.with(|s| {
            s.release_supplier(l);
            let (consumer, supplier) = (s.link(l).consumer, s.link(l).supplier);
            if s.link(l).preactivated {
                s.dev(supplier).rpm.put_noidle();
            }
            (consumer, supplier)
        });
        let _ = self.rpm_idle(Context::atomic(), supplier, How::QUEUED);
        self.with(|s| {
            s.free_link(l);
            s.unpin(consumer);
            s.unpin(supplier);
        });
    }
}

impl<P: Platform> State<'_, P> {
    /// Give back one reference. Answers the (pinned) supplier to check for idleness if the link went.
    pub(crate) fn link_unref(&mut self, l: u32) -> Option<u32> {
        self.link(l).refs -= 1;
        if self.link(l).refs == 0 { self.link_drop(l) } else { None }
    }

    /// The core gives up its part in a link.
    pub(crate) fn link_drop_managed(&mut self, l: u32) -> Option<u32> {
        let link = self.link(l);
        link.flags.clear(Flags::MANAGED);
        link.state = LinkState::None;
        self.link_unref(l)
    }

    /// Take a link off both ends, whatever its references. Answers as [`link_unref`](Self::link_unref).
    pub(crate) fn link_drop(&mut self, l: u32) -> Option<u32> {
        let (consumer, supplier) = (self.link(l).consumer, self.link(l).supplier);
        let runtime = self.link(l).flags.has(Flags::PM_RUNTIME);
        if runtime {
            let r = &mut self.dev(consumer).rpm;
            r.links = r.links.saturating_sub(1);
            self.release_supplier(l);
        }
        self.devices[consumer as usize].walk.suppliers.remove(self.links, l);
        self.devices[supplier as usize].walk.consumers.remove(self.links, l);
        changed_for_waiting(self, consumer, l);
        let ticket = self.next_ticket();
        let link = self.link(l);
        link.dying = true;
        link.serial = ticket;
        self.releases.push_back(self.links, l);
        if runtime {
            self.pin(supplier);
            return Some(supplier);
        }
        None
    }
}
