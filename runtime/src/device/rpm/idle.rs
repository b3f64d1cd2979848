//! The idle check: nobody uses the device any more, may it suspend?

use crate::device::caller::Context;
use crate::device::driver::Idle;
use crate::device::error::{Errno, Outcome, RpmError, RpmResult};
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::system::System;

use super::{How, Request, RpmStatus};

enum Step {
    Answer(RpmResult),
    Suspend,
    Call,
}

impl<P: Platform> System<'_, P> {
    pub(crate) fn rpm_idle(&self, cx: Context<'_, '_>, d: u32, how: How) -> RpmResult {
        match self.with(|s| s.idle_step(d, how, cx.is_atomic())) {
            Step::Answer(result) => {
                if result.is_ok() {
                    self.platform.kick();
                }
                return result;
            }
            Step::Suspend => {}
            Step::Call => {
                let irq_safe = self.with(|s| s.dev(d).rpm.irq_safe);
                let result = self.runtime_idle_device(if irq_safe { cx.without_sleep() } else { cx }, d);
                self.with(|s| s.dev(d).rpm.idle_notification = false);
                self.platform.notify();
                match result {
                    Ok(Idle::MaySuspend) => {}
                    Ok(Idle::StayActive(number)) => return Err(RpmError::KeptActive(number)),
                    Err(error) => return Err(RpmError::Callback(error)),
                }
            }
        }
        self.rpm_suspend(cx, d, How { auto: true, ..how })
    }

    fn runtime_idle_device(&self, cx: Context<'_, '_>, d: u32) -> Result<Idle, Errno> {
        match self.driver_of(d) {
            Some(driver) => driver.runtime_idle(&self.call(cx, d)),
            None => Ok(Idle::MaySuspend),
        }
    }
}

impl<P: Platform> State<'_, P> {
    fn idle_step(&mut self, d: u32, how: How, atomic: bool) -> Step {
        let has_callback = self.driver_of(d).is_some_and(|driver| driver.has_runtime_idle());
        let r = &mut self.dev(d).rpm;
        if let Err(error) = r.suspend_allowed() {
            return Step::Answer(Err(error));
        }
        if r.status != RpmStatus::Active {
            return Step::Answer(Err(RpmError::NotActive));
        }
        if r.request_pending && !matches!(r.request, Request::None | Request::Idle) {
            return Step::Answer(Err(RpmError::NotActive));
        }
        if r.idle_notification {
            return Step::Answer(Err(RpmError::InProgress));
        }
        r.request = Request::None;
        if !has_callback || r.no_callbacks {
            return Step::Suspend;
        }
        if how.queued {
            self.queue_rpm(d, Request::Idle);
            return Step::Answer(Ok(Outcome::Done));
        }
        if atomic && !r.irq_safe {
            return Step::Answer(Err(RpmError::Atomic));
        }
        r.idle_notification = true;
        Step::Call
    }
}
