//! Suspending: device, domain; then parent and suppliers may follow.

use crate::device::caller::Context;
use crate::device::error::{Errno, Outcome, RpmError, RpmResult};
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::system::System;

use super::{How, Request, RpmStatus};

enum Step {
    Answer(RpmResult),
    Wait,
    Call,
    /// There is no callback to run.
    Skip,
}

impl<P: Platform> System<'_, P> {
    pub(crate) fn rpm_suspend(&self, cx: Context<'_, '_>, d: u32, how: How) -> RpmResult {
        loop {
            match self.with(|s| s.suspend_step(d, how, cx.is_atomic(), self.platform.now())) {
                Step::Answer(result) => {
                    if result.is_ok() {
                        self.platform.kick();
                    }
                    return result;
                }
                Step::Wait => self.rpm_wait_transition(cx, d)?,
                Step::Skip => return self.rpm_suspended(cx, d),
                Step::Call => match self.rpm_call_suspend(cx, d) {
                    Ok(()) => return self.rpm_suspended(cx, d),
                    Err(error) => {
                        let again = self.with(|s| {
                            let r = &mut s.dev(d).rpm;
                            r.status = RpmStatus::Active;
                            r.deferred_resume = false;
                            if error.retryable() {
                                r.error = None;
                                how.auto && r.autosuspend_expiration(self.platform.now()).is_some()
                            } else {
                                s.cancel_pending(d);
                                false
                            }
                        });
                        self.platform.notify();
                        if !again {
                            return Err(RpmError::Callback(error));
                        }
                    }
                },
            }
        }
    }

    fn rpm_call_suspend(&self, cx: Context<'_, '_>, d: u32) -> Result<(), Errno> {
        let (irq_safe, links) = self.with(|s| (s.dev(d).rpm.irq_safe, s.dev(d).rpm.links > 0));
        let result = self.runtime_suspend_device(if irq_safe { cx.without_sleep() } else { cx }, d);
        let irq_safe = self.with(|s| s.dev(d).rpm.irq_safe);
        if !irq_safe && links && result.is_ok() {
            self.rpm_put_suppliers(d, false);
        }
        self.with(|s| s.dev(d).rpm.error = result.err());
        result.map_err(|error| if error == Errno::ACCES { Errno::IO } else { error })
    }

    /// The device is off: tell everybody who waits for that.
    fn rpm_suspended(&self, cx: Context<'_, '_>, d: u32) -> RpmResult {
        let (resume, tell_parent, tell_suppliers) = self.with(|s| {
            s.dev(d).rpm.status = RpmStatus::Suspended;
            s.stop_timer(d);
            let parent = s.dev(d).rpm_parent();
            if let Some(p) = parent {
                s.dev(p).rpm.child_suspended();
            }
            let r = &mut s.dev(d).rpm;
            let resume = core::mem::take(&mut r.deferred_resume);
            let (irq_safe, links) = (r.irq_safe, r.links > 0);
            let parent = parent.filter(|&p| !irq_safe && !s.devices[p as usize].rpm.ignore_children);
            (resume, parent, !irq_safe && links)
        });
        self.platform.notify();
        if resume {
            let _ = self.rpm_resume(cx, d, How::SYNC);
            return Err(RpmError::ResumedAgain);
        }
        if let Some(p) = tell_parent {
            let _ = self.rpm_idle(cx, p, How::QUEUED);
        }
        if tell_suppliers {
            self.rpm_idle_suppliers(d);
        }
        Ok(Outcome::Done)
    }
}

impl<P: Platform> State<'_, P> {
    fn suspend_step(&mut self, d: u32, how: How, atomic: bool, now: u64) -> Step {
        let r = &mut self.dev(d).rpm;
        match r.suspend_allowed() {
            Err(error) => return Step::Answer(Err(error)),
            Ok(_) if r.status == RpmStatus::Resuming && !how.queued => {
                return Step::Answer(Err(RpmError::NotActive));
            }
            Ok(true) => return Step::Answer(Ok(Outcome::Already)),
            Ok(false) => {}
        }
        if how.auto
            && r.status != RpmStatus::Suspending
            && let Some(expires) = r.autosuspend_expiration(now)
        {
            r.request = Request::None;
            r.timer_autosuspends = true;
            if r.timer.is_none_or(|at| at > expires) {
                self.start_timer(d, expires);
            }
            return Step::Answer(Ok(Outcome::Done));
        }
        self.cancel_pending(d);
        let r = &mut self.dev(d).rpm;
        if r.status == RpmStatus::Suspending {
            return if how.queued || how.nowait { Step::Answer(Err(RpmError::InProgress)) } else { Step::Wait };
        }
        if r.no_callbacks {
            return Step::Skip;
        }
        if how.queued {
            self.queue_rpm(d, if how.auto { Request::Autosuspend } else { Request::Suspend });
            return Step::Answer(Ok(Outcome::Done));
        }
        if atomic && !r.irq_safe {
            return Step::Answer(Err(RpmError::Atomic));
        }
        r.status = RpmStatus::Suspending;
        Step::Call
    }
}
