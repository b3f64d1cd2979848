//! Tells the observer what happens to the hardware.

use std::sync::{Mutex, MutexGuard, PoisonError};

use example_exynos5433::chip::exynos5433::PdAud;
use example_exynos5433::system;
use linkwright::device::{Call, DeviceInfo, Driver, Errno, Platform as _, SleepPhase, VirtualTime};
use linkwright::power::Device;
use linkwright_simulate::Observer;

static OBSERVER: Mutex<Option<Observer>> = Mutex::new(None);

fn observer() -> MutexGuard<'static, Option<Observer>> {
    OBSERVER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on.
pub(crate) fn begin(new: Observer) {
    *observer() = Some(new);
}

/// Until now.
pub(crate) fn end() -> Observer {
    observer().take().expect("begun")
}

/// Something happens now.
pub(crate) fn tell(what: impl FnOnce(&mut Observer)) {
    let now = system().platform().now();
    if let Some(observer) = &mut *observer() {
        observer.advance_to(now);
        what(observer);
    }
}

/// The power domain is switched.
pub(crate) fn domain(on: bool) {
    tell(|observer| observer.domain(usize::from(PdAud::ID.get()), on));
}

/// A driver whose device is watched.
pub(crate) struct Watched(&'static dyn Driver<VirtualTime>);

type Callback<'a, 's, 't, 'cx> = Call<'a, 's, 't, 'cx, VirtualTime>;

impl Watched {
    pub(crate) fn of(driver: &'static dyn Driver<VirtualTime>) -> &'static dyn Driver<VirtualTime> {
        Box::leak(Box::new(Self(driver)))
    }
}

fn switched(call: &Callback<'_, '_, '_, '_>, on: bool) {
    let info = call.system().device_info(call.device()).expect("it is there");
    tell(|observer| observer.device(info.number as usize, on));
}

impl Driver<VirtualTime> for Watched {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        self.0.matches(device)
    }
    fn probe(&self, call: &Callback<'_, '_, '_, '_>) -> Result<(), Errno> {
        self.0.probe(call)
    }
    fn remove(&self, call: &Callback<'_, '_, '_, '_>) {
        self.0.remove(call);
    }
    fn runtime_suspend(&self, call: &Callback<'_, '_, '_, '_>) -> Result<(), Errno> {
        self.0.runtime_suspend(call)?;
        switched(call, false);
        Ok(())
    }
    fn runtime_resume(&self, call: &Callback<'_, '_, '_, '_>) -> Result<(), Errno> {
        self.0.runtime_resume(call)?;
        switched(call, true);
        Ok(())
    }
    fn sleep(&self, phase: SleepPhase, call: &Callback<'_, '_, '_, '_>) -> Result<(), Errno> {
        self.0.sleep(phase, call)
    }
}
