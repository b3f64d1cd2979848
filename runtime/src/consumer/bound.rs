use super::{AcquireError, Consumer, Stage};
use crate::context::Task;
use crate::device::{Call, DeviceInfo, Driver, Errno, Platform, SleepPhase};
use crate::power::{Device, OffPhase};
use crate::sync::Lock;

/// A driver bound to its device in the device model: probing acquires and tries whether the device can be switched on,
/// removing gives back, and runtime PM does what the specs say. Keep it in a `static` and register it with the
/// [`System`](crate::device::System).
///
/// System sleep switches the device off as runtime PM does, in the phase of [`Device::OFF`], and on again if it was. A device that
/// somebody still holds a guard of is not switched off under it: whoever plays stops first, or the system stays awake.
pub struct Bound<T: Consumer> {
    driver: Lock<State<T>>,
}

enum State<T> {
    Unbound,
    /// Somebody has borrowed it.
    Lent,
    Bound(T),
}

impl<T: Consumer + Send> Bound<T> {
    /// Not bound yet.
    #[allow(clippy::new_without_default, reason = "it stands in a static")]
    pub const fn new() -> Self {
        Self { driver: Lock::new(State::Unbound) }
    }

    /// Borrow the driver: `None` when it is not bound or borrowed already. `f` runs with no lock held. Atomic, as far
    /// as `f` is.
    pub fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> Option<R> {
        // Puts it back if `f` panics.
        struct Back<'b, T: Consumer>(&'b Bound<T>, Option<T>);
        impl<T: Consumer> Drop for Back<'_, T> {
            fn drop(&mut self) {
                let Some(driver) = self.1.take() else { return };
                let removed = self.0.driver.with(|state| match state {
                    State::Lent => {
                        *state = State::Bound(driver);
                        None
                    }
                    _ => Some(driver),
                });
                // Outside the lock.
                drop(removed);
            }
        }
        let mut back = Back(self, self.take_leaving(State::Lent));
        back.1.as_mut().map(f)
    }

    /// Look at the driver in a critical section, briefly: an interrupt handler that comes for the same driver never finds
    /// it borrowed, as it can during [`with`](Self::with). `None` when it is not bound or is borrowed. Atomic.
    ///
    /// # Panics
    /// As [`Lock::with`](crate::sync::Lock::with), when `f` comes for the same driver.
    pub fn inspect<R>(&self, f: impl FnOnce(&T) -> R) -> Option<R> {
        self.driver.with(|state| match state {
            State::Bound(driver) => Some(f(driver)),
            _ => None,
        })
    }

    /// Take the driver out for good; the device then counts as unbound. Atomic.
    pub fn take(&self) -> Option<T> {
        self.take_leaving(State::Unbound)
    }

    fn take_leaving(&self, left: State<T>) -> Option<T> {
        self.driver.with(|state| match core::mem::replace(state, left) {
            State::Bound(driver) => Some(driver),
            other => {
                *state = other;
                None
            }
        })
    }

    /// Acquire and put in. Sleepable.
    ///
    /// # Errors
    /// As [`Consumer::acquire`].
    pub fn bind(&self, cx: &Task<'_>) -> Result<(), AcquireError> {
        let driver = T::acquire(cx)?;
        drop(self.driver.with(|state| core::mem::replace(state, State::Bound(driver))));
        Ok(())
    }

    /// Take out and give back. Sleepable.
    pub fn unbind(&self, cx: &Task<'_>) {
        if let Some(driver) = self.take() {
            driver.release(cx);
        }
        // Whoever has borrowed it drops it.
        drop(self.driver.with(|state| core::mem::replace(state, State::Unbound)));
    }

    fn stage(&self, cx: Option<&Task<'_>>, stage: Stage) -> Result<(), Errno> {
        // Sleepable work has no place in the callbacks of an irq-safe device, and nothing makes one here.
        let cx = cx.ok_or(Errno::INVAL)?;
        match self.with(|driver| driver.stage(cx, stage)) {
            Some(done) => done.map_err(|_| Errno::IO),
            None if self.driver.with(|state| matches!(state, State::Unbound)) => Ok(()),
            // Borrowed: its resources would stay as they are, and the device would not be what it counts as.
            None => Err(Errno::BUSY),
        }
    }
}

impl<P: Platform, T: Consumer + Send> Driver<P> for Bound<T> {
    fn name(&self) -> &str {
        T::Device::NAME
    }

    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        device.number == u32::from(T::Device::ID.get())
    }

    fn probe(&self, call: &Call<'_, '_, '_, '_, P>) -> Result<(), Errno> {
        let cx = call.task().ok_or(Errno::INVAL)?;
        self.bind(cx).map_err(|_| Errno::IO)?;
        let (system, device) = (call.system(), call.device());
        // From here on the device is switched by who needs it; that it can be is tried now, not at its first use.
        let tried = system.enable(device).and_then(|_| {
            system.resume_and_get(call.context(), device)?;
            system.put(device).map(drop)
        });
        tried.map_err(|error| {
            let _ = system.disable(call.context(), device);
            self.unbind(cx);
            error.errno()
        })
    }

    fn remove(&self, call: &Call<'_, '_, '_, '_, P>) {
        // A device that is gone already has no runtime PM left to stop.
        let _ = call.system().disable(call.context(), call.device());
        if let Some(cx) = call.task() {
            self.unbind(cx);
        }
    }

    fn runtime_resume(&self, call: &Call<'_, '_, '_, '_, P>) -> Result<(), Errno> {
        self.stage(call.task(), Stage::Resume)
    }

    fn runtime_suspend(&self, call: &Call<'_, '_, '_, '_, P>) -> Result<(), Errno> {
        self.stage(call.task(), Stage::Suspend)
    }

    fn sleep(&self, phase: SleepPhase, call: &Call<'_, '_, '_, '_, P>) -> Result<(), Errno> {
        let (system, device) = (call.system(), call.device());
        let (off, on) = match T::Device::OFF {
            OffPhase::Suspend => (SleepPhase::Suspend, SleepPhase::Resume),
            OffPhase::Late => (SleepPhase::SuspendLate, SleepPhase::ResumeEarly),
            OffPhase::Noirq => (SleepPhase::SuspendNoirq, SleepPhase::ResumeNoirq),
        };
        match phase {
            // System sleep holds one count itself.
            _ if phase == off && system.rpm_info(device).is_some_and(|info| info.usage > 1) => Err(Errno::BUSY),
            _ if phase == off => system.force_suspend(call.context(), device).map_err(|error| error.errno()),
            _ if phase == on => system.force_resume(call.context(), device).map_err(|error| error.errno()),
            _ => Ok(()),
        }
    }
}

impl<T: Consumer> core::fmt::Debug for Bound<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Bound({})", T::Device::NAME)
    }
}
