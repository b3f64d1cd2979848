//! One device's part in a resuming phase. Errors stop nothing.

use crate::device::caller::Context;
use crate::device::driver::SleepPhase;
use crate::device::platform::Platform;
use crate::device::system::{Help, System};

impl<P: Platform> System<'_, P> {
    pub(crate) fn resume_device(&self, cx: Context<'_, '_>, d: u32, phase: SleepPhase) {
        match phase {
            SleepPhase::ResumeNoirq => self.resume_noirq(cx, d),
            SleepPhase::ResumeEarly => self.resume_early(cx, d),
            _ => self.resume_last(cx, d),
        }
    }

    fn resume_noirq(&self, cx: Context<'_, '_>, d: u32) {
        if self.with(|s| s.dev(d).sleep.direct_complete || !s.dev(d).sleep.noirq_suspended) {
            return;
        }
        self.wait_for_superiors(cx, d);
        let (skip, smart, domain) = self.with(|s| {
            let smart = s.may_skip_suspend(d);
            (!s.dev(d).sleep.must_resume, smart, s.dev(d).domain)
        });
        if skip {
            let _ = self.rpm_set_status(cx, d, false);
        } else if smart {
            let _ = self.rpm_set_status(cx, d, true);
        }
        if let Some(g) = domain {
            self.domain_resume_noirq(cx, d, g);
        }
        if domain.is_some() || !skip {
            let _ = self.sleep_callback(cx, d, SleepPhase::ResumeNoirq);
        }
        self.with(|s| s.dev(d).sleep.noirq_suspended = false);
    }

    fn resume_early(&self, cx: Context<'_, '_>, d: u32) {
        if self.with(|s| !s.dev(d).sleep.direct_complete && s.dev(d).sleep.late_suspended) {
            self.wait_for_superiors(cx, d);
            if self.with(|s| s.dev(d).sleep.must_resume) {
                let _ = self.sleep_callback(cx, d, SleepPhase::ResumeEarly);
            }
            self.with(|s| s.dev(d).sleep.late_suspended = false);
        }
        self.with(|s| s.rpm_enable(d));
    }

    fn resume_last(&self, cx: Context<'_, '_>, d: u32) {
        if self.with(|s| s.dev(d).sleep.direct_complete) {
            self.with(|s| {
                s.dev(d).sleep.suspended = false;
                s.rpm_enable(d)
            });
            return;
        }
        self.wait_for_superiors(cx, d);
        let locked = self.lock_device(cx, d).is_ok();
        if self.with(|s| s.dev(d).sleep.suspended) {
            let _ = self.sleep_callback(cx, d, SleepPhase::Resume);
            self.with(|s| s.dev(d).sleep.suspended = false);
        }
        if locked {
            self.unlock_device(d);
        }
    }

    fn wait_for_superiors(&self, cx: Context<'_, '_>, d: u32) {
        if !self.with(|s| s.transition.concurrent) {
            return;
        }
        let waited = self.wait_until(cx, Help::Sleep, |s| s.superiors_done(d).then_some(()));
        debug_assert!(waited.is_ok(), "a superior never resumes");
    }
}
