//! Unbinding a driver: those who depend on the device go first.

use crate::device::caller::Context;
use crate::device::error::Error;
use crate::device::handle::DeviceHandle;
use crate::device::link::{BindState, Flags, LinkState};
use crate::device::platform::Platform;
use crate::device::rpm::How;
use crate::device::state::State;
use crate::device::system::System;

/// What the next consumer of an unbinding supplier needs.
enum Busy {
    No,
    /// Its probe runs somewhere.
    Probing,
    /// It has to be unbound.
    Bound(u32),
}

impl<P: Platform> System<'_, P> {
    /// Unbind the device's driver; consumers over managed links are unbound before. Nothing happens without driver.
    /// Sleepable.
    ///
    /// # Errors
    /// [`Error::Gone`]; [`Error::Deadlock`]: from a callback of the device, or from the probe of a consumer.
    pub fn device_unbind(&self, cx: Context<'_, '_>, device: DeviceHandle) -> Result<(), Error> {
        let pin = self.pin(device).ok_or(Error::Gone)?;
        self.release_driver(cx, pin.index, None)
    }

    /// Unbind `only` this driver, or whatever driver there is.
    pub(crate) fn release_driver(&self, cx: Context<'_, '_>, d: u32, only: Option<u32>) -> Result<(), Error> {
        self.lock_device(cx, d)?;
        let driver = self.with(|s| s.dev(d).driver);
        if let Some(v) = driver
            && only.is_none_or(|only| only == v)
        {
            self.make_idle(cx, d, v)?;
            if self.with(|s| s.dev(d).driver) == Some(v) {
                self.release_locked(cx, d, v);
            }
        }
        self.unlock_device(d);
        Ok(())
    }

    /// Hold the device active and unbind its consumers. The device's lock is held, given up meanwhile, and held on
    /// success.
    fn make_idle(&self, cx: Context<'_, '_>, d: u32, v: u32) -> Result<(), Error> {
        self.with(|s| s.dev(d).rpm.usage += 1);
        let _ = self.rpm_resume(cx, d, How::SYNC);
        while self.with(|s| s.links_busy(d)) {
            self.unlock_device(d);
            let unbound = self.unbind_consumers(cx, d);
            if unbound.is_err() {
                self.with(|s| s.stop_unbinding(d));
                self.rpm_put_queued(d);
            }
            unbound?;
            self.lock_device(cx, d)?;
            if self.with(|s| s.dev(d).driver) != Some(v) {
                // Somebody else was faster.
                self.rpm_put_queued(d);
                return Ok(());
            }
        }
        Ok(())
    }

    fn release_locked(&self, cx: Context<'_, '_>, d: u32, v: u32) {
        // Nobody depends on the device now; it may suspend, unless it is used otherwise.
        if self.with(|s| s.drop_usage(d)) == Ok(true) {
            let _ = self.rpm_idle(cx, d, How::SYNC);
        }
        if let Some(driver) = self.driver_of(d) {
            driver.remove(&self.call(cx, d));
        }
        self.unbind_cleanup(cx, d);
        self.links_unbound(d);
        self.with(|s| {
            let mut list = s.drivers[v as usize].devices;
            list.remove(s.devices, d);
            s.drivers[v as usize].devices = list;
        });
        self.platform.notify();
    }

    /// Unbind the consumers of an unbinding device. Every round takes one bound consumer away, waits for probes to
    /// end, or is the last.
    fn unbind_consumers(&self, cx: Context<'_, '_>, d: u32) -> Result<(), Error> {
        let mut progress = false;
        let mut waited = false;
        loop {
            match self.with(|s| s.next_busy(d)) {
                Busy::No if progress => return Ok(()),
                Busy::Bound(consumer) => {
                    let result = self.release_driver(cx, consumer, None);
                    self.with(|s| s.unpin(consumer));
                    result?;
                    progress = true;
                    waited = false;
                }
                Busy::No | Busy::Probing => {
                    // No probe runs anywhere and still a consumer counts as probing: it never will end.
                    if waited {
                        return Err(Error::Deadlock);
                    }
                    self.wait_for_probes(cx)?;
                    waited = true;
                    progress = true;
                }
            }
        }
    }
}

impl<P: Platform> State<'_, P> {
    /// Does a bound or probing consumer depend on the device? If not, it and its links are marked as unbinding.
    fn links_busy(&mut self, d: u32) -> bool {
        let mut next = self.first_consumer(d);
        while let Some(l) = next {
            next = self.next_consumer(d, l);
            let link = self.link(l);
            if !link.flags.has(Flags::MANAGED) {
                continue;
            }
            if matches!(link.state, LinkState::ConsumerProbe | LinkState::Active) {
                self.dev(d).bind = BindState::Unbinding;
                return true;
            }
            link.state = LinkState::SupplierUnbind;
        }
        self.dev(d).bind = BindState::Unbinding;
        false
    }

    fn next_busy(&mut self, d: u32) -> Busy {
        let mut next = self.first_consumer(d);
        while let Some(l) = next {
            next = self.next_consumer(d, l);
            let link = self.link(l);
            if !link.flags.has(Flags::MANAGED) || link.flags.has(Flags::SYNC_STATE_ONLY) {
                continue;
            }
            if link.state == LinkState::ConsumerProbe {
                return Busy::Probing;
            }
            let was = core::mem::replace(&mut link.state, LinkState::SupplierUnbind);
            if was == LinkState::Active {
                let consumer = link.consumer;
                self.pin(consumer);
                return Busy::Bound(consumer);
            }
        }
        Busy::No
    }

    /// The device keeps its driver after all: what was marked becomes available again.
    fn stop_unbinding(&mut self, d: u32) {
        self.dev(d).bind = BindState::Bound;
        let mut next = self.first_consumer(d);
        while let Some(l) = next {
            next = self.next_consumer(d, l);
            let consumer = self.link(l).consumer;
            let bound = self.dev(consumer).bind == BindState::Bound;
            let link = self.link(l);
            if link.flags.has(Flags::MANAGED) && link.state == LinkState::SupplierUnbind {
                link.state = if bound { LinkState::Active } else { LinkState::Available };
            }
        }
    }
}
