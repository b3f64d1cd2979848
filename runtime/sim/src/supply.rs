use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use linkwright::context::Task;
use linkwright::power::{DeviceId, PowerCore, PowerError};

use crate::sim::Pl330Sim;

/// The power domain of a controller, as a power core: on while anyone counts, off when told and nobody does.
///
/// Giving back a count that was not taken panics.
pub struct Supply {
    dmac: &'static Pl330Sim,
    resumed: OnceLock<Box<dyn Fn() + Send + Sync>>,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Default)]
struct State {
    on: bool,
    counts: u32,
    switched_on: u32,
    broken: bool,
}

impl std::fmt::Debug for Supply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = *self.lock();
        f.debug_struct("Supply").field("on", &state.on).field("counts", &state.counts).finish_non_exhaustive()
    }
}

impl Supply {
    /// A domain that is off.
    pub fn new(dmac: &'static Pl330Sim) -> Self {
        dmac.set_power(false);
        Self { dmac, resumed: OnceLock::new(), state: Mutex::default() }
    }

    /// What the controller's driver does each time power comes back: restores what was lost.
    ///
    /// # Panics
    /// When it has been said already.
    pub fn on_resume(&self, resume: impl Fn() + Send + Sync + 'static) {
        assert!(self.resumed.set(Box::new(resume)).is_ok(), "said twice");
    }

    /// Switch off if nobody needs it; returns whether it is off now. What an autosuspend timer does.
    pub fn suspend(&self) -> bool {
        let mut state = self.lock();
        if state.on && state.counts == 0 {
            state.on = false;
            self.dmac.set_power(false);
        }
        !state.on
    }

    /// How many counts are held.
    pub fn counts(&self) -> u32 {
        self.lock().counts
    }

    /// How often it was switched on.
    pub fn switched_on(&self) -> u32 {
        self.lock().switched_on
    }

    /// Refuse to switch on, or no longer.
    pub fn set_broken(&self, broken: bool) {
        self.lock().broken = broken;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PowerCore for Supply {
    fn resume(&self, _: &Task<'_>, device: DeviceId) -> Result<(), PowerError> {
        let mut state = self.lock();
        if !state.on {
            if state.broken {
                return Err(PowerError::Device(device));
            }
            state.on = true;
            state.switched_on += 1;
            self.dmac.set_power(true);
            if let Some(resume) = self.resumed.get() {
                resume();
            }
        }
        state.counts += 1;
        Ok(())
    }

    fn get_if_active(&self, _: DeviceId) -> bool {
        let mut state = self.lock();
        state.counts += u32::from(state.on);
        state.on
    }

    fn share(&self, device: DeviceId) {
        let mut state = self.lock();
        assert!(state.counts > 0, "{device}: shared a count that nobody holds");
        state.counts += 1;
    }

    fn put(&self, device: DeviceId) {
        let mut state = self.lock();
        assert!(state.counts > 0, "{device}: gave back a count that nobody holds");
        state.counts -= 1;
    }
}
