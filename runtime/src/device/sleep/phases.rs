//! The sequence of phases, and the walk over the devices in each.

use crate::device::caller::Context;
use crate::device::driver::{Prepared, SleepPhase};
use crate::device::error::Errno;
use crate::device::list::List;
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::storage::PmList;
use crate::device::system::{Help, System};

use super::{SleepDepth, SleepError, SleepRequest, SleepStep};

/// A device whose prepare callback keeps asking to be asked again is given up after so many times.
const PREPARE_ATTEMPTS: u32 = 100;

impl<P: Platform> System<'_, P> {
    /// Put all devices to sleep, call `enter` to put the machine to sleep (for [`SleepDepth::Full`]; it returns when
    /// something wakes it), and wake all devices. Runtime PM work is held back meanwhile. Sleepable.
    ///
    /// # Errors
    /// [`SleepError`]: a suspending phase failed, or a wakeup event came; devices are awake again. Errors of resuming
    /// callbacks stop nothing and are not told.
    pub fn system_sleep(
        &self,
        cx: Context<'_, '_>,
        request: &SleepRequest,
        enter: &mut dyn FnMut(),
    ) -> Result<(), SleepError> {
        let begun = self.with(|s| {
            if s.transition.running {
                return Err(SleepError { step: SleepStep::Begin, device: None, error: Errno::BUSY });
            }
            let t = &mut s.transition;
            t.running = true;
            t.concurrent = request.concurrent;
            t.check_wakeups = request.check_wakeups;
            t.wakeups = 0;
            t.abort = false;
            s.frozen = true;
            Ok(())
        });
        begun?;
        let result = if request.depth == SleepDepth::Freezer { Ok(()) } else { self.sleep_devices(cx, request, enter) };
        self.with(|s| {
            s.frozen = false;
            s.transition.running = false;
            s.transition.check_wakeups = false;
        });
        self.platform.kick();
        self.platform.notify();
        result
    }

    fn sleep_devices(
        &self,
        cx: Context<'_, '_>,
        request: &SleepRequest,
        enter: &mut dyn FnMut(),
    ) -> Result<(), SleepError> {
        let prepared = self.prepare_all(cx);
        let result = prepared.and_then(|()| self.suspend_all(cx, SleepPhase::Suspend)).and_then(|()| {
            if request.depth == SleepDepth::Devices { Ok(()) } else { self.sleep_late(cx, request, enter) }
        });
        self.resume_all(cx, SleepPhase::Resume);
        self.complete_all(cx);
        result
    }

    fn sleep_late(
        &self,
        cx: Context<'_, '_>,
        request: &SleepRequest,
        enter: &mut dyn FnMut(),
    ) -> Result<(), SleepError> {
        let result = self.suspend_all(cx, SleepPhase::SuspendLate).and_then(|()| {
            let result = self.suspend_all(cx, SleepPhase::SuspendNoirq);
            if result.is_ok() && request.depth == SleepDepth::Full {
                enter();
            }
            self.resume_all(cx, SleepPhase::ResumeNoirq);
            result
        });
        self.resume_all(cx, SleepPhase::ResumeEarly);
        result
    }

    fn prepare_all(&self, cx: Context<'_, '_>) -> Result<(), SleepError> {
        let failed = |error| SleepError { step: SleepStep::Prepare, device: None, error };
        self.wait_for_probes(cx).map_err(|_| failed(Errno::DEADLK))?;
        self.with(|s| s.probing_blocked = true);
        self.wait_for_probes(cx).map_err(|_| failed(Errno::DEADLK))?;
        let mut attempts = 0;
        while let Some(d) = self.with(|s| {
            let d = s.all.first()?;
            s.pin(d);
            Some(d)
        }) {
            let result = self.prepare_device(cx, d);
            self.with(|s| {
                if result.is_ok() && s.dev(d).pm_list != PmList::None {
                    s.pm_push_back(d, PmList::Prepared);
                }
                s.unpin(d);
            });
            attempts = if result == Err(Errno::AGAIN) { attempts + 1 } else { 0 };
            match result {
                Err(error) if error != Errno::AGAIN || attempts >= PREPARE_ATTEMPTS => return Err(failed(error)),
                _ => {}
            }
        }
        Ok(())
    }

    fn prepare_device(&self, cx: Context<'_, '_>, d: u32) -> Result<(), Errno> {
        // Nobody may runtime suspend the device from here to its end of `complete`.
        self.with(|s| s.dev(d).rpm.usage += 1);
        let result = self.lock_device(cx, d).map_err(|error| error.errno()).and_then(|()| {
            let (domain, skip) = self.with(|s| {
                s.dev(d).sleep.wakeup_path = false;
                (s.dev(d).domain, s.dev(d).no_pm_callbacks && s.dev(d).domain.is_none())
            });
            if let Some(g) = domain {
                self.domain_prepare(cx, g);
            }
            let result = match self.driver_of(d) {
                Some(driver) if !skip => driver.prepare(&self.call(cx, d)),
                _ => Ok(if skip { Prepared::MayStaySuspended } else { Prepared::Normal }),
            };
            if result.is_err()
                && let Some(g) = domain
            {
                self.domain_unprepare(g);
            }
            self.unlock_device(d);
            // A domain cannot tell whether its member may stay as it is.
            result.map(|prepared| if domain.is_some() { Prepared::Normal } else { prepared })
        });
        match result {
            Ok(prepared) => {
                self.with(|s| {
                    let sleep = &mut s.dev(d).sleep;
                    sleep.direct_complete = prepared == Prepared::MayStaySuspended && !sleep.flags.no_direct_complete;
                });
                Ok(())
            }
            Err(error) => {
                self.rpm_put_queued(d);
                Err(error)
            }
        }
    }

    /// One suspending phase. After an error in a late phase it has been undone.
    fn suspend_all(&self, cx: Context<'_, '_>, phase: SleepPhase) -> Result<(), SleepError> {
        self.begin_phase();
        let (from, to) = match phase {
            SleepPhase::SuspendLate => (PmList::Suspended, PmList::Late),
            SleepPhase::SuspendNoirq => (PmList::Late, PmList::Noirq),
            _ => (PmList::Prepared, PmList::Suspended),
        };
        loop {
            let next = self.with(|s| {
                if s.transition.error.is_some() {
                    return None;
                }
                let d = s.pm_list(from)?.0.last()?;
                s.pm_push_front(d, to);
                Some((d, s.begin_device(d, phase)))
            });
            let Some((d, concurrent)) = next else { break };
            if concurrent {
                self.platform.kick();
            } else {
                self.suspend_device(cx, d, phase);
                self.end_device(d);
            }
        }
        let (error, device) = self.end_phase(cx);
        error.map_or(Ok(()), |error| Err(SleepError { step: SleepStep::Phase(phase), device, error }))
    }

    /// One resuming phase.
    fn resume_all(&self, cx: Context<'_, '_>, phase: SleepPhase) {
        self.begin_phase();
        let (from, to) = match phase {
            SleepPhase::ResumeNoirq => (PmList::Noirq, PmList::Late),
            SleepPhase::ResumeEarly => (PmList::Late, PmList::Suspended),
            _ => (PmList::Suspended, PmList::Prepared),
        };
        while let Some((d, concurrent)) = self.with(|s| {
            let d = s.pm_list(from)?.0.first()?;
            s.pm_push_back(d, to);
            Some((d, s.begin_device(d, phase)))
        }) {
            if concurrent {
                self.platform.kick();
            } else {
                self.resume_device(cx, d, phase);
                self.end_device(d);
            }
        }
        self.end_phase(cx);
    }

    fn begin_phase(&self) {
        self.with(|s| {
            s.transition.error = None;
            s.transition.failed = None;
        });
    }

    fn end_phase(&self, cx: Context<'_, '_>) -> (Option<Errno>, Option<crate::device::handle::DeviceHandle>) {
        let waited = self.wait_until(cx, Help::Sleep, |s| (s.transition.in_flight == 0).then_some(()));
        debug_assert!(waited.is_ok(), "a concurrent sleep callback never ends");
        self.with(|s| (s.transition.error, s.transition.failed))
    }

    fn end_device(&self, d: u32) {
        self.with(|s| {
            s.dev(d).sleep.done = true;
            s.unpin(d);
        });
        self.platform.notify();
    }

    /// A device's part of the present phase, by a worker.
    pub(crate) fn async_sleep_work(&self, cx: Context<'_, '_>, d: u32) {
        let phase = self.with(|s| s.dev(d).sleep.phase);
        if phase <= SleepPhase::SuspendNoirq {
            self.suspend_device(cx, d, phase);
        } else {
            self.resume_device(cx, d, phase);
        }
        self.end_device(d);
        self.with(|s| s.transition.in_flight -= 1);
        self.platform.notify();
    }

    fn complete_all(&self, cx: Context<'_, '_>) {
        while let Some(d) = self.with(|s| {
            let d = s.prepared.last()?;
            s.pm_push_front(d, PmList::Completed);
            s.pin(d);
            Some(d)
        }) {
            self.complete_device(cx, d);
            self.with(|s| s.unpin(d));
        }
        self.with(|s| {
            let mut completed = s.completed;
            let mut next = completed.first();
            while let Some(d) = next {
                s.dev(d).pm_list = PmList::All;
                next = completed.next(s.devices, d);
            }
            s.all.prepend(s.devices, &mut completed);
            s.completed = List::EMPTY;
            s.probing_blocked = false;
        });
        self.trigger();
    }

    fn complete_device(&self, cx: Context<'_, '_>, d: u32) {
        let locked = self.lock_device(cx, d).is_ok();
        let (domain, skip) = self.with(|s| (s.dev(d).domain, s.dev(d).no_pm_callbacks));
        if let Some(driver) = self.driver_of(d)
            && !skip
        {
            driver.complete(&self.call(cx, d));
        }
        if let Some(g) = domain {
            self.domain_complete(cx, g);
        }
        if locked {
            self.unlock_device(d);
        }
        self.rpm_put_queued(d);
    }

    pub(crate) fn sleep_callback(&self, cx: Context<'_, '_>, d: u32, phase: SleepPhase) -> Result<(), Errno> {
        let skip = self.with(|s| s.dev(d).no_pm_callbacks);
        match self.driver_of(d) {
            Some(driver) if !skip => driver.sleep(phase, &self.call(cx, d)),
            _ => Ok(()),
        }
    }
}

impl<P: Platform> State<'_, P> {
    /// A device's turn has come: pinned. `true`: a worker does it.
    fn begin_device(&mut self, d: u32, phase: SleepPhase) -> bool {
        self.pin(d);
        let concurrent = self.transition.concurrent && self.dev(d).sleep.asynchronous;
        let ticket = self.next_ticket();
        let sleep = &mut self.dev(d).sleep;
        sleep.done = false;
        sleep.phase = phase;
        sleep.ticket = ticket;
        if concurrent {
            self.transition.in_flight += 1;
            self.sleep_work.push_back(self.devices, d);
        }
        concurrent
    }

    pub(crate) fn sleep_failed(&mut self, d: Option<u32>, error: Errno) {
        if self.transition.error.is_none() {
            self.transition.error = Some(error);
            self.transition.failed = d.map(|d| self.device_handle(d));
        }
    }
}
