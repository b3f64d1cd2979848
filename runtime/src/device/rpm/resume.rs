//! Resuming: parent, suppliers, domain, device.

use crate::device::caller::Context;
use crate::device::error::{Errno, Outcome, RpmError, RpmResult};
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::system::{Help, Pin, System};

use super::{How, Request, RpmStatus};

enum Step {
    Answer(RpmResult),
    Wait,
    HoldParent(u32),
    Call,
    Finished(Outcome),
}

impl<'s, P: Platform> System<'s, P> {
    pub(crate) fn rpm_resume(&self, cx: Context<'_, '_>, d: u32, how: How) -> RpmResult {
        let mut parent = None;
        let result = self.rpm_resume_holding(cx, d, how, &mut parent);
        if let Some(parent) = parent {
            self.rpm_put_queued(parent.index);
        }
        result
    }

    /// As [`rpm_resume`](Self::rpm_resume); on return the caller puts `parent`, if one was taken.
    fn rpm_resume_holding<'a>(
        &'a self,
        cx: Context<'_, '_>,
        d: u32,
        how: How,
        parent: &mut Option<Pin<'a, 's, P>>,
    ) -> RpmResult {
        loop {
            let step = self.with(|s| {
                let step = s.resume_step(d, how, parent.as_ref().map(|p| p.index), cx.is_atomic());
                if let Step::Finished(outcome) = step {
                    // A parent that was only counted is counted already.
                    let count = outcome == Outcome::Done;
                    s.resumed(d, parent.as_ref().map(|p| p.index), count, self.platform.now());
                }
                step
            });
            match step {
                Step::Answer(result) => {
                    if how.queued && result == Ok(Outcome::Done) {
                        self.platform.kick();
                    }
                    return result;
                }
                Step::Wait => {
                    self.rpm_wait_transition(cx, d)?;
                }
                Step::HoldParent(p) => {
                    let held = self.pinned(p);
                    let resume = self.with(|s| {
                        let r = &mut s.dev(p).rpm;
                        r.usage += 1;
                        r.enabled() && !r.ignore_children
                    });
                    *parent = Some(held);
                    if resume {
                        let _ = self.rpm_resume(cx, p, How::SYNC);
                        if self.with(|s| s.dev(p).rpm.status) != RpmStatus::Active {
                            return Err(RpmError::ParentInactive);
                        }
                    }
                }
                Step::Finished(outcome) => {
                    self.platform.notify();
                    let _ = self.rpm_idle(cx, d, How::QUEUED);
                    return Ok(outcome);
                }
                Step::Call => {
                    let result = self.rpm_call_resume(cx, d);
                    self.with(|s| match result {
                        Ok(()) => s.resumed(d, parent.as_ref().map(|p| p.index), true, self.platform.now()),
                        Err(_) => {
                            s.dev(d).rpm.status = RpmStatus::Suspended;
                            s.cancel_pending(d);
                        }
                    });
                    self.platform.notify();
                    result.map_err(RpmError::Callback)?;
                    let _ = self.rpm_idle(cx, d, How::QUEUED);
                    return Ok(Outcome::Done);
                }
            }
        }
    }

    /// Take the suppliers and run the callback of a device that is `Resuming`.
    fn rpm_call_resume(&self, cx: Context<'_, '_>, d: u32) -> Result<(), Errno> {
        let (irq_safe, links) = self.with(|s| (s.dev(d).rpm.irq_safe, s.dev(d).rpm.links > 0));
        let result = if irq_safe {
            self.runtime_resume_device(cx.without_sleep(), d)
        } else if links {
            match self.rpm_get_suppliers(cx, d) {
                Err(error) => {
                    self.rpm_put_suppliers(d, true);
                    Err(error.errno())
                }
                Ok(()) => {
                    let result = self.runtime_resume_device(cx, d);
                    if result.is_err() {
                        self.rpm_put_suppliers(d, self.rules.idle_after_failed_resume);
                    }
                    result
                }
            }
        } else {
            self.runtime_resume_device(cx, d)
        };
        self.with(|s| {
            s.dev(d).rpm.error = result.err().filter(|error| !(self.rules.retryable_not_latched && error.retryable()));
        });
        result.map_err(|error| if error == Errno::ACCES { Errno::IO } else { error })
    }

    /// Wait until nobody switches the device.
    pub(crate) fn rpm_wait_transition(&self, cx: Context<'_, '_>, d: u32) -> Result<(), RpmError> {
        if cx.is_atomic() && P::INLINE_WORK {
            return Err(RpmError::InProgress);
        }
        self.wait_until(cx, Help::Nothing, |s| (!s.dev(d).rpm.status.in_transition()).then_some(()))
            .map_err(|_| RpmError::Deadlock)
    }
}

impl<P: Platform> State<'_, P> {
    fn resume_step(&mut self, d: u32, how: How, held_parent: Option<u32>, atomic: bool) -> Step {
        let parent = self.dev(d).rpm_parent();
        let r = &mut self.dev(d).rpm;
        if r.error.is_some() {
            return Step::Answer(Err(RpmError::Latched));
        }
        if !r.enabled() {
            let was_active = r.status == RpmStatus::Active && r.last_status == Some(RpmStatus::Active);
            return Step::Answer(if was_active { Ok(Outcome::Already) } else { Err(RpmError::Disabled) });
        }
        // Other requests are overtaken. A running autosuspend timer is left alone: it would only be started again.
        r.request = Request::None;
        if !r.timer_autosuspends {
            self.stop_timer(d);
        }
        let r = &mut self.dev(d).rpm;
        match r.status {
            RpmStatus::Active => return Step::Answer(Ok(Outcome::Already)),
            RpmStatus::Suspending if how.queued || how.nowait => {
                r.deferred_resume = true;
                return Step::Answer(if how.nowait { Err(RpmError::InProgress) } else { Ok(Outcome::Done) });
            }
            RpmStatus::Resuming if how.queued || how.nowait => return Step::Answer(Err(RpmError::InProgress)),
            RpmStatus::Suspending | RpmStatus::Resuming => return Step::Wait,
            RpmStatus::Suspended => {}
        }
        let (irq_safe, no_callbacks) = (r.irq_safe, r.no_callbacks);
        if no_callbacks
            && held_parent.is_none()
            && let Some(p) = parent
        {
            // Without callbacks the resume cannot fail, so a parent that needs no resume is only counted.
            let pr = &mut self.dev(p).rpm;
            if !pr.enabled() || pr.ignore_children || pr.status == RpmStatus::Active {
                pr.children += 1;
                return Step::Finished(Outcome::Already);
            }
        }
        if how.queued {
            self.queue_rpm(d, Request::Resume);
            return Step::Answer(Ok(Outcome::Done));
        }
        if atomic && !irq_safe {
            return Step::Answer(Err(RpmError::Atomic));
        }
        // An irq-safe device holds its parent for good.
        if !irq_safe
            && held_parent.is_none()
            && let Some(p) = parent
        {
            return Step::HoldParent(p);
        }
        if no_callbacks {
            return Step::Finished(Outcome::Done);
        }
        self.dev(d).rpm.status = RpmStatus::Resuming;
        Step::Call
    }

    fn resumed(&mut self, d: u32, held_parent: Option<u32>, count: bool, now: u64) {
        let r = &mut self.dev(d).rpm;
        r.status = RpmStatus::Active;
        r.last_busy = now;
        let irq_safe_parent = if self.dev(d).rpm.irq_safe { self.dev(d).rpm_parent() } else { None };
        if count && let Some(p) = held_parent.or(irq_safe_parent) {
            self.dev(p).rpm.children += 1;
        }
    }
}
