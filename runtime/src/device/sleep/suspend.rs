//! One device's part in a suspending phase.

use crate::device::caller::Context;
use crate::device::driver::SleepPhase;
use crate::device::error::Errno;
use crate::device::link::LinkState;
use crate::device::platform::Platform;
use crate::device::rpm::RpmStatus;
use crate::device::state::State;
use crate::device::system::{Help, System};

impl<P: Platform> System<'_, P> {
    pub(crate) fn suspend_device(&self, cx: Context<'_, '_>, d: u32, phase: SleepPhase) {
        let result = match phase {
            SleepPhase::SuspendLate => self.suspend_late(cx, d),
            SleepPhase::SuspendNoirq => self.suspend_noirq(cx, d),
            _ => self.suspend_first(cx, d),
        };
        if let Err(error) = result {
            self.with(|s| s.sleep_failed(Some(d), error));
        }
    }

    fn suspend_first(&self, cx: Context<'_, '_>, d: u32) -> Result<(), Errno> {
        self.wait_for_subordinates(cx, d);
        if self.with(|s| s.sleep_stopped(d)) {
            return Ok(());
        }
        // A pending resume is carried out before the callback could be confused by it.
        let _ = self.rpm_barrier(cx, d);
        if self.with(|s| {
            let pending = s.wakeup_pending();
            if pending {
                s.dev(d).sleep.direct_complete = false;
                s.sleep_failed(None, Errno::BUSY);
            }
            pending
        }) {
            return Ok(());
        }
        let direct = self.with(|s| {
            let sleep = &mut s.dev(d).sleep;
            if sleep.may_wake || sleep.wakeup_path {
                sleep.direct_complete = false;
            }
            sleep.direct_complete
        });
        if direct {
            if self.with(|s| s.dev(d).rpm.status) == RpmStatus::Suspended {
                let _ = self.rpm_disable(cx, d, true);
                if self.with(|s| s.dev(d).rpm.status) == RpmStatus::Suspended {
                    self.with(|s| s.dev(d).sleep.suspended = true);
                    return Ok(());
                }
                self.with(|s| s.rpm_enable(d));
            }
            self.with(|s| s.dev(d).sleep.direct_complete = false);
        }
        self.with(|s| {
            let sleep = &mut s.dev(d).sleep;
            sleep.may_skip_resume = true;
            sleep.must_resume = !sleep.flags.may_skip_resume;
        });
        self.lock_device(cx, d).map_err(|error| error.errno())?;
        let result = self.sleep_callback(cx, d, SleepPhase::Suspend);
        if result.is_ok() {
            self.with(|s| {
                s.dev(d).sleep.suspended = true;
                if s.dev(d).sleep.may_wake {
                    s.dev(d).sleep.wakeup_path = true;
                }
                s.wakeup_path_to_parent(d);
                s.for_superiors(d, |sleep| sleep.direct_complete = false);
            });
        }
        self.unlock_device(d);
        result
    }

    fn suspend_late(&self, cx: Context<'_, '_>, d: u32) -> Result<(), Errno> {
        let _ = self.rpm_disable(cx, d, false);
        self.wait_for_subordinates(cx, d);
        let stop = self.with(|s| {
            if s.transition.error.is_some() {
                return true;
            }
            if s.wakeup_pending() {
                s.sleep_failed(None, Errno::BUSY);
                return true;
            }
            s.dev(d).sleep.direct_complete
        });
        if stop {
            return Ok(());
        }
        if !self.with(|s| s.may_skip_suspend(d)) {
            self.sleep_callback(cx, d, SleepPhase::SuspendLate)?;
            self.with(|s| s.wakeup_path_to_parent(d));
        }
        self.with(|s| s.dev(d).sleep.late_suspended = true);
        Ok(())
    }

    fn suspend_noirq(&self, cx: Context<'_, '_>, d: u32) -> Result<(), Errno> {
        self.wait_for_subordinates(cx, d);
        if self.with(|s| s.transition.error.is_some() || s.dev(d).sleep.direct_complete) {
            return Ok(());
        }
        match self.with(|s| s.dev(d).domain) {
            Some(g) => {
                self.sleep_callback(cx, d, SleepPhase::SuspendNoirq)?;
                self.domain_suspend_noirq(cx, d, g);
            }
            None if self.with(|s| s.may_skip_suspend(d)) => {}
            None => self.sleep_callback(cx, d, SleepPhase::SuspendNoirq)?,
        }
        self.with(|s| {
            let unneeded = s.dev(d).rpm.need_not_resume();
            let sleep = &mut s.dev(d).sleep;
            sleep.noirq_suspended = true;
            if !(sleep.flags.may_skip_resume && sleep.may_skip_resume && unneeded) {
                sleep.must_resume = true;
            }
            if sleep.must_resume {
                s.for_superiors(d, |sleep| sleep.must_resume = true);
            }
        });
        Ok(())
    }

    fn wait_for_subordinates(&self, cx: Context<'_, '_>, d: u32) {
        if !self.with(|s| s.transition.concurrent) {
            return;
        }
        let waited = self.wait_until(cx, Help::Sleep, |s| s.subordinates_done(d).then_some(()));
        debug_assert!(waited.is_ok(), "a subordinate never suspends");
    }
}

impl<P: Platform> State<'_, P> {
    /// Somebody else failed: the device is left alone.
    fn sleep_stopped(&mut self, d: u32) -> bool {
        let stopped = self.transition.error.is_some();
        if stopped {
            self.dev(d).sleep.direct_complete = false;
        }
        stopped
    }

    /// Late and noirq callbacks may be left out.
    pub(crate) fn may_skip_suspend(&mut self, d: u32) -> bool {
        let slot = self.dev(d);
        slot.sleep.flags.smart_suspend && slot.rpm.status == RpmStatus::Suspended
    }

    fn wakeup_path_to_parent(&mut self, d: u32) {
        let wakes = self.dev(d).sleep.wakeup_path;
        if let Some(p) = self.dev(d).parent
            && wakes
            && !self.dev(p).rpm.ignore_children
        {
            self.dev(p).sleep.wakeup_path = true;
        }
    }

    fn for_superiors(&mut self, d: u32, f: impl Fn(&mut super::Sleep)) {
        if let Some(p) = self.dev(d).parent {
            f(&mut self.dev(p).sleep);
        }
        let mut next = self.first_supplier(d);
        while let Some(l) = next {
            let supplier = self.link(l).supplier;
            f(&mut self.dev(supplier).sleep);
            next = self.next_supplier(d, l);
        }
    }

    fn subordinates_done(&mut self, d: u32) -> bool {
        let mine = self.dev(d).sleep.asynchronous;
        let mut next = self.dev(d).walk.children.first();
        while let Some(c) = next {
            let sleep = &self.dev(c).sleep;
            if (mine || sleep.asynchronous) && !sleep.done {
                return false;
            }
            next = self.next_child(d, c);
        }
        let mut next = self.first_consumer(d);
        while let Some(l) = next {
            let (consumer, state) = (self.link(l).consumer, self.link(l).state);
            let sleep = &self.dev(consumer).sleep;
            if state != LinkState::Dormant && (mine || sleep.asynchronous) && !sleep.done {
                return false;
            }
            next = self.next_consumer(d, l);
        }
        true
    }

    pub(crate) fn superiors_done(&mut self, d: u32) -> bool {
        let mine = self.dev(d).sleep.asynchronous;
        if let Some(p) = self.dev(d).parent {
            let sleep = &self.dev(p).sleep;
            if (mine || sleep.asynchronous) && !sleep.done {
                return false;
            }
        }
        let mut next = self.first_supplier(d);
        while let Some(l) = next {
            let (supplier, state) = (self.link(l).supplier, self.link(l).state);
            let sleep = &self.dev(supplier).sleep;
            if state != LinkState::Dormant && (mine || sleep.asynchronous) && !sleep.done {
                return false;
            }
            next = self.next_supplier(d, l);
        }
        true
    }
}
