//! Enabling, forbidding, setting the status by hand, and per-device settings.

use crate::device::caller::Context;
use crate::device::error::RpmError;
use crate::device::handle::DeviceHandle;
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::system::{Help, System};

use super::{How, Request, RpmStatus};

impl<P: Platform> System<'_, P> {
    fn setting<R>(&self, device: DeviceHandle, f: impl FnOnce(u32) -> R) -> Result<R, RpmError> {
        let pin = self.pin(device).ok_or(RpmError::Gone)?;
        Ok(f(pin.index))
    }

    /// Count down the depth of disabling; at zero runtime PM works. `false`: it was not disabled (a driver's bug).
    /// Any context.
    ///
    /// # Errors
    /// [`RpmError::Gone`].
    pub fn enable(&self, device: DeviceHandle) -> Result<bool, RpmError> {
        self.setting(device, |d| self.with(|s| s.rpm_enable(d)))
    }

    /// Stop runtime PM of the device: carry out a pending resume, drop other requests, wait for transitions; count the
    /// depth up. Sleepable.
    ///
    /// # Errors
    /// [`RpmError::Gone`], [`RpmError::Deadlock`] (from the device's own transition; it is disabled nevertheless).
    pub fn disable(&self, cx: Context<'_, '_>, device: DeviceHandle) -> Result<(), RpmError> {
        self.setting(device, |d| self.rpm_disable(cx, d, true))?
    }

    pub(crate) fn rpm_disable(&self, cx: Context<'_, '_>, d: u32, check_resume: bool) -> Result<(), RpmError> {
        let resume = self.with(|s| {
            let r = &mut s.dev(d).rpm;
            if r.disable > 0 {
                r.disable += 1;
                return None;
            }
            let resume = check_resume && r.request_pending && r.request == Request::Resume;
            r.usage += u32::from(resume);
            Some(resume)
        });
        let Some(resume) = resume else { return Ok(()) };
        if resume {
            let _ = self.rpm_resume(cx, d, How::SYNC);
            self.with(|s| s.dev(d).rpm.put_noidle());
        }
        let first = self.with(|s| {
            let r = &mut s.dev(d).rpm;
            r.disable += 1;
            r.disable == 1
        });
        if !first {
            return Ok(());
        }
        let result = self.rpm_settle(cx, d);
        self.with(|s| {
            let r = &mut s.dev(d).rpm;
            r.last_status = Some(r.status);
        });
        result
    }

    /// Drop requests and wait for transitions.
    fn rpm_settle(&self, cx: Context<'_, '_>, d: u32) -> Result<(), RpmError> {
        self.with(|s| {
            s.stop_timer(d);
            s.cancel_work(d);
        });
        self.wait_until(cx, Help::Nothing, |s| {
            let r = &s.dev(d).rpm;
            (!r.status.in_transition() && !r.idle_notification).then_some(())
        })
        .map_err(|_| RpmError::Deadlock)
    }

    /// Carry out a pending resume (`true`), drop other requests, wait for transitions. Sleepable.
    ///
    /// # Errors
    /// [`RpmError::Gone`], [`RpmError::Deadlock`].
    pub fn barrier(&self, cx: Context<'_, '_>, device: DeviceHandle) -> Result<bool, RpmError> {
        self.setting(device, |d| self.rpm_barrier(cx, d))?
    }

    pub(crate) fn rpm_barrier(&self, cx: Context<'_, '_>, d: u32) -> Result<bool, RpmError> {
        let resume = self.with(|s| {
            let r = &mut s.dev(d).rpm;
            r.usage += 1;
            r.request_pending && r.request == Request::Resume
        });
        if resume {
            let _ = self.rpm_resume(cx, d, How::SYNC);
        }
        let result = self.rpm_settle(cx, d);
        self.with(|s| s.dev(d).rpm.put_noidle());
        result.map(|()| resume)
    }

    /// Say that the hardware is on, while runtime PM does not work for the device (disabled, or an error is latched).
    /// Suppliers are resumed and held. Clears a latched error. Sleepable.
    ///
    /// # Errors
    /// The status is then `Suspended`, unless [`RpmError::Enabled`].
    pub fn set_active(&self, cx: Context<'_, '_>, device: DeviceHandle) -> Result<(), RpmError> {
        self.setting(device, |d| self.rpm_set_status(cx, d, true))?
    }

    /// Say that the hardware is off. Suppliers are let go. Clears a latched error. Any context.
    ///
    /// # Errors
    /// [`RpmError::Enabled`]: runtime PM works for the device.
    pub fn set_suspended(&self, device: DeviceHandle) -> Result<(), RpmError> {
        self.setting(device, |d| self.rpm_set_status(Context::atomic(), d, false))?
    }

    pub(crate) fn rpm_set_status(&self, cx: Context<'_, '_>, d: u32, active: bool) -> Result<(), RpmError> {
        self.with(|s| {
            let r = &mut s.dev(d).rpm;
            if r.error.is_none() && r.enabled() {
                return Err(RpmError::Enabled);
            }
            // Nobody else switches it meanwhile.
            r.disable += 1;
            Ok(())
        })?;
        let mut result = if active { self.rpm_get_suppliers(cx, d) } else { Ok(()) };
        let wanted = if active && result.is_ok() { RpmStatus::Active } else { RpmStatus::Suspended };
        let (error, idle_parent) = self.with(|s| s.force_status(d, wanted, result.is_ok()));
        if let Some(error) = error {
            result = Err(error);
        }
        if let Some(p) = idle_parent {
            let _ = self.rpm_idle(Context::atomic(), p, How::QUEUED);
        }
        if wanted == RpmStatus::Suspended || error.is_some() {
            self.rpm_put_suppliers(d, true);
        }
        self.with(|s| s.rpm_enable(d));
        self.platform.notify();
        result
    }

    /// Keep the device on until [`allow`](Self::allow), whatever its users do. Sleepable.
    ///
    /// # Errors
    /// [`RpmError::Gone`]. That the resume failed is not told.
    pub fn forbid(&self, cx: Context<'_, '_>, device: DeviceHandle) -> Result<(), RpmError> {
        self.setting(device, |d| {
            let first = self.with(|s| {
                let r = &mut s.dev(d).rpm;
                let first = core::mem::replace(&mut r.auto, false);
                r.usage += u32::from(first);
                first
            });
            if first {
                let _ = self.rpm_resume(cx, d, How::SYNC);
            }
        })
    }

    /// Undo [`forbid`](Self::forbid). Any context.
    ///
    /// # Errors
    /// [`RpmError::Gone`].
    pub fn allow(&self, device: DeviceHandle) -> Result<(), RpmError> {
        self.setting(device, |d| {
            let last = self
                .with(|s| if core::mem::replace(&mut s.dev(d).rpm.auto, true) { Ok(false) } else { s.drop_usage(d) });
            if last == Ok(true) {
                let _ = self.rpm_idle(Context::atomic(), d, How::QUEUED_AUTO);
            }
        })
    }

    /// The runtime PM callbacks of the device are atomic: it may be switched from atomic context. The parent is kept
    /// on for good. Such a device takes no suppliers along. Sleepable.
    ///
    /// # Errors
    /// [`RpmError::Gone`].
    pub fn set_irq_safe(&self, cx: Context<'_, '_>, device: DeviceHandle) -> Result<(), RpmError> {
        self.setting(device, |d| {
            if let Some(p) = self.with(|s| s.dev(d).rpm_parent()) {
                self.with(|s| s.dev(p).rpm.usage += 1);
                let _ = self.rpm_resume(cx, p, How::SYNC);
            }
            self.with(|s| s.dev(d).rpm.irq_safe = true);
        })
    }

    /// The device has no hardware of its own to switch: no runtime PM callback is called. Any context.
    ///
    /// # Errors
    /// [`RpmError::Gone`].
    pub fn set_no_callbacks(&self, device: DeviceHandle) -> Result<(), RpmError> {
        self.setting(device, |d| self.with(|s| s.dev(d).rpm.no_callbacks = true))
    }

    /// May the device suspend under active children? Any context.
    ///
    /// # Errors
    /// [`RpmError::Gone`].
    pub fn set_ignore_children(&self, device: DeviceHandle, ignore: bool) -> Result<(), RpmError> {
        self.setting(device, |d| self.with(|s| s.dev(d).rpm.ignore_children = ignore))
    }

    /// A latency constraint of zero: the device may not suspend. Any context.
    ///
    /// # Errors
    /// [`RpmError::Gone`].
    pub fn set_latency_bound(&self, device: DeviceHandle, bound: bool) -> Result<(), RpmError> {
        self.setting(device, |d| self.with(|s| s.dev(d).rpm.latency_bound = bound))
    }

    /// Milliseconds of disuse before an autosuspend; negative: never. Sleepable.
    ///
    /// # Errors
    /// [`RpmError::Gone`].
    pub fn set_autosuspend_delay(&self, cx: Context<'_, '_>, device: DeviceHandle, delay: i32) -> Result<(), RpmError> {
        self.setting(device, |d| {
            let old = self.with(|s| {
                let r = &mut s.dev(d).rpm;
                (core::mem::replace(&mut r.autosuspend_delay, delay), r.use_autosuspend)
            });
            self.update_autosuspend(cx, d, old);
        })
    }

    /// Does the delay count? Sleepable.
    ///
    /// # Errors
    /// [`RpmError::Gone`].
    pub fn use_autosuspend(&self, cx: Context<'_, '_>, device: DeviceHandle, on: bool) -> Result<(), RpmError> {
        self.setting(device, |d| {
            let old = self.with(|s| {
                let r = &mut s.dev(d).rpm;
                (r.autosuspend_delay, core::mem::replace(&mut r.use_autosuspend, on))
            });
            self.update_autosuspend(cx, d, old);
        })
    }

    fn update_autosuspend(&self, cx: Context<'_, '_>, d: u32, (old_delay, old_use): (i32, bool)) {
        let was_prevented = old_use && old_delay < 0;
        let prevented = self.with(|s| {
            let r = &mut s.dev(d).rpm;
            let prevented = r.use_autosuspend && r.autosuspend_delay < 0;
            match (was_prevented, prevented) {
                (false, true) => r.usage += 1,
                (true, false) => r.put_noidle(),
                _ => {}
            }
            prevented
        });
        let _ = match (was_prevented, prevented) {
            (false, true) => self.rpm_resume(cx, d, How::SYNC),
            (true, true) => return,
            (_, false) => self.rpm_idle(cx, d, How::AUTO),
        };
    }

    /// After a driver left: a disabled device counts as suspended, and is not irq-safe any more.
    pub(crate) fn rpm_reinit(&self, cx: Context<'_, '_>, d: u32) {
        let (disabled, active) = self.with(|s| {
            let r = &s.dev(d).rpm;
            (!r.enabled(), r.status == RpmStatus::Active)
        });
        if disabled {
            if active {
                let _ = self.rpm_set_status(cx, d, false);
            }
            let parent = self.with(|s| {
                let irq_safe = core::mem::replace(&mut s.dev(d).rpm.irq_safe, false);
                if irq_safe { s.dev(d).rpm_parent() } else { None }
            });
            if let Some(p) = parent {
                self.rpm_put_queued(p);
            }
        }
        self.with(|s| s.dev(d).rpm.needs_force_resume = false);
    }
}

impl<P: Platform> State<'_, P> {
    pub(crate) fn rpm_enable(&mut self, d: u32) -> bool {
        let r = &mut self.dev(d).rpm;
        if r.enabled() {
            self.warnings += 1;
            return false;
        }
        r.disable -= 1;
        if r.enabled() {
            r.last_status = None;
        }
        true
    }

    /// Set the status and keep the parent's count of active children right. Answers the error, and the parent if it
    /// may suspend now.
    fn force_status(&mut self, d: u32, status: RpmStatus, clear_error: bool) -> (Option<RpmError>, Option<u32>) {
        let old = self.dev(d).rpm.status;
        let mut idle_parent = None;
        if status != old
            && let Some(p) = self.dev(d).rpm_parent()
        {
            let pr = &mut self.dev(p).rpm;
            if status == RpmStatus::Suspended {
                pr.child_suspended();
                idle_parent = (!pr.ignore_children).then_some(p);
            } else if pr.enabled() && !pr.ignore_children && pr.status != RpmStatus::Active {
                return (Some(RpmError::ParentInactive), None);
            } else if old == RpmStatus::Suspended {
                pr.children += 1;
            }
        }
        let r = &mut self.dev(d).rpm;
        r.status = status;
        if clear_error {
            r.error = None;
        }
        (None, idle_parent)
    }
}
