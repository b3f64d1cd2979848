//! Wakeup events, and a device's settings for system sleep.

use crate::device::error::Error;
use crate::device::handle::DeviceHandle;
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::system::System;

use super::SleepFlags;

impl<P: Platform> System<'_, P> {
    /// May the device wake the system? Any context.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn set_may_wake(&self, device: DeviceHandle, may: bool) -> Result<(), Error> {
        self.with(|s| {
            let d = s.find(device).ok_or(Error::Gone)?;
            s.dev(d).sleep.may_wake = may;
            Ok(())
        })
    }

    /// The device wants the system awake. A `hard` event stops a suspend that is under way; others do if the suspend
    /// was asked to look for them. Nothing happens for a device that may not wake the system. Any context.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn wakeup_event(&self, device: DeviceHandle, hard: bool) -> Result<(), Error> {
        self.with(|s| {
            let d = s.find(device).ok_or(Error::Gone)?;
            if s.dev(d).sleep.may_wake {
                s.transition.wakeups += 1;
                s.transition.abort |= hard;
            }
            Ok(())
        })
    }

    /// What may be left out for the device in system sleep. Any context.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn set_sleep_flags(&self, device: DeviceHandle, flags: SleepFlags) -> Result<(), Error> {
        self.with(|s| {
            let d = s.find(device).ok_or(Error::Gone)?;
            s.dev(d).sleep.flags = flags;
            Ok(())
        })
    }

    /// May the device do its part in system sleep concurrently? Any context.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn set_async_sleep(&self, device: DeviceHandle, on: bool) -> Result<(), Error> {
        self.with(|s| {
            let d = s.find(device).ok_or(Error::Gone)?;
            s.dev(d).sleep.asynchronous = on;
            Ok(())
        })
    }
}

impl<P: Platform> State<'_, P> {
    pub(crate) fn wakeup_pending(&self) -> bool {
        self.transition.abort || (self.transition.check_wakeups && self.transition.wakeups > 0)
    }
}
