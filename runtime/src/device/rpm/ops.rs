//! Getting and putting counts, and asking for transitions.

use crate::device::caller::Context;
use crate::device::error::{Outcome, RpmError, RpmResult};
use crate::device::handle::DeviceHandle;
use crate::device::platform::Platform;
use crate::device::system::System;

use super::{How, RpmStatus};

/// Operations on one device. Those without `queued` in their description may sleep unless the device is irq-safe; from
/// atomic context they answer [`RpmError::Atomic`] if they would have to. All others are for any context.
impl<P: Platform> System<'_, P> {
    /// The device's slot, kept while `f` runs.
    fn rpm<R>(&self, device: DeviceHandle, f: impl FnOnce(u32) -> Result<R, RpmError>) -> Result<R, RpmError> {
        let pin = self.pin(device).ok_or(RpmError::Gone)?;
        f(pin.index)
    }

    pub(crate) fn rpm_put_queued(&self, d: u32) {
        let _ = self.put_then(d, || self.rpm_idle(Context::atomic(), d, How::QUEUED));
    }

    fn put_then(&self, d: u32, then: impl FnOnce() -> RpmResult) -> RpmResult {
        if self.with(|s| s.drop_usage(d))? { then() } else { Ok(Outcome::Done) }
    }

    fn get_then(&self, d: u32, then: impl FnOnce() -> RpmResult) -> RpmResult {
        self.with(|s| s.dev(d).rpm.usage += 1);
        then()
    }

    /// Take a count, nothing more. Any context.
    ///
    /// # Errors
    /// [`RpmError::Gone`].
    pub fn get_noresume(&self, device: DeviceHandle) -> Result<(), RpmError> {
        self.rpm(device, |d| {
            self.with(|s| s.dev(d).rpm.usage += 1);
            Ok(())
        })
    }

    /// Give a count back, nothing more; silent if there is none. Any context.
    ///
    /// # Errors
    /// [`RpmError::Gone`].
    pub fn put_noidle(&self, device: DeviceHandle) -> Result<(), RpmError> {
        self.rpm(device, |d| {
            self.with(|s| s.dev(d).rpm.put_noidle());
            Ok(())
        })
    }

    /// Take a count and queue a resume.
    ///
    /// # Errors
    /// The count stays taken.
    pub fn get(&self, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.get_then(d, || self.rpm_resume(Context::atomic(), d, How::QUEUED)))
    }

    /// Take a count and resume the device, its parent and its suppliers first.
    ///
    /// # Errors
    /// The count stays taken; see [`resume_and_get`](Self::resume_and_get).
    pub fn get_sync(&self, cx: Context<'_, '_>, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.get_then(d, || self.rpm_resume(cx, d, How::SYNC)))
    }

    /// As [`get_sync`](Self::get_sync), but nothing stays taken after an error.
    ///
    /// # Errors
    /// No count was taken.
    pub fn resume_and_get(&self, cx: Context<'_, '_>, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| {
            let result = self.get_then(d, || self.rpm_resume(cx, d, How::SYNC));
            match result {
                Ok(_) => Ok(Outcome::Done),
                Err(error) => {
                    self.with(|s| s.dev(d).rpm.put_noidle());
                    Err(error)
                }
            }
        })
    }

    /// Take a count if the device is active. Any context.
    ///
    /// # Errors
    /// [`RpmError::DisabledForGet`].
    pub fn get_if_active(&self, device: DeviceHandle) -> Result<bool, RpmError> {
        self.get_if(device, true)
    }

    /// Take a count if the device is active and in use. Any context.
    ///
    /// # Errors
    /// [`RpmError::DisabledForGet`].
    pub fn get_if_in_use(&self, device: DeviceHandle) -> Result<bool, RpmError> {
        self.get_if(device, false)
    }

    fn get_if(&self, device: DeviceHandle, unused_too: bool) -> Result<bool, RpmError> {
        self.rpm(device, |d| {
            self.with(|s| {
                let r = &mut s.dev(d).rpm;
                if !r.enabled() {
                    return Err(RpmError::DisabledForGet);
                }
                let used = r.usage > 0 || (!r.ignore_children && r.children > 0);
                let take = r.status == RpmStatus::Active && (unused_too || used);
                r.usage += u32::from(take);
                Ok(take)
            })
        })
    }

    /// Give a count back; the last one queues an idle check.
    ///
    /// # Errors
    /// The count was given back unless [`RpmError::Underflow`].
    pub fn put(&self, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.put_then(d, || self.rpm_idle(Context::atomic(), d, How::QUEUED)))
    }

    /// Give a count back; after the last one the idle callback decides whether to suspend.
    ///
    /// # Errors
    /// The count was given back unless [`RpmError::Underflow`].
    pub fn put_sync(&self, cx: Context<'_, '_>, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.put_then(d, || self.rpm_idle(cx, d, How::SYNC)))
    }

    /// Give a count back; after the last one suspend at once, whatever the autosuspend delay.
    ///
    /// # Errors
    /// The count was given back unless [`RpmError::Underflow`].
    pub fn put_sync_suspend(&self, cx: Context<'_, '_>, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.put_then(d, || self.rpm_suspend(cx, d, How::SYNC)))
    }

    /// Give a count back; after the last one suspend when the autosuspend delay is over.
    ///
    /// # Errors
    /// The count was given back unless [`RpmError::Underflow`].
    pub fn put_sync_autosuspend(&self, cx: Context<'_, '_>, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.put_then(d, || self.rpm_suspend(cx, d, How::AUTO)))
    }

    /// As [`put_sync_autosuspend`](Self::put_sync_autosuspend), queued.
    ///
    /// # Errors
    /// The count was given back unless [`RpmError::Underflow`].
    pub fn put_autosuspend(&self, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.put_then(d, || self.rpm_suspend(Context::atomic(), d, How::QUEUED_AUTO)))
    }

    /// Resume, no count.
    ///
    /// # Errors
    /// The device is not active.
    pub fn resume(&self, cx: Context<'_, '_>, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.rpm_resume(cx, d, How::SYNC))
    }

    /// Suspend, no count.
    ///
    /// # Errors
    /// The device stays as it was.
    pub fn suspend(&self, cx: Context<'_, '_>, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.rpm_suspend(cx, d, How::SYNC))
    }

    /// Suspend when the autosuspend delay is over, no count.
    ///
    /// # Errors
    /// The device stays as it was.
    pub fn autosuspend(&self, cx: Context<'_, '_>, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.rpm_suspend(cx, d, How::AUTO))
    }

    /// Ask the idle callback whether to suspend.
    ///
    /// # Errors
    /// The device stays active.
    pub fn idle(&self, cx: Context<'_, '_>, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.rpm_idle(cx, d, How::SYNC))
    }

    /// Queue a resume.
    ///
    /// # Errors
    /// Nothing was queued.
    pub fn request_resume(&self, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.rpm_resume(Context::atomic(), d, How::QUEUED))
    }

    /// Queue an idle check.
    ///
    /// # Errors
    /// Nothing was queued.
    pub fn request_idle(&self, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.rpm_idle(Context::atomic(), d, How::QUEUED))
    }

    /// Queue a suspend for when the autosuspend delay is over.
    ///
    /// # Errors
    /// Nothing was queued.
    pub fn request_autosuspend(&self, device: DeviceHandle) -> RpmResult {
        self.rpm(device, |d| self.rpm_suspend(Context::atomic(), d, How::QUEUED_AUTO))
    }

    /// Queue a suspend for `delay` milliseconds from now.
    ///
    /// # Errors
    /// Nothing was queued.
    pub fn schedule_suspend(&self, device: DeviceHandle, delay: u32) -> RpmResult {
        self.rpm(device, |d| {
            if delay == 0 {
                return self.rpm_suspend(Context::atomic(), d, How::QUEUED);
            }
            let now = self.platform.now();
            self.with(|s| {
                if s.dev(d).rpm.suspend_allowed()? {
                    return Ok(Outcome::Already);
                }
                s.cancel_pending(d);
                s.dev(d).rpm.timer_autosuspends = false;
                s.start_timer(d, now + u64::from(delay) * 1_000_000);
                Ok(Outcome::Done)
            })
            .inspect(|_| self.platform.kick())
        })
    }

    /// The autosuspend delay counts from now. Any context.
    ///
    /// # Errors
    /// [`RpmError::Gone`].
    pub fn mark_last_busy(&self, device: DeviceHandle) -> Result<(), RpmError> {
        let now = self.platform.now();
        self.rpm(device, |d| {
            self.with(|s| s.dev(d).rpm.last_busy = now);
            Ok(())
        })
    }
}
