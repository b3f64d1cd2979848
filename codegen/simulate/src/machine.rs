//! What drivers, domains and the player share.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use linkwright::device::{DeviceHandle, System, VirtualTime};

use super::facts::Facts;
use super::hardware::Hardware;
use super::uses::Running;

/// The device model.
pub(super) type Model = System<'static, VirtualTime>;

/// One run's machine. It lives until the process ends, as firmware's statics do.
pub(super) struct Machine {
    pub(super) facts: Facts,
    hardware: Mutex<Hardware>,
    uses: Mutex<Vec<Running>>,
    model: OnceLock<&'static Model>,
    handles: OnceLock<Vec<Option<DeviceHandle>>>,
    failures: Mutex<Vec<String>>,
}

impl Machine {
    pub(super) fn new(facts: Facts) -> &'static Self {
        let hardware = Mutex::new(Hardware::new(&facts));
        let uses = Mutex::new(facts.uses.iter().cloned().map(Running::new).collect());
        let (model, handles, failures) = (OnceLock::new(), OnceLock::new(), Mutex::default());
        Box::leak(Box::new(Self { facts, hardware, uses, model, handles, failures }))
    }

    /// The model is there: done once, before a driver is registered.
    pub(super) fn connect(&self, model: &'static Model, handles: Vec<Option<DeviceHandle>>) {
        let connected = self.model.set(model).is_ok() && self.handles.set(handles).is_ok();
        debug_assert!(connected, "connected twice");
    }

    pub(super) fn model(&self) -> &'static Model {
        self.model.get().expect("connected before anything happens")
    }

    /// The handle of a device that takes part.
    pub(super) fn handle(&self, device: usize) -> Option<DeviceHandle> {
        self.handles.get().and_then(|handles| handles.get(device).copied().flatten())
    }

    /// The switches. Not to be held while the model is called: it calls back.
    pub(super) fn hardware(&self) -> MutexGuard<'_, Hardware> {
        self.hardware.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The uses of devices. Not to be held while the model is called: it calls back.
    pub(super) fn uses(&self) -> MutexGuard<'_, Vec<Running>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> u64 {
        self.hardware().now
    }

    /// Let time pass.
    pub(super) fn advance_to(&self, now: u64) {
        self.hardware().now = now;
        self.model().platform().advance_to(now);
    }

    /// A driver uses its device's registers, which is use as far as autosuspend is concerned.
    pub(super) fn visit(&self, device: usize) {
        self.hardware().visit(&self.facts, device);
        if let Some(handle) = self.handle(device) {
            let _ = self.model().mark_last_busy(handle);
        }
    }

    /// Something went wrong that no scenario should bring about.
    pub(super) fn fail(&self, what: String) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    pub(super) fn take_failures(&self) -> Vec<String> {
        std::mem::take(&mut self.failures.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
